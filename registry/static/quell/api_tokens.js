/* The page that shows a new token once: copying it, and leaving nothing of it behind. Everything works without this. */
"use strict";

const secret = document.querySelector("[data-secret]");
const copier = document.querySelector("[data-copy]");
const told = document.querySelector("[data-copied]");

function mark() {
  const range = document.createRange();
  range.selectNodeContents(secret);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/* The clipboard is refused in pages without https: then the token is marked, and the keyboard copies it. */
async function copy() {
  try {
    await navigator.clipboard.writeText(secret.textContent);
    told.textContent = told.dataset.copied;
  } catch {
    mark();
    told.textContent = told.dataset.notCopied;
  }
}

copier.hidden = false;
copier.addEventListener("click", copy);
/* Loading this page again shows the list, without the question whether the form is to be sent again. */
history.replaceState(null, "", secret.dataset.list);
/* A page that the browser keeps for going back holds no token. */
window.addEventListener("pagehide", () => secret.replaceChildren());
