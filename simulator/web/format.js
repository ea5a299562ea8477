// WhatsApp's text formatting as DOM nodes, and how times and sizes are written.

import { h } from "./dom.js";

const TAGS = { "*": "strong", "_": "em", "~": "s", "`": "code" };
const WORD = /[\p{L}\p{N}]/u;
const LINK_OR_MENTION = /https?:\/\/[^\s<>"']+|@\d{7,15}/g;

// `nameOf(number)` says how a mentioned person is called.
export function formatted(text, nameOf) {
  const out = document.createDocumentFragment();
  text.split(/```([\s\S]+?)```/).forEach((part, index) => {
    if (index % 2) out.append(h(part.includes("\n") ? "pre" : "code", {}, part.replace(/^\n|\n$/g, "")));
    else lines(part, out, nameOf);
  });
  return out;
}

// A line that begins with "> " is a quotation; everything else runs on.
function lines(text, out, nameOf) {
  let quote = null;
  text.split("\n").forEach((line, index, all) => {
    if (line.startsWith("> ")) {
      if (quote) quote.append("\n");
      else out.append((quote = h("blockquote")));
      inline(line.slice(2), quote, nameOf);
      return;
    }
    quote = null;
    inline(line, out, nameOf);
    if (index < all.length - 1) out.append("\n");
  });
}

function inline(text, out, nameOf) {
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const mark = text[at];
    const end = TAGS[mark] ? closing(text, at) : -1;
    if (end < 0) {
      plain += mark;
      at += 1;
      continue;
    }
    links(plain, out, nameOf);
    plain = "";
    const inside = text.slice(at + 1, end);
    const element = h(TAGS[mark]);
    if (mark === "`") element.append(inside);
    else inline(inside, element, nameOf);
    out.append(element);
    at = end + 1;
  }
  links(plain, out, nameOf);
}

// Where the mark that stands at `at` closes: it must hug a word on its inner side and none on its outer one.
function closing(text, at) {
  const mark = text[at];
  const before = text[at - 1] ?? " ";
  const after = text[at + 1] ?? " ";
  if (WORD.test(before) || /\s/.test(after) || after === mark) return -1;
  for (let end = text.indexOf(mark, at + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (!/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? " ")) return end;
  }
  return -1;
}

function links(text, out, nameOf) {
  let from = 0;
  for (const match of text.matchAll(LINK_OR_MENTION)) {
    let found = match[0];
    out.append(text.slice(from, match.index));
    if (found[0] === "@") {
      out.append(h("span", { class: "mention" }, "@" + nameOf(found.slice(1))));
    } else {
      found = found.replace(/[.,;:!?)\]]+$/, "");
      out.append(h("a", { href: found, target: "_blank", rel: "noopener noreferrer" }, found));
    }
    from = match.index + found.length;
  }
  out.append(text.slice(from));
}

// The same text without marks, for one-line previews.
export const flat = (text) => text.replace(/```|(?<![\p{L}\p{N}])[*_~`](?=\S)|(?<=\S)[*_~`](?![\p{L}\p{N}])/gu, "").replace(/\s+/g, " ");

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export const clock = (ms) => CLOCK.format(ms);

export function day(ms) {
  const that = new Date(ms).toDateString();
  if (that === new Date().toDateString()) return "Today";
  if (that === new Date(Date.now() - 86_400_000).toDateString()) return "Yesterday";
  return DAY.format(ms);
}

export const clockOrDay = (ms) => (new Date(ms).toDateString() === new Date().toDateString() ? clock(ms) : SHORT_DAY.format(ms));

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
