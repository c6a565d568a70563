// Picking a place: a few known ones, the browser's own position, or numbers typed by hand.

import { button, h } from "./dom.js";
import { sheet } from "./sheet.js";

const PLACES = [
  { label: "绍兴 · 柯桥轻纺城", lat: 30.0817, lng: 120.4943 },
  { label: "杭州 · 滨江高新区", lat: 30.2084, lng: 120.2118 },
  { label: "苏州 · 工业园区", lat: 31.3237, lng: 120.7245 },
  { label: "上海 · 张江", lat: 31.2044, lng: 121.5907 },
];

export function pickPlace(send) {
  const label = h("input", { type: "text", maxLength: 200, placeholder: "例如：恒力机械 2 号门" });
  const lat = h("input", { type: "text", inputmode: "decimal", placeholder: "30.08170", required: true });
  const lng = h("input", { type: "text", inputmode: "decimal", placeholder: "120.49430", required: true });
  const words = h("p", { class: "bad", role: "status" });
  const presets = PLACES.map((place) => button(place.label, () => done(place), { class: "example" }));
  const locate = button("用浏览器定位", () => useBrowser(), { class: "action default" });
  const form = h(
    "form",
    { class: "place-form", noValidate: true },
    h("label", { class: "wide" }, "地点名称", label),
    h("label", {}, "纬度", lat),
    h("label", {}, "经度", lng),
    words,
    h("div", { class: "actions" }, h("button", { type: "submit", class: "action primary" }, "发送位置"), locate),
  );
  const box = sheet("发送位置", h("div", { class: "examples" }, presets), form);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = { lat: number(lat.value, 90), lng: number(lng.value, 180), label: label.value.trim() };
    if (place.lat === null || place.lng === null) words.textContent = "请填数字：纬度在 -90 到 90 之间，经度在 -180 到 180 之间。";
    else done(place);
  });

  function done(place) {
    send(place);
    box.close();
  }

  function useBrowser() {
    words.textContent = "正在定位…";
    const found = ({ coords }) => {
      lat.value = coords.latitude.toFixed(6);
      lng.value = coords.longitude.toFixed(6);
      words.textContent = "";
    };
    const failed = (error) => {
      words.textContent = error.code === error.PERMISSION_DENIED ? "浏览器没有得到定位许可，请允许后再试，或者直接填经纬度。" : "没有定到位置，请直接填经纬度或选一个地点。";
    };
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: 10000 });
  }
}

function number(text, limit) {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() && Number.isFinite(value) && Math.abs(value) <= limit ? value : null;
}
