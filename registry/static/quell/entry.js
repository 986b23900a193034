/* An entry page: keeps a draft of what is typed on the server, says where it stands, asks before the page is left with
   text that is nowhere else, marks what changed and shows what an answer asks next. The form saves without all this. */
"use strict";

(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const place = document.querySelector("[data-save-state]");
  const STATES = ["unsaved", "saving", "saved", "failed"];
  const PAUSE = 2000, LEAVE = 300, RETRY = 15000, HANGS = 20000, SUBMIT_WAITS = 3000, SUBMIT_TAKES = 10000;

  const findAll = (kind, name) => [...document.querySelectorAll(`[data-${kind}="${CSS.escape(name)}"]`)];
  const find = (kind, name) => findAll(kind, name)[0];
  const isOfRow = (control, row) => control.name.startsWith(`${row}-`);
  const plain = (text) => text.replace(/\r\n?/g, "\n");

  function named(name) {
    const control = form.elements.namedItem(name);
    return control instanceof Element ? control : null;
  }

  function textOf(control) {
    if (control.type === "checkbox") return control.checked ? control.value : "";
    return control.value || "";
  }

  /* A list of choices may hold NA as a code of its own, so there the reasons carry a question mark. */
  function isMissing(control) {
    const reason = control.matches("select") ? /^\?(ND|UNK|NA)$/ : /^\s*(ND|UNK|NA)\s*$/i;
    return reason.test(textOf(control));
  }

  function boxOf(control) {
    const box = control.closest("[data-box]");
    return box && box.dataset.box === control.name ? box : null;
  }

  function mark(control) {
    const box = boxOf(control);
    if (!box) return;
    const was = control.dataset.was;
    box.classList.toggle("is-changed", was !== undefined && plain(textOf(control)) !== plain(was));
    box.classList.toggle("is-missing", isMissing(control));
  }

  /* Day, warning and grade beside a text that has changed belong to the text before, until the server has spoken. */
  function markStale(control) {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => isOfRow(control, row.dataset.row));
    const cells = rows.flatMap((row) => [...row.querySelectorAll("[data-computed]")]);
    [boxOf(control), ...cells].forEach((part) => part?.classList.add("is-stale"));
  }

  function isAsked(box) {
    const [, name, codes] = /^([^=]*)=(.*)$/.exec(box.dataset.askedIf);
    const asking = named(name);
    if (!asking) return true;
    const answer = textOf(asking).trim();
    if (codes === "*") return answer !== "" && !isMissing(asking);
    return codes.split(",").includes(answer);
  }

  /* What holds a value stays in sight, asked or not: nothing is saved that cannot be seen. In a grid every cell keeps
     its place, and the keyboard passes over the empty ones that are not asked. */
  function showAsked(box) {
    const control = named(box.dataset.box);
    const isOpen = isAsked(box);
    const isIdle = !isOpen && !(control && textOf(control).trim());
    box.classList.toggle("not-asked", !isOpen);
    if (!box.matches("td")) box.hidden = isIdle && !box.contains(document.activeElement);
    else if (control && isIdle) control.tabIndex = -1;
    else if (control) control.removeAttribute("tabindex");
  }

  const branches = () => document.querySelectorAll("[data-box][data-asked-if]");

  function branch(control) {
    branches().forEach((box) => {
      if (box.dataset.box === control.name || box.dataset.askedIf.startsWith(`${control.name}=`)) showAsked(box);
    });
  }

  const timers = {};
  let kept = typed();
  let sending = null, isAgain = false, isFailing = false, isUnheard = false;
  let calm = { state: stateAtStart(), text: place ? place.textContent : "" };
  let announced = calm.text;

  function stateAtStart() {
    const shown = STATES.find((state) => place && place.classList.contains(`state--${state}`));
    return shown || (form.dataset.restored === "yes" ? "saved" : "");
  }

  /* The token is left out: it changes with a new sign-in, not with what is typed. */
  function typed() {
    const all = new URLSearchParams(new FormData(form));
    all.delete("csrfmiddlewaretoken");
    return all.toString();
  }

  const isUnsaved = () => typed() !== kept;

  /* A reader of the screen hears of a draft that was kept or was not, once for the same words. */
  function say(state, text) {
    if (!place) return;
    const isNews = (state === "saved" || state === "failed") && text !== announced;
    if (isNews) announced = text;
    place.setAttribute("aria-live", isNews ? "polite" : "off");
    STATES.forEach((other) => place.classList.toggle(`state--${other}`, other === state));
    if (place.textContent !== text) place.textContent = text;
  }

  /* A failure stays in sight until a draft is kept again, also while the next attempt is under way. */
  function showState() {
    if (!sending && !isUnsaved()) say(calm.state, calm.text);
    else if (isFailing) say("failed", form.dataset.saysFailed);
    else if (sending) say("saving", form.dataset.saysSaving);
    else say("unsaved", form.dataset.saysUnsaved);
  }

  function stop(name) {
    window.clearTimeout(timers[name]);
    delete timers[name];
  }

  function plan(name, milliseconds) {
    stop(name);
    timers[name] = window.setTimeout(send, milliseconds);
  }

  /* Never two requests at once, or the older could arrive last: what changes meanwhile is sent afterwards. */
  function send() {
    ["pause", "leave", "retry"].forEach(stop);
    if (sending) isAgain = true;
    else if (isUnsaved()) sending = deliver().finally(() => { sending = null; settle(); });
    showState();
    return sending || Promise.resolve();
  }

  async function deliver() {
    do {
      isAgain = false;
      await attempt(typed());
    } while (isAgain && isUnsaved());
  }

  async function attempt(body) {
    const answer = await post(body);
    isFailing = !answer;
    // Signed out, or signed in anew elsewhere: the clock asks where that stands and brings the new token.
    if (!answer && isUnheard) document.dispatchEvent(new Event("quell:token-wanted"));
    if (!answer) return;
    kept = body;
    calm = { state: "saved", text: form.dataset.saysSaved.replace("%(time)s", answer.saved) };
    apply(answer, new URLSearchParams(body));
  }

  function settle() {
    if (!isUnsaved()) {
      isFailing = false;
      form.querySelectorAll(".is-stale").forEach((part) => part.classList.remove("is-stale"));
    } else if (isFailing) plan("retry", RETRY);
    else if (!timers.pause) plan("pause", PAUSE);
    showState();
  }

  /* Returns the answer, or null for anything else than a draft that was kept. */
  async function post(body) {
    const patience = new AbortController();
    const timer = window.setTimeout(() => patience.abort(), HANGS);
    try {
      const answer = await fetch(form.dataset.draftUrl, { ...request(body), signal: patience.signal });
      const isRead = answer.status === 200 && /json/.test(answer.headers.get("Content-Type"));
      isUnheard = answer.status === 401 || answer.status === 403 || (answer.status < 300 && !isRead);
      return isRead ? await answer.json() : null;
    } catch {
      isUnheard = !patience.signal.aborted;
      return null;
    } finally { window.clearTimeout(timer); }
  }

  /* The token is read at the last moment: the clock renews it after a new sign-in. A redirect leads to the sign-in page
     and is not followed; its status reads 0. */
  function request(body) {
    const token = named("csrfmiddlewaretoken")?.value || "";
    const headers = { "X-CSRFToken": token, "HX-Request": "true", Accept: "application/json" };
    const sent = new URLSearchParams(body);
    sent.set("csrfmiddlewaretoken", token);
    return { method: "POST", credentials: "same-origin", redirect: "manual", headers, body: sent };
  }

  function isAsSent(control, sent) {
    return control.matches("button, :disabled") || plain(textOf(control)) === plain(sent.get(control.name) || "");
  }

  /* An answer speaks of what was sent. Where something else stands by now it is passed over: the next one will come. */
  function apply(answer, sent) {
    Object.entries(answer.boxes || {}).forEach(([name, says]) => {
      const control = named(name), box = find("box", name);
      if (box && (!control || isAsSent(control, sent))) applyToBox(box, control, says);
    });
    Object.entries(answer.rows || {}).forEach(([name, says]) => {
      const controls = [...form.elements].filter((control) => isOfRow(control, name));
      if (controls.every((control) => isAsSent(control, sent))) applyToRow(name, says);
    });
  }

  function applyToBox(box, control, says) {
    box.classList.remove("is-stale");
    ["echo", "warning", "error"].forEach((kind) => {
      const part = box.querySelector(`[data-${kind}]`);
      if (part) tell(part, part, says[kind]);
      if (part && control) describe(control, part, kind);
    });
    if (control) setOrRemove(control, "aria-invalid", says.error && "true");
    box.classList.toggle(box.matches(".field") ? "field--wrong" : "is-wrong", Boolean(says.error));
    box.classList.toggle("is-doubtful", Boolean(says.warning));
  }

  function applyToRow(name, says) {
    findAll("row", name).forEach((row) => {
      Object.entries(says.computed || {}).forEach(([key, value]) => applyToComputed(row, CSS.escape(key), value));
    });
    const message = find("row-says", name);
    if (message) tell(message, message.querySelector("td") || message, says.says);
  }

  /* Why a value is what it is stands beside it where there is room, and otherwise under the mouse. */
  function applyToComputed(row, key, { text, tone, title }) {
    const cell = row.querySelector(`[data-computed="${key}"]`);
    if (!cell) return;
    if (cell.textContent !== text) cell.textContent = text;
    cell.classList.remove("is-stale");
    ["differs", "waits"].forEach((other) => cell.classList.toggle(`grid__computed--${other}`, other === tone));
    const reason = row.querySelector(`[data-computed-title="${key}"]`);
    if (reason) reason.textContent = title || "";
    else setOrRemove(cell, "title", title);
  }

  function tell(shown, part, text = "") {
    if (part.textContent !== text) part.textContent = text;
    shown.hidden = !text;
  }

  function setOrRemove(control, attribute, text) {
    if (text) control.setAttribute(attribute, text);
    else control.removeAttribute(attribute);
  }

  /* A control that is described by what surrounds all its messages needs nothing more. */
  function describe(control, part, kind) {
    if (!part.id) part.id = `${control.id}_${kind}`;
    const ids = (control.getAttribute("aria-describedby") || "").split(/\s+/).filter((id) => id && id !== part.id);
    const isRead = ids.some((id) => document.getElementById(id)?.contains(part));
    if (!part.hidden && !isRead) ids.push(part.id);
    setOrRemove(control, "aria-describedby", ids.join(" "));
  }

  let isNoting = false;

  /* Many cells change at once when a block is pasted; the form is read once for all of them. */
  function noteSoon() {
    if (isNoting) return;
    isNoting = true;
    queueMicrotask(() => { isNoting = false; note(); });
  }

  function note() {
    stop("pause");
    if (isUnsaved()) plan("pause", PAUSE);
    if (!sending) settle();
  }

  document.addEventListener("input", (event) => {
    const control = event.target;
    if (control.form !== form) return;
    mark(control);
    markStale(control);
    branch(control);
    noteSoon();
  });

  /* A row or field that was left is sent at once. The timer is not put off again by what follows, or somebody who types
     without a pause would never have a draft. */
  document.addEventListener("focusout", (event) => {
    const control = event.target;
    if (control.form !== form) return;
    branch(control);
    const isInRow = control.closest("[data-row]")?.contains(event.relatedTarget);
    if (!isInRow && !timers.leave && isUnsaved()) plan("leave", LEAVE);
  });

  /* Ctrl+S saves, Ctrl+Shift+Enter saves and goes on; where no form follows it saves. */
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const isSave = event.key.toLowerCase() === "s" && !event.shiftKey, isNext = event.key === "Enter" && event.shiftKey;
    if (!isSave && !isNext) return;
    event.preventDefault();
    const next = isNext && form.querySelector('button[value="next"]');
    (next || form.querySelector("button[data-save]"))?.click();
  });

  /* After a failure the next attempt is made as soon as it may succeed, also when the clock has renewed the token. */
  const retry = () => { if (isFailing) send(); };
  ["focus", "online"].forEach((name) => window.addEventListener(name, retry));
  window.addEventListener("storage", (event) => { if (event.key === "quell-sign-in-ends") retry(); });
  const token = named("csrfmiddlewaretoken");
  if (token) new MutationObserver(retry).observe(token, { attributeFilter: ["value"] });

  let isLeaving = false, isHeld = false, isReady = false;

  window.addEventListener("beforeunload", (event) => {
    if (isLeaving || !isUnsaved()) return;
    event.preventDefault();
    event.returnValue = true; // Chrome before 119 asks for it
  });

  /* The draft goes first, so that a save that fails on the server loses nothing. */
  form.addEventListener("submit", (event) => {
    if (isReady || !(isLeaving || isHeld || isUnsaved())) return leave();
    event.preventDefault();
    event.stopPropagation();
    if (!isLeaving && !isHeld) keepThenSubmit(event.submitter);
  });

  function leave() {
    isLeaving = true;
    window.setTimeout(() => { isLeaving = false; }, SUBMIT_TAKES); // the person may have stopped it
  }

  async function keepThenSubmit(submitter) {
    isHeld = true;
    const patience = new Promise((resolve) => { window.setTimeout(resolve, SUBMIT_WAITS); });
    await Promise.race([send(), patience]).catch(() => {});
    isHeld = false;
    if (isFailing && isUnheard) return sayAgain();
    isReady = true;
    form.requestSubmit(submitter);
    isReady = false;
  }

  /* Nobody is signed in, or the server is out of reach: the page would be gone and nothing saved. So it stays. */
  function sayAgain() {
    if (!place) return;
    announced = place.textContent = "";
    showState();
    place.scrollIntoView({ block: "nearest" });
  }

  function look() {
    [...form.elements].forEach(mark);
    branches().forEach(showAsked);
  }

  look();
  say(calm.state, calm.text);
  window.addEventListener("pageshow", () => { isLeaving = false; });
  document.addEventListener("htmx:afterSwap", () => { look(); noteSoon(); });
})();
