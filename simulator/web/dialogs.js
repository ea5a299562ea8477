// The dialogs: new chat, new group, group info, linked devices, a new phone.

import { get, post } from "./api.js";
import { $, attempt, face, h, icon, iconButton } from "./dom.js";
import { go, iAmAdmin, loadPhones, nameOf, state } from "./state.js";

export function setUpDialogs() {
  $("dialog-close").append(icon("close"));
  $("dialog-close").onclick = close;
  $("dialog").addEventListener("click", (event) => {
    if (event.target === $("dialog")) close();
  });
}

const close = () => $("dialog").close();

function show(title, ...content) {
  $("dialog-title").textContent = title;
  $("dialog-body").replaceChildren(...content);
  if (!$("dialog").open) $("dialog").showModal();
}

// A form whose failure stands beside its button, where the eyes are.
function form(button, fields, action) {
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const submit = async (event) => {
    event.preventDefault();
    problem.hidden = true;
    go_.disabled = true;
    try {
      await action(new FormData(event.target), event.target);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    go_.disabled = false;
  };
  const go_ = h("button", { type: "submit", class: "primary" }, button);
  return h("form", { class: "form", onsubmit: submit, autocomplete: "off" }, fields, problem, go_);
}

const field = (label, name, extra = {}) => h("label", { class: "field" }, h("span", {}, label), h("input", { name, ...extra }));
const digits = (text) => String(text).replace(/[^\d]/g, "");
const others = () => state.phones.filter((phone) => phone.number !== state.me.number);

const personRow = (phone, control) =>
  h("label", { class: "row" }, face(phone.name, false, true), h("span", { class: "row-text" }, h("b", {}, phone.name), h("small", {}, "+" + phone.number)), control);

export function newChat() {
  const open = (number) => {
    close();
    go(state.me.name, `${number}@s.whatsapp.net`);
  };
  const known = others().map((phone) =>
    h("li", {}, h("button", { type: "button", class: "row", "data-number": phone.number, onclick: () => open(phone.number) }, face(phone.name, false, true),
      h("span", { class: "row-text" }, h("b", {}, phone.name), h("small", {}, "+" + phone.number)))));
  const byNumber = form("Open chat", field("Phone number", "number", { inputmode: "tel", placeholder: "6280000000101", required: true }), (data) => {
    const number = digits(data.get("number"));
    if (number.length < 7 || number.length > 15) throw new Error("A phone number has 7 to 15 digits.");
    open(number);
  });
  show("New chat", h("ul", { class: "rows" }, known), byNumber);
}

export function newGroup() {
  const people = others().map((phone) => h("li", {}, personRow(phone, h("input", { type: "checkbox", name: "member", value: phone.number }))));
  const create = form("Create group", [
    field("Group name", "subject", { required: true, maxlength: 100 }),
    h("fieldset", {}, h("legend", {}, "Members"), h("ul", { class: "rows" }, people)),
  ], async (data) => {
    const group = await post(["phones", state.me.name, "groups"], { subject: data.get("subject").trim(), members: data.getAll("member") });
    close();
    go(state.me.name, group.jid);
  });
  show("New group", create);
}

export function addPhone() {
  const create = form("Add phone", [
    field("Name", "name", { required: true, maxlength: 40 }),
    field("Phone number", "number", { inputmode: "tel", placeholder: "6280000000104", required: true }),
  ], async (data) => {
    const phone = await post(["phones"], { name: data.get("name").trim(), number: digits(data.get("number")) });
    await loadPhones();
    close();
    go(phone.name);
  });
  show("Add a phone", h("p", { class: "note" }, "A new person with a WhatsApp account of their own."), create);
}

export async function linkedDevices() {
  const name = state.me.name;
  const devices = (await attempt(() => get("phones", name, "devices"))) ?? [];
  const again = () => linkedDevices();
  const rows = devices.map((device) =>
    h("li", { class: "row" }, h("span", { class: "face small" }, icon("device")),
      h("span", { class: "row-text" }, h("b", {}, device.platform || "Linked device"), h("small", {}, device.connected ? "Connected" : "Not connected")),
      h("button", { type: "button", class: "plain danger", onclick: () => attempt(() => post(["phones", name, "devices", device.index, "unlink"])).then(again) }, "Unlink")));
  const code = form("Link with code", field("Pairing code", "code", { placeholder: "ABCD-EFGH", required: true, autocapitalize: "characters", spellcheck: "false" }),
    async (data) => {
      await post(["phones", name, "devices", "code"], { code: data.get("code").trim() });
      again();
    });
  const qr = form("Link with QR text", h("label", { class: "field" }, h("span", {}, "What the QR code says"), h("textarea", { name: "qr", rows: 3, required: true, spellcheck: "false" })),
    async (data) => {
      await post(["phones", name, "devices", "qr"], { qr: data.get("qr").trim() });
      again();
    });
  show(`Linked devices of ${name}`,
    rows.length ? h("ul", { class: "rows" }, rows) : h("p", { class: "note" }, "No device is linked. A bot becomes one by a pairing code or a QR code."),
    code, h("hr"), qr);
}

export function groupInfo() {
  const { group, me } = state;
  if (!group) return;
  const admin = iAmAdmin();
  const member = group.members.some((one) => one.number === me.number);
  const change = (what) => post(["phones", me.name, "groups", group.jid], what);
  const act = (what) => () => attempt(() => change(what));
  const rows = group.members.map((one) => {
    const self = one.number === me.number;
    const numbers = [one.number];
    const name = nameOf(one.number);
    return h("li", { class: "row" }, face(name, false, true),
      h("span", { class: "row-text" }, h("b", {}, self ? "You" : name), h("small", {}, "+" + one.number)),
      one.admin ? h("span", { class: "tag" }, "Admin") : null,
      admin && !self ? h("span", { class: "row-actions" },
        h("button", { type: "button", class: "plain", onclick: act({ change: one.admin ? "demote" : "promote", numbers }), "aria-label": `${one.admin ? "Dismiss" : "Make"} ${name} ${one.admin ? "as" : "an"} admin` }, one.admin ? "Dismiss" : "Make admin"),
        h("button", { type: "button", class: "plain danger", onclick: act({ change: "remove", numbers }), "aria-label": `Remove ${name}` }, "Remove")) : null);
  });
  const mayEdit = member && (admin || !group.locked);
  const outside = others().filter((phone) => !group.members.some((one) => one.number === phone.number));
  const about = form("Save", [
    field("Name", "subject", { value: group.subject, required: true, maxlength: 100 }),
    field("Description", "description", { value: group.description, maxlength: 2048 }),
  ], async (data) => {
    const subject = data.get("subject").trim();
    const description = data.get("description").trim();
    if (subject !== group.subject) await change({ change: "subject", subject });
    if (description !== group.description) await change({ change: "description", description });
  });
  const add = form("Add member", [
    field("Phone number", "number", { inputmode: "tel", list: "outside", required: true }),
    h("datalist", { id: "outside" }, outside.map((phone) => h("option", { value: phone.number }, phone.name))),
  ], (data) => change({ change: "add", numbers: [digits(data.get("number"))] }));
  const toggle = (label, name, on) => h("label", { class: "check" },
    h("input", { type: "checkbox", checked: on, disabled: !admin, onchange: (event) => attempt(() => change({ change: name, on: event.target.checked })) }), label);
  show("Group info",
    h("div", { class: "about" }, face(group.subject, true), h("div", {}, h("b", {}, group.subject), h("p", {}, group.description || "No description"))),
    h("h3", {}, `${group.members.length} ${group.members.length === 1 ? "member" : "members"}`),
    h("ul", { class: "rows" }, rows),
    admin ? add : h("span"),
    mayEdit ? h("details", {}, h("summary", {}, "Name and description"), about) : h("span"),
    member ? h("fieldset", { class: "toggles" }, h("legend", {}, "Settings"), toggle("Only admins can write", "announce", group.announce), toggle("Only admins can change name and description", "locked", group.locked)) : h("span"),
    member ? h("button", { type: "button", class: "plain danger", onclick: () => attempt(() => change({ change: "leave" })).then(close) }, "Leave group") : h("span"));
}

// Draws the group's dialog anew when that is what is open.
export function refreshGroupInfo() {
  if ($("dialog").open && $("dialog-title").textContent === "Group info") groupInfo();
}
