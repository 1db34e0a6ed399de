// Comfort on the page that answers many: files pasted and dropped, and how far they are. Without it the form works.
import { composing } from "./input_method.js";
import { sayTooMuch, takeFiles, tooMuch, uploading } from "./files.js";

const find = (selector) => document.querySelector(selector);

/** Put the answer of the server in the place of what was sent; whoever was led elsewhere goes there. */
async function show(answer, action) {
  const text = await answer.text();
  if (answer.url.split("#")[0] !== action) return location.assign(answer.url);
  const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  const came = document.importNode(main, true);
  find("main").replaceWith(came);
  setUp();
  const first = came.querySelector(".problem, .preview") ?? came;
  first.tabIndex = -1;
  first.focus();
}

async function send(form, submitter) {
  const [body, buttons] = [new FormData(form, submitter), [...form.querySelectorAll("button")]];
  form.querySelector("[data-trouble]").hidden = true;
  for (const button of buttons) button.disabled = true;
  try {
    await show(await uploading(form.querySelector("progress"))(form.action, { body }), form.action);
  } catch {
    form.querySelector("[data-trouble]").hidden = false;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

function setUp() {
  const form = find(".answer-all");
  if (!form) return;
  const [text, input] = [form.querySelector("textarea"), form.querySelector("input[type=file]")];
  takeFiles(form, input, text);
  form.addEventListener("keydown", (event) => {
    if (composing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(".primary"));
  });
  form.addEventListener("submit", (event) => {
    const wrong = tooMuch(form, input);
    if (!wrong && !input.files.length) return;
    event.preventDefault();
    if (wrong) sayTooMuch(form, form.querySelector("h1"));
    else send(form, event.submitter);
  });
}

setUp();
