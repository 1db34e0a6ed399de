// Comfort on top of pages that work without it: live refresh, navigation in place, times. No policy lives here.
import { setUpComposer } from "./composer.js";
import { countDown } from "./countdown.js";
import { setUpKeys } from "./keys.js";
import { chooseNone, keepOffer, listShown, setUpList } from "./list.js";
import { morph } from "./morph.js";
import { present, setUpPresence } from "./presence.js";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const html = document.documentElement;
const REFRESH_MS = 60_000;
const IN_PLACE = /^\/(settings\/sort|threads\/([^/]+\/change|batch|batch\/[^/]+\/undo))$/;
const BACKGROUND = { "X-Background": "1" };
html.classList.add("scripted");

function localTimes(root) {
  if (html.dataset.zone) return;
  const today = new Date();
  for (const element of $$("time[data-style]", root)) {
    const at = new Date(element.dateTime);
    const year = at.getFullYear() === today.getFullYear() ? undefined : "numeric";
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const day = { month: "short", day: "numeric", year };
    const isToday = at.toDateString() === today.toDateString();
    const style = element.dataset.style === "full" ? { ...day, ...clock } : isToday ? clock : day;
    element.textContent = new Intl.DateTimeFormat(html.lang, style).format(at);
    element.title = new Intl.DateTimeFormat(html.lang, { dateStyle: "full", timeStyle: "long" }).format(at);
  }
}

function countInTitle() {
  const count = $("[data-view=needs_reply] .count")?.textContent;
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
}

/** Rows of places that are wider than a phone show the one that is open. */
function showPlace() {
  for (const places of $$(".view-list, .sections, .tabs")) {
    const [here, box] = [$("[aria-current]", places)?.getBoundingClientRect(), places.getBoundingClientRect()];
    if (here && (here.left < box.left || here.right > box.right)) places.scrollLeft += here.left + here.width / 2 - box.left - box.width / 2;
  }
}

function toTheEnd() {
  const messages = $("#messages");
  if (!messages || location.hash) return;
  messages.scrollTop = messages.scrollHeight;
  // In a narrow window the page scrolls instead of the pane.
  if (messages.scrollHeight <= messages.clientHeight) messages.lastElementChild?.scrollIntoView({ block: "nearest" });
}

function markSeen() {
  const thread = $("#thread[data-unread]");
  if (!thread || document.hidden) return;
  const headers = { ...BACKGROUND, "X-CSRF-Token": $("meta[name=csrf]").content };
  fetch(`/threads/${thread.dataset.thread}/seen`, { method: "POST", headers }).catch(() => {});
  delete thread.dataset.unread;
}

/** Show the HTML of a page here. What is under the pointer stays under it. */
function show(text, url) {
  const page = new DOMParser().parseFromString(text, "text/html");
  localTimes(page);
  const before = $("#thread")?.dataset.thread;
  const held = $(".row:hover")?.closest("li");
  const top = held?.getBoundingClientRect().top;
  const place = $("#list")?.dataset.place;
  const messages = $("#messages");
  const atEnd = messages && messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  document.title = page.title;
  for (const element of $$("[data-script-only]", page)) element.hidden = false;
  keepOffer(page);
  morph(document.body, page.body);
  listShown();
  if (place !== $("#list")?.dataset.place) {
    $("#list")?.scrollTo(0, 0);
    showPlace();
  } else if (held?.isConnected) $("#list").scrollTop += held.getBoundingClientRect().top - top;
  countInTitle();
  if (url && url !== location.href) history.pushState(null, "", url);
  if (atEnd || before !== $("#thread")?.dataset.thread) toTheEnd();
  setUpComposer(send);
  countDown();
  markSeen();
  present();
}

/** Load a page and show it in place; true when that worked. Whoever is signed out goes to sign in. */
async function load(url, options = {}, push = false, transport = fetch) {
  const response = await transport(url, options);
  if (response.status === 401 || new URL(response.url).pathname === "/login") {
    location.reload();
    return false;
  }
  if (response.status >= 500) throw new Error("the server is away");
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return false;
  const text = await response.text();
  // What was refused leaves the page with all that is written in it.
  if (response.status >= 400 && options.method === "POST") return text;
  newest = ++begun;
  show(text, push ? response.url : null);
  return true;
}

