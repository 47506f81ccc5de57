/* Files in the widget: chosen, pasted or dropped, looked at before they are sent, sent beside the socket, and shown in
 * the conversation. A part of the one script that /widget.js serves; widget.js calls it with what both use.
 */
const FILE_TEXTS = {
  "zh-Hans": {
    attach: "发送图片或文件", remove: "移除 {name}", enlarge: "放大 {name}", download: "下载 {name}", cancel: "取消", closePicture: "关闭图片",
    tooLarge: "“{name}”太大，每个最大 {n} MB。", empty: "“{name}”是空的，没有加上。", tooMany: "一次最多 {n} 个文件。",
    waiting: "网络不稳，连上后接着发…", missing: "{name}（没有存下来）", notLoaded: "没加载出来，点一下再试", drop: "松开就能加上", chosen: "准备发送的文件",
  },
  "zh-Hant": {
    attach: "傳送圖片或檔案", remove: "移除 {name}", enlarge: "放大 {name}", download: "下載 {name}", cancel: "取消", closePicture: "關閉圖片",
    tooLarge: "「{name}」太大，每個最大 {n} MB。", empty: "「{name}」是空的，沒有加上。", tooMany: "一次最多 {n} 個檔案。",
    waiting: "網路不穩，連上後接著傳…", missing: "{name}（沒有存下來）", notLoaded: "沒載入出來，點一下再試", drop: "放開就能加上", chosen: "準備傳送的檔案",
  },
  en: {
    attach: "Send a picture or file", remove: "Remove {name}", enlarge: "Enlarge {name}", download: "Download {name}", cancel: "Cancel", closePicture: "Close picture",
    tooLarge: "“{name}” is too large; up to {n} MB each.", empty: "“{name}” is empty and was left out.", tooMany: "Up to {n} files at once.",
    waiting: "The connection is unsteady, sending goes on soon…", missing: "{name} (could not be kept)", notLoaded: "Did not load, tap to try again", drop: "Let go to add", chosen: "Files to send",
  },
};
// What the server takes, so that a file dialog shows nothing else. It judges by the content, not by this.
const FILE_KINDS = "image/jpeg,image/png,image/gif,image/webp,application/pdf,text/plain,.docx,.xlsx";
const FILE_STYLE = `
form{flex-wrap:wrap}.clip{width:44px;height:44px;border-radius:12px;color:var(--deep);flex:none;align-self:center}.clip:hover{background:var(--soft)}.clip svg{width:22px;height:22px;vertical-align:middle}
.chosen{flex-basis:100%;display:flex;flex-wrap:wrap;gap:6px;max-height:150px;overflow-y:auto}.chosen p{flex-basis:100%;margin:0;font-size:13px;color:var(--warm)}
.chip{display:flex;align-items:center;gap:6px;max-width:100%;background:var(--soft);border-radius:10px;padding:4px 0 4px 6px;font-size:13px}.chip img{width:36px;height:36px;object-fit:cover;border-radius:6px}
.chip b,.file b{font-weight:500;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.chip small,.file small{flex:none;color:#5c6c67}.chip button{width:36px;height:36px;font-size:18px;flex:none;border-radius:8px}
.pic{display:block;padding:0;margin-top:4px;width:200px;height:150px;border-radius:12px;overflow:hidden;background:var(--soft);border:1px solid var(--line)}.pic img{width:100%;height:100%;object-fit:cover;display:block}
.pic[data-note] img{display:none}.pic[data-note]::after,.file[data-note]::after{content:attr(data-note);font-size:13px;color:var(--warm)}
.file{display:flex;flex-wrap:wrap;align-items:center;gap:6px;max-width:100%;min-height:44px;margin-top:4px;padding:6px 12px;border-radius:12px;border:1px solid var(--line);background:#fff;color:var(--deep);text-align:left;text-decoration:none}
.sheet{flex:none;width:14px;height:18px;border:2px solid var(--green);border-radius:2px 7px 2px 2px}
.file b{white-space:normal;overflow-wrap:anywhere;max-width:calc(100% - 96px)}button.file b{text-decoration:underline}.file:disabled{opacity:.6}.customer .pic,.customer .file{margin-left:auto}.meta progress{width:110px;height:8px;vertical-align:middle;accent-color:var(--green)}
.window.over::after{content:attr(data-drop);position:absolute;inset:8px;border:2px dashed var(--green);border-radius:12px;background:#ffffffe6;display:flex;align-items:center;justify-content:center;color:var(--deep);pointer-events:none}
.large{position:fixed;inset:0;width:100vw;height:100dvh;max-width:none;max-height:none;margin:0;border:0;padding:0;background:#000e;color:#fff;text-align:center}.large img{position:absolute;inset:56px 0;width:100%;height:calc(100% - 112px);object-fit:scale-down}
.large .x{position:absolute;top:6px;right:6px}.large a{position:absolute;bottom:12px;left:16px;right:16px;color:#fff;overflow-wrap:anywhere}`;

