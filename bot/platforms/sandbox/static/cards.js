// Draws a card: header, words, facts, nested sections with lines, buttons that may ask for words first.

import { button, h } from "./dom.js";
import { state } from "./state.js";

const FOLD_FROM = 3; // with more lines than this, the buttons of each line wait behind 处理
const BUSY_MS = 3000;
const GUESS = "这个值是猜的；不对的话直接说，例如“改一下，是下周四”";
const COLOURS = { green: "绿", neutral: "平稳", yellow: "黄", red: "红" };

const busy = new Set();

// Something has arrived from the bot: whatever was waiting is answered. After a refusal what was typed stays.
export function calm(chat, answered = true) {
  for (const wait of [...busy]) if (wait.chat === chat) wait.end(answered);
}

export function card(entry, tap) {
  const { title, tone, text, facts = [], sections = [], buttons = [], note, links = [] } = entry.what;
  const lines = sections.reduce((sum, section) => sum + section.lines.length, 0);
  const node = h("article", { class: `card tone-${tone}`, "aria-label": title });
  const press = (each, answer) => {
    waitFor(node, entry.chat);
    tap(entry, each, answer);
  };
  node.append(h("header", { class: "card-title" }, title));
  const body = h("div", { class: "card-body" });
  if (text) body.append(h("p", { class: "card-text" }, text));
  if (facts.length) body.append(h("dl", { class: "facts" }, facts.map(fact)));
  for (const each of sections) body.append(section(each, lines > FOLD_FROM, press));
  if (buttons.length) body.append(actions(buttons, press));
  if (links.length) body.append(h("div", { class: "actions" }, links.map(pageLink)));
  if (note) body.append(h("p", { class: "card-note" }, note));
  if (body.childElementCount) node.append(body);
  return node;
}

// A page of ours, opened as whoever is played: the cookie tells the sandbox's sign-in.
export function pageLink({ label, path }) {
  const href = `/app/signin?${new URLSearchParams({ by: "sandbox", to: path })}`;
  const link = h("a", { class: "action page", href, target: "_blank", rel: "noopener" }, label);
  link.addEventListener("click", () => {
    document.cookie = `genjin_sandbox_as=${encodeURIComponent(state.user)}; path=/sandbox; SameSite=Strict`;
  });
  return link;
}

function fact({ label, value, guess }) {
  const mark = guess && h("span", { class: "guess", title: GUESS, "aria-label": `猜的。${GUESS}`, tabindex: "0", role: "note" }, "猜的");
  return h("div", { class: "fact" }, h("dt", {}, label), h("dd", {}, value, mark));
}

function section({ title, lines = [], level = 1 }, folded, press) {
  const heading = h(`h${Math.min(level, 3) + 3}`, {}, title);
  return h("section", { class: `part level-${level}` }, title && heading, lines.length > 0 && h("ul", {}, lines.map((each) => line(each, folded, press))));
}

function line({ text, detail, colour, buttons = [] }, folded, press) {
  const dot = colour && h("span", { class: `dot ${colour}`, role: "img", "aria-label": `${COLOURS[colour] || colour}色`, title: COLOURS[colour] });
  const words = h("div", { class: "line-words" }, h("span", { class: "line-text" }, text), detail && h("small", {}, detail));
  const item = h("li", { class: "line" }, h("div", { class: "line-head" }, dot, words));
  if (!buttons.length) return item;
  const row = actions(buttons, press, "small");
  item.append(row);
  if (folded) item.firstChild.append(fold(row));
  return item;
}

function fold(row) {
  row.hidden = true;
  const toggle = button("处理", () => {
    row.hidden = !row.hidden;
    toggle.setAttribute("aria-expanded", String(!row.hidden));
    toggle.textContent = row.hidden ? "处理" : "收起";
  }, { class: "fold", "aria-expanded": "false" });
  return toggle;
}

function actions(buttons, press, size = "") {
  const row = h("div", { class: `actions ${size}` });
  for (const each of buttons) {
    const node = button(each.label, () => {
      if (each.ask) return ask(row, node, each, press);
      node.classList.add("busy");
      if (each.copy) navigator.clipboard?.writeText(each.copy).catch(() => {});
      press(each, "");
    }, { class: `action ${each.style || "default"}` });
    row.append(node);
  }
  return row;
}

function ask(row, opener, each, press) {
  const open = row.querySelector(".ask");
  open?.remove();
  if (open?.dataset.action === opener.textContent) return;
  const field = h("textarea", { rows: 2, "aria-label": each.ask, placeholder: "写几个字…" });
  const send = h("button", { type: "submit", class: "action primary" }, "确定");
  const form = h("form", { class: "ask", data: { action: opener.textContent } }, h("label", {}, each.ask, field), h("div", { class: "actions" }, send, button("取消", () => close(), { class: "action default" })));
  const close = () => {
    form.remove();
    opener.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    if (!field.value.trim()) return field.focus();
    send.classList.add("busy");
    press(each, field.value.trim());
  };
  form.addEventListener("submit", submit);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
  });
  row.append(form);
  field.focus();
}

function waitFor(node, chat) {
  node.setAttribute("aria-busy", "true");
  const buttons = [...node.querySelectorAll("button.action")];
  for (const each of buttons) each.disabled = true;
  const wait = { chat, end };
  const timer = setTimeout(() => end(false), BUSY_MS);
  busy.add(wait);
  function end(answered) {
    clearTimeout(timer);
    busy.delete(wait);
    node.removeAttribute("aria-busy");
    for (const each of buttons) {
      each.disabled = false;
      each.classList.remove("busy");
    }
    if (answered) node.querySelector(".ask")?.remove();
  }
}
