// Times for people: everything in Shanghai, counted from the demo's clock and not from this computer's.

const zone = { timeZone: "Asia/Shanghai" };
const day = new Intl.DateTimeFormat("zh-CN", { ...zone, month: "long", day: "numeric" });
const weekday = new Intl.DateTimeFormat("zh-CN", { ...zone, weekday: "short" });
const minute = new Intl.DateTimeFormat("zh-CN", { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });
const year = new Intl.DateTimeFormat("en-CA", zone);

let ahead = 0;

export const setNow = (instant) => (ahead = Date.parse(instant) - Date.now());
export const now = () => new Date(Date.now() + ahead);
export const hourMinute = (date) => minute.format(date);
export const longDay = (date) => `${day.format(date)} ${weekday.format(date)}`;

const daysAgo = (date) => Math.round((Date.parse(year.format(now())) - Date.parse(year.format(date))) / 86400000);

export function moment(date) {
  const ago = daysAgo(date);
  const words = { 0: "", 1: "昨天 ", "-1": "明天 " };
  return (words[ago] ?? `${longDay(date)} `) + hourMinute(date);
}

export function shortMoment(date) {
  const ago = daysAgo(date);
  if (ago === 0) return hourMinute(date);
  return ago === 1 ? "昨天" : day.format(date);
}

export function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.round((seconds % 3600) / 60);
  return [days && `${days} 天`, hours && `${hours} 小时`, !days && minutes && `${minutes} 分钟`].filter(Boolean).join(" ");
}
