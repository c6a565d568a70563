// What the page knows: the people, the screens as the server told them, what is still on its way, and what each person has read.

export const state = {
  ready: false,
  screensId: "",
  people: [],
  screens: new Map(), // chat -> entries in order
  first: "",
  maxUpload: 0,
  maxMessage: 0,
  user: "",
  chat: "",
  link: "connecting", // connecting | open | lost | gone
};

const listeners = new Set();
let due = false;

export function onChange(listener) {
  listeners.add(listener);
}

// Draws once a frame, however many things changed.
export function changed() {
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    for (const listener of listeners) listener();
  });
}

export const me = () => state.people.find((person) => person.user === state.user);
export const chatOf = (person, chat) => person?.chats.find((known) => known.chat === chat);
export const entries = (chat) => state.screens.get(chat) || [];

export function greet(hello) {
  state.ready = true;
  state.screensId = hello.screens_id;
  state.people = hello.people;
  state.screens = new Map(Object.entries(hello.screens));
  state.first = hello.first;
  state.maxUpload = hello.max_upload;
  state.maxMessage = hello.max_message;
}

export function put(entry) {
  const screen = state.screens.get(entry.chat) || [];
  const known = screen.findIndex((other) => other.id === entry.id);
  if (known >= 0) screen[known] = entry;
  else screen.push(entry);
  screen.sort((a, b) => a.seq - b.seq);
  state.screens.set(entry.chat, screen);
}

const seenKey = () => `genjin.seen.${state.screensId}`;
const seen = () => JSON.parse(localStorage.getItem(seenKey()) || "{}");
const mark = (user, chat) => JSON.stringify([user, chat]);

export function markSeen() {
  const last = entries(state.chat).at(-1);
  const key = mark(state.user, state.chat);
  const all = seen();
  if (!last || all[key] === last.seq) return;
  all[key] = last.seq;
  localStorage.setItem(seenKey(), JSON.stringify(all));
}

export function unread(user, chat, read = seen()) {
  const upTo = read[mark(user, chat)] || 0;
  return entries(chat).filter((entry) => entry.seq > upTo && entry.by !== user).length;
}

export function unreadOf(person) {
  const read = seen();
  return person.chats.reduce((sum, { chat }) => sum + unread(person.user, chat, read), 0);
}
