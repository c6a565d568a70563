// Puts the page together: the address says who is played and which chat is open, the state says what is drawn.

import { dropUpload, start, uploading } from "./attach.js";
import { calm } from "./cards.js";
import * as chat from "./chat.js";
import * as clock from "./clock.js";
import * as composer from "./composer.js";
import { byId, icon, toast } from "./dom.js";
import { drawChats, drawMe, drawPeople, drawTitle } from "./people.js";
import { Link, newId } from "./socket.js";
import { changed, chatOf, greet, markSeen, me, onChange, put, state, unreadOf } from "./state.js";

const wide = matchMedia("(min-width: 760px)");
const link = new Link(heard);

function heard(frame) {
  if (frame.kind === "hello") {
    greet(frame);
    clock.set(frame.clock);
    clock.settled();
    route();
  } else if (frame.kind === "shown") {
    put(frame.entry);
    if (!frame.entry.by) calm(frame.entry.chat);
  } else if (frame.kind === "clock") {
    clock.set(frame);
  } else if (frame.kind === "delivered") {
    clock.settled();
  } else if (frame.kind === "refused") {
    clock.settled();
    calm(state.chat, false);
    if (!frame.told) toast(frame.text);
  } else {
    toast(frame.text);
  }
  changed();
}

// #u=<user>&c=<chat>; without a chat a phone shows the list and a desktop the chat with the bot.
function route() {
  if (!state.ready) return;
  const words = new URLSearchParams(location.hash.slice(1));
  const named = (name) => state.people.find(({ user }) => user === name);
  const person = named(words.get("u")) || named(state.first) || state.people.find(({ sells }) => sells) || state.people[0];
  if (!person) return;
  const open = chatOf(person, words.get("c"));
  const before = `${state.user} ${state.chat}`;
  state.user = person.user;
  state.chat = (open || (wide.matches && person.chats[0]))?.chat || "";
  document.body.dataset.view = state.chat ? "chat" : "list";
  if (before !== `${state.user} ${state.chat}`) composer.switched();
  changed();
}

function go(user, chatName = "") {
  location.hash = new URLSearchParams({ u: user, ...(chatName && { c: chatName }) }).toString();
}

function pending() {
  const here = ({ frame, shown }) => shown && frame.user === state.user && frame.chat === state.chat;
  return [...uploading(state.user, state.chat), ...link.outbox.filter(here)];
}

function draw() {
  if (state.chat && document.visibilityState === "visible") markSeen();
  drawNotice();
  drawMe();
  drawChats((name) => go(state.user, name));
  drawPeople((user) => {
    go(user);
    stage(false);
  });
  drawTitle();
  chat.draw();
  const person = me();
  const count = person ? unreadOf(person) : 0;
  document.title = `${count ? `(${count}) ` : ""}${person ? `${person.name} · ` : ""}跟进演示`;
}

const NOTICES = {
  lost: "连接断开，正在重连…写好的消息会自动补发",
  gone: "演示已重启，请用终端里新打印的地址打开",
};

function drawNotice() {
  const notice = byId("notice");
  const text = NOTICES[state.link] || "";
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = !text;
  notice.className = `notice ${state.link}`;
}

function stage(open) {
  document.body.classList.toggle("stage-open", open);
  if (open) byId("stage-close").focus();
}

function setupStage() {
  byId("back").append(icon("back"));
  byId("stage-close").append(icon("close"));
  byId("back").addEventListener("click", () => go(state.user));
  byId("stage-close").addEventListener("click", () => stage(false));
  byId("scrim").addEventListener("click", () => stage(false));
  for (const opener of document.querySelectorAll("[data-open-stage]")) opener.addEventListener("click", () => stage(true));
  document.addEventListener("keydown", (event) => event.key === "Escape" && stage(false));
}

chat.setup({
  pending,
  tap: (entry, { action, values }, answer) =>
    link.say({ id: newId(), kind: "tap", user: state.user, chat: entry.chat, card: entry.what.key, action, values: values || {}, answer }),
  again: (item) => (item.upload ? start(item) : link.again(item.frame.id)),
  drop: (item) => (item.upload ? dropUpload(item) : link.drop(item.frame.id)),
  example: (text) => composer.fill(text),
});
composer.setup(link);
clock.setup(link);
setupStage();
onChange(draw);
addEventListener("hashchange", route);
wide.addEventListener("change", route);
document.addEventListener("visibilitychange", changed);
link.open();
