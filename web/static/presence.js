// Tells the server that this thread is being looked at, or written in, and that its reader has gone.

const HERE_MS = 20_000;
const TYPING_MS = 5_000;
const SILENT_MS = 4_000;

let told = null;
let typedAt = 0;
let silence;

function tell(thread, state, keepalive = false) {
  const body = new FormData();
  body.set("csrf", document.querySelector("meta[name=csrf]").content);
  body.set("state", state);
  fetch(`/threads/${thread}/presence`, { method: "POST", body, keepalive, headers: { "X-Background": "1" } }).catch(() => {});
}

function look() {
  const now = document.hidden ? null : (document.querySelector("#thread")?.dataset.thread ?? null);
  if (told && told !== now) tell(told, "gone");
  if (now) tell(now, "here");
  told = now;
  typedAt = 0;
}

/** Say which thread is open now; called after every change of the page. */
export function present() {
  const now = document.querySelector("#thread")?.dataset.thread ?? null;
  if (now !== told && !document.hidden) look();
}

/** Say that somebody writes; stops by itself. */
export function typing() {
  if (!told) return;
  const now = Date.now();
  if (now - typedAt > TYPING_MS) {
    typedAt = now;
    tell(told, "typing");
  }
  clearTimeout(silence);
  silence = setTimeout(() => { typedAt = 0; if (told) tell(told, "here"); }, SILENT_MS);
}

/** Begin to tell. */
export function setUpPresence() {
  look();
  setInterval(() => { if (!document.hidden && Date.now() - typedAt > TYPING_MS) look(); }, HERE_MS);
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", () => { if (told) tell(told, "gone", true); });
}
