// The messages of the open chat: what the server has, then what is still on its way.

import { card } from "./cards.js";
import { avatar, button, byId, h, icon, reconcile } from "./dom.js";
import { chatOf, entries, me, state } from "./state.js";
import { moment } from "./time.js";

const LEADS = {
  sales: "像跟同事说话一样告诉我拜访、电话和约定，我来记，到时间提醒您。试试这几句：",
  others: "清单、提醒和要您决定的事会发到这里。有什么想知道的，直接问我：",
};
const GAP_MS = 5 * 60 * 1000;
const NEAR_PX = 80;
const HEAD_PX = 40;

let shownChat = "";
let hooks = {};
let stick = true;

// hooks: { tap(entry, button, answer), again(item), drop(item), pending() -> items, example(text) }
export function setup(given) {
  hooks = given;
  const box = byId("messages");
  box.addEventListener("scroll", () => {
    stick = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    if (stick) byId("newer").hidden = true;
  });
  byId("newer").addEventListener("click", toEnd);
  box.addEventListener("load", () => stick && toEnd(), true);
  new ResizeObserver(() => stick && toEnd()).observe(box);
}

// To the newest message; one that is taller than the window is read from its top.
export function toEnd() {
  const box = byId("messages");
  const last = box.lastElementChild;
  const tall = last && last.offsetHeight > box.clientHeight;
  stick = true;
  byId("newer").hidden = true;
  box.scrollTop = tall ? last.offsetTop - box.offsetTop - HEAD_PX : box.scrollHeight;
}

export function draw() {
  const person = me();
  const chat = chatOf(person, state.chat);
  const box = byId("messages");
  const fresh = shownChat !== `${state.user} ${state.chat}`;
  if (fresh) box.replaceChildren();
  shownChat = `${state.user} ${state.chat}`;
  const past = chat ? history(chat) : [];
  const there = new Set(past.map((item) => item.key)); // shown already, only not yet reported delivered
  const items = chat ? [...past, ...hooks.pending().map(pendingItem).filter((item) => !there.has(item.key))] : [];
  const news = reconcile(box, items.length || !chat ? items : [hint(chat)]);
  if (fresh) return toEnd();
  for (const { node, edited } of news) node.classList.toggle("flash", edited);
  const said = news.some(({ node, fresh: made }) => made && node.classList.contains("mine"));
  if (stick || said) toEnd();
  else if (news.some((made) => made.fresh)) byId("newer").hidden = false;
}

function history(chat) {
  const items = [];
  let before = null;
  for (const entry of entries(chat.chat)) {
    const gap = !before || Math.abs(Date.parse(entry.at) - Date.parse(before.at)) > GAP_MS;
    if (gap) items.push({ key: `t:${entry.id}`, version: moment(new Date(entry.at)), make: () => h("p", { class: "when" }, moment(new Date(entry.at))) });
    const follows = !gap && before.by === entry.by;
    items.push({ key: entry.id, version: `${entry.rev}/${follows}`, rev: entry.rev, make: () => message(entry, chat, follows) });
    before = entry;
  }
  return items;
}

function message(entry, chat, follows) {
  const mine = entry.by === state.user;
  const name = chat.group && !mine && !follows ? h("span", { class: "name" }, entry.name) : null;
  const state_ = mine && h("span", { class: "tick", role: "img", "aria-label": "已送达", title: "已送达" }, icon("check"));
  return h("div", { class: rowClass(mine, follows) }, avatar(entry.name, entry.by ? "person" : "bot"), h("div", { class: "content" }, name, h("div", { class: "with-state" }, content(entry), state_)));
}

const rowClass = (mine, follows) => `message ${mine ? "mine" : "theirs"} ${follows ? "follows" : ""}`;

function content(entry) {
  const what = entry.what;
  if (what.type === "card") return card(entry, hooks.tap);
  if (what.type === "location") return place(what);
  if (what.ref) return media(what);
  return h("div", { class: "bubble", dir: "auto" }, what.text);
}

function place({ lat, lng, label }) {
  const degrees = `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
  return h("div", { class: "bubble place" }, h("span", { class: "pin" }, icon("pin")), h("span", { class: "who" }, h("b", {}, label || "我的位置"), h("small", {}, degrees)));
}

function media(what) {
  const src = `/sandbox/media/${what.ref}`;
  if (what.type === "photo") {
    const img = h("img", { class: "thumb", src, alt: what.name || "图片", loading: "lazy" });
    const link = h("a", { class: "media", href: src, target: "_blank", rel: "noopener" }, img);
    img.addEventListener("error", () => link.replaceWith(file(what, src, "图片打不开")));
    return link;
  }
  if (what.type === "voice") return player("audio", what, src, "录音在这里放不了");
  if (what.type === "video") return player("video", what, src, "视频在这里放不了");
  return file(what, src);
}

function player(tag, what, src, broken) {
  const node = h(tag, { class: "player", src, controls: true, preload: "metadata", "aria-label": what.name || "录音" });
  node.addEventListener("error", () => node.replaceWith(file(what, src, broken)));
  return node;
}

function file(what, src, note = "") {
  const words = h("span", { class: "who" }, h("b", {}, what.name || "文件"), h("small", {}, [note, size(what.size)].filter(Boolean).join(" · ")));
  return h("a", { class: "bubble file", href: src, download: what.name || "文件" }, h("span", { class: "pin" }, icon("file")), words);
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function pendingItem(item) {
  const key = `u:${item.frame.id}`;
  return { key, version: `${item.state}${item.why}${state.link}`, make: () => pending(item) };
}

function pending(item) {
  const failed = item.state === "failed";
  const words = state.link === "open" ? "正在发送" : "等连接恢复后发送";
  const mark = failed ? h("span", { class: "tick bad", role: "img", "aria-label": "没有送到" }, "!") : h("span", { class: "tick spin", role: "img", "aria-label": words, title: words });
  const body = item.upload ? uploading(item) : content({ what: item.shown });
  const help = failed && h("div", { class: "failed" }, h("span", {}, item.why), button("重发", () => hooks.again(item)), button("删除", () => hooks.drop(item), { class: "quiet" }));
  return h("div", { class: rowClass(true, false) }, avatar(me().name), h("div", { class: "content" }, h("div", { class: "with-state" }, body, mark), help));
}

function uploading(item) {
  const bar = h("progress", { max: 1, value: item.progress, "aria-label": "上传进度" });
  item.bar = bar;
  return h("div", { class: "bubble file" }, h("span", { class: "pin" }, icon("file")), h("span", { class: "who" }, h("b", {}, item.file.name), h("small", {}, size(item.file.size)), bar));
}

function hint(chat) {
  const make = () => {
    const examples = me().examples.map((text) => button(text, () => hooks.example(text), { class: "example" }));
    const lead = chat.group ? "群里还没有消息。每天早上的清单和提醒会发到这里。" : LEADS[me().sells ? "sales" : "others"];
    const kids = chat.group ? [] : [h("div", { class: "examples" }, examples)];
    return h("div", { class: "hint" }, avatar(chat.name, chat.group ? "group" : "bot"), h("h2", {}, chat.group ? chat.name : `${me().name}，您好`), h("p", {}, lead), kids);
  };
  return { key: "hint", version: chat.chat, make };
}