/* `place(frame, parts)` draws a message on its way, `drop(clientId)` takes it away, `refused(line, why, again)` says that
 * it did not go; `ready()` tells whether the socket is, `renew()` says hello anew, `where()` names the conversation. */
function widgetFiles({ base, root, log, element, t, tag, newId, place, drop, refused, ready, renew, where }) {
  const SENDS = 5, RETRY_MS = 3000, PASS_FRESH_MS = 11 * 36e5, MEGABYTE = 1024 * 1024, SAVED_MS = 6e4;
  const $ = (selector) => root.querySelector(selector);
  const panel = $(".window"), box = $("textarea"), clip = $(".clip"), input = $("input"), strip = $(".chosen");
  let limits = { bytes: 0, count: 0 }, pass = null, passAt = 0, chosen = [];
  const wanting = [], uploads = new Map(), urls = new Set();
  const say = (key, name, n) => t(key).replace("{name}", name).replace("{n}", n);
  const sized = (bytes) => (bytes < MEGABYTE ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / MEGABYTE).toFixed(1) + " MB");
  const isPicture = (file) => /^image\/(jpeg|png|gif|webp)$/.test(file.type);
  const urlOf = (blob) => { const url = URL.createObjectURL(blob); urls.add(url); return url; };
  const sheet = () => element("span", { className: "sheet", ariaHidden: "true" });
  const labelled = (node, text) => { node.setAttribute("aria-label", text); return node; };
  const clock = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

  // The pass comes with each welcome and is kept nowhere. One that is about to end is renewed first.
  const withPass = () => new Promise((resolve) => {
    if (pass && Date.now() - passAt < PASS_FRESH_MS) { resolve(pass); return; }
    wanting.push(resolve);
    if (pass) renewPass();
  });
  function renewPass() { pass = null; renew(); }

  // ---- before they are sent ----
  function add(files) {
    let note = "";
    for (const file of files) {
      if (chosen.length >= limits.count) { note = say("tooMany", "", limits.count); break; }
      if (!file.size) note = say("empty", file.name);
      else if (file.size > limits.bytes) note = say("tooLarge", file.name, Math.floor(limits.bytes / MEGABYTE));
      else chosen.push({ file, url: isPicture(file) ? urlOf(file) : null });
    }
    drawChosen(note);
    box.focus();
  }

  function drawChosen(note) {
    const wasLow = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    strip.replaceChildren(...chosen.map((one) => {
      const away = element("button", { type: "button", textContent: "×", onclick: () => {
        chosen = chosen.filter((other) => other !== one);
        drawChosen();
        box.focus();
      } });
      return element("span", { className: "chip" }, one.url ? element("img", { src: one.url, alt: "" }) : sheet(), element("b", { textContent: one.file.name }),
        element("small", { textContent: sized(one.file.size) }), labelled(away, say("remove", one.file.name)));
    }));
    if (note) { const told = element("p", { textContent: note }); told.setAttribute("role", "alert"); strip.append(told); }
    strip.hidden = !strip.childElementCount;
    if (wasLow) log.scrollTop = log.scrollHeight;
    box.dispatchEvent(new Event("input"));
  }

  // ---- on their way ----
  function send(text) {
    start({ id: newId(), files: chosen.map((one) => one.file), text, sends: 0, waits: false, request: null, line: null });
    chosen = [];
    drawChosen();
  }

  function start(one) {
    uploads.set(one.id, one);
    draw(one);
    dispatch(one);
  }

  const draw = (one) => { one.line = place({ client_id: one.id, text: one.text }, one.files.map(preview)); };
  const preview = (file) => (isPicture(file) ? picture(file.name, async () => urlOf(file)) : labelFor("span", file.name, file.size));

  async function dispatch(one) {
    one.sends += 1;
    one.waits = false;
    const bar = labelled(element("progress", { max: 1, value: 0 }), t("sending"));
    report(one, bar);
    const shown = await withPass();
    if (uploads.get(one.id) !== one) return;
    const request = one.request = new XMLHttpRequest(), form = new FormData();
    form.append("text", one.text);
    for (const file of one.files) form.append("file", file, file.name || "image.png");
    request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
    request.onload = () => answered(one, request);
    request.onerror = () => broken(one);
    request.open("POST", `${base}/chat/files?client_id=${one.id}&locale=${tag()}`);
    request.setRequestHeader("Authorization", "Bearer " + shown);
    request.send(form);
  }

  function report(one, ...told) {
    one.line.querySelector(".meta").replaceChildren(...told, " ", element("button", { type: "button", textContent: t("cancel"), onclick: () => {
      giveWordsBack(one);
      forgetOne(one);
      drop(one.id);
      box.focus();
    } }));
  }

  function answered(one, request) {
    if (uploads.get(one.id) !== one) return; // the socket has told of it already
    if (request.status === 200) done(one.id, new Date());
    else if (request.status === 401 && one.sends < SENDS) { renewPass(); dispatch(one); }
    else if (request.status >= 500) broken(one);
    else {
      let why = t("retry");
      try { why = JSON.parse(request.responseText).text || why; } catch { /* a proxy's own page */ }
      giveBack(one, why, request.status === 429);
    }
  }

  // The same id again: what had arrived after all is stored once. With the line back, the welcome begins it at once.
  function broken(one) {
    if (uploads.get(one.id) !== one) return;
    if (one.sends >= SENDS) { giveBack(one, t("retry"), true); return; }
    one.waits = true;
    report(one, t("waiting"));
    setTimeout(() => { if (ready()) goOn(one); }, RETRY_MS * one.sends);
  }
  const goOn = (one) => { if (one.waits && uploads.get(one.id) === one) dispatch(one); };

  function giveBack(one, why, mayRepeat) {
    forgetOne(one);
    if (!mayRepeat) giveWordsBack(one);
    refused(one.line, why, mayRepeat && (() => { drop(one.id); start({ ...one, sends: 0 }); }));
  }

  function giveWordsBack(one) {
    if (box.value) return;
    box.value = one.text;
    box.dispatchEvent(new Event("input"));
  }

  function forgetOne(one) {
    uploads.delete(one.id);
    if (one.request) one.request.abort();
  }

  function done(id, date) {
    const one = uploads.get(id);
    if (!one) return;
    uploads.delete(id);
    one.line.querySelector(".meta").textContent = clock(date);
  }

  // ---- in the conversation ----
  async function fetched(address) {
    const answer = await fetch(address, { headers: { Authorization: "Bearer " + await withPass() }, credentials: "omit" });
    if (!answer.ok) throw new Error(answer.status);
    return urlOf(await answer.blob());
  }

  const shown = (files, seq) => files.map((file, at) => {
    const address = `${base}/chat/files/${where()}/${seq}/${at}`;
    if (file.missing) return element("span", { className: "file", textContent: say("missing", file.name) });
    if (file.url) return element("a", { className: "file", href: file.url, target: "_blank", rel: "noopener noreferrer", textContent: file.name || file.url });
    return file.picture ? picture(file.name, () => fetched(address)) : paper(file, address);
  });

  const labelFor = (node, name, size) => element(node, { className: "file" }, sheet(), element("b", { textContent: name }), element("small", { textContent: sized(size) }));

  function paper(file, address) {
    const button = labelled(labelFor("button", file.name, file.size), `${say("download", file.name)} ${sized(file.size)}`);
    button.type = "button";
    button.onclick = async () => {
      button.disabled = true;
      delete button.dataset.note;
      try {
        const url = await fetched(address);
        element("a", { href: url, download: file.name }).click();
        setTimeout(() => URL.revokeObjectURL(url), SAVED_MS);
      } catch { button.dataset.note = t("notLoaded"); }
      button.disabled = false;
    };
    return button;
  }

  // Its box has its size before the picture is there, so that nothing moves; fetched when it comes into sight.
  const sight = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) if (isIntersecting) { sight.unobserve(target); target.load(); }
  }, { root: log, rootMargin: "200px" });

  function picture(name, source) {
    const image = element("img", { alt: "" });
    const button = labelled(element("button", { type: "button", className: "pic" }, image), say("enlarge", name));
    button.load = async () => {
      delete button.dataset.note;
      try { image.src = await source(); } catch { button.dataset.note = t("notLoaded"); }
    };
    button.onclick = () => (image.src ? enlarge(image.src, name) : button.load());
    sight.observe(button);
    return button;
  }

  function enlarge(url, name) {
    const view = labelled(element("dialog", { className: "large", onclose: () => view.remove() }), name);
    const away = labelled(element("button", { type: "button", className: "x", textContent: "×", onclick: () => view.close() }), t("closePicture"));
    view.append(away, element("img", { src: url, alt: name }), element("a", { href: url, download: name, textContent: say("download", name) }));
    view.onclick = (event) => { if (event.target === view) view.close(); };
    root.append(view);
    view.showModal();
  }

  // ---- the hands on it ----
  clip.onclick = () => input.click();
  input.accept = FILE_KINDS;
  input.onchange = () => { add(input.files); input.value = ""; };
  box.addEventListener("paste", (event) => {
    // What is copied from a table or a text comes as a picture too; then the words are meant.
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain") || !limits.count) return;
    event.preventDefault();
    add(files);
  });
  const carries = (event) => limits.count && event.dataTransfer && event.dataTransfer.types.includes("Files");
  for (const kind of ["dragenter", "dragover"]) panel.addEventListener(kind, (event) => {
    if (carries(event)) { event.preventDefault(); panel.classList.add("over"); }
  });
  panel.addEventListener("dragleave", (event) => { if (!panel.contains(event.relatedTarget)) panel.classList.remove("over"); });
  panel.addEventListener("drop", (event) => {
    panel.classList.remove("over");
    if (carries(event)) { event.preventDefault(); add(event.dataTransfer.files); }
  });

  function clear() {
    for (const url of urls) URL.revokeObjectURL(url);
    urls.clear();
  }

  return {
    any: () => chosen.length > 0,
    send, shown, done, clear,
    translate() {
      labelled(clip, t("attach"));
      clip.title = t("attach");
      panel.dataset.drop = t("drop");
      labelled(strip, t("chosen"));
      drawChosen();
    },
    welcome(offered, isShown) {
      limits = offered || { bytes: 0, count: 0 };
      clip.hidden = !limits.count;
      pass = limits.pass || null;
      passAt = Date.now();
      if (pass) for (const resolve of wanting.splice(0)) resolve(pass);
      for (const one of uploads.values()) {
        if (!isShown(one.id)) { draw(one); report(one, t("sending")); }
        goOn(one);
      }
    },
    forget() {
      for (const one of [...uploads.values()]) forgetOne(one);
      pass = null;
      chosen = [];
      drawChosen();
      clear();
    },
  };
}
