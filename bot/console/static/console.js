/* What the console does in the browser itself: timers, the field an agent writes in, which column a phone shows. */
(() => {
  "use strict";
  const BUSY_MS = 8000, NEAR_BOTTOM_PX = 120;
  const pad = (number) => String(number).padStart(2, "0");
  const field = (id) => document.getElementById(id);
  const newKey = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 10);
  const hold = (name, value) => { try { value ? sessionStorage.setItem(name, value) : sessionStorage.removeItem(name); } catch { /* blocked storage */ } };
  const held = (name) => { try { return sessionStorage.getItem(name) || ""; } catch { return ""; } };
  const draft = (el) => `huike-draft:${el.dataset.conversation}:${el.dataset.mode}`;
  const once = (id, then, tries = 40) => { const el = field(id); if (el) then(el); else if (tries) setTimeout(() => once(id, then, tries - 1), 50); };

  const length = (seconds) => {
    const hours = Math.floor(seconds / 3600), days = Math.floor(hours / 24);
    if (days) return document.documentElement.lang === "en" ? `${days} d` : `${days} 天`;
    const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
    return hours ? `${hours}:${rest}` : rest;
  };
  const tick = () => {
    const now = (Date.now() + (window.hkSkew || 0)) / 1000;
    for (const el of document.querySelectorAll("time[data-since]")) {
      const seconds = Math.max(0, Math.floor(now - Number(el.dataset.since)));
      const text = length(seconds);
      if (el.textContent !== text) el.textContent = text;
      el.classList.toggle("late", Boolean(el.dataset.late) && seconds > Number(el.dataset.late));
    }
  };
  setInterval(tick, 1000);
  document.addEventListener("DOMContentLoaded", () => {
    tick();
    new MutationObserver(tick).observe(document.body, { childList: true, subtree: true });
  });

  // On a narrow screen: which column is shown.
  window.hkPane = (pane) => {
    const desk = document.querySelector(".hk-desk");
    if (desk) desk.dataset.pane = pane;
  };

  // The work desk: which of list and case a phone shows, and the address of the case that was opened.
  window.hkWorkPane = (pane) => {
    const work = document.querySelector(".hk-work");
    if (work) work.dataset.pane = pane;
  };
  window.hkWorkOpened = (address) => {
    if (location.pathname !== address) history.pushState({ work: true }, "", address);
    window.hkWorkPane("case");
  };
  window.addEventListener("popstate", () => { if (document.querySelector(".hk-work")) location.reload(); });

  // A conversation stays at its newest message, unless the agent scrolled up to read.
  window.hkStick = (id) => once(id, (log) => {
    let stick = true;
    const down = () => { if (stick) log.scrollTop = log.scrollHeight; };
    log.addEventListener("scroll", () => { stick = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_BOTTOM_PX; });
    new MutationObserver(down).observe(log, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(down).observe(log);
    down();
  });

  // The field an agent writes in. Its key names what is being written, so that a resend is harmless.
  window.hkField = (id) => field(id);
  window.hkIsSend = (event) => {
    if (window.hkPhraseKey?.(event)) return false;
    // While an input method is composing, Enter chooses a word (229: Safari tells it only so).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return false;
    event.preventDefault();
    return true;
  };
  window.hkSend = (el, emit) => {
    if (!el || !el.value.trim() || el.dataset.busy) return;
    el.dataset.busy = el.dataset.key = el.dataset.key || newKey();
    const key = el.dataset.key;
    setTimeout(() => { if (el.dataset.busy === key) delete el.dataset.busy; }, BUSY_MS);
    emit({ text: el.value, key, mode: el.dataset.mode });
  };
  window.hkSent = (id, key, done) => {
    const el = field(id);
    if (!el || el.dataset.key !== key) return;
    delete el.dataset.busy;
    delete el.dataset.key;
    if (!done) return;
    el.value = "";
    hold(draft(el), "");
    fit(el);
    el.focus();
  };
  const fit = (el) => { el.style.height = "auto"; el.style.height = `${Math.min(el.scrollHeight + 2, 180)}px`; };
  window.hkTyped = (el) => {
    if (!el.dataset.busy) delete el.dataset.key; // other words are another message
    hold(draft(el), el.value);
    fit(el);
    window.hkPhraseTyped?.(el);
    return el.dataset.mode === "reply";
  };
  const look = (el) => {
    const note = el.dataset.mode === "note", box = el.closest(".hk-composer");
    const said = note ? el.dataset.saidNote : el.dataset.saidReply;
    box.dataset.mode = el.dataset.mode;
    el.placeholder = said;
    el.setAttribute("aria-label", said);
    for (const button of box.querySelectorAll(".hk-mode")) button.setAttribute("aria-pressed", String(button.dataset.to === el.dataset.mode));
    el.value = held(draft(el));
    fit(el);
  };
  window.hkCompose = (id) => once(id, look);
  window.hkMode = (boxId, mode) => {
    const el = field(boxId)?.querySelector(".hk-field");
    if (!el || el.dataset.busy) return;
    hold(draft(el), el.value);
    delete el.dataset.key;
    el.dataset.mode = mode;
    look(el);
    el.focus();
  };
  window.hkInsert = (id, text) => {
    const el = field(id);
    if (!el) return;
    if (el.dataset.mode !== "reply") window.hkMode(el.closest(".hk-composer").id, "reply");
    el.value = el.value.trim() ? `${el.value.trimEnd()}\n${text}` : text;
    window.hkTyped(el);
    el.focus();
  };
  window.hkFocusComposer = (tries = 40) => {
    const el = document.querySelector(".hk-field[data-mode='reply']");
    if (el) el.focus(); else if (tries) setTimeout(() => window.hkFocusComposer(tries - 1), 50);
  };
})();
