/* Grids from the keyboard: a key leads down the column, copies from above, fills in a day without findings or takes a
   paste back; a block from a spreadsheet is spread over the cells. Tab and the arrows in a choice stay native. */
"use strict";

(() => {
  const CONTROL = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea";
  const UNFIT = 5;

  /* What the last copy, fill or paste replaced, and whether the change that is told now is our own. */
  let last = null, isOurs = false;

  const rowOf = (control) => control.closest("tr[data-row]");
  const gridOf = (control) => control.closest("[data-grid]");
  const columnOf = (control) => control.closest("td, th").cellIndex;
  const boxOf = (control) => control.closest("[data-box]") || control.closest("td, th");
  const rowsOf = (grid) => [...grid.querySelectorAll("tr[data-row]")];
  const isOpen = (control) => !control.disabled && !control.readOnly && control.getClientRects().length > 0;
  const holdsText = (control) => !control.matches("[type=checkbox], [type=radio]");
  const isEmpty = (control) => control.value.trim() === "";
  const isAsked = (control) => !boxOf(control).classList.contains("not-asked");

  function gridControl(target) {
    const isOne = target instanceof Element && target.matches(CONTROL) && gridOf(target) && rowOf(target);
    return isOne ? target : null;
  }

  function controlIn(row, column) {
    return row?.cells[column]?.querySelector(CONTROL) || null;
  }

  function valuesOf(row) {
    return [...row.querySelectorAll(CONTROL)].filter((control) => holdsText(control) && isOpen(control));
  }

  function rowBeside(control, step) {
    const rows = rowsOf(gridOf(control));
    return rows[rows.indexOf(rowOf(control)) + step];
  }

  /* Rows where the cell is closed or not asked are passed over. */
  function move(control, step) {
    const rows = rowsOf(gridOf(control)), column = columnOf(control);
    for (let at = rows.indexOf(rowOf(control)) + step; rows[at]; at += step) {
      const next = controlIn(rows[at], column);
      if (!next || !isOpen(next) || next.tabIndex < 0) continue;
      next.focus();
      return true;
    }
    return false;
  }

  function put(control, text, isCopied) {
    isOurs = true;
    control.value = text;
    ["input", "change"].forEach((name) => control.dispatchEvent(new Event(name, { bubbles: true })));
    isOurs = false;
    boxOf(control).classList.toggle("is-copied", isCopied);
  }

  /* The changes are read one by one: what one cell answers decides whether the next is asked. */
  function write(changes, isCopied) {
    const before = [];
    for (const [control, text] of changes) {
      before.push([control, control.value, boxOf(control).classList.contains("is-copied")]);
      put(control, text, isCopied);
    }
    if (before.length) last = before;
  }

  function undo(control) {
    if (!last || gridOf(last[0][0]) !== gridOf(control)) return false;
    last.forEach(([changed, text, isCopied]) => put(changed, text, isCopied));
    last = null;
    say(gridOf(control), "");
    return true;
  }

  /* An empty cell above is no finding that could be copied. Grades and notes are never copied: they are judged anew. */
  function* copied(controls) {
    for (const control of controls) {
      const source = controlIn(rowBeside(control, -1), columnOf(control));
      if (source && !isEmpty(source) && !("nocopy" in control.dataset)) yield [control, source.value];
    }
  }

  function* emptyOnes(row) {
    for (const control of valuesOf(row)) if (isEmpty(control) && isAsked(control)) yield control;
  }

  function* normal(row) {
    for (const control of emptyOnes(row)) if (control.dataset.normal) yield [control, control.dataset.normal];
  }

  function copyCell(control) {
    if (holdsText(control) && isOpen(control)) write(copied([control]), true);
    return true;
  }

  function copyRow(control) {
    write(copied(emptyOnes(rowOf(control))), true);
    return true;
  }

  function fillNormal(control) {
    write(normal(rowOf(control)), true);
    move(control, 1);
    return true;
  }

  /* A key that returns false is left to the browser. Spanish spreadsheets fill down with Ctrl+J. */
  const KEYS = {
    enter: (control) => move(control, 1) || true,
    "shift+enter": (control) => move(control, -1) || true,
    arrowdown: (control) => isLine(control) && move(control, 1),
    arrowup: (control) => isLine(control) && move(control, -1),
    "ctrl+d": copyCell,
    "ctrl+j": copyCell,
    "ctrl+shift+d": copyRow,
    "ctrl+enter": fillNormal,
    "ctrl+z": undo,
  };

  const isLine = (control) => control.matches("input:not([list])") && holdsText(control);

  function nameOf(event) {
    const isCtrl = event.ctrlKey || event.metaKey;
    return `${isCtrl ? "ctrl+" : ""}${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
  }

  document.addEventListener("keydown", (event) => {
    const control = gridControl(event.target);
    if (!control || event.isComposing || event.altKey || event.defaultPrevented) return;
    const act = KEYS[nameOf(event)];
    if (act && act(control)) event.preventDefault();
  });

  /* A spreadsheet quotes a cell that holds a tab, a line break or a quotation mark. */
  function blockOf(text) {
    const rows = [[]];
    const cells = /(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))(\t|\n|$)/gy;
    for (const [, quoted, bare, end] of text.replace(/\r\n?/g, "\n").replace(/\n$/, "").matchAll(cells)) {
      rows[rows.length - 1].push((quoted === undefined ? bare : quoted.replace(/""/g, '"')).trim());
      if (end === "\n") rows.push([]);
      if (end === "") break;
    }
    return rows;
  }

  const folded = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();

  /* A choice is named by its value, the number before its words, its words, or the reason why there is none. */
  function choiceFor(select, text) {
    const options = [...select.options].filter((option) => option.value !== "" && !option.disabled);
    const wanted = folded(text);
    const isWanted = [
      (option) => option.value === text,
      (option) => folded(option.value) === wanted || folded(option.value) === `?${wanted}`,
      (option) => /^\d+(?=\s|$)/.exec(folded(option.text))?.[0] === wanted,
      (option) => folded(option.text) === wanted,
      (option) => folded(option.text).replace(/^\d+\s/, "") === wanted,
    ];
    for (const test of isWanted) {
      const found = options.filter(test);
      if (found.length === 1) return found[0].value;
    }
    return null;
  }

  function fitted(control, text) {
    if (control.matches("select")) return choiceFor(control, text);
    return control.matches("textarea") ? text : text.replace(/\s*\n\s*/g, " ");
  }

  /* A column counts if one of its cells can be typed in. A closed cell in it takes nothing, but moves nothing aside. */
  function columnsFrom(control) {
    const columns = new Set(rowsOf(gridOf(control)).flatMap((row) => valuesOf(row).map(columnOf)));
    return [...columns].filter((column) => column >= columnOf(control)).sort((one, other) => one - other);
  }

  /* An empty cell of the clipboard says nothing, so it takes nothing away. */
  function spread(control, block) {
    const all = rowsOf(gridOf(control)), rows = all.slice(all.indexOf(rowOf(control))), columns = columnsFrom(control);
    const changes = [], unknown = [];
    let left = 0;
    block.forEach((line, down) => line.forEach((text, right) => {
      if (!text) return;
      const target = controlIn(rows[down], columns[right]);
      if (!target || !holdsText(target) || !isOpen(target)) { left += 1; return; }
      const value = fitted(target, text);
      if (value === null) unknown.push(text);
      else changes.push([target, value]);
    }));
    write(changes, false);
    return { done: changes.length, left, unknown, all: changes.length + left + unknown.length };
  }

  const filled = (words, numbers) => (words || "").replace(/%\((\w+)\)s/g, (whole, name) => numbers[name] ?? whole);

  function outcomeIn(words, outcome) {
    const named = [...new Set(outcome.unknown)].map((text) => `“${text}”`);
    const values = named.slice(0, UNFIT).join(", ") + (named.length > UNFIT ? ", …" : "");
    const parts = [filled(words.saysPasted, outcome)];
    if (outcome.left) parts.push(filled(words.saysLeft, outcome));
    if (values) parts.push(filled(words.saysUnknown || "%(values)s", { values }));
    return parts.join(". ");
  }

  /* The words go to the nearest place for them, so that a page may hold several grids. */
  function say(grid, text) {
    let around = grid, place = null;
    while (around && !place) {
      place = around.querySelector("[data-grid-says]");
      around = around.parentElement;
    }
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  }

  document.addEventListener("paste", (event) => {
    // Over a choice the browser may name the page itself as the target
    const control = gridControl(document.activeElement);
    if (!control || !holdsText(control) || !isOpen(control)) return;
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!/[\t\r\n]/.test(text) && !control.matches("select")) return;
    event.preventDefault();
    say(gridOf(control), outcomeIn(gridOf(control).dataset, spread(control, blockOf(text))));
    selectText(control);
  });

  /* What is typed by hand confirms a copied cell, and ends the chance to take the copy back. */
  document.addEventListener("input", (event) => {
    const control = gridControl(event.target);
    if (!control || isOurs) return;
    last = null;
    boxOf(control).classList.remove("is-copied");
  });

  function selectText(control) {
    if (isLine(control)) control.select();
  }

  const markHere = (row, isHere) => row.querySelector("th")?.classList.toggle("is-here", isHere);

  document.addEventListener("focusin", (event) => {
    const control = gridControl(event.target);
    if (!control) return;
    markHere(rowOf(control), true);
    selectText(control);
  });
  document.addEventListener("focusout", (event) => {
    const control = gridControl(event.target);
    if (control) markHere(rowOf(control), false);
  });

  /* A row that is to be deleted on saving is struck through. */
  function strike(box) {
    const row = box.closest("[data-grid]") && rowOf(box);
    if (row && box.name === `${row.dataset.row}-delete`) row.classList.toggle("is-deleted", box.checked);
  }

  const strikeAll = () => document.querySelectorAll("[data-grid] input[name$='-delete']").forEach(strike);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[name$='-delete']")) strike(event.target);
  });
  document.addEventListener("htmx:afterSwap", strikeAll);
  strikeAll();
})();