let asked = 0;
async function visit(url) {
  const mine = ++asked;
  try {
    const response = await fetch(url);
    if (mine !== asked) return;
    if (!response.ok || response.redirected) throw new Error("not a page to show in place");
    const text = await response.text();
    if (mine === asked) show(text, url);
  } catch {
    location.href = url;
  }
}

let waiting;
let begun = 0;
let newest = 0; // a look at the page that began before this one knows less, and is not shown
let sending = 0; // while a text is on its way its form may be replaced by the answer alone
function refreshSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    if (sending) return refreshSoon();
    const [mine, here, look] = [asked, location.href, ++begun];
    try {
      const response = await fetch(here, { headers: BACKGROUND });
      if (response.status === 401) return location.reload();
      const text = await response.text();
      if (sending || look < newest) return refreshSoon();
      // Whoever has gone elsewhere meanwhile is not taken back.
      if (response.ok && mine === asked && here === location.href) {
        newest = look;
        show(text, null);
      }
      if (response.ok) connected();
    } catch {
      lost();
    }
  }, 50);
}

async function send(form, submitter, transport) {
  sending += 1;
  try {
    return await load(form.action, { method: "POST", body: new FormData(form, submitter) }, true, transport);
  } finally {
    sending -= 1;
  }
}

const lost = () => { const toast = $("#offline"); if (toast) toast.hidden = false; };
const connected = () => { const toast = $("#offline"); if (toast) toast.hidden = true; };

function listen() {
  const address = $("[data-live]")?.dataset.live;
  if (!address) return;
  const stream = new EventSource(address);
  let broken;
  stream.addEventListener("change", () => { refreshSoon(); siblings.postMessage("change"); });
  stream.addEventListener("open", () => {
    clearTimeout(broken);
    connected();
  });
  stream.addEventListener("error", () => {
    clearTimeout(broken);
    broken = setTimeout(lost, 3000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => { refreshSoon(); listen(); }, 4000);
  });
}

// Browsers open six connections to a host (HTTP/1.1): of many tabs one listens, and tells the others.
const siblings = new BroadcastChannel("znx-live");
siblings.addEventListener("message", refreshSoon);
function listenInOneTab() {
  if (!navigator.locks) return listen();
  navigator.locks.request("znx-live", () => new Promise(listen));
}

function inPlace(link) {
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return false;
  return link.closest(".panes") && /^\/(inbox|threads\/[^/]+)$/.test(link.pathname);
}

document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const link = event.target.closest?.("a[href]");
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!inPlace(link)) return;
  event.preventDefault();
  visit(link.href);
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const action = new URL(event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action);
  if (form.dataset.plain || !IN_PLACE.test(action.pathname)) return;
  event.preventDefault();
  form.closest("details.menu")?.removeAttribute("open");
  for (const menu of $$("details.menu[open]", form)) menu.open = false;
  if (form.id === "act") form.remove();
  try {
    const body = new FormData(form, event.submitter);
    if ((await load(action, { method: "POST", body })) === true) {
      if (form.id === "batch") chooseNone();
      return;
    }
    form.dataset.plain = "1";
    form.requestSubmit(event.submitter);
  } catch {
    lost();
  }
});
addEventListener("popstate", () => visit(location.href));
addEventListener("visibilitychange", () => { if (!document.hidden) { markSeen(); refreshSoon(); } });
setInterval(() => { if (!document.hidden && $(".panes")) refreshSoon(); }, REFRESH_MS);

localTimes(document);
showPlace();
for (const element of $$("[data-script-only]")) element.hidden = false;
if ($(".panes")) {
  countInTitle();
  setUpKeys(visit);
  setUpList();
  toTheEnd();
  setUpComposer(send);
  countDown();
  markSeen();
  setUpPresence();
  listenInOneTab();
}
