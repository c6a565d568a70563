// Files on their way: uploaded with progress first, then said like any message.

import { changed, state } from "./state.js";

// Items like those of the outbox, with { upload: true, file, progress, bar }
let uploads = [];

export const uploading = (user, chat) => uploads.filter(({ frame }) => frame.user === user && frame.chat === chat);

export function dropUpload(item) {
  uploads = uploads.filter((other) => other !== item);
  changed();
}

export function attach(link, frame, file, kind, seconds) {
  const said = frame(kind || kindOf(file), { name: file.name, ...(seconds === null ? {} : { seconds }) });
  const item = { frame: said, file, upload: true, state: "sending", why: "", progress: 0, bar: null };
  item.link = link;
  uploads.push(item);
  start(item);
}

export async function start(item) {
  Object.assign(item, { state: "sending", why: "", progress: 0 });
  changed();
  try {
    if (item.file.size > state.maxUpload) throw new Error(`文件太大了：最多 ${Math.floor(state.maxUpload / 1024 / 1024)} MB。请压缩，或者分成几个再发`);
    const { ref, size } = await upload(item);
    const { kind, name, seconds } = item.frame;
    dropUpload(item);
    item.link.say({ ...item.frame, ref }, { type: kind, ref, name, size, seconds });
  } catch (error) {
    Object.assign(item, { state: "failed", why: error.message });
    changed();
  }
}

function kindOf(file) {
  const kinds = { image: "photo", audio: "voice", video: "video" };
  return kinds[file.type.split("/")[0]] || "document";
}

// XMLHttpRequest and not fetch: only it tells how much has been sent.
function upload(item) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/sandbox/upload?name=${encodeURIComponent(item.file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      item.progress = event.loaded / event.total;
      if (item.bar) item.bar.value = item.progress;
    };
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(refusal(request))));
    request.onerror = () => reject(new Error("连接断了，文件没有传完"));
    request.send(item.file);
  });
}

function refusal(request) {
  if (request.status === 403) return "演示已重启，请用终端里新打印的地址";
  return request.response?.error || "上传没有成功";
}
