// Where people write: Enter sends, Shift+Enter breaks the line, an input method's own Enter does neither.

import { attach } from "./attach.js";
import { pageLink } from "./cards.js";
import { byId, h, iconButton, toast } from "./dom.js";
import { pickPlace } from "./place.js";
import { newId } from "./socket.js";
import { state } from "./state.js";
import { recordVoice } from "./voice.js";

const MAX_LINES_PX = 168;
const drafts = new Map();
let field;
let send;
let link;

const draftKey = () => `${state.user} ${state.chat}`;

export function setup(given) {
  link = given;
  field = h("textarea", { id: "field", rows: 1, "aria-label": "写消息", placeholder: "发消息给跟进…", enterkeyhint: "send", dir: "auto" });
  send = iconButton("send", "发送", submit, { class: "send", disabled: true });
  const tools = h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "发送其他内容" },
    picker("image", "图片", "image/*"),
    iconButton("voice", "语音", () => recordVoice(sendFile)),
    picker("video", "视频", "video/*"),
    picker("file", "文件", ""),
    iconButton("pin", "位置", () => pickPlace(sendPlace)),
    pageLink({ label: "定位打卡", path: "/app/checkin" }),
  );
  byId("composer").append(tools, h("div", { class: "write" }, field, send));
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener("paste", (event) => takeFiles(event, event.clipboardData?.files));
  byId("messages").addEventListener("dragover", (event) => event.preventDefault());
  byId("messages").addEventListener("drop", (event) => takeFiles(event, event.dataTransfer?.files));
}

export function fill(text) {
  field.value = text;
  fit();
  field.focus();
}

// Another chat is open: its own unsent words come back.
export function switched() {
  field.value = drafts.get(draftKey()) || "";
  field.placeholder = state.chat.startsWith("p:") ? "发消息给跟进…" : "在群里说…（@跟进 它才听得到）";
  fit();
}

function fit() {
  drafts.set(draftKey(), field.value);
  send.disabled = !field.value.trim();
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, MAX_LINES_PX)}px`;
}

function frame(kind, more) {
  return { id: newId(), kind, user: state.user, chat: state.chat, ...more };
}

function submit() {
  const text = field.value;
  if (!text.trim()) return;
  const said = frame("text", { text: text.isWellFormed?.() === false ? text.toWellFormed() : text });
  const bytes = new TextEncoder().encode(JSON.stringify(said)).length;
  if (bytes > state.maxMessage) {
    toast(`这条消息太长了（${Math.ceil(bytes / 1000)} KB，最多 ${Math.floor(state.maxMessage / 1000)} KB），请分几段发。文字还在输入框里。`);
    return;
  }
  link.say(said, { type: "text", text });
  fill("");
}

function sendPlace(place) {
  link.say(frame("location", place), { type: "location", ...place });
}

function sendFile(file, kind = "", seconds = null) {
  attach(link, frame, file, kind, seconds);
}

function takeFiles(event, files) {
  if (!files?.length) return;
  event.preventDefault();
  for (const file of files) sendFile(file);
}

function picker(name, label, accept) {
  const input = h("input", { type: "file", multiple: true, hidden: true, accept: accept || null, "aria-label": `选择${label}`, data: { pick: name } });
  input.addEventListener("change", () => {
    for (const file of input.files) sendFile(file);
    input.value = "";
  });
  return [iconButton(name, label, () => input.click()), input];
}
