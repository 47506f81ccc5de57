/* The search box: Ctrl K opens it anywhere, results come while typing, arrows choose, Enter opens, Esc closes. */
(() => {
  "use strict";
  const PAUSE_MS = 120;
  let box, field, list, said, asked = "", waiting = 0, at = -1;

  const el = (tag, attributes, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const options = () => [...list.querySelectorAll("[role='option']")];
  const opener = () => document.querySelector(".hk-find");

  const build = (texts) => {
    field = el("input", {
      type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "hk-found", "aria-autocomplete": "list",
      autocomplete: "off", spellcheck: "false", maxlength: "100", placeholder: texts.field, "aria-label": texts.field,
    });
    list = el("div", { id: "hk-found", role: "listbox", "aria-label": texts.results });
    said = el("p", { class: "hk-find-said", role: "status" }, texts.hint);
    const close = el("button", { type: "button", class: "hk-find-close" }, texts.close);
    close.addEventListener("click", () => box.close());
    box = el("dialog", { class: "hk-find-box", "aria-label": texts.title }, el("div", { class: "hk-find-field" }, field, close), list, said);
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    field.addEventListener("input", typed);
    field.addEventListener("keydown", pressed);
    document.body.append(box);
  };

  const choose = (place) => {
    const all = options();
    if (!all.length) return;
    at = (place + all.length) % all.length;
    all.forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
    field.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };

  const show = (groups, texts) => {
    list.replaceChildren();
    at = -1;
    let number = 0;
    for (const group of groups) {
      const title = el("div", { class: "hk-find-title", role: "presentation" }, group.title);
      list.append(title);
      for (const item of group.items) {
        const chips = item.chips.filter(Boolean).map((text) => el("span", { class: "hk-chip plain" }, text));
        const top = el("span", { class: "hk-find-top" }, el("b", {}, item.title), ...chips);
        const option = el(item.href ? "a" : "span", { role: "option", id: `hk-found-${number++}`, "aria-selected": "false", tabindex: "-1" }, top);
        if (item.href) option.href = item.href;
        if (item.note) option.append(el("small", {}, item.note));
        // On the page itself only the part changes: the box must not stay in front of it.
        option.addEventListener("click", () => box.close());
        list.append(option);
      }
    }
    said.textContent = groups.length ? "" : texts.none;
    said.hidden = Boolean(groups.length);
    choose(0);
  };

  const ask = async () => {
    const question = field.value.trim(), texts = opener().dataset;
    if (question === asked) return;
    asked = question;
    if (!question) { list.replaceChildren(); said.hidden = false; said.textContent = texts.hint; return; }
    try {
      const answer = await fetch(`${texts.at}?q=${encodeURIComponent(question)}`, { headers: { Accept: "application/json" } });
      if (answer.status === 401) { window.location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const { groups } = await answer.json();
      if (question === asked) show(groups, texts); // an answer that comes late is of another question
    } catch {
      if (question !== asked) return;
      asked = "";
      list.replaceChildren();
      said.hidden = false;
      said.textContent = texts.failed;
    }
  };
  const typed = () => { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE_MS); };

  const pressed = (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter chooses a word of the input method
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (event.key === "Enter") {
      event.preventDefault();
      if (field.value.trim() !== asked) { clearTimeout(waiting); ask().then(open); } else open();
    }
  };
  const open = () => { const chosen = options()[Math.max(at, 0)]; if (chosen) chosen.click(); };

  window.hkFind = () => {
    const button = opener();
    if (!button) return;
    if (!box) build(button.dataset);
    if (!box.open) box.showModal();
    field.focus();
    field.select();
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      window.hkFind();
    }
  });
})();
