// One line is handled without disturbing the others: the page that comes back gives its line, its heads and nothing else away.
// Without this script every form still works; the page is then simply loaded anew.

const lines = (from) => [...from.querySelectorAll("[data-line]")];

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const line = form.closest("[data-line]");
  if (!line) return;
  event.preventDefault();
  if (line.classList.contains("busy")) return;
  line.classList.add("busy");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) say(line, page.querySelector("[role=alert]")?.textContent || "没有办成，请刷新页面再试。");
    else if (new URL(answer.url).pathname !== location.pathname) location.assign(answer.url);
    else merge(line, page);
  } catch {
    say(line, "网络断了，没有提交成功。写的字还在，请再点一次。");
  } finally {
    line.classList.remove("busy");
  }
});

// The line that was acted upon is the new one; another one only when it has nothing half typed in it.
function merge(acted, page) {
  document.title = page.title;
  document.getElementById("head").replaceWith(page.getElementById("head"));
  for (const old of lines(document)) {
    const now = page.getElementById(old.id);
    if (old === acted && !now) say(old, page.getElementById("top").textContent || "已处理。", true);
    else if (now && (old === acted || changed(old, now)) && (old === acted || !typing(old))) old.replaceWith(now);
  }
  document.getElementById(acted.id)?.querySelector(".said:not([hidden])")?.scrollIntoView({ block: "nearest" });
}

const shown = (line) => [...line.querySelectorAll(".what, .detail")].map((part) => part.textContent).join("\n") + line.querySelectorAll(".acts").length;
const changed = (old, now) => shown(old) !== shown(now);
const typing = (line) => [...line.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);

function say(line, text, ended = false) {
  const words = line.querySelector(".said");
  words.textContent = text.trim();
  words.hidden = false;
  if (ended) line.querySelector(".acts")?.remove();
}

// One question is open at a time in a line, and its field is ready to be written in.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open) return;
  for (const other of target.closest("[data-line]").querySelectorAll("details[open]")) if (other !== target) other.open = false;
  target.querySelector("textarea").focus();
}, true);
