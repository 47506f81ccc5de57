/* Huike's website widget. One script, which /widget.js serves with its part files.js before it; no dependencies:
 *   <script src="https://your-huike/widget.js" data-identity="…" data-locale="zh-TW" async></script>
 * data-identity: a short-lived token signed by the shop's server; leave it out for visitors who are not signed in.
 * On the page: window.Huike.open(), .close(), .send(text), .identify(token), .signOut(), .locale(tag); the event
 * "huike:sign-in" on window asks the shop to show its sign-in, "huike:token-expired" for a fresh token.
 */
(() => {
  "use strict";
  if (window.Huike) return;
  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const STORE = "huike:" + base;
  const TYPING_EVERY_MS = 2000, TYPING_SHOWN_MS = 6000, LONGEST_PAUSE_MS = 15000, TEXT_LIMIT = 4000;
  const ONE_ANSWER_MS = 3000, EDGE_PX = 12, SENDS = 5, SHUT_OUT = 1008, FRESH_TOKEN_MS = 3000;
  // A page that asks its server for the identity calls identify() a moment after this script runs. Said hello before,
  // the server would take the member for signed out, and end the conversation.
  const SIGN_IN_BY = Date.now() + 4000;

  const TEXTS = {
    "zh-Hans": {
      title: "回客客服", open: "打开聊天", close: "关闭聊天", say: "说点什么…", send: "发送", log: "聊天记录",
      hello: "您好，我是回客，可以查积分、订单、包裹和会员权益，也能帮您找真人。",
      offline: "网络断开了，正在重连…", sending: "发送中", failed: "没发出去", again: "重发", you: "我", bot: "回客",
      agent: "客服", system: "提示", typing: "正在输入…", queue: "已为您排队，等客服来", withAgent: "客服正在为您服务",
      withBot: "24 小时在线", newer: "有新消息", rate: "这次服务怎么样？", thanks: "谢谢您的评价。", star: "{n} 星",
      quick: [["我的积分", "/ask_points_balance"], ["包裹到哪了", "/ask_parcel"], ["退换货", "/return_or_refund"], ["找真人", "/request_human"]],
      today: "今天", yesterday: "昨天", ended: "这次会话已结束，再说一句就能重新开始。", retry: "网络不稳，请再试一次",
    },
    "zh-Hant": {
      title: "回客客服", open: "開啟聊天", close: "關閉聊天", say: "想說什麼…", send: "傳送", log: "聊天紀錄",
      hello: "您好，我是回客，可以查點數、訂單、包裹和會員權益，也能幫您找真人。",
      offline: "網路中斷了，正在重新連線…", sending: "傳送中", failed: "沒有送出", again: "重新傳送", you: "我", bot: "回客",
      agent: "客服", system: "提示", typing: "正在輸入…", queue: "已為您排隊，等客服來", withAgent: "客服正在為您服務",
      withBot: "24 小時在線", newer: "有新訊息", rate: "這次的服務如何？", thanks: "謝謝您的評價。", star: "{n} 顆星",
      quick: [["我的點數", "/ask_points_balance"], ["包裹到哪了", "/ask_parcel"], ["退換貨", "/return_or_refund"], ["找真人", "/request_human"]],
      today: "今天", yesterday: "昨天", ended: "這次對話已結束，再說一句就能重新開始。", retry: "網路不穩，請再試一次",
    },
    en: {
      title: "Huike support", open: "Open chat", close: "Close chat", say: "Write a message…", send: "Send", log: "Conversation",
      hello: "Hello, I am Huike. I can look up points, orders, parcels and benefits, and put you through to a person.",
      offline: "Connection lost, trying again…", sending: "Sending", failed: "Not sent", again: "Send again", you: "You", bot: "Huike",
      agent: "Agent", system: "Note", typing: "is typing…", queue: "You are in line for a colleague", withAgent: "A colleague is with you",
      withBot: "Here day and night", newer: "New messages", rate: "How was the service?", thanks: "Thank you for telling us.", star: "{n} stars",
      quick: [["My points", "/ask_points_balance"], ["Where is my parcel", "/ask_parcel"], ["Return an item", "/return_or_refund"], ["Talk to a person", "/request_human"]],
      today: "Today", yesterday: "Yesterday", ended: "This conversation has ended. Write again to start a new one.", retry: "the connection is unsteady, please try again",
    },
  };
  const language = (tag) => {
    const parts = String(tag || "").replace(/_/g, "-").toLowerCase().split("-");
    if (parts[0] === "en") return "en";
    return parts.some((part) => ["hant", "tw", "hk", "mo"].includes(part)) ? "zh-Hant" : "zh-Hans";
  };

  // What outlives a reload: the visitor's token, the words not yet acknowledged, whether the window was open.
  const kept = (() => {
    let memory = {};
    try { memory = JSON.parse(localStorage.getItem(STORE)) || {}; } catch { /* blocked storage: this page only */ }
    return {
      get: (key, otherwise) => (key in memory ? memory[key] : otherwise),
      set: (key, value) => {
        memory[key] = value;
        try { localStorage.setItem(STORE, JSON.stringify(memory)); } catch { /* the same */ }
      },
    };
  })();

  let locale = script.dataset.locale || document.documentElement.lang || navigator.language;
  let identity = script.dataset.identity || null;
  let socket = null, pause = 500, lastSeq = 0, conversation = null, handler = "bot", ready = false, unread = 0;
  let typingTimer = 0, typedAt = 0, lastDay = "", retryTimer = 0, wasWithAgent = false, saidSignOut = false;
  let answer = null, answeredAt = 0, follows = true, askedForToken = false;
  // By client_id: the frame, and how often it was sent without being acknowledged.
  const pending = new Map(kept.get("waiting", []).map((one) => [one.frame.client_id, one]));
  const shown = new Map();
  const t = (key) => TEXTS[language(locale)][key] ?? FILE_TEXTS[language(locale)][key];
  const newId = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 10);

  // ---- the window ----
  const host = document.createElement("div");
  host.id = "huike-widget";
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>
:host{all:initial;--ink:#1d2b28;--green:#0f7a5f;--deep:#0b5c48;--soft:#eef5f2;--line:#d5e2dd;--warm:#b4452c;
font:15px/1.5 system-ui,-apple-system,"PingFang SC","PingFang TC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:var(--ink)}
:host(:lang(zh-Hant)){font-family:system-ui,-apple-system,"PingFang TC","Noto Sans CJK TC","Microsoft JhengHei",sans-serif}
*{box-sizing:border-box}button{font:inherit;color:inherit;cursor:pointer;border:0;background:none}
:focus-visible{outline:3px solid #f0b429;outline-offset:2px}[hidden]{display:none!important}
.launch{position:fixed;right:20px;bottom:20px;width:58px;height:58px;border-radius:50%;background:var(--green);color:#fff;box-shadow:0 6px 20px #0004;z-index:2147483000}
.launch svg{width:28px;height:28px;vertical-align:middle}.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;border-radius:11px;background:var(--warm);font-size:13px;line-height:22px;padding:0 6px}
.window{position:fixed;right:20px;bottom:90px;width:380px;height:min(620px,calc(100vh - 110px));background:#fff;border-radius:16px;box-shadow:0 12px 48px #0004;display:flex;flex-direction:column;overflow:hidden;z-index:2147483001}
header{background:var(--green);color:#fff;padding:12px 8px 12px 16px;display:flex;align-items:center;gap:8px}
header div{flex:1;min-width:0}h2{font-size:16px;margin:0;font-weight:600}.state{font-size:13px;opacity:.92}
.x{width:44px;height:44px;font-size:24px;line-height:1;border-radius:8px}.x:hover{background:#0002}
.offline{background:#fff4d6;padding:6px 16px;font-size:13px}
.log{flex:1;overflow-y:auto;padding:12px 14px;overscroll-behavior:contain;scroll-behavior:smooth}
.day{text-align:center;color:#5c6c67;font-size:12px;margin:10px 0}
.m{max-width:84%;margin:0 0 10px;width:fit-content}.m p{margin:0;padding:9px 13px;border-radius:4px 14px 14px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere}
.m.customer{margin-left:auto}.m.customer p{background:var(--green);color:#fff;border-radius:14px 4px 14px 14px}
.m.agent p{background:#fdf0dd}.m.system{max-width:100%;margin:8px auto}.m.system p{background:none;color:#4b5a55;font-size:13px;text-align:center;padding:2px 8px}
.meta{font-size:12px;color:#5c6c67;margin:2px 4px 0}.customer .meta{text-align:right}.meta button{text-decoration:underline;color:var(--warm);padding:0 4px}
.bs{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}.system .bs{justify-content:center}.bs a{text-decoration:none;display:inline-block}.bs button,.bs a{border:1px solid var(--green);color:var(--deep);background:#fff;border-radius:18px;padding:6px 14px;min-height:36px;text-align:left}
.bs button:hover,.bs a:hover{background:var(--soft)}.bs button:disabled{border-color:var(--line);color:#5c6c67;cursor:default;background:#fff}
.typing{font-size:13px;color:#5c6c67;padding:0 16px 6px;min-height:24px}
.stars{display:flex;justify-content:center}.stars button{font-size:26px;width:44px;height:44px;color:#b98500}
form{display:flex;gap:8px;border-top:1px solid var(--line);padding:10px}
textarea{flex:1;font:inherit;font-size:16px;color:inherit;border:1px solid var(--line);border-radius:12px;padding:8px 12px;resize:none;max-height:110px;min-height:44px;background:#fff}textarea:focus-visible{outline:2px solid var(--green);outline-offset:0}
.go{background:var(--green);color:#fff;border-radius:12px;padding:0 16px;min-width:64px}.go:disabled{background:#c9d6d1;color:#44524d;cursor:default}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
${FILE_STYLE}
@media(max-width:520px){.window{inset:0;width:auto;height:100dvh;border-radius:0}.window:not([hidden])~.launch{display:none}}
@media(prefers-reduced-motion:reduce){.log{scroll-behavior:auto}}
</style>
<section class="window" role="dialog" aria-labelledby="h" hidden>
<header><div><h2 id="h"></h2><span class="state" role="status"></span></div><button class="x" type="button">×</button></header>
<div class="offline" role="status" hidden></div>
<div class="log" role="log" aria-live="polite" tabindex="0"></div>
<div class="typing" aria-live="polite"></div>
<form><div class="chosen" role="group" hidden></div><input type="file" multiple hidden>
<button class="clip" type="button" hidden><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M20 11.500l-8.200 8.200a5.500 5.500 0 0 1-7.800-7.800l8.600-8.600a3.700 3.700 0 0 1 5.200 5.200l-8.500 8.500a1.800 1.800 0 0 1-2.600-2.600l7.600-7.600"/></svg></button>
<textarea rows="1" maxlength="${TEXT_LIMIT}"></textarea><button class="go" type="submit" disabled></button></form>
</section>
<button class="launch" type="button" aria-haspopup="dialog"><svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 3C6.5 3 2 6.8 2 11.5c0 2.6 1.4 4.9 3.6 6.5L5 22l4.3-2.3c.9.2 1.8.3 2.7.3 5.5 0 10-3.8 10-8.5S17.500 3 12 3z"/></svg><span class="badge" hidden></span></button>`;
  const $ = (selector) => root.querySelector(selector);
  const panel = $(".window"), launch = $(".launch"), log = $(".log"), box = $("textarea"), go = $(".go");
  const badge = $(".badge"), offline = $(".offline"), typing = $(".typing"), state = $(".state");

  const element = (name, attributes = {}, ...children) => {
    const node = Object.assign(document.createElement(name), attributes);
    node.append(...children);
    return node;
  };

  const files = widgetFiles({
    base, root, log, element, t, tag: () => language(locale), newId, place: draw, refused,
    drop(clientId) { shown.get(clientId)?.remove(); shown.delete(clientId); },
    ready: () => ready, renew: () => reconnect(), where: () => conversation,
  });

  function translate() {
    panel.lang = host.lang = language(locale);
    $("h2").textContent = t("title");
    box.placeholder = t("say");
    box.setAttribute("aria-label", t("say"));
    go.textContent = t("send");
    $(".x").setAttribute("aria-label", t("close"));
    log.setAttribute("aria-label", t("log"));
    offline.textContent = t("offline");
    files.translate();
    showHandler();
    label();
    if (!shown.size) greet();
  }

  function label() {
    launch.setAttribute("aria-label", panel.hidden ? t("open") + (unread ? ` (${unread} ${t("newer")})` : "") : t("close"));
    launch.setAttribute("aria-expanded", String(!panel.hidden));
    badge.hidden = !unread;
    badge.textContent = unread;
  }

  function showHandler() {
    state.textContent = { queue: t("queue"), agent: t("withAgent") }[handler] || t("withBot");
  }

  const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  // Down to the newest words, but never past the first line of an answer that is longer than the window.
  const toNewest = () => {
    const top = answer ? answer.offsetTop - log.offsetTop - EDGE_PX : Infinity;
    log.scrollTop = Math.min(top, log.scrollHeight - log.clientHeight);
  };

  // What comes at once is one answer: its first bubble is where reading begins.
  function noteAnswer(line, author, date) {
    if (author === "customer") answer = null;
    else if (!answer || date - answeredAt > ONE_ANSWER_MS) answer = line;
    answeredAt = date;
  }

  function greet() {
    log.replaceChildren();
    lastDay = "";
    const quick = t("quick").map(([title, payload]) => ({ title, payload }));
    log.append(bubble("bot", t("hello"), quick, null));
  }

  function dayLine(date) {
    const day = date.toDateString();
    if (day === lastDay) return;
    lastDay = day;
    const away = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 864e5);
    const tag = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", en: "en-GB" }[language(locale)];
    const name = away === 0 ? t("today") : away === 1 ? t("yesterday") : date.toLocaleDateString(tag, { month: "long", day: "numeric" });
    log.append(element("div", { className: "day", textContent: name }));
  }

  function bubble(author, text, buttons, date, name, parts = []) {
    const who = element("span", { className: "sr", textContent: (author === "customer" ? t("you") : name || t(author)) + ": " });
    const words = text || !parts.length ? element("p", {}, who, text) : who;
    const line = element("div", { className: "m " + author }, words, ...parts);
    if (buttons && buttons.length) {
      line.append(element("div", { className: "bs" }, ...buttons.map((button) => button.url
        ? element("a", { href: button.url, target: "_blank", rel: "noopener noreferrer", textContent: button.title })
        : element("button", { type: "button", textContent: button.title, onclick: () => press(button, line) }))));
    }
    const time = date ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false }) : "";
    if (author !== "system") line.append(element("div", { className: "meta" }, [name, time].filter(Boolean).join(" · ")));
    return line;
  }

  function press(button, line) {
    if (button.payload === "action:sign_in") {
      window.dispatchEvent(new CustomEvent("huike:sign-in"));
      return;
    }
    line.querySelectorAll(".bs button").forEach((one) => { one.disabled = true; });
    transmit({ type: "payload", client_id: newId(), payload: button.payload, title: button.title });
    box.focus();
  }

  // ---- words on their way ----
  const keepPending = () => kept.set("waiting", [...pending.values()]);

  function transmit(frame) {
    draw(frame);
    pending.set(frame.client_id, { frame, sends: 0 });
    keepPending();
    if (ready) dispatch(frame.client_id);
  }

  function draw(frame, parts) {
    const sent = bubble("customer", frame.text || frame.title, null, new Date(), "", parts);
    sent.querySelector(".meta").textContent = t("sending");
    if (!shown.size) lastDay = "";
    dayLine(new Date());
    log.append(sent);
    shown.set(frame.client_id, sent);
    answer = null;
    follows = true;
    toNewest();
    return sent;
  }

  // Sent again with each new connection, but not for ever: a message that nobody ever acknowledges is given back.
  function dispatch(clientId) {
    const waiting = pending.get(clientId);
    if (waiting.sends >= SENDS) {
      giveBack(clientId, t("retry"));
      return;
    }
    waiting.sends += 1;
    keepPending();
    write(waiting.frame);
  }

  function giveBack(clientId, why) {
    const line = shown.get(clientId), waiting = pending.get(clientId);
    if (!waiting) return;
    settle(clientId);
    refused(line, why, () => { line.remove(); shown.delete(clientId); transmit({ ...waiting.frame, client_id: newId() }); });
  }

  function refused(line, why, repeat) {
    const again = repeat ? [element("button", { type: "button", textContent: t("again"), onclick: repeat })] : [];
    line.querySelector(".meta").replaceChildren(`${t("failed")}: ${why} `, ...again);
  }

  const write = (frame) => { if (socket && socket.readyState === 1) socket.send(JSON.stringify(frame)); };

  function settle(clientId) {
    pending.delete(clientId);
    keepPending();
  }

  // Up to `lastSeq` nothing is missing, and that is what the next hello claims: an acknowledgement may overtake an
  // earlier reply. Without `after` only the very next number is known to leave no gap.
  function noteSeq(frame) {
    const after = frame.after === undefined ? frame.seq - 1 : frame.after;
    if (after <= lastSeq) lastSeq = Math.max(lastSeq, frame.seq);
  }

  const take = {
    welcome(frame) {
      if (frame.conversation !== conversation) {
        // Another conversation: its own numbering begins, what is still on its way stays.
        if (conversation !== null || !frame.conversation) clear();
        conversation = frame.conversation;
        lastSeq = 0;
      }
      kept.set("visitor", frame.visitor);
      kept.set("vouched", Boolean(identity && frame.member));
      if (saidSignOut) kept.set("signOut", saidSignOut = false);
      const connected = !ready;
      ready = true;
      askedForToken = false;
      pause = 500;
      offline.hidden = true;
      for (const [clientId, { frame: waiting }] of [...pending]) {
        if (!shown.has(clientId)) draw(waiting);
        if (connected) dispatch(clientId);
      }
      files.welcome(frame.files, (clientId) => shown.has(clientId));
    },
    ack(frame) {
      const line = shown.get(frame.client_id);
      if (!line) return;
      settle(frame.client_id);
      noteSeq(frame);
      line.querySelector(".meta").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
      shown.set("seq" + frame.seq, line);
    },
    message(frame) {
      noteSeq(frame);
      const known = "seq" + frame.seq;
      if (shown.has(known)) return;
      if (frame.client_id && shown.has(frame.client_id)) {
        shown.set(known, shown.get(frame.client_id));
        settle(frame.client_id);
        files.done(frame.client_id, new Date(frame.at));
        return;
      }
      const date = new Date(frame.at), follow = follows || atBottom();
      if (!shown.size) log.replaceChildren();
      dayLine(date);
      const line = bubble(frame.author, frame.text, frame.buttons, date, frame.name, files.shown(frame.files || [], frame.seq));
      shown.set(known, line);
      log.append(line);
      typing.textContent = "";
      noteAnswer(line, frame.author, date);
      if (follow) toNewest();
      if (panel.hidden && frame.author !== "customer") { unread += 1; label(); }
    },
    typing(frame) {
      typing.textContent = `${t(frame.author)} ${t("typing")}`;
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => { typing.textContent = ""; }, TYPING_SHOWN_MS);
    },
    state(frame) {
      handler = frame.handler;
      if (handler === "agent") wasWithAgent = true;
      showHandler();
      if (handler === "closed") {
        // When an agent closes, the desk has just said so; once is enough.
        if (!log.lastElementChild?.classList.contains("system")) log.append(element("div", { className: "m system" }, element("p", {}, t("ended"))));
        if (wasWithAgent) askRating();
        wasWithAgent = false;
        answer = null;
        toNewest();
      }
    },
    error(frame) {
      const line = frame.client_id && shown.get(frame.client_id);
      if (!line) {
        if (frame.text) { log.append(bubble("system", frame.text, null, null)); answer = null; toNewest(); }
        return;
      }
      giveBack(frame.client_id, frame.text);
    },
  };

  function clear() {
    files.clear();
    shown.clear();
    answer = null;
    greet();
  }

  function askRating() {
    const stars = element("div", { className: "stars", role: "group" });
    stars.setAttribute("aria-label", t("rate"));
    const line = element("div", { className: "m system" }, element("p", {}, t("rate")), stars);
    for (let score = 1; score <= 5; score += 1) {
      const star = element("button", { type: "button", textContent: "☆", onclick: () => {
        write({ type: "rating", client_id: newId(), score });
        line.replaceChildren(element("p", {}, "★".repeat(score) + " " + t("thanks")));
      } });
      star.setAttribute("aria-label", t("star").replace("{n}", score));
      stars.append(star);
    }
    log.append(line);
  }

  // ---- the connection ----
  // The server judges the token; its end is only read to ask the page for a fresh one in time.
  function isExpired(token) {
    try {
      const claims = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
      return claims.exp * 1000 < Date.now();
    } catch { return false; }
  }

  function connect() {
    clearTimeout(retryTimer);
    ready = false;
    const patience = kept.get("vouched", false) && !identity ? SIGN_IN_BY - Date.now() : 0;
    if (patience > 0) {
      retryTimer = setTimeout(connect, patience);
      return;
    }
    if (identity && !askedForToken && isExpired(identity)) {
      // The page may bring a fresh one, with identify(); an expired one would end the member's conversation.
      askedForToken = true;
      retryTimer = setTimeout(connect, FRESH_TOKEN_MS);
      window.dispatchEvent(new CustomEvent("huike:token-expired"));
      return;
    }
    const now = new WebSocket(base.replace(/^http/, "ws") + "/chat/ws");
    socket = now;
    now.onopen = () => {
      saidSignOut = kept.get("signOut", false);
      now.send(JSON.stringify({
        type: "hello", visitor: kept.get("visitor", null), identity, locale: language(locale),
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone, conversation, after: lastSeq,
        sign_out: saidSignOut,
      }));
    };
    now.onmessage = (event) => {
      if (socket !== now) return;
      const frame = JSON.parse(event.data);
      if (take[frame.type]) take[frame.type](frame);
    };
    now.onclose = (event) => {
      if (socket !== now) return;
      ready = false;
      offline.hidden = false;
      if (event.code === SHUT_OUT) pause = LONGEST_PAUSE_MS;
      retryTimer = setTimeout(connect, pause * (0.7 + Math.random() * 0.6));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
  }

  function reconnect() {
    const old = socket;
    socket = null;
    if (old) old.close();
    pause = 500;
    connect();
  }

  // A socket that is still opening says hello with what is known then.
  const refresh = () => { if (!socket || socket.readyState !== 0) reconnect(); };

  // The visitor's token stays until the server has ended what it stands for, even if that is on the next page.
  function forget() {
    kept.set("signOut", true);
    kept.set("vouched", false);
    pending.clear();
    keepPending();
    conversation = null;
    lastSeq = 0;
    handler = "bot";
    wasWithAgent = false;
    files.forget();
    clear();
    showHandler();
  }

  // ---- the hands on it ----
  for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    log.addEventListener(moved, () => { follows = false; }, { passive: true });
  }
  function open() {
    panel.hidden = false;
    unread = 0;
    kept.set("open", true);
    label();
    follows = true;
    toNewest();
    box.focus();
  }
  function close() {
    panel.hidden = true;
    kept.set("open", false);
    label();
    launch.focus();
  }
  function send(text) {
    const words = String(text).trim();
    if (words) transmit({ type: "message", client_id: newId(), text: words.slice(0, TEXT_LIMIT) });
  }
  launch.onclick = () => (panel.hidden ? open() : close());
  $(".x").onclick = close;
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  $("form").onsubmit = (event) => {
    event.preventDefault();
    if (files.any()) files.send(box.value.trim());
    else send(box.value);
    box.value = "";
    box.dispatchEvent(new Event("input"));
  };
  box.addEventListener("keydown", (event) => {
    // An Enter that ends an input method's composition chooses a word, it does not send.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      $("form").requestSubmit();
    }
  });
  box.addEventListener("input", () => {
    go.disabled = !box.value.trim() && !files.any();
    box.style.height = "auto";
    box.style.height = Math.min(box.scrollHeight + 2, 110) + "px";
    if (ready && conversation && box.value && Date.now() - typedAt > TYPING_EVERY_MS) {
      typedAt = Date.now();
      write({ type: "typing" });
    }
  });
  // Always: a connection may outlive a short break, and nothing else takes the banner away.
  window.addEventListener("online", reconnect);
  window.addEventListener("offline", () => { offline.hidden = false; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !ready) reconnect(); });

  window.Huike = {
    open, close, send,
    identify(token) { if (token !== identity) { identity = token; refresh(); } },
    signOut() { identity = null; forget(); refresh(); },
    locale(tag) { locale = tag; translate(); refresh(); },
  };
  const start = () => {
    document.body.append(host);
    translate();
    if (kept.get("open", false)) open();
    connect();
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
