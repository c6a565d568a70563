// Makes elements. Words always become text nodes: nothing that a person wrote is ever read as HTML.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

export function button(label, onclick, props = {}) {
  return h("button", { type: "button", onclick, ...props }, label);
}

export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", "aria-label": label, title: label, onclick, ...props, class: `icon ${props.class || ""}` }, icon(name));
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-6 16-3-6.500z",
  image: "M4 6.500A1.500 1.500 0 0 1 5.500 5h13A1.500 1.500 0 0 1 20 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500zM4.500 17l5-5 4 4 2.500-2.500 3.500 3.500M15.500 9.500h.01",
  voice: "M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v3",
  video: "M4 7.500A1.500 1.500 0 0 1 5.500 6h8A1.500 1.500 0 0 1 15 7.500v9a1.500 1.500 0 0 1-1.500 1.500h-8A1.500 1.500 0 0 1 4 16.500zM15 10.500l5-2.500v8l-5-2.500",
  file: "M7 4h7l4 4v12H7zM14 4v4h4M10 13h5M10 16h5",
  pin: "M12 20s6-5.500 6-10a6 6 0 0 0-12 0c0 4.500 6 10 6 10zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l3 2",
  check: "M5 12.500l4.500 4.500L19 7.500",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const SHADES = 8;

export function avatar(name, kind = "person") {
  if (kind === "bot") return h("span", { class: "avatar of-bot", "aria-hidden": "true" });
  const shade = [...name].reduce((sum, char) => sum + char.codePointAt(0), 0) % SHADES;
  const label = kind === "group" ? "群" : [...name].slice(-2).join("");
  return h("span", { class: `avatar shade-${shade} of-${kind}`, "aria-hidden": "true" }, label);
}

export function badge(count) {
  if (!count) return null;
  return h("span", { class: "badge", "aria-label": `${count} 条未读` }, count > 99 ? "99+" : String(count));
}

export function toast(text, tone = "bad") {
  const node = h("div", { class: `toast tone-${tone}` }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

// Puts nodes into a box in order, reusing those whose key and version have not changed, so that players keep playing and forms keep their
// words. Returns what was made: new to the box, or edited (a higher rev than before).
export function reconcile(box, items) {
  const old = new Map([...box.children].map((node) => [node.dataset.key, node]));
  const changed = [];
  items.forEach(({ key, version, rev = 0, make }, index) => {
    let node = old.get(key);
    if (!node || node.dataset.version !== String(version)) {
      node?.remove();
      const before = node?.dataset.rev;
      node = make();
      changed.push({ node, fresh: before === undefined, edited: before !== undefined && before !== String(rev) });
      node.dataset.rev = String(rev);
      node.dataset.key = key;
      node.dataset.version = String(version);
    }
    if (box.children[index] !== node) box.insertBefore(node, box.children[index] || null);
  });
  while (box.children.length > items.length) box.lastChild.remove();
  return changed;
}
