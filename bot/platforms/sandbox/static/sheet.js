// A small dialog that slides up on a phone and stands in the middle on a desktop.

import { h, iconButton } from "./dom.js";

export function sheet(title, ...body) {
  const node = h("dialog", { class: "sheet", "aria-label": title }, h("header", { class: "sheet-head" }, h("h2", {}, title), iconButton("close", "关闭", () => node.close())), h("div", { class: "sheet-body" }, body));
  node.addEventListener("click", (event) => event.target === node && node.close());
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}
