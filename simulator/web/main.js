// Ties the parts together: where we are, what happens, what is drawn.

import { listen, post } from "./api.js";
import { $, attempt, face, icon } from "./dom.js";
import { drawClosed, resetComposer, setUpComposer, startEdit, startReply } from "./composer.js";
import { addPhone, groupInfo, linkedDevices, newChat, newGroup, refreshGroupInfo, setUpDialogs } from "./dialogs.js";
import { drawMessages, keepEndInSight, onMessageAction, showMessage, summary, walk } from "./messages.js";
import { drawChats, drawPeople } from "./sidebar.js";
import { go, isGroup, loadChat, loadChats, loadPhones, markRead, nameOf, numberOf, place, state, titleOf } from "./state.js";

const drawSide = () => {
  drawPeople(addPhone);
  drawChats();
};

function drawHead() {
  const { chat, group } = state;
  const title = titleOf(chat);
  $("head-face").replaceChildren(face(title, isGroup(chat)));
  $("head-title").textContent = title;
  const typing = [...(state.typing.get(chat) ?? [])];
  let note = isGroup(chat) ? (group?.members ?? []).map((one) => (one.number === state.me.number ? "you" : nameOf(one.number))).join(", ") : "+" + numberOf(chat);
  if (typing.length) note = isGroup(chat) ? `${typing.map(nameOf).join(", ")} typing…` : "typing…";
  $("head-note").textContent = note;
  $("head-note").classList.toggle("typing", typing.length > 0);
  $("info").hidden = !group;
  document.title = `${title} · ${state.me.name} · Jadi phones`;
}

// Reads and draws what the address names.
async function arrive() {
  const { name, chat } = place();
  const me = state.phones.find((phone) => phone.name === name) ?? state.phones[0] ?? null;
  const moved = me?.name !== state.me?.name;
  state.me = me;
  if (moved) {
    state.chats = [];
    state.typing.clear();
  }
  state.chat = me && chat;
  state.messages = [];
  state.group = null;
  $("app").dataset.pane = state.chat ? "talk" : "list";
  $("open").hidden = !state.chat;
  $("empty").hidden = Boolean(state.chat);
  if (me) await attempt(loadChats);
  drawSide();
  if (state.me?.name !== me?.name || state.chat !== (me && chat)) return;
  if (!state.chat) {
    document.title = me ? `${me.name} · Jadi phones` : "Jadi phones";
    return;
  }
  await attempt(reread);
  resetComposer();
  if (matchMedia("(min-width: 46rem)").matches) $("text").focus();
}

async function reread() {
  if (!(await loadChat())) return;
  drawHead();
  drawMessages();
  drawClosed();
  await read();
}

async function read() {
  await attempt(markRead);
  refreshSide();
}

// Several events at once ask for one reading of the lists.
let pending = null;
function refreshSide() {
  pending ??= setTimeout(async () => {
    pending = null;
    await attempt(loadPhones);
    if (state.me) await attempt(loadChats);
    drawSide();
  }, 60);
}

async function onEvent(event) {
  if (event.event === "resync") return resync();
  if (event.event === "phones") return refreshSide();
  const mine = event.phone === state.me?.name;
  const here = mine && (event.chat ?? event.message?.chat) === state.chat;
  if (event.event === "typing") {
    if (mine) setTyping(event);
    return undefined;
  }
  refreshSide();
  if (!mine) return undefined;
  if (event.event === "message" && !event.message.from_me) setTyping({ chat: event.message.chat, from: event.message.sender, typing: false });
  if (here && event.message) {
    showMessage(event.message);
    if (event.event === "message" && !event.message.from_me) await read();
  } else if (event.event === "message" && !event.message.from_me) {
    $("announce").textContent = `New message from ${nameOf(event.message.sender)}: ${summary(event.message)}`;
  }
  if (here && event.event === "group") {
    await attempt(reread);
    refreshGroupInfo();
  }
  return undefined;
}

// WhatsApp ends "typing" by itself after a while, in case the end gets lost.
const typingEnds = new Map();
function setTyping({ chat, from, typing }) {
  const who = state.typing.get(chat) ?? new Set();
  const key = `${chat} ${from}`;
  clearTimeout(typingEnds.get(key));
  if (typing) {
    who.add(from);
    typingEnds.set(key, setTimeout(() => setTyping({ chat, from, typing: false }), 15_000));
  } else {
    who.delete(from);
  }
  state.typing.set(chat, who);
  drawChats();
  if (state.chat === chat) drawHead();
}

async function resync() {
  await attempt(loadPhones);
  if (!state.me) return arrive();
  await attempt(loadChats);
  drawSide();
  if (state.chat) await attempt(reread);
  return undefined;
}

function setUpTheme() {
  const root = document.documentElement;
  root.dataset.theme = localStorage.getItem("theme") ?? "";
  $("theme").append(icon("theme"));
  $("theme").onclick = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  };
}

// Offline, the server keeps what is sent to this phone.
async function switchOnline() {
  await attempt(() => post(["phones", state.me.name, "online"], { online: !state.me.online }));
  refreshSide();
}

const BUTTONS = { back: ["back", () => go(state.me.name)], info: ["info", groupInfo], "new-chat": ["chat", newChat], "new-group": ["group", newGroup], devices: ["device", linkedDevices], online: ["power", switchOnline] };
for (const [id, [symbol, action]] of Object.entries(BUTTONS)) {
  $(id).append(icon(symbol));
  $(id).onclick = action;
}
setUpTheme();
setUpComposer();
setUpDialogs();
onMessageAction({ onReply: startReply, onEdit: startEdit });
keepEndInSight();
$("log").onkeydown = walk;
addEventListener("hashchange", () => attempt(arrive));
document.addEventListener("visibilitychange", read);

listen(
  (event) => attempt(() => onEvent(event)),
  (connected) => {
    $("link").dataset.state = connected ? "live" : "wait";
    $("link").textContent = connected ? "Live" : "Reconnecting";
    if (connected) attempt(resync);
  },
);
