// Where the rep stands, which customer that is, a photo: three steps on one page. What the page says stands in its template.

const id = (name) => document.getElementById(name);
const page = id("checkin");
const words = id("words").dataset;
const { csrf, once } = page.dataset;
let stand = null;
let asked = 0;

id("locate").addEventListener("click", locate);
id("again").addEventListener("click", locate);
id("search").addEventListener("input", debounce(() => customers(id("search").value.trim()), 300));
id("photo").addEventListener("change", preview);
id("arrival").addEventListener("submit", send);

function problem(text = "") {
  id("problem").textContent = text;
  id("problem").hidden = !text;
  if (text) id("problem").scrollIntoView({ block: "nearest" });
}

async function locate() {
  problem();
  busy(id("locate"), words.locating);
  busy(id("again"), words.locating);
  try {
    stand = await position();
    await customers("");
    id("accuracy").textContent = words.accuracy.replace("{}", Math.max(1, Math.round(stand.accuracy)));
    id("start").hidden = true;
    id("arrival").hidden = false;
  } catch (error) {
    problem(error.message);
    id("locate").dataset.label = "重新定位";
  } finally {
    calm(id("locate"));
    calm(id("again"));
  }
}

// The platform's own browser knows better than the web does; where it says nothing, the web does.
async function position() {
  const kit = page.dataset.kit && JSON.parse(page.dataset.kit);
  if (kit && /wxwork|micromessenger/i.test(navigator.userAgent)) {
    try {
      return await timely(platformPosition(kit));
    } catch {
      // fall through to the browser
    }
  }
  return browserPosition();
}

const timely = (work) => Promise.race([work, new Promise((_, fail) => setTimeout(() => fail(new Error(words.timeout)), 15000))]);

function platformPosition(kit) {
  const signed = (signature) => ({ timestamp: kit.timestamp, nonceStr: kit.nonceStr, signature });
  const datum = kit.datum ?? "wgs84";
  const measured = ({ latitude, longitude, accuracy }) => ({ lat: Number(latitude), lng: Number(longitude), accuracy: Number(accuracy), datum });
  if (window.ww?.register) {
    window.ww.register({ corpId: kit.corpId ?? kit.appId, agentId: kit.agentId, jsApiList: ["getLocation"], getConfigSignature: () => signed(kit.signature), getAgentConfigSignature: () => signed(kit.agentSignature ?? kit.signature) });
    return window.ww.getLocation({ type: datum }).then(measured);
  }
  return new Promise((found, fail) => {
    if (!window.wx?.config) return fail(new Error(words.missing));
    window.wx.config({ beta: true, debug: false, appId: kit.appId, ...signed(kit.signature), jsApiList: ["getLocation"] });
    window.wx.error(() => fail(new Error(words.unavailable)));
    window.wx.ready(() => window.wx.getLocation({ type: datum, success: (place) => found(measured(place)), fail: () => fail(new Error(words.unavailable)), cancel: () => fail(new Error(words.denied)) }));
  });
}

function browserPosition() {
  return new Promise((found, fail) => {
    if (!navigator.geolocation) return fail(new Error(words.missing));
    const reasons = { 1: words.denied, 2: words.unavailable, 3: words.timeout };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lat: coords.latitude, lng: coords.longitude, accuracy: coords.accuracy, datum: "wgs84" }),
      ({ code }) => fail(new Error(reasons[code])),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
    );
  });
}

async function customers(name) {
  const number = ++asked;
  const form = new URLSearchParams({ csrf, lat: stand.lat, lng: stand.lng, accuracy: stand.accuracy, datum: stand.datum, q: name });
  const { customers: found } = await post("/app/checkin/near", form);
  if (number !== asked) return; // a later question was answered already
  const kept = name && document.querySelector("#customers :checked");
  const rows = found.map((each, place) => choice(each, place === 0 && !name));
  if (kept?.value && !found.some((each) => each.id === kept.value)) rows.unshift(kept.closest("label"));
  const hint = found.length ? "" : name ? words.nobody : words.empty;
  const none = choice({ id: "", name: words.none, far: "", address: "" }, !found.length || (name && !kept?.value));
  id("customers").replaceChildren(...(hint ? [element("p", "hint", hint)] : []), ...rows, none);
  if (kept) for (const box of document.querySelectorAll("#customers input")) if (box.value === kept.value) box.checked = true;
}

function choice({ id: value, name, far, address }, checked) {
  const label = element("label", "choice");
  const box = Object.assign(document.createElement("input"), { type: "radio", name: "customer", value, checked: Boolean(checked) });
  const text = element("span", "", name);
  if (address) text.append(element("small", "", address));
  label.append(box, text);
  if (far) label.append(element("b", "", far));
  return label;
}

function preview() {
  const [photo] = id("photo").files;
  const image = id("preview");
  if (image.src) URL.revokeObjectURL(image.src);
  image.hidden = !photo;
  if (!photo) return;
  image.src = URL.createObjectURL(photo);
  image.onerror = () => (image.hidden = true);
  id("photo-words").textContent = words.taken;
}

async function send(event) {
  event.preventDefault();
  const [photo] = id("photo").files;
  const largest = Number(page.dataset.largest);
  if (photo && photo.size > largest) return problem(words.large.replace("{}", Math.floor(largest / 1024 / 1024)));
  if (id("send").disabled) return;
  problem();
  busy(id("send"), words.sending);
  const form = new FormData();
  const chosen = document.querySelector("#customers :checked")?.value || "";
  for (const [name, value] of Object.entries({ once, ...stand, customer: chosen })) form.append(name, value);
  if (photo) form.append("photo", photo);
  try {
    const done = await upload(form);
    id("done-title").textContent = done.title;
    id("done-text").textContent = done.text;
    id("arrival").hidden = true;
    id("done").hidden = false;
  } catch (error) {
    problem(error.message);
  } finally {
    calm(id("send"));
    id("progress").hidden = true;
  }
}

async function post(address, body) {
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json", "X-Csrf": csrf } });
  } catch {
    throw new Error(words.offline);
  }
  const said = await answer.json().catch(() => ({ error: words.offline }));
  if (!answer.ok) throw new Error(said.error);
  return said;
}

// XMLHttpRequest and not fetch: only it tells how much has been sent.
function upload(form) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/app/checkin");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Csrf", csrf);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      id("progress").hidden = event.total < 200000;
      id("progress").value = event.loaded / event.total;
    };
    request.onload = () => (request.status === 200 ? done(request.response) : fail(new Error(request.response?.error || words.offline)));
    request.onerror = () => fail(new Error(words.offline));
    request.send(form);
  });
}

function element(tag, name, text = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

function busy(button, text) {
  button.dataset.label ??= button.textContent;
  button.textContent = text;
  button.disabled = true;
}

function calm(button) {
  button.textContent = button.dataset.label;
  button.disabled = false;
}

function debounce(work, wait) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => work().catch((error) => problem(error.message)), wait);
  };
}
