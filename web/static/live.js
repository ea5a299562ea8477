// Keeps a page's status card, QR code and countdown in step with the server.
"use strict";

// Milliseconds. The host says something every 15 seconds, so a line that says nothing for longer is dead.
const SILENT = 40000;
const LONGEST_PAUSE = 15000;
// A line that lasts this long is no failure when it ends.
const STEADY = 5000;
// Nothing is there any more, or not for this visitor: the page itself says what to do then.
const GONE = [401, 403, 404, 410];

// Hears what the host tells at an address, for as long as the page is open. A browser's EventSource would stop for good at an answer
// that is not a good one, such as that of a proxy whose host restarts, and not notice that a line is dead.
const listen = (address, tell, reach) => {
  let line = null;
  let heard = 0;
  let ever = false;
  let failures = 0;
  let again = 0;

  const read = async () => {
    const answer = await fetch(address, { signal: line.signal, cache: "no-store", redirect: "manual" });
    if (ever && (answer.type === "opaqueredirect" || GONE.includes(answer.status))) location.reload();
    if (!answer.ok) throw new Error(`the host answers ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard = Date.now();
      ever = true;
      reach(true);
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const [, name, data] = event.match(/^event: (.+)\ndata: (.+)$/) || [];
        if (name) tell(name, JSON.parse(data));
      }
    }
  };

  const open = async () => {
    again = 0;
    line = new AbortController();
    const begun = Date.now();
    heard = begun;
    let ended = false;
    try {
      await read();
      ended = true;
    } catch (error) {
      console.warn(`${address}: ${error}`);
    }
    line = null;
    failures = Date.now() - begun > STEADY ? 0 : failures + 1;
    // What the host itself ends it takes up again at once, in most cases.
    if (!ended || failures) reach(false);
    const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** failures);
    again = setTimeout(open, pause * (0.5 + Math.random() / 2));
  };

  const hurry = () => {
    if (!again) return;
    clearTimeout(again);
    open();
  };
  setInterval(() => { if (line && Date.now() - heard > SILENT) line.abort(); }, 1000);
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
  open();
};

const card = document.querySelector("[data-live]");
if (card) {
  const link = document.getElementById("link");
  const start = document.getElementById("start");
  const stop = document.getElementById("stop");
  const offline = card.querySelector(".offline");
  const field = (name, root = card) => root && root.querySelector(`[data-field="${name}"]`);
  const ring = link && link.querySelector(".ring rect");
  let from = 0;
  let until = 0;
  let ahead = 0; // server's clock minus this one's

  const write = (element, text) => {
    if (!element) return;
    element.hidden = !text;
    if (element.tagName === "IMG") {
      if (text && element.src !== text) element.src = text;
    } else {
      element.textContent = text;
    }
  };

  const show = (view) => {
    card.querySelector(".state").dataset.state = view.state;
    for (const name of ["title", "number", "cause", "next"]) write(field(name), view[name]);
    if (start) start.hidden = !view.rests;
    if (stop) stop.hidden = view.rests;
    if (!link) return;
    link.hidden = !view.link;
    write(field("qr", link), view.link ? view.link.qr : "");
    write(field("code", link), view.link ? view.link.code : "");
    for (const step of link.querySelectorAll("[data-by]")) step.hidden = !view.link || !view.link[step.dataset.by];
    from = view.link ? view.link.from : 0;
    until = view.link ? view.link.until : 0;
    ahead = view.now - Date.now();
    tick();
  };

  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now() - ahead) / 1000));
    if (!link) return;
    const good = field("left", link);
    write(good, until ? good.dataset.text.replace("{seconds}", left) : "");
    // The ring is full when the code is new and gone when it is over.
    const part = until > from ? (until - Date.now() - ahead) / (until - from) : 0;
    if (ring) ring.style.strokeDashoffset = 1 - Math.min(1, Math.max(0, part));
  };
  setInterval(tick, 1000);

  const copy = document.getElementById("copy");
  if (copy) {
    const label = copy.textContent;
    const copying = document.getElementById("copying");
    // Browsers have no clipboard for a page that came over plain HTTP from another machine, and may refuse it to any.
    const put = async (code) => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        return true;
      } catch {
        getSelection().selectAllChildren(code);
        return document.execCommand("copy");
      }
    };
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const copied = await put(field("code", link));
      copying.textContent = copied ? "" : copy.dataset.refused;
      copy.textContent = copied ? copy.dataset.done : label;
      setTimeout(() => { copy.textContent = label; }, 2000);
    });
  }

  const tell = (name, view) => { if (name === "status") show(view); };
  listen(card.dataset.live, tell, (reached) => { offline.hidden = reached; });
}

// Keeps the operator's figures in step with the server.
const figures = document.querySelector("[data-figures]");
if (figures) {
  const tell = (_, told) => {
    for (const [name, text] of Object.entries(told)) {
      const place = figures.querySelector(`[data-figure="${name}"]`);
      if (place) place.textContent = text;
    }
  };
  listen(figures.dataset.figures, tell, () => {});
}
