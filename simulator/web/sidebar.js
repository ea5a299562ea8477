// The left side: who I am, and my chats.

import { $, face, h, icon } from "./dom.js";
import { clockOrDay, flat } from "./format.js";
import { go, isGroup, nameOf, state, titleOf } from "./state.js";

const count = (n) => (n > 0 ? h("span", { class: "badge" }, n > 99 ? "99+" : n, h("span", { class: "sr" }, " unread")) : null);

// Draws anew without taking the keyboard from whoever stands on one of the buttons.
function redraw(list, items) {
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...items);
  if (held) [...list.querySelectorAll("[data-key]")].find((one) => one.dataset.key === held)?.focus();
}

export function drawPeople(onAdd) {
  const people = state.phones.map((phone) => {
    const here = phone.name === state.me?.name;
    const linked = phone.devices.length > 0;
    const button = h(
      "button",
      { type: "button", class: "person", "data-key": phone.name, "aria-current": here ? "true" : null, onclick: () => go(phone.name) },
      h("span", { class: "person-face" }, face(phone.name), here ? null : count(phone.unread), linked ? h("span", { class: "linked" }, icon("bot")) : null),
      h("span", { class: "person-name" }, phone.name),
      linked ? h("span", { class: "sr" }, ", has a linked device") : null,
    );
    return h("li", {}, button);
  });
  const add = h(
    "button",
    { type: "button", class: "person", "data-key": "+", onclick: onAdd, "aria-label": "Add a phone" },
    h("span", { class: "person-face" }, h("span", { class: "face add" }, icon("plus"))),
    h("span", { class: "person-name" }, "Add"),
  );
  redraw($("people"), [...people, h("li", {}, add)]);
  $("self").replaceChildren(
    ...(state.me ? [h("strong", {}, state.me.name), " ", h("span", {}, state.me.online ? "+" + state.me.number : "offline")] : ["Pick a person"]),
  );
  for (const id of ["new-chat", "new-group", "devices", "online"]) $(id).disabled = !state.me;
  const offline = state.me?.online === false;
  $("online").setAttribute("aria-pressed", String(offline));
  $("self").classList.toggle("offline", offline);
}

export function drawChats() {
  const items = state.chats.map((summary) => {
    const title = titleOf(summary.chat);
    const here = summary.chat === state.chat;
    const typing = [...(state.typing.get(summary.chat) ?? [])];
    const last = typing.length
      ? h("span", { class: "last typing" }, isGroup(summary.chat) ? `${nameOf(typing[0])} is typing…` : "typing…")
      : h("span", { class: "last" }, flat(summary.last_text) || "\u00a0");
    const button = h(
      "button",
      { type: "button", class: "chat", "data-key": summary.chat, "aria-current": here ? "true" : null, onclick: () => go(state.me.name, summary.chat) },
      face(title, isGroup(summary.chat)),
      h("span", { class: "chat-title" }, title),
      h("time", { class: "chat-time", datetime: new Date(summary.last_ms).toISOString() }, summary.last_ms ? clockOrDay(summary.last_ms) : ""),
      last,
      count(here && document.visibilityState === "visible" ? 0 : summary.unread),
    );
    return h("li", {}, button);
  });
  if (state.me && items.length === 0) items.push(h("li", { class: "hint" }, "No chats yet. Start one with the first button above."));
  redraw($("chats"), items);
}
