/* Queries beneath the cells that they speak of: after an act the marks, the banner and the value follow the thread, and
   nothing else on the page is touched. Threads open, send and close without all this. */
"use strict";

(() => {
  const STATES = ["OPEN", "ANSWERED"];
  const askedOf = (part) => part.closest("[data-asked]");
  const namesOf = (asked) => (asked.dataset.asked || "").split(" ").filter(Boolean);

  document.addEventListener("htmx:afterSwap", (event) => {
    const thread = event.target;
    const asked = thread.matches("[data-thread]") && askedOf(thread);
    if (!asked) return;
    show(asked, thread);
    if (thread.querySelector("[data-error-summary]")) return;
    if (event.detail.requestConfig?.parameters?.act === "accept") take(asked);
    asked.querySelector("summary").focus();
    const banner = document.querySelector("[data-asked-here]");
    if (banner) window.htmx.trigger(banner, "quell:asked");
  });

  function show(asked, thread) {
    asked.dataset.state = thread.dataset.state;
    const chip = thread.querySelector(".chip"), place = asked.querySelector("[data-asked-state]");
    place.replaceChildren(...(chip && thread.dataset.state !== "OPEN" ? [chip.cloneNode(true)] : []));
    namesOf(asked).forEach((name) => mark(name, chip ? chip.textContent : ""));
  }

  /* A cell of several queries shows the most urgent of them. */
  function mark(name, words) {
    const others = [...document.querySelectorAll("[data-asked]")].filter((asked) => namesOf(asked).includes(name));
    const state = STATES.find((one) => others.some((asked) => asked.dataset.state === one));
    document.querySelectorAll(`[data-box="${CSS.escape(name)}"]`).forEach((box) => {
      box.classList.toggle("is-asked", Boolean(state));
      STATES.forEach((one) => box.classList.toggle(`is-asked--${one.toLowerCase()}`, one === state));
      const sign = box.querySelector(".mark--open, .mark--answered");
      if (!sign) return;
      if (!state) return sign.remove();
      if (state === "ANSWERED") sign.textContent = words;
      sign.className = `mark mark--${state.toLowerCase()}`;
    });
  }

  /* The value that was taken over is saved already: the control shows it as such. A cell of the laboratory shows value and
     unit as one text, so there the page is read anew; what was typed on it is in its draft. */
  function take(asked) {
    if (!asked.dataset.suggested) return window.location.reload();
    Object.entries(JSON.parse(asked.dataset.suggested)).forEach(([name, text]) => {
      const control = document.getElementsByName(name)[0];
      if (!control) return;
      control.value = text;
      control.dataset.was = text;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    });
    delete asked.dataset.suggested;
  }

  /* Ctrl+S in a thread sends what is typed there, not the page around it. */
  document.addEventListener("keydown", (event) => {
    const isSave = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "s";
    const thread = isSave && event.target instanceof Element && event.target.closest("[data-asked] [data-thread]");
    if (!thread) return;
    event.preventDefault();
    event.stopPropagation();
    (thread.querySelector(".button--main") || thread.querySelector("[value=comment]"))?.click();
  }, true);

  /* A link to a thread opens it, also in browsers that do not do so by themselves. */
  function openLinked() {
    const thread = /^#query-/.test(window.location.hash) && document.getElementById(window.location.hash.slice(1));
    const folded = thread && thread.closest("details");
    if (!folded || folded.open) return;
    folded.open = true;
    thread.scrollIntoView({ block: "nearest" });
  }

  window.addEventListener("hashchange", openLinked);
  openLinked();
})();
