// Saves what is being written: at once in this tab, and soon after the last key on the server. One text for each kind.

import { typing } from "./presence.js";

const PAUSE_MS = 600;

/** Keep the drafts of a composer. A text that only this tab knows is newer than the server's. */
export function keepDrafts(form, text) {
  const chosen = () => form.querySelector("input[name=kind]:checked").value;
  let kind = chosen();
  const texts = { [kind]: text.value, [kind === "reply" ? "note" : "reply"]: text.dataset.other };
  const key = (which) => `draft:${form.dataset.thread}:${which}`;
  const state = form.querySelector("#draft-state");
  let timer = null;
  let saving = Promise.resolve();

  const body = (which) => {
    const fields = new FormData();
    for (const name of ["csrf", "form_id"]) fields.set(name, form.elements[name].value);
    for (const kept of form.querySelectorAll("input[name^=kept-]:checked")) fields.set(kept.name, "1");
    fields.set("kind", which);
    fields.set("text", texts[which]);
    return fields;
  };
  const save = async (which, options = {}) => {
    const told = texts[which];
    const headers = { Accept: "application/json" };
    try {
      const url = `/threads/${form.dataset.thread}/draft`;
      const answer = await fetch(url, { method: "POST", headers, body: body(which), ...options });
      if (!answer.ok) throw new Error("not saved");
      if (texts[which] === told) sessionStorage.removeItem(key(which));
      const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      state.textContent = `${form.dataset.saved} ${clock.format(new Date())}`;
    } catch {
      state.textContent = form.dataset.unsaved;
    }
  };
  const flush = (options) => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    saving = save(kind, options);
  };
  const changed = () => {
    typing();
    texts[kind] = text.value;
    sessionStorage.setItem(key(kind), text.value);
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE_MS);
  };
  const swap = () => {
    flush();
    kind = chosen();
    text.value = texts[kind];
  };

  for (const which of Object.keys(texts)) texts[which] = sessionStorage.getItem(key(which)) ?? texts[which];
  text.value = texts[kind];
  text.addEventListener("input", changed);
  // Keys choose the kind without an event, and focus the text then.
  text.addEventListener("focus", () => { if (chosen() !== kind) swap(); });
  form.addEventListener("change", (event) => {
    if (event.target.name === "kind") swap();
    else if (event.target.name?.startsWith("kept-")) changed();
  });
  addEventListener("pagehide", () => flush({ keepalive: true }));

  return {
    /** No more saving: what is written is about to be sent. */
    stop: async () => { clearTimeout(timer); timer = null; await saving; },
    /** It is being sent: the page that comes back begins without it. */
    forget: () => sessionStorage.removeItem(key(kind)),
    /** The form goes somewhere that keeps the draft itself. */
    leave: () => { clearTimeout(timer); timer = null; sessionStorage.removeItem(key(kind)); },
    /** The text was changed by a script. */
    changed,
  };
}
