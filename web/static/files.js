// Files of a form: chosen, pasted and dropped, the rules before they are broken, and how far an upload is.

const units = { style: "unit", unit: "megabyte", maximumFractionDigits: 1, minimumFractionDigits: 0 };
const megabytes = new Intl.NumberFormat(document.documentElement.lang, units);
const MIB = 1_048_576;

const rulesOf = (form) => form.querySelector("[data-max-bytes]");

/** True when more is chosen than the form takes. */
export function tooMuch(form, input) {
  const { maxFiles, maxBytes } = rulesOf(form).dataset;
  return input.files.length > Number(maxFiles) || [...input.files].reduce((sum, file) => sum + file.size, 0) > Number(maxBytes);
}

function chip(form, input, file, index) {
  const item = document.createElement("li");
  item.className = "chip";
  const [name, size, drop] = ["bdi", "span", "button"].map((tag) => document.createElement(tag));
  name.className = "ellipsis";
  name.textContent = file.name;
  size.textContent = megabytes.format(Math.max(file.size / MIB, 0.1));
  drop.type = "button";
  drop.textContent = "×";
  drop.setAttribute("aria-label", rulesOf(form).dataset.remove.replace("#", file.name));
  drop.addEventListener("click", () => {
    setFiles(form, input, [...input.files].filter((_, other) => other !== index));
    input.focus();
  });
  item.append(name, size, drop);
  return item;
}

function listFiles(form, input) {
  form.querySelector("[data-chosen]").replaceChildren(...[...input.files].map((file, index) => chip(form, input, file, index)));
  rulesOf(form).classList.toggle("broken", tooMuch(form, input));
}

function setFiles(form, input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  listFiles(form, input);
}

function takeDropped(form, input) {
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  form.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.classList.add("dropping");
  });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove("dropping"); });
  form.addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    setFiles(form, input, [...input.files, ...event.dataTransfer.files]);
  });
}

/** Let the form's files be chosen, pasted into its text, and dropped on it; a list shows them. */
export function takeFiles(form, input, text) {
  input.addEventListener("change", () => listFiles(form, input));
  text.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    setFiles(form, input, [...input.files, ...files]);
  });
  takeDropped(form, input);
}

/** What is wrong, as a line that screen readers read out. */
export function saying(words) {
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  problem.textContent = words;
  return problem;
}

/** Say in the form what is wrong with its files, after `place`. */
export function sayTooMuch(form, place) {
  const problem = saying(rulesOf(form).dataset.broken);
  form.querySelector(".problem:not([data-trouble])")?.remove();
  place.after(problem);
  problem.scrollIntoView({ block: "nearest" });
}

/** Like fetch, for a form with files: fetch can't tell how far an upload has come. */
export function uploading(bar) {
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
