// The connection: what is said waits in an outbox until the server has it, through lost connections and reloads of the tab.

import { changed, state } from "./state.js";

const KEPT = "genjin.outbox";
const WAITS = [300, 800, 1500, 3000, 5000];

export const newId = () => crypto.randomUUID();

// Items: { frame, shown: what the sender sees meanwhile or null, state: sending | failed, why }
export class Link {
  constructor(onframe) {
    this.onframe = onframe;
    this.tries = 0;
    this.outbox = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
  }

  open() {
    this.socket = new WebSocket(`ws://${location.host}/sandbox/ws`);
    this.socket.onmessage = (message) => this.heard(JSON.parse(message.data));
    this.socket.onclose = (event) => this.lost(event);
  }

  say(frame, shown = null) {
    this.outbox.push({ frame, shown, state: "sending", why: "" });
    this.keep();
    this.transmit(frame);
  }

  again(id) {
    const item = this.find(id);
    item.state = "sending";
    this.keep();
    this.transmit(item.frame);
  }

  drop(id) {
    this.outbox = this.outbox.filter((item) => item.frame.id !== id);
    this.keep();
  }

  find(id) {
    return this.outbox.find((item) => item.frame.id === id);
  }

  keep() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.outbox));
    changed();
  }

  transmit(frame) {
    if (state.link === "open") this.socket.send(JSON.stringify(frame));
  }

  heard(frame) {
    if (frame.kind === "hello") {
      this.tries = 0;
      state.link = "open";
      this.onframe(frame);
      for (const item of this.outbox) if (item.state === "sending") this.transmit(item.frame);
    } else if (frame.kind === "delivered") {
      this.drop(frame.id);
      this.onframe(frame);
    } else if (frame.kind === "refused") {
      const item = this.find(frame.id);
      if (item?.shown) Object.assign(item, { state: "failed", why: frame.text });
      else this.drop(frame.id);
      this.keep();
      this.onframe({ ...frame, told: Boolean(item?.shown) });
    } else {
      this.onframe(frame);
    }
  }

  async lost(event) {
    const TOO_BIG = 1009;
    if (event.code === TOO_BIG) this.failAll("这条消息太长了，服务器没有收");
    if (state.link !== "connecting") state.link = "lost";
    changed();
    if (await this.isShutOut()) {
      state.link = "gone";
      changed();
      return;
    }
    state.link = "lost";
    changed();
    setTimeout(() => this.open(), WAITS[Math.min(this.tries++, WAITS.length - 1)]);
  }

  failAll(why) {
    for (const item of this.outbox) Object.assign(item, { state: "failed", why });
    this.keep();
  }

  async isShutOut() {
    try {
      return (await fetch("/sandbox/here")).status === 403;
    } catch {
      return false;
    }
  }
}
