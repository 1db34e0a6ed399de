// Ctrl+K: views, shops, what can be done here, and conversations by any words, in one list. It only follows links and
// presses buttons that the page has; conversations are those that a search page shows.
import { composing } from "./input_method.js";

const $ = (selector) => document.querySelector(selector);
const MOST = 8;
let options = [];
let chosen = 0;
let asked = 0;
let waiting;

const fold = (text) => text.normalize("NFKC").toLowerCase();
const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

function here() {
  const { dataset } = $("#palette");
  const links = [...document.querySelectorAll("#views .view-list a, #shop-menu a, .topbar .account a")];
  const acts = [...document.querySelectorAll("#thread .actions button[data-key], #thread .actions > form > button")];
  return [
    ...links.map((link) => ({ text: words(link.querySelector(".grow, .wide") ?? link), kind: dataset.go, run: () => link.click() })),
    ...acts.map((button) => ({ text: words(button), kind: dataset.act, run: () => button.click() })),
    { text: $("#keys-title").textContent.trim(), kind: "?", run: () => $("#keys").showModal() },
  ].filter((option) => option.text);
}

/** As if the page had the link: it is then shown in place. */
function follow(href) {
  const link = document.createElement("a");
  link.href = href;
  $(".panes").append(link);
  link.click();
  link.remove();
}

async function found(text) {
  const mine = ++asked;
  const response = await fetch(`/inbox?view=all&q=${encodeURIComponent(text)}`, { headers: { "X-Background": "1" } });
  if (!response.ok || mine !== asked) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...page.querySelectorAll(".row")].slice(0, MOST).map((row) => ({
    text: words(row.querySelector(".who bdi")) + " · " + words(row.querySelector(".row-subject")),
    kind: words(row.querySelector(".order-no") ?? document.createElement("i")),
    run: () => follow(row.getAttribute("href")),
  }));
}

function draw() {
  const list = $("#palette-list");
  chosen = Math.max(0, Math.min(chosen, options.length - 1));
  list.replaceChildren(...options.map((option, index) => {
    const item = document.createElement("li");
    item.id = `palette-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === chosen));
    const text = document.createElement("bdi");
    text.textContent = option.text;
    const kind = document.createElement("span");
    kind.className = "soft small";
    kind.textContent = option.kind;
    item.append(text, kind);
    item.addEventListener("click", () => run(index));
    return item;
  }));
  $("#palette-none").hidden = options.length > 0;
  const input = $("#palette-input");
  if (options.length) input.setAttribute("aria-activedescendant", `palette-${chosen}`);
  else input.removeAttribute("aria-activedescendant");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function look() {
  const text = $("#palette-input").value.trim();
  const near = here().filter((option) => fold(option.text).includes(fold(text)));
  options = text ? near.slice(0, MOST) : near.slice(0, 14);
  chosen = 0;
  draw();
  clearTimeout(waiting);
  asked += 1;
  if (text.length) waiting = setTimeout(async () => {
    const threads = await found(text).catch(() => null);
    if (!threads) return;
    options = [...near.slice(0, MOST), ...threads];
    draw();
  }, 180);
}

function run(index) {
  const option = options[index];
  if (!option) return;
  $("#palette").close();
  option.run();
}

function onKey(event) {
  if (composing(event)) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) chosen = (chosen + step + options.length) % Math.max(1, options.length);
  else if (event.key === "Enter") run(chosen);
  else return;
  event.preventDefault();
  if (step) draw();
}

/** Show the palette, empty. */
export function openPalette() {
  const dialog = $("#palette");
  if (!dialog || $("dialog[open]")) return;
  const input = $("#palette-input");
  if (!input.dataset.ready) {
    input.dataset.ready = "1";
    input.addEventListener("input", (event) => { if (!event.isComposing) look(); });
    input.addEventListener("compositionend", look);
    input.addEventListener("keydown", onKey);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  input.value = "";
  dialog.showModal();
  look();
}
