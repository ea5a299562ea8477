// The conversation: bubbles, ticks, quotes, reactions, and what can be done with a message.

import { messageParts, post } from "./api.js";
import { $, attempt, h, icon, iconButton } from "./dom.js";
import { clock, day, flat, formatted, size } from "./format.js";
import { iAmAdmin, isGroup, nameOf, sameMessage, state } from "./state.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const TICKS = { sent: ["sent", "Sent"], delivered: ["twice", "Delivered"], read: ["twice", "Read"] };

let callbacks = {}; // onReply(message), onEdit(message)
export const onMessageAction = (given) => (callbacks = given);

export const keyOf = (message) => `${message.sender}/${message.id}`;
const find = (key) => [...$("messages").children].find((item) => item.dataset.key === key);

// One line that stands for a message, in quotes and banners.
export function summary(message) {
  if (message.deleted) return "Deleted message";
  if (message.text) return flat(message.text);
  return { image: "Photo", sticker: "Sticker", video: "Video", audio: "Audio" }[message.kind] ?? message.media?.name ?? "Message";
}

export function drawMessages() {
  const log = $("log");
  log.setAttribute("aria-busy", "true");
  $("messages").replaceChildren();
  for (const message of state.messages) append(message);
  log.scrollTop = log.scrollHeight;
  log.setAttribute("aria-busy", "false");
}

// Shows a message that is new or has changed.
export function showMessage(message) {
  const index = state.messages.findIndex((one) => sameMessage(one, message));
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  if (index < 0) {
    state.messages.push(message);
    append(message);
  } else {
    state.messages[index] = message;
    const old = find(keyOf(message));
    const held = old?.contains(document.activeElement);
    const fresh = draw(message, state.messages[index - 1]);
    old?.replaceWith(fresh);
    if (held) fresh.focus();
  }
  if (atEnd || (index < 0 && message.from_me)) log.scrollTop = log.scrollHeight;
}

function append(message) {
  const list = $("messages");
  const before = state.messages[state.messages.indexOf(message) - 1];
  if (!before || day(before.at_ms) !== day(message.at_ms)) {
    list.append(h("li", { class: "day" }, h("span", {}, day(message.at_ms))));
  }
  list.append(draw(message, before));
}

function draw(message, before) {
  if (message.kind === "system") {
    return h("li", { class: "day system", "data-key": keyOf(message) }, h("span", {}, message.system));
  }
  const follows = before && before.sender === message.sender && before.kind !== "system" && message.at_ms - before.at_ms < 300_000;
  const who = message.from_me ? "You" : nameOf(message.sender);
  const classes = ["msg", message.from_me ? "mine" : "theirs", follows ? "follows" : "", message.kind === "sticker" && !message.deleted ? "bare" : ""];
  return h(
    "li",
    { class: classes.join(" "), "data-key": keyOf(message), tabindex: "-1" },
    h(
      "article",
      { class: "bubble", "aria-label": `${who}, ${clock(message.at_ms)}` },
      isGroup(message.chat) && !message.from_me && !follows ? h("p", { class: `sender hue-${hue(message.sender)}` }, who) : null,
      message.quote && !message.deleted ? quoted(message) : null,
      body(message),
      meta(message),
      reactions(message),
    ),
    message.deleted ? null : actions(message),
  );
}

const hue = (number) => [...number].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 9973, 0) % 6;

function body(message) {
  if (message.deleted) {
    const by = message.deleted.who === "admin" ? `Deleted by admin ${nameOf(message.deleted.number)}` : message.from_me ? "You deleted this message" : "This message was deleted";
    return h("p", { class: "gone" }, icon("none"), by);
  }
  if (message.kind === "undecryptable") return h("p", { class: "gone" }, "Waiting for this message. It could not be decrypted and was asked for again.");
  if (message.kind === "other") return h("p", { class: "gone" }, `A kind of message that this page does not show: ${message.other}`);
  const text = message.text ? h("div", { class: "text" }, formatted(message.text, nameOf)) : null;
  if (message.kind === "poll") {
    return [text, poll(message)];
  }
  return [message.media ? media(message) : null, text];
}

// What this person has chosen, by poll. A poll that came is voted in by pressing its options, and again to take it back.
const votes = new Map();

function poll(message) {
  const key = keyOf(message);
  const chosen = votes.get(key) ?? [];
  const press = (option) => attempt(async () => {
    const others = message.poll.selectable === 1 ? [] : chosen.filter((one) => one !== option);
    const now = chosen.includes(option) ? chosen.filter((one) => one !== option) : [...others, option];
    await post([...messageParts(state.me.name, message), "vote"], { chosen: now });
    votes.set(key, now);
    showMessage(message);
  });
  const button = (option) => h("button", { type: "button", disabled: message.from_me, "aria-pressed": String(chosen.includes(option)), onclick: () => press(option) }, option);
  return h("ul", { class: "poll" }, message.poll.options.map((option) => h("li", {}, button(option))));
}

