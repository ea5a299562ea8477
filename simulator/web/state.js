// What the page knows, and how it learns it. One person at a time is "me"; the address's fragment names person and chat
// (`#alice/6280000000102@s.whatsapp.net`), so that two tabs can be two people.

import { get, post } from "./api.js";

export const state = {
  phones: [],
  me: null, // one of phones
  chats: [], // of me, newest first
  chat: null, // JID of the open chat
  group: null, // the open chat's group, when it is one
  messages: [], // of the open chat, oldest first
  typing: new Map(), // JID of chat -> numbers that type there
};

export const isGroup = (chat) => chat.endsWith("@g.us");
export const numberOf = (chat) => chat.split("@")[0];
export const sameMessage = (a, b) => a.chat === b.chat && a.sender === b.sender && a.id === b.id;

export function nameOf(number) {
  if (number === state.me?.number) return state.me.name;
  return state.phones.find((phone) => phone.number === number)?.name ?? "+" + number;
}

export function titleOf(chat) {
  if (!isGroup(chat)) return chat === `${state.me?.number}@s.whatsapp.net` ? `${state.me.name} (you)` : nameOf(numberOf(chat));
  if (state.group?.jid === chat) return state.group.subject;
  return state.chats.find((summary) => summary.chat === chat)?.title ?? "Group";
}

export async function loadPhones() {
  state.phones = await get("phones");
  if (state.me) state.me = state.phones.find((phone) => phone.name === state.me.name) ?? null;
}

export async function loadChats() {
  const me = state.me;
  const chats = await get("phones", me.name, "chats");
  if (state.me?.name === me.name) state.chats = chats.sort((a, b) => b.last_ms - a.last_ms);
}

// Reads the open chat. False when another one was opened meanwhile.
export async function loadChat() {
  const { me, chat } = state;
  const [messages, group] = await Promise.all([
    get("phones", me.name, "chats", chat, "messages"),
    isGroup(chat) ? get("groups", chat).catch(() => null) : null,
  ]);
  if (state.me?.name !== me.name || state.chat !== chat) return false;
  state.messages = messages;
  state.group = group;
  return true;
}

export async function markRead() {
  const { me, chat } = state;
  if (!me || !chat || document.visibilityState !== "visible") return;
  await post(["phones", me.name, "chats", chat, "read"]);
}

// Why I may not write in the open chat; null when I may.
export function closedBecause() {
  const { group, me, chat } = state;
  if (!chat || !isGroup(chat)) return null;
  const member = group?.members.find((one) => one.number === me.number);
  if (!member) return "You are not a member of this group.";
  if (group.announce && !member.admin) return "Only admins can write in this group.";
  return null;
}

export const iAmAdmin = () => Boolean(state.group?.members.some((one) => one.number === state.me.number && one.admin));

export function place() {
  const [name, chat] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { name: name || null, chat: chat || null };
}

export function go(name, chat = null) {
  location.hash = chat ? `${encodeURIComponent(name)}/${encodeURIComponent(chat)}` : encodeURIComponent(name);
}
