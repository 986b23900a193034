/* Says in the page what allauth's scripts would only tell the console: the passkey was not used. */
"use strict";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const trouble = document.querySelector("[data-passkey-trouble]");
  if (trouble) trouble.hidden = false;
});
