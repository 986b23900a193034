/* The clock of a sign-in: warns before it ends, prolongs it on request, and after signing in again in another
   window gives the forms of this page the new token, so that nothing typed is lost. */
"use strict";

(() => {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const SHARED = "quell-sign-in-ends";
  const seconds = (name) => Number(clock.dataset[name]);
  let ends = Date.now() + 1000 * seconds("seconds");

  function setEnd(left) {
    ends = Date.now() + 1000 * left;
    try { localStorage.setItem(SHARED, `${clock.dataset.person} ${ends}`); } catch { /* a browser that keeps nothing */ }
  }

  /* Other windows tell of each prolongation. Where this page is over it is a new sign-in, with a new token. */
  window.addEventListener("storage", (event) => {
    const [person, moment] = (event.newValue || "").split(" ");
    if (event.key !== SHARED || person !== clock.dataset.person) return;
    if (ends < Date.now()) quietly("GET");
    else ends = Math.max(ends, Number(moment));
  });

  function say(what) {
    clock.querySelectorAll("[data-clock-says]").forEach((part) => {
      const hidden = part.dataset.clockSays !== what;
      if (part.hidden !== hidden) part.hidden = hidden;
    });
  }

  function headers() {
    return { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "HX-Request": "true" };
  }

  function takeToken(token) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  }

  async function ask(method) {
    const answer = await fetch(clock.dataset.url, { method, headers: headers() });
    if (!answer.ok) return;
    const state = await answer.json();
    if (state.person !== clock.dataset.person) return say(state.person ? "other" : "over");
    takeToken(state.token);
    setEnd(state.seconds);
    show();
  }

  function show() {
    const left = Math.round((ends - Date.now()) / 1000);
    if (left <= 0) return say("over");
    const minutes = clock.querySelector("[data-clock-minutes]");
    const text = String(Math.ceil(left / 60));
    if (minutes.textContent !== text) minutes.textContent = text;
    say(left <= seconds("warnSeconds") ? "soon" : "");
  }

  const quietly = (method) => ask(method).catch(() => {});
  document.addEventListener("quell:token-wanted", () => quietly("GET"));
  clock.querySelector("[data-clock-stay]").addEventListener("click", () => quietly("POST"));
  document.addEventListener("visibilitychange", () => { if (!document.hidden && ends < Date.now()) quietly("GET"); });
  window.addEventListener("focus", () => { if (ends < Date.now()) quietly("GET"); });
  setEnd(seconds("seconds"));
  window.setInterval(show, 1000);
  show();
})();
