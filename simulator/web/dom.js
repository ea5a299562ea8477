// Small helpers to build elements. Data only ever becomes text nodes or attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

// h("p", {class: "note", onclick: f}, "text", child…). null, undefined and false are left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

// Outlines on a 24 by 24 grid.
const ICONS = {
  back: "M15 5l-7 7 7 7",
  chat: "M5 5h14v11h-8l-4 3.5V16H5zM12 8v5M9.5 10.5h5",
  group: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3.5 19c.3-3.4 2.4-5 5.5-5s5.2 1.6 5.5 5M16 11a2.5 2.5 0 1 0-1-4.8M17 14c2.2.3 3.3 1.9 3.5 4.5",
  device: "M4 5h12v4M4 5v9h7M2.5 17H11M14 11h6v9h-6zM16.5 17.5h1",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.1",
  attach: "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.2a3 3 0 0 1 4.3 4.3l-7.8 7.7a1.5 1.5 0 0 1-2.2-2.2L14 7.5",
  send: "M4 12l16-7-5.5 15-3-6.5zM11.5 13.5L20 5",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 6l-6 5.5L10 17v-3.5c5 0 8 1.5 10 4.5-.5-5.5-4-8.5-10-8.7z",
  react: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.2c.8 1.5 2 2.3 3.5 2.3s2.7-.8 3.5-2.3M9 9.5v.6M15 9.5v.6",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18zM14.5 6.5l3 3",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v6M13.7 10.5v6",
  theme: "M12 4v16M12 4a8 8 0 1 0 0 16M12 4a8 8 0 0 1 0 16M12 8h4M12 12h5.5M12 16h4",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4M10 12h5M10 15.5h5",
  none: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.7 5.7l12.6 12.6",
  sent: "M6 12.5l4 4L18.5 8",
  twice: "M2.5 12.5l4 4L15 8M9.5 15.5l1 1L19.5 8",
  bot: "M5 9h14v10H5zM12 9V5.5M9 13v1.5M15 13v1.5M2.5 12.5v3M21.5 12.5v3",
  power: "M12 4v8M7.2 7.2a7 7 0 1 0 9.6 0",
  plus: "M12 5v14M5 12h14",
  once: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM10.5 9.5L12.5 8v8",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export const iconButton = (name, label, onclick, extra = {}) =>
  h("button", { type: "button", class: "icon", "aria-label": label, title: label, onclick, ...extra }, icon(name));

// A round face: the first letter on a colour that belongs to the name, or a symbol for groups.
export function face(title, isGroup = false, small = false) {
  let sum = 0;
  for (const c of title) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  const mark = isGroup ? icon("group") : [...title.replace(/^\+/, "")][0]?.toUpperCase() ?? "?";
  return h("span", { class: `face hue-${sum % 6}${small ? " small" : ""}`, "aria-hidden": "true" }, mark);
}

let toastTimer;
export function toast(error) {
  $("toasts").replaceChildren(h("p", {}, error.message ?? String(error)));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toasts").replaceChildren(), 6000);
}

// Runs what a person asked for; a failure is told and not thrown on.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error);
    return undefined;
  }
}
