// Who is played, and the list of that person's chats.

import { avatar, badge, byId, h, reconcile } from "./dom.js";
import { entries, me, state, unread, unreadOf } from "./state.js";
import { shortMoment } from "./time.js";

const kindOf = (chat) => (chat.group ? "group" : "bot");

export function drawMe() {
  const person = me();
  if (!person) return;
  const others = state.people.filter((other) => other !== person).reduce((sum, other) => sum + unreadOf(other), 0);
  byId("me").replaceChildren(avatar(person.name), h("div", { class: "who" }, h("b", {}, person.name), h("small", {}, about(person))));
  for (const opener of document.querySelectorAll("[data-open-stage]")) {
    opener.setAttribute("aria-label", `打开演示台：换人、拨时钟${others ? `，其他人有 ${others} 条未读` : ""}`);
    opener.dataset.unread = others ? (others > 99 ? "99+" : String(others)) : "";
  }
}

const about = (person) => [person.region, person.title].filter(Boolean).join(" · ");

export function drawPeople(choose) {
  const items = [];
  const regions = [...new Set(state.people.map((person) => person.region))].sort((a, b) => !a - !b || a.localeCompare(b, "zh"));
  for (const region of regions) {
    const name = region || "公司";
    items.push({ key: `r:${region}`, version: 0, make: () => h("h4", {}, name) });
    for (const person of state.people.filter((other) => other.region === region).sort((a, b) => b.sells - a.sells)) {
      const count = unreadOf(person);
      const here = person.user === state.user;
      items.push({ key: `p:${person.user}`, version: `${person.name}${person.title}${count}${here}`, make: () => personRow(person, count, here, choose) });
    }
  }
  reconcile(byId("people"), items);
}

function personRow(person, count, here, choose) {
  const words = h("span", { class: "who" }, h("b", {}, person.name), h("small", {}, person.title));
  const props = { type: "button", class: "person", "aria-pressed": String(here), data: { user: person.user }, onclick: () => choose(person.user) };
  return h("button", props, avatar(person.name), words, badge(count));
}

export function drawChats(open) {
  const person = me();
  const latest = ({ chat }) => (entries(chat).length ? Date.parse(entries(chat).at(-1).at) : 0);
  const sorted = [...(person?.chats || [])].sort((a, b) => a.group - b.group || latest(b) - latest(a));
  const items = sorted.map((chat) => {
    const last = entries(chat.chat).at(-1);
    const count = unread(person.user, chat.chat);
    const current = chat.chat === state.chat;
    const when = last ? shortMoment(new Date(last.at)) : "";
    const version = [chat.name, count, current, when, last && `${last.id}/${last.rev}`].join("|");
    return { key: chat.chat, version, make: () => chatRow(chat, last, count, current, when, open) };
  });
  const focused = document.activeElement?.closest?.("#chats li")?.dataset.key;
  reconcile(byId("chats"), items);
  if (focused) byId("chats").querySelector(`li[data-key="${CSS.escape(focused)}"] button`)?.focus();
}

function chatRow(chat, last, count, current, when, open) {
  const head = h("span", { class: "row-head" }, h("b", {}, chat.name), h("time", {}, when));
  const foot = h("span", { class: "row-foot" }, h("small", {}, last ? preview(last, chat) : "还没有消息"), badge(count));
  const props = { type: "button", class: "row", "aria-current": current ? "true" : null, onclick: () => open(chat.chat) };
  return h("li", {}, h("button", props, avatar(chat.name, kindOf(chat)), h("span", { class: "row-body" }, head, foot)));
}

const WORDS = { photo: "[图片]", voice: "[语音]", video: "[视频]", document: "[文件]", location: "[位置]" };

export function preview(entry, chat) {
  const what = entry.what;
  const words = what.type === "card" ? `[卡片] ${what.title}` : what.text || `${WORDS[what.type] || ""} ${what.label || (what.type === "document" ? what.name : "") || ""}`;
  const by = chat.group && entry.by ? `${entry.by === state.user ? "我" : entry.name}：` : "";
  return (by + words).slice(0, 80);
}

export function drawTitle() {
  const chat = me()?.chats.find((known) => known.chat === state.chat);
  if (!chat) return;
  const note = chat.group ? `群聊 · 您是 ${me().name}` : "销售助理机器人";
  byId("title").replaceChildren(avatar(chat.name, kindOf(chat)), h("div", { class: "who" }, h("b", {}, chat.name), h("small", {}, note)));
}
