/* A grid that is made anew by the server never takes away what was typed into it meanwhile: then it is asked for again. */
"use strict";

(() => {
  const sent = new WeakMap();

  function texts(area) {
    return [...area.querySelectorAll("[name]")].map((control) => `${control.name}=${control.value}`).join("&");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    sent.set(event.detail.xhr, texts(event.detail.target));
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, elt } = event.detail;
    if (!sent.has(xhr) || sent.get(xhr) === texts(target)) return;
    event.detail.shouldSwap = false;
    window.htmx.trigger(elt, elt.matches("button") ? "click" : "change");
  });
})();