function media(message) {
  const { kind, name, size: bytes, url, failed, view_once: once } = message.media;
  if (failed) return h("p", { class: "gone" }, `The file did not come: ${failed}`);
  const label = message.text || name || kind;
  if (kind === "image" || kind === "sticker") {
    const picture = h("img", { class: kind, src: url, alt: message.text ? "" : label, onload: settle });
    const link = h("a", { class: "picture", href: url, target: "_blank", "aria-label": `Open the ${kind === "sticker" ? "sticker" : "picture"}` }, picture);
    return h("figure", {}, link, once ? h("figcaption", { class: "once" }, icon("once"), "View once") : null);
  }
  if (kind === "video") return h("video", { src: url, controls: true, preload: "metadata" });
  if (kind === "audio") return h("audio", { src: url, controls: true, preload: "metadata" });
  return h("a", { class: "document", href: url, download: name || "file" }, icon("file"), h("span", {}, h("b", {}, name || "File"), h("small", {}, size(bytes))));
}

// A picture that has just got its height must not push the end of the conversation out of sight.
function settle() {
  const log = $("log");
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 500) log.scrollTop = log.scrollHeight;
}

function quoted(message) {
  const original = state.messages.find((one) => one.sender === message.quote.sender && one.id === message.quote.id);
  const by = message.quote.sender === state.me.number ? "You" : nameOf(message.quote.sender);
  const jump = () => {
    const target = find(keyOf(message.quote));
    target?.scrollIntoView({ block: "center", behavior: "smooth" });
    target?.focus({ preventScroll: true });
  };
  return h("button", { type: "button", class: `quote hue-${hue(message.quote.sender)}`, onclick: jump, "aria-label": `In reply to ${by}` },
    h("b", {}, by), h("span", {}, original ? summary(original) : "Message"));
}

function meta(message) {
  const ticks = message.from_me && !message.deleted ? TICKS[message.status] : null;
  return h("p", { class: "meta" },
    message.edited && !message.deleted ? h("span", {}, "edited") : null,
    h("time", { datetime: new Date(message.at_ms).toISOString() }, clock(message.at_ms)),
    ticks ? h("span", { class: `ticks ${message.status}`, role: "img", "aria-label": ticks[1], title: ticks[1] }, icon(ticks[0])) : null);
}

function reactions(message) {
  if (message.deleted || message.reactions.length === 0) return null;
  const kinds = [...new Set(message.reactions.map((one) => one.emoji))];
  const who = message.reactions.map((one) => `${nameOf(one.from)} ${one.emoji}`).join(", ");
  const total = message.reactions.length > 1 ? h("small", {}, message.reactions.length) : null;
  return h("p", { class: "reactions", role: "img", "aria-label": `Reactions: ${who}`, title: who }, kinds.join(""), total);
}

function actions(message) {
  const parts = messageParts(state.me.name, message);
  const react = (emoji) => attempt(() => post([...parts, "reaction"], { emoji }));
  const mineNow = message.reactions.find((one) => one.from === state.me.number)?.emoji;
  const palette = h("div", { class: "palette", role: "group", "aria-label": "Reactions", hidden: true },
    EMOJI.map((emoji) => h("button", { type: "button", "aria-pressed": String(emoji === mineNow), onclick: () => react(emoji === mineNow ? "" : emoji) }, emoji)));
  const open = (event) => {
    palette.hidden = !palette.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!palette.hidden));
    if (!palette.hidden) palette.firstElementChild.focus();
  };
  return h("div", { class: "actions", role: "group", "aria-label": "Message actions" },
    palette,
    iconButton("react", "React", open, { "aria-expanded": "false" }),
    iconButton("reply", "Reply", () => callbacks.onReply(message)),
    message.from_me && message.kind === "text" ? iconButton("edit", "Edit", () => callbacks.onEdit(message)) : null,
    message.from_me || iAmAdmin() ? iconButton("trash", "Delete for everyone", () => attempt(() => post([...parts, "delete"]))) : null);
}

// The end of the conversation stays in sight when the window, or the field below, changes its size.
export function keepEndInSight() {
  const log = $("log");
  let atEnd = true;
  log.addEventListener("scroll", () => (atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40));
  new ResizeObserver(() => {
    if (atEnd) log.scrollTop = log.scrollHeight;
  }).observe(log);
}

// Up and down walk through the messages; Escape goes back to writing.
export function walk(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.key === "Escape") $("text").focus();
  if (!step) return;
  const all = [...$("messages").querySelectorAll(".msg")];
  const now = all.findIndex((item) => item.contains(document.activeElement));
  const next = now < 0 ? all.at(-1) : all[now + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
