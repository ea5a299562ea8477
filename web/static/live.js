// Keeps a page's status card, QR code and countdown in step with the server.
"use strict";
const card = document.querySelector("[data-live]");
if (card) {
  const link = document.getElementById("link");
  const start = document.getElementById("start");
  const stop = document.getElementById("stop");
  const offline = card.querySelector(".offline");
  const field = (name, root = card) => root && root.querySelector(`[data-field="${name}"]`);
  const ring = link && link.querySelector(".ring rect");
  const copy = document.getElementById("copy");
  let shown = "";
  let begun = 0;
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
    until = view.link ? view.link.until : 0;
    ahead = view.now - Date.now();
    const code = view.link ? view.link.qr || view.link.code : "";
    if (code !== shown) begun = view.now;
    shown = code;
    tick();
  };

  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now() - ahead) / 1000));
    if (!link) return;
    const good = field("left", link);
    write(good, until ? good.dataset.text.replace("{seconds}", left) : "");
    // The ring is full when the code is new and gone when it is over.
    const part = until > begun ? (until - Date.now() - ahead) / (until - begun) : 0;
    if (ring) ring.style.strokeDashoffset = 1 - Math.min(1, Math.max(0, part));
  };
  setInterval(tick, 1000);

  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field("code", link).textContent);
      const label = copy.textContent;
      copy.textContent = copy.dataset.done;
      setTimeout(() => { copy.textContent = label; }, 2000);
    });
  }

  const events = new EventSource(card.dataset.live);
  events.addEventListener("status", (event) => {
    offline.hidden = true;
    show(JSON.parse(event.data));
  });
  events.addEventListener("error", () => { offline.hidden = false; });
}

// Keeps the operator's figures in step with the server.
const figures = document.querySelector("[data-figures]");
if (figures) {
  new EventSource(figures.dataset.figures).addEventListener("figures", (event) => {
    for (const [name, text] of Object.entries(JSON.parse(event.data))) {
      const place = figures.querySelector(`[data-figure="${name}"]`);
      if (place) place.textContent = text;
    }
  });
}
