"""The words of the calendar: days, parts of a day, holidays, units."""

from datetime import date, timedelta

from bot.understanding.lunar import TERMS, solar, term

RELATIVE_DAYS = {
    "大大后天": 4, "大后天": 3, "后天": 2, "明天": 1, "明日": 1, "次日": 1, "隔天": 1, "明儿": 1, "明": 1, "今天": 0, "今日": 0,
    "当天": 0,
    "当日": 0, "本日": 0, "今儿": 0, "今": 0, "当": 0, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "前天": -2, "大前天": -3,
    "大大前天": -4,
}  # fmt: skip
RELATIVE_YEARS = {
    "大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "今年": 0, "本年": 0, "这一年": 0, "当年": 0, "明年": 1, "来年": 1,
    "次年": 1, "翌年": 1,
    "后年": 2, "大后年": 3,
}  # fmt: skip
# Hours [from, to) that a part of the day covers; a spoken hour below the pivot means that many hours after noon.
DAY_PARTS = {
    "凌晨": (0, 5), "清晨": (5, 8), "黎明": (4, 7), "一大早": (6, 10), "一早": (6, 10), "早上": (6, 10), "早晨": (6, 10),
    "大早": (6, 10), "早间": (8, 12),
    "晨": (5, 8), "早": (6, 10), "上午": (7, 12), "中午": (12, 14), "午间": (11, 14), "午后": (13, 15), "下午": (12, 18),
    "傍晚": (17, 19), "晚上": (18, 24),
    "晚间": (18, 24), "晚": (18, 24), "夜里": (20, 29), "夜间": (20, 29), "深夜": (22, 26), "半夜": (22, 29), "后半夜": (2, 5),
    "午夜": (0, 1), "白天": (6, 19), "全天": (0, 24),
}  # fmt: skip
AFTERNOON = frozenset(("中午", "午间", "午后", "下午", "傍晚", "晚上", "晚间", "晚", "夜里", "夜间", "深夜"))
LATE = frozenset(("晚上", "晚间", "晚", "夜里", "夜间", "深夜", "半夜"))
UNIT_SECONDS = {
    "年": 365 * 86400, "季度": 90 * 86400, "月": 30 * 86400, "周": 7 * 86400, "天": 86400, "小时": 3600, "刻钟": 900, "分钟": 60, "秒": 1,
}  # fmt: skip
UNITS = {
    "周年": "年", "年": "年", "载": "年", "季度": "季度", "月": "月", "周": "周", "星期": "周", "礼拜": "周", "工作日": "工作日",
    "交易日": "工作日",
    "天": "天", "日": "天", "小时": "小时", "钟头": "小时", "刻钟": "刻钟", "分钟": "分钟", "分": "分钟", "秒钟": "秒", "秒": "秒",
}  # fmt: skip
WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, **{str(i + 1): i for i in range(6)}}

FIXED = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "植树节": (3, 12), "愚人节": (4, 1), "劳动节": (5, 1),
    "五一": (5, 1),
    "青年节": (5, 4), "儿童节": (6, 1), "六一": (6, 1), "建党节": (7, 1), "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10),
    "国庆": (10, 1), "十一": (10, 1),
    "双十一": (11, 11), "双11": (11, 11), "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "618": (6, 18),
}  # fmt: skip
# Month, ordinal and weekday of the feasts that fall on "the second Sunday".
ORDINAL = {"母亲节": (5, 2, 6), "父亲节": (6, 3, 6), "感恩节": (11, 4, 3)}
# Lunar month and day, and days from there.
LUNAR = {
    "春节": (1, 1, 0), "过年": (1, 1, 0), "大年初一": (1, 1, 0), "除夕": (1, 1, -1), "大年三十": (1, 1, -1), "年三十": (1, 1, -1),
    "小年": (1, 1, -7), "元宵": (1, 15, 0), "端午": (5, 5, 0), "七夕": (7, 7, 0), "中秋": (8, 15, 0), "重阳": (9, 9, 0),
}  # fmt: skip
HOLIDAYS = (*FIXED, *ORDINAL, *LUNAR, *TERMS)
# What the official calendar calls a holiday, by the names said.
OFFICIAL = {
    "元旦": "元旦", "春节": "春节", "过年": "春节", "清明": "清明", "五一": "五一", "劳动节": "五一", "端午": "端午",
    "国庆": "国庆", "十一": "国庆", "中秋": "中秋",
}  # fmt: skip


def feast(name: str, year: int) -> date | None:
    """The day of a holiday in a year (清明 2026 → 5 April); None when the lunar table has no such year."""
    if name in FIXED:
        return date(year, *FIXED[name])
    if name in ORDINAL:
        month, nth, weekday = ORDINAL[name]
        first = date(year, month, 1)
        return first.replace(day=1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1))
    if name in TERMS:
        return term(name, year)
    if name not in LUNAR:
        return None
    month, day, offset = LUNAR[name]
    begin = solar(year, month, day)
    return begin + timedelta(days=offset) if begin else None
