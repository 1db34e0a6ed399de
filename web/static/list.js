// The list: choosing many rows, the offer to undo, and telling of new mail outside of the page.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const UNDO_MS = 10_000;
let last = null;

const boxes = () => $$(".pick input");

function count() {
  const all = boxes();
  const picked = all.filter((box) => box.checked).length;
  const whole = $("#pick-all");
  if (whole) {
    whole.checked = picked > 0 && picked === all.length;
    whole.indeterminate = picked > 0 && picked < all.length;
  }
  const told = $("#batch-count");
  if (told && picked) told.textContent = told.dataset.words.replace("#", picked);
}

function clicked(event) {
  if (event.target.id === "pick-all") {
    for (const box of boxes()) box.checked = event.target.checked;
  } else if (event.target.matches?.(".pick input")) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && last?.isConnected && from >= 0) {
      for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  } else return;
  count();
}

/** Nothing is chosen any more. */
export function chooseNone() {
  for (const box of boxes()) box.checked = false;
  count();
}

/** An offer to undo stays its ten seconds, whatever the page is changed into meanwhile. */
export function keepOffer(page) {
  const offer = $("#act");
  if (offer && !$("#act", page) && Date.now() < Number(offer.dataset.until)) page.body.append(offer.cloneNode(true));
}

/** The time that is left to undo, as a number and as a ring. */
function runOut() {
  const clock = $("#act .countdown");
  if (!clock) return;
  const left = Math.max(0, Number($("#act").dataset.until) - Date.now());
  clock.textContent = Math.ceil(left / 1000);
  clock.style.setProperty("--part", left / UNDO_MS);
  setTimeout(runOut, 200);
}

function offer() {
  const shown = $("#act");
  if (shown && !shown.dataset.until) {
    shown.dataset.until = String(Date.now() + UNDO_MS);
    runOut();
    setTimeout(() => $(`#act[data-act="${shown.dataset.act}"]`)?.remove(), UNDO_MS);
    const address = new URL(location.href);
    if (address.searchParams.has("act")) {
      address.searchParams.delete("act");
      history.replaceState(null, "", address);
    }
  }
}

const mark = (row) => row.closest("li").id + $("time", row).dateTime;

function tell(before) {
  const button = $("#notify");
  if (!("Notification" in window) || Notification.permission !== "granted" || !button || !document.hidden) return;
  const row = $$(".row.unread").find((one) => !before.has(mark(one)));
  if (!row || !before.size) return;
  const notice = new Notification($(".who bdi", row).textContent, { body: $(".row-subject", row).textContent.trim(), tag: "znx" });
  notice.addEventListener("click", () => { window.focus(); row.click(); notice.close(); });
}

let known = new Set();
/** The page shows something new: count, offer, tell. */
export function listShown() {
  count();
  offer();
  tell(known);
  known = new Set($$(".row").map(mark));
  const button = $("#notify");
  if (button) button.hidden = !("Notification" in window) || Notification.permission !== "default";
}

/** Listen for choices, once. */
export function setUpList() {
  document.addEventListener("click", clicked);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#notify")) Notification.requestPermission().then(listShown);
  });
  listShown();
}
