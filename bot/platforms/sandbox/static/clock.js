// The demo's clock and the buttons that move it.

import { button, byId, h, icon } from "./dom.js";
import { newId } from "./socket.js";
import { changed } from "./state.js";
import { hourMinute, longDay, now, setNow, span } from "./time.js";

const MOVES = [
  ["hour", "+1 小时"],
  ["day", "+1 天"],
  ["morning", "下一个工作日早上 8:30"],
];
const faces = [];
let offset = 0;
let moving = false;

export function setup(link) {
  const move = (to) => {
    if (moving) return;
    moving = true;
    draw();
    link.say({ id: newId(), kind: "clock", move: to });
  };
  const box = byId("clock");
  const day = h("span", { class: "clock-day" });
  const time = h("span", { class: "clock-time" });
  const shift = h("p", { class: "clock-shift" });
  const moves = MOVES.map(([to, label]) => button(label, () => move(to), { class: `move ${to}` }));
  const real = button("回到真实时间", () => move("real"), { class: "move real" });
  box.append(h("p", { class: "clock-label" }, "现在的时间"), h("p", { class: "clock-now" }, time, day), shift, h("div", { class: "moves" }, moves, real));
  faces.push(() => {
    day.textContent = longDay(now());
    time.textContent = hourMinute(now());
    shift.textContent = offset >= 30 ? `比真实时间快 ${span(offset)}` : "就是真实时间";
    for (const each of moves) each.disabled = moving;
    real.disabled = moving || offset < 1;
  });
  for (const opener of document.querySelectorAll("[data-open-stage]")) {
    const label = h("span");
    opener.append(icon("clock"), label);
    faces.push(() => {
      label.textContent = hourMinute(now());
      opener.classList.toggle("shifted", offset >= 30);
    });
  }
  setInterval(draw, 1000);
}

export function set(frame) {
  offset = frame.offset;
  setNow(frame.now);
  draw();
  changed();
}

export function settled() {
  moving = false;
  draw();
}

function draw() {
  for (const face of faces) face();
}
