/* What the console does in the browser beside the field: keys, phrases behind "/", alerts, the address, signs of life. */
(() => {
  "use strict";
  const TOUCH_MS = 45000, TOAST_MS = 12000, TYPED = "input, textarea, select, [contenteditable]";
  const kept = (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* blocked storage */ } };
  // False while the page is not connected yet.
  const say = (name, ...args) => { try { window.emitEvent(name, ...args); return true; } catch { return false; } };

  // A conversation has an address of its own, which a reload and an outage come back to.
  window.hkAt = (url) => { if (location.pathname + location.search !== url) history.replaceState(history.state, "", url); };

  // What the framework says of a lost connection, in the agent's language.
  document.addEventListener("DOMContentLoaded", () => {
    const said = window.hkLost || {};
    for (const [id, texts] of Object.entries(said)) {
      document.querySelectorAll(`#${id} span`).forEach((span, place) => { if (texts[place]) span.textContent = texts[place]; });
    }
  });

  // Signs of life: who has done nothing for long counts as away.
  let touchedAt = 0;
  const touch = () => {
    const now = Date.now();
    if (now - touchedAt < TOUCH_MS) return;
    if (window.did_handshake && say("hk_touch")) touchedAt = now;
  };
  for (const kind of ["pointerdown", "keydown", "pointermove", "focus"]) window.addEventListener(kind, touch, { passive: true, capture: true });

  // Phrases: "/" at the beginning of a line opens them, what is typed behind it filters, Enter puts one in.
  const wanted = (el) => /(?:^|\n)\/([^\n/]*)$/.exec(el.value.slice(0, el.selectionStart));
  const listOf = (el) => el.closest(".hk-composer")?.querySelector(".hk-phrases");
  const open = (el) => { const list = listOf(el); return list && !list.hidden ? list : null; };
  const rows = (list) => [...list.querySelectorAll("button:not([hidden])")];
  const mark = (list, place) => {
    const all = rows(list);
    if (!all.length) return;
    const at = (place + all.length) % all.length;
    all.forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
    all[at].scrollIntoView({ block: "nearest" });
  };
  const marked = (list) => Math.max(0, rows(list).findIndex((row) => row.getAttribute("aria-selected") === "true"));
  const close = (el) => { const list = listOf(el); if (list) list.hidden = true; el.removeAttribute("aria-expanded"); };
  window.hkPhraseTyped = (el) => {
    const list = listOf(el), match = wanted(el);
    if (!list) return;
    if (!match || el.dataset.mode !== "reply") { close(el); return; }
    const words = match[1].trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of list.querySelectorAll("button")) row.hidden = !words.every((word) => row.dataset.find.includes(word));
    const none = list.querySelector(".hk-none");
    if (none) none.hidden = rows(list).length > 0;
    list.hidden = false;
    el.setAttribute("aria-expanded", "true");
    mark(list, 0);
  };
  // True when the key was for the open list.
  window.hkPhraseKey = (event) => {
    const el = event.target, list = open(el);
    if (!list || event.isComposing || event.keyCode === 229) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(list, marked(list) + step);
    else if (event.key === "Escape") close(el);
    else if (event.key === "Enter" || event.key === "Tab") {
      const row = rows(list)[marked(list)];
      if (!row) return false;
      row.click();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  window.hkOpenPhrases = (id) => {
    const el = document.getElementById(id)?.querySelector(".hk-field");
    if (!el) return;
    if (el.dataset.mode !== "reply") window.hkMode(id, "reply");
    el.focus();
    if (open(el)) { close(el); return; }
    const before = el.value.slice(0, el.selectionStart);
    el.setRangeText(before && !before.endsWith("\n") ? "\n/" : "/", el.selectionStart, el.selectionEnd, "end");
    window.hkPhraseTyped(el);
  };
  window.hkPhrase = (id, text) => {
    const el = document.getElementById(id);
    if (!el) return;
    const match = wanted(el), end = el.selectionStart;
    const start = match ? end - match[1].length - 1 : end;
    el.setRangeText(text, start, end, "end");
    close(el);
    window.hkTyped(el);
    el.focus();
  };
  document.addEventListener("focusout", (event) => {
    const el = event.target;
    if (el.classList?.contains("hk-field") && !el.closest(".hk-composer").contains(event.relatedTarget)) close(el);
  });
  // Clicking a phrase leaves the cursor in the field.
  document.addEventListener("mousedown", (event) => { if (event.target.closest(".hk-phrases, .hk-articles")) event.preventDefault(); });

  // Keys. `?` lists them; see `shortcuts` for what is told of them.
  const press = (selector) => { const el = document.querySelector(selector); if (el && el.offsetParent) el.click(); return Boolean(el); };
  const step = (by) => {
    const all = [...document.querySelectorAll(".hk-case")], at = all.findIndex((each) => each.classList.contains("here"));
    const next = all[at < 0 ? 0 : at + by];
    if (next) { next.click(); next.scrollIntoView({ block: "nearest" }); }
  };
  const keys = {
    Digit1: () => press(".hk-articles button:nth-of-type(1)"),
    Digit2: () => press(".hk-articles button:nth-of-type(2)"),
    Digit3: () => press(".hk-articles button:nth-of-type(3)"),
    KeyT: () => press(".hk-act-take"),
    KeyN: () => press(".hk-mode[aria-pressed='false']"),
    KeyX: () => press(".hk-act-close"),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && keys[event.code]) {
      event.preventDefault();
      keys[event.code]();
    } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(TYPED)) {
      const list = document.querySelector("dialog.hk-keys");
      if (list) { event.preventDefault(); list.open ? list.close() : list.showModal(); }
    }
  });
  document.addEventListener("click", (event) => {
    const list = event.target.closest("dialog.hk-keys");
    if (list && (event.target === list || event.target.closest("button"))) list.close();
    if (event.target.closest("[data-opens-keys]")) document.querySelector("dialog.hk-keys")?.showModal();
    for (const bell of document.querySelectorAll("details.hk-bell[open]")) if (!bell.contains(event.target)) bell.open = false;
  });

  // Alerts: a toast on every page, a sound and the desktop's own notification where this browser wishes them.
  const isOn = (name) => (kept(`huike-alert-${name}`) || (name === "sound" ? "on" : "off")) === "on";
  window.hkBell = (tries = 40) => {
    const boxes = document.querySelectorAll(".hk-bell [data-alert]");
    if (!boxes.length) { if (tries) setTimeout(() => window.hkBell(tries - 1), 50); return; }
    for (const box of boxes) {
      box.checked = isOn(box.dataset.alert);
      box.addEventListener("change", async () => {
        const name = box.dataset.alert;
        if (name === "desktop" && box.checked) {
          const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
          document.querySelector(".hk-bell-refused")?.classList.toggle("shown", answer !== "granted");
          if (answer !== "granted") box.checked = false;
        }
        keep(`huike-alert-${name}`, box.checked ? "on" : "off");
        if (name === "sound" && box.checked) ring();
      });
    }
  };
  let audio = null;
  const ring = () => {
    try {
      audio = audio || new AudioContext();
      const at = audio.currentTime, tone = audio.createOscillator(), loudness = audio.createGain();
      tone.frequency.setValueAtTime(660, at);
      tone.frequency.setValueAtTime(880, at + 0.12);
      loudness.gain.setValueAtTime(0.12, at);
      loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
      tone.connect(loudness).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.4);
      document.documentElement.dataset.rang = String(Number(document.documentElement.dataset.rang || 0) + 1);
    } catch { /* a browser that plays nothing before the first click */ }
  };
  const go = (conversation) => {
    if (document.querySelector(".hk-desk")) { say("hk_open", conversation); window.hkPane?.("talk"); }
    else location.assign(`/console/c/${conversation}`);
  };
  // Of several open tabs one makes the noise.
  const first = (key) => {
    const mine = `${key}@${Math.floor(Date.now() / 2000)}`;
    if (kept("huike-alert-last") === mine) return false;
    keep("huike-alert-last", mine);
    return true;
  };
  window.hkAlert = (alert) => {
    let place = document.querySelector(".hk-toasts");
    if (!place) {
      place = document.createElement("div");
      place.className = "hk-toasts";
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    place.querySelector(`[data-key="${CSS.escape(alert.key)}"]`)?.remove();
    const toast = document.createElement("div"), title = document.createElement("b"), text = document.createElement("span");
    const show = document.createElement("button"), dismiss = document.createElement("button");
    toast.className = "hk-toast";
    toast.dataset.key = alert.key;
    title.textContent = alert.title;
    text.textContent = alert.text;
    show.textContent = alert.open;
    dismiss.textContent = "✕";
    dismiss.setAttribute("aria-label", alert.dismiss);
    show.addEventListener("click", () => { toast.remove(); go(alert.conversation); });
    dismiss.addEventListener("click", () => toast.remove());
    toast.append(title, text, show, dismiss);
    place.append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
    if (!first(alert.key)) return;
    if (isOn("sound")) ring();
    if (isOn("desktop") && document.hidden && "Notification" in window && Notification.permission === "granted") {
      const shown = new Notification(alert.title, { body: alert.text, tag: alert.key });
      shown.onclick = () => { window.focus(); go(alert.conversation); };
    }
  };
})();
