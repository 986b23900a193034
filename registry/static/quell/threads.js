/* A thread on a page of something else: what could not be done (422) is shown in its place, with what was typed. */
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (xhr.status === 422 && target.matches("[data-thread]")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
