// The keys. None acts while an input method is composing: Chinese is typed with letters, space and Enter.

import { composing } from "./input_method.js";
import { openPalette } from "./palette.js";

const $ = (selector) => document.querySelector(selector);
const TYPING = "input:not([type=radio], [type=checkbox], [type=file]), textarea, select, [contenteditable]";

function rowBeside(step) {
  const rows = [...document.querySelectorAll(".row")];
  const now = rows.findIndex((row) => row.parentElement.contains(document.activeElement));
  const here = now >= 0 ? now : rows.findIndex((row) => row.parentElement.hasAttribute("aria-current"));
  return rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step))];
}

function move(step, visit) {
  const row = rowBeside(step);
  if (!row) return;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  if ($("#thread")) visit(row.href);
}

function write(kind) {
  const choice = $(`#composer input[value=${kind}]`);
  if (!choice) return;
  choice.checked = true;
  $("#text").focus();
}

function openMenu(id) {
  const menu = $(id);
  if (!menu) return;
  menu.open = true;
  menu.querySelector("form button, form input:not([type=hidden]), a")?.focus();
}

function toggleQuotes() {
  const quotes = [...document.querySelectorAll(".quote")];
  const open = quotes.some((quote) => !quote.open);
  for (const quote of quotes) quote.open = open;
}

function pick() {
  const box = (rowBeside(0)?.closest("li") ?? document).querySelector(".pick input");
  box?.click();
}

/** The views by their letter after g, in the order of the page. */
const VIEWS = { r: "needs_reply", m: "mine", u: "unassigned", w: "waiting", s: "snoozed", n: "order_notes", t: "automatic", c: "closed", a: "all" };
let going = 0;

function go(key) {
  const late = Date.now() - going > 1500;
  going = 0;
  if (late || !VIEWS[key]) return false;
  $(`[data-view=${VIEWS[key]}]`)?.click();
  return true;
}

const ACTIONS = {
  g: () => { going = Date.now(); },
  x: pick,
  f: () => openMenu("#menu-filter"),
  j: (visit) => move(1, visit),
  k: (visit) => move(-1, visit),
  o: (visit) => { const row = document.activeElement.closest?.(".row") ?? rowBeside(0); if (row) visit(row.href); },
  u: () => $("[data-key=u]")?.click(),
  r: () => write("reply"),
  n: () => write("note"),
  e: () => $("[data-key=e]")?.click(),
  i: () => $("[data-key=i]")?.click(),
  a: () => openMenu("#menu-assign"),
  s: () => openMenu("#menu-snooze"),
  l: () => openMenu("#menu-label"),
  q: toggleQuotes,
  "/": () => $("#search")?.select(),
  "?": () => $("#keys")?.showModal(),
};

/** Listen for keys; `visit` shows a page in place. */
export function setUpKeys(visit) {
  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.defaultPrevented) return;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
      if (event.target.matches?.(TYPING)) event.target.blur();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(TYPING) || $("dialog[open]")) return;
    if (going && go(event.key)) return event.preventDefault();
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action(visit);
  });
}
