/* The form of a request: a box for a whole group ticks its variables, and folded groups say how many are chosen.
   Everything can be sent without this. */
"use strict";

(() => {
  const form = document.querySelector("form[data-request]");
  if (!form) return;

  function tell(place, count, isAll) {
    const { none, all, says } = place.dataset;
    place.textContent = isAll ? all : count ? says.replace("%(count)s", count) : none;
  }

  /* A whole group is one choice: its variables show it and are not sent one by one. */
  function settle(sheet) {
    const whole = sheet.querySelector("[data-whole]"), boxes = [...sheet.querySelectorAll("[data-variable]")];
    boxes.forEach((box) => {
      if (whole.checked && !box.disabled) box.dataset.was = box.checked ? "yes" : "";
      if (whole.checked) box.checked = true;
      else if (box.disabled) box.checked = box.dataset.was === "yes";
      box.disabled = whole.checked;
    });
    tell(sheet.querySelector("[data-chosen]"), boxes.filter((box) => box.checked).length, whole.checked);
  }

  function settleCriterion(criterion) {
    tell(criterion.querySelector("[data-chosen]"), criterion.querySelectorAll("input:checked").length, false);
  }

  function settleAll() {
    form.querySelectorAll("[data-sheet]").forEach(settle);
    form.querySelectorAll("[data-criterion]").forEach(settleCriterion);
  }

  let isTyped = false;
  form.addEventListener("input", () => { isTyped = true; });
  form.addEventListener("submit", () => { isTyped = false; });
  window.addEventListener("beforeunload", (event) => { if (isTyped) event.preventDefault(); });

  form.addEventListener("change", (event) => {
    const sheet = event.target.closest("[data-sheet]"), criterion = event.target.closest("[data-criterion]");
    if (sheet) settle(sheet);
    if (criterion) settleCriterion(criterion);
  });
  window.addEventListener("pageshow", settleAll);
  settleAll();
})();
