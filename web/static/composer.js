// The composer: keys, drafts kept on the server, files chosen, pasted and dropped. Without it the form still works.
import { composing } from "./input_method.js";
import { keepDrafts } from "./drafts.js";
import { saying, sayTooMuch, takeFiles, tooMuch, uploading } from "./files.js";
import { setUpInserts } from "./inserts.js";

/** What the server says about a text that it did not take: beside the form, or on a page of its own. */
function problemIn(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const words = [...page.querySelectorAll("main :is(h1, h1 ~ p)")].map((element) => element.textContent.trim());
  return page.querySelector("#composer .problem") ?? saying(words.join(" "));
}

function sayProblem(form, problem) {
  form.querySelector(".problem")?.remove();
  form.querySelector(".kinds").after(problem);
}

async function submit(form, submitter, send, drafts) {
  const buttons = [...form.querySelectorAll("button")];
  for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
  try {
    await drafts.stop();
    drafts.forget();
    delete form.dataset.keep;
    form.removeAttribute("id");
    const hasFiles = form.querySelector("input[type=file]").files.length > 0;
    const sending = send(form, submitter, hasFiles ? uploading(form.querySelector("#upload")) : fetch);
    form.querySelector(".problem")?.remove();
    for (const button of buttons) button.disabled = true;
    const answer = await sending;
    if (answer === true) return;
    restoreForm(form);
    drafts.changed();
    if (typeof answer === "string") sayProblem(form, problemIn(answer));
  } catch {
    restoreForm(form);
    drafts.changed();
    sayProblem(form, saying(form.dataset.unsent));
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

function restoreForm(form) {
  form.dataset.keep = "";
  form.id = "composer";
}

function sendByKey(form, event) {
  if (composing(event) || event.key !== "Enter") return;
  if (event.target.matches("input")) return event.preventDefault();
  if (!(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const isNote = form.querySelector("input[value=note]").checked;
  form.requestSubmit(form.querySelector(isNote ? ".note-button" : event.shiftKey ? "#send-close" : "#send"));
}

/** Wire up the composer of the open thread; `send` posts it and shows the answer. */
export function setUpComposer(send) {
  const form = document.querySelector("#composer");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "1";
  const text = form.querySelector("textarea");
  const input = form.querySelector("input[type=file]");
  const drafts = keepDrafts(form, text);
  setUpInserts(form, text, drafts);
  const zone = form.querySelector("input[name=zone]");
  if (!zone.value) {
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    form.querySelector(".zone")?.remove();
  }
  form.addEventListener("keydown", (event) => sendByKey(form, event));
  takeFiles(form, input, text);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return drafts.leave();
    event.preventDefault();
    const isNote = form.querySelector("input[value=note]").checked;
    if (!isNote && tooMuch(form, input)) return sayTooMuch(form, form.querySelector(".kinds"));
    submit(form, event.submitter, send, drafts);
  });
}
