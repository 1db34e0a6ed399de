// The composer: keys, drafts kept on the server, files chosen, pasted and dropped. Without it the form still works.
import { composing } from "./input_method.js";
import { keepDrafts } from "./drafts.js";
import { setUpInserts } from "./inserts.js";

const MAX_FILES = 20;
const MAX_BYTES = 25 * 1024 * 1024;

function listFiles(form, input) {
  const list = form.querySelector("#chosen");
  list.replaceChildren(
    ...[...input.files].map((file, index) => {
      const item = document.createElement("li");
      item.className = "chip";
      const drop = document.createElement("button");
      drop.type = "button";
      drop.textContent = "×";
      drop.setAttribute("aria-label", `× ${file.name}`);
      drop.addEventListener("click", () => setFiles(form, input, [...input.files].filter((_, i) => i !== index)));
      item.append(file.name, drop);
      return item;
    }),
  );
  const bytes = [...input.files].reduce((sum, file) => sum + file.size, 0);
  form.querySelector(".rules").classList.toggle("broken", input.files.length > MAX_FILES || bytes > MAX_BYTES);
}

function setFiles(form, input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  listFiles(form, input);
}

function problemIn(text) {
  return new DOMParser().parseFromString(text, "text/html").querySelector("#composer .problem");
}

/** Like fetch, for a form with files: fetch can't tell how far an upload has come. */
function uploading(bar) {
  return (url, { body }) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => {
        bar.hidden = false;
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => { bar.hidden = true; });
      request.addEventListener("error", () => reject(new Error("no connection")));
      request.addEventListener("load", () =>
        resolve({
          status: request.status,
          url: request.responseURL,
          headers: { get: (name) => request.getResponseHeader(name) },
          text: async () => request.responseText,
        }),
      );
      request.open("POST", url);
      request.send(body);
    });
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
    const problem = typeof answer === "string" ? problemIn(answer) : null;
    if (problem) form.querySelector(".kinds").after(problem);
  } catch {
    restoreForm(form);
    drafts.changed();
    const toast = document.querySelector("#offline");
    if (toast) toast.hidden = false;
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

function takeDropped(form, input) {
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("dropping"); });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("dropping");
    setFiles(form, input, [...input.files, ...event.dataTransfer.files]);
  });
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
  text.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      setFiles(form, input, [...input.files, ...files]);
    }
  });
  input.addEventListener("change", () => listFiles(form, input));
  takeDropped(form, input);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return drafts.leave();
    event.preventDefault();
    submit(form, event.submitter, send, drafts);
  });
}
