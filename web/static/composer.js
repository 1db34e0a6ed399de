// The composer: Ctrl+Enter, drafts of this tab, files chosen, pasted and dropped. Without it the form still sends.
import { composing } from "./keys.js";

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

async function submit(form, submitter, send) {
  const buttons = [...form.querySelectorAll(".composer-foot button")];
  form.querySelector(".problem")?.remove();
  for (const button of buttons) button.disabled = true;
  try {
    const key = `draft:${form.querySelector("textarea").dataset.draft}`;
    const keep = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    delete form.dataset.keep;
    form.removeAttribute("id");
    const answer = await send(form, submitter);
    if (answer === true) return;
    if (keep) sessionStorage.setItem(key, keep);
    restoreForm(form);
    const problem = typeof answer === "string" ? problemIn(answer) : null;
    if (problem) form.querySelector(".kinds").after(problem);
  } catch {
    restoreForm(form);
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

/** Wire up the composer of the open thread; `send` posts it and shows the answer. */
export function setUpComposer(send) {
  const form = document.querySelector("#composer");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "1";
  const text = form.querySelector("textarea");
  const input = form.querySelector("input[type=file]");
  const key = `draft:${text.dataset.draft}`;
  if (!text.value) text.value = sessionStorage.getItem(key) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
  text.addEventListener("keydown", (event) => {
    if (composing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const isNote = form.querySelector("input[value=note]").checked;
    form.requestSubmit(form.querySelector(isNote ? ".note-button" : "#send"));
  });
  text.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
      event.preventDefault();
      setFiles(form, input, [...input.files, ...files]);
    }
  });
  input.addEventListener("change", () => listFiles(form, input));
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("dropping"); });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("dropping");
    setFiles(form, input, [...input.files, ...event.dataTransfer.files]);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, event.submitter, send);
  });
}
