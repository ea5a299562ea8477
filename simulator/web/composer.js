// Writing: text, a reply, an edit, a file.

import { messageParts, post, toBase64 } from "./api.js";
import { $, attempt, face, h, icon, iconButton } from "./dom.js";
import { size } from "./format.js";
import { closedBecause, isGroup, nameOf, state } from "./state.js";
import { summary } from "./messages.js";

const MAX_FILE = 16 * 1024 * 1024;

let reply = null;
let edit = null;
let picked = null; // {file, once, url}
let typingSince = 0;

export function setUpComposer() {
  $("attach").append(icon("attach"));
  $("send").append(icon("send"));
  $("attach").onclick = () => $("file").click();
  $("file").onchange = () => pick($("file").files[0]);
  $("composer").onsubmit = (event) => {
    event.preventDefault();
    attempt(submit);
  };
  const text = $("text");
  text.oninput = () => {
    grow();
    tellTyping();
  };
  text.onkeydown = onKey;
  text.onpaste = (event) => {
    const file = [...event.clipboardData.files][0];
    if (file) {
      event.preventDefault();
      pick(file);
    }
  };
  const log = $("open");
  log.ondragover = (event) => event.preventDefault();
  log.ondrop = (event) => {
    event.preventDefault();
    pick(event.dataTransfer.files[0]);
  };
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    $("composer").requestSubmit();
  } else if (event.key === "Escape") {
    clearContext();
  } else if (event.key === "ArrowUp" && $("text").value === "" && !picked) {
    const last = state.messages.findLast((one) => one.from_me && one.kind === "text" && !one.deleted);
    if (last) {
      event.preventDefault();
      startEdit(last);
    }
  }
}

// What I write stays out of other chats, so opening one begins with an empty field.
export function resetComposer() {
  $("text").value = "";
  clearContext();
  drawClosed();
}

export function drawClosed() {
  const reason = closedBecause();
  $("closed").textContent = reason ?? "";
  $("closed").hidden = !reason;
  $("write").hidden = Boolean(reason);
}

export function startReply(message) {
  clearContext();
  reply = message;
  context(h("b", {}, `Reply to ${message.from_me ? "yourself" : nameOf(message.sender)}`), summary(message));
  $("text").focus();
}

export function startEdit(message) {
  clearContext();
  edit = message;
  context(h("b", {}, "Edit message"), summary(message));
  $("text").value = message.text;
  grow();
  $("text").focus();
}

function pick(file) {
  $("file").value = "";
  if (!file) return;
  if (file.size > MAX_FILE) {
    attempt(() => Promise.reject(new Error(`${file.name} is larger than ${size(MAX_FILE)}.`)));
    return;
  }
  const { value } = $("text");
  const was = reply;
  clearContext();
  reply = was;
  $("text").value = value;
  const isPicture = file.type.startsWith("image/");
  picked = { file, once: false, url: isPicture ? URL.createObjectURL(file) : null };
  const once = h("input", { type: "checkbox", onchange: (event) => (picked.once = event.target.checked) });
  context(
    h("b", {}, file.name),
    size(file.size),
    isPicture ? h("img", { src: picked.url, alt: "" }) : face(file.name),
    isPicture ? h("label", { class: "check" }, once, "View once") : null,
  );
  $("text").focus();
}

function context(title, line, picture = null, extra = null) {
  const cancel = iconButton("close", "Cancel", () => {
    clearContext();
    $("text").focus();
  });
  $("context").replaceChildren(...[picture, h("p", {}, title, h("span", {}, line)), extra, cancel].filter(Boolean));
  $("context").hidden = false;
}

function clearContext() {
  if (edit) $("text").value = "";
  if (picked?.url) URL.revokeObjectURL(picked.url);
  reply = edit = picked = null;
  $("context").replaceChildren();
  $("context").hidden = true;
  grow();
}

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
}

async function submit() {
  const { me, chat } = state;
  const typed = $("text").value.trim();
  if (edit) {
    const message = edit;
    if (!typed || typed === message.text) return clearContext();
    await post([...messageParts(me.name, message), "edit"], { text: typed });
    return clearContext();
  }
  if (!typed && !picked) return undefined;
  const { text, mentions } = withMentions(typed);
  const body = { text: text || null, mentions };
  if (reply) body.quote = { sender: reply.sender, id: reply.id };
  if (picked) {
    const { file, once } = picked;
    body.media = { kind: kindOf(file), name: file.name, mime: file.type || "application/octet-stream", base64: await toBase64(file) };
    body.view_once = once;
  }
  $("text").value = "";
  clearContext();
  typingSince = 0;
  try {
    await post(["phones", me.name, "chats", chat, "messages"], body);
  } catch (error) {
    if (state.chat === chat && $("text").value === "") $("text").value = typed;
    grow();
    throw error;
  }
  return undefined;
}

function kindOf(file) {
  if (file.type === "image/webp") return "sticker";
  const kind = file.type.split("/")[0];
  return ["image", "video", "audio"].includes(kind) ? kind : "document";
}

// People write @bob; WhatsApp carries @<number> and the number in a list.
function withMentions(typed) {
  const members = isGroup(state.chat) ? (state.group?.members ?? []) : [];
  const mentions = new Set();
  const text = typed.replace(/@([\p{L}\p{N}_-]+)/gu, (whole, name) => {
    const member = members.find((one) => one.number === name || nameOf(one.number).toLowerCase() === name.toLowerCase());
    if (!member) return whole;
    mentions.add(member.number);
    return "@" + member.number;
  });
  return { text, mentions: [...mentions] };
}

// At most once in three seconds, and never a reason to bother anyone when it fails.
function tellTyping() {
  const now = Date.now();
  if (now - typingSince < 3000 || !$("text").value) return;
  typingSince = now;
  post(["phones", state.me.name, "chats", state.chat, "typing"], { typing: true }).catch(() => {});
}
