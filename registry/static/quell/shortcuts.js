/* Keys of every page: "/" leads to the search, "?" shows the list of keys. Both can be switched off (WCAG 2.1.4),
   because speech input and a hand that slips press single keys without meaning them. */
"use strict";

(() => {
  const STORED = "quell-single-keys";
  const dialog = document.querySelector("dialog[data-shortcuts]");

  /* Read at each key: the choice may have been made in another window. */
  function isOn() {
    try { return localStorage.getItem(STORED) !== "off"; } catch { return true; }
  }

  function keep(isChosen) {
    try { localStorage.setItem(STORED, isChosen ? "on" : "off"); } catch { /* a browser that keeps nothing */ }
  }

  function open() {
    if (!dialog || dialog.open) return;
    const choice = dialog.querySelector("[data-single-keys]");
    if (choice) choice.checked = isOn();
    dialog.showModal();
  }

  function goToSearch() {
    const search = document.querySelector("[data-slash]");
    if (!search) return false;
    search.focus();
    search.select?.();
    return true;
  }

  const isTyping = (target) => target.isContentEditable || target.matches?.("input, select, textarea");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]") || !isOn()) return;
    if (event.key === "/" && goToSearch()) event.preventDefault();
    if (event.key === "?") open();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shortcuts-open]")) open();
    if (dialog && event.target.closest("[data-shortcuts-close]")) dialog.close();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-single-keys]")) keep(event.target.checked);
  });

  /* Without this script the list cannot be opened, so the button that opens it is hidden until now. */
  document.querySelectorAll("[data-shortcuts-open]").forEach((button) => { button.hidden = !dialog; });
})();
