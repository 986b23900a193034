/* Comforts of the pages of queries: choosing all that are shown, and working through the list by keyboard. */
"use strict";

/* The list: all shown are chosen with one box, and their number is told. */
(() => {
  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  const all = form.querySelector("[data-choose-all]");
  const boxes = [...form.querySelectorAll("[data-choose]")];
  const told = form.querySelector("[data-chosen]");

  function tell() {
    const count = boxes.filter((box) => box.checked).length;
    told.textContent = told.dataset.says.replace("%(count)s", count);
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-chosen", box.checked));
  }

  all.hidden = !boxes.length;
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    tell();
  });
  form.addEventListener("change", (event) => { if (event.target.matches("[data-choose]")) tell(); });
  window.addEventListener("pageshow", tell);
  tell();
})();

/* One query: the main act, the suggestion, and the way on and back. */
(() => {
  const page = document.querySelector("[data-triage]");
  if (!page) return;

  /* What was chosen or typed and not sent is not left behind without a word. */
  let isSent = false;
  const isTyped = (control) => control.matches("textarea")
    ? control.value !== control.defaultValue
    : [...control.options].some((option) => option.selected !== option.defaultSelected && control.value);
  const isUnsent = () => [...page.querySelectorAll("textarea, select[name=cause], select[name=resolution]")].some(isTyped);
  window.addEventListener("beforeunload", (event) => { if (!isSent && isUnsent()) event.preventDefault(); });
  document.addEventListener("submit", () => { isSent = true; });
  window.addEventListener("pageshow", () => { isSent = false; });

  function press(selector) {
    const control = document.querySelector(selector);
    control?.click();
    return Boolean(control);
  }

  function wanted(event) {
    if (event.key === "Enter") return event.shiftKey ? "[data-act=accept]" : "[data-act=main]";
    if (event.key === "ArrowDown") return "[data-go=next]";
    if (event.key === "ArrowUp") return "[data-go=previous]";
    return "";
  }

  document.addEventListener("keydown", (event) => {
    if (!event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    const selector = wanted(event);
    if (selector && press(selector)) event.preventDefault();
  });
})();
