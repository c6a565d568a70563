// Speaking: record in the browser, or send a recording that exists.

import { button, h } from "./dom.js";
import { sheet } from "./sheet.js";

const TYPES = [
  ["audio/webm", "weba"],
  ["audio/mp4", "m4a"],
  ["audio/ogg", "ogg"],
];

export function recordVoice(sendFile) {
  const time = h("p", { class: "record-time", "aria-live": "off" }, "0:00");
  const words = h("p", { class: "record-words", role: "status" }, "说一段拜访情况，最后点发送。");
  const input = h("input", { type: "file", accept: "audio/*", hidden: true, data: { pick: "voice" }, "aria-label": "选择录音文件" });
  const record = button("开始录音", () => begin(), { class: "action primary" });
  const choose = button("上传录音文件", () => input.click(), { class: "action default" });
  const box = sheet("发送语音", time, words, h("div", { class: "actions" }, record, choose, input));
  let recorder = null;
  let cancelled = false;

  input.addEventListener("change", () => {
    if (input.files[0]) sendFile(input.files[0], "voice");
    box.close();
  });
  box.addEventListener("close", () => {
    cancelled = true;
    if (recorder?.state === "recording") recorder.stop();
  });

  async function begin() {
    record.disabled = true;
    try {
      recorder = await listen();
    } catch (error) {
      record.disabled = false;
      words.textContent = why(error);
      words.classList.add("bad");
      return;
    }
    if (cancelled) return release(recorder);
    run(recorder);
  }

  function run(running) {
    const [type, ending] = TYPES.find(([each]) => running.mimeType.startsWith(each)) || TYPES[0];
    const started = performance.now();
    const parts = [];
    const ticking = setInterval(() => (time.textContent = clock(performance.now() - started)), 250);
    running.ondataavailable = (event) => parts.push(event.data);
    running.onstop = () => {
      clearInterval(ticking);
      release(running);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      if (!cancelled) sendFile(new File(parts, `录音.${ending}`, { type }), "voice", seconds);
      box.close();
    };
    running.start();
    words.textContent = "正在录音…";
    words.classList.remove("bad");
    choose.hidden = true;
    record.disabled = false;
    record.replaceWith(button("停止并发送", () => running.stop(), { class: "action primary" }));
  }
}

async function listen() {
  if (!navigator.mediaDevices || !window.MediaRecorder) throw new DOMException("", "NotSupportedError");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const found = TYPES.find(([type]) => MediaRecorder.isTypeSupported(type));
  return new MediaRecorder(stream, found ? { mimeType: found[0] } : {});
}

function release(recorder) {
  for (const track of recorder.stream.getTracks()) track.stop();
}

function why(error) {
  const reasons = {
    NotAllowedError: "用不了麦克风：浏览器没有得到许可。请在地址栏左边允许麦克风，或者上传录音文件。",
    NotFoundError: "没有找到麦克风。请接上麦克风，或者上传录音文件。",
    NotReadableError: "麦克风正被别的程序占用。请关掉它再试，或者上传录音文件。",
    NotSupportedError: "这个浏览器不能录音，请上传录音文件。",
  };
  return reasons[error.name] || "录音没有成功，请再试一次，或者上传录音文件。";
}

function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
