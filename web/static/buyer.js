// Comfort on the buyer's page: chosen files, the rules before they are broken, and how far an upload is.
const bytes = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const MIB = 1_048_576;

function totalOf(files) {
  return [...files].reduce((sum, file) => sum + file.size, 0);
}

function showChosen(form, input) {
  const rules = form.querySelector("#file-rules");
  const list = form.querySelector("[data-chosen]");
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name} · ${bytes.format(file.size / MIB)}`;
    return item;
  }));
  list.hidden = input.files.length === 0;
  const broken = input.files.length > Number(rules.dataset.maxFiles) || totalOf(input.files) > Number(rules.dataset.maxBytes);
  rules.classList.toggle("broken", broken);
  input.setCustomValidity(broken ? rules.textContent : "");
}

function busy(form, on) {
  form.querySelector("button").disabled = on;
  form.querySelector("[data-progress]").hidden = !on;
  form.setAttribute("aria-busy", String(on));
}

/** What the server says about a form that it did not take, put into the page that still has text and files. */
function showRefusal(form, html) {
  const answer = new DOMParser().parseFromString(html, "text/html").querySelector(".problem:not([hidden])");
  if (!answer) return false;
  form.querySelector("#problem")?.remove();
  answer.id = "problem";
  form.prepend(document.importNode(answer, true));
  form.querySelector("#problem").scrollIntoView({ block: "nearest" });
  return true;
}

function upload(form) {
  const request = new XMLHttpRequest();
  const bar = form.querySelector("progress");
  const output = form.querySelector("output");
  const trouble = form.querySelector("[data-trouble]");
  const failed = () => {
    busy(form, false);
    trouble.hidden = false;
  };
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (100 * event.loaded) / event.total;
    output.textContent = percent.format(event.loaded / event.total);
  });
  request.addEventListener("load", () => {
    if (request.status === 200) {
      location.assign(request.responseURL);
      return;
    }
    busy(form, false);
    trouble.hidden = showRefusal(form, request.responseText);
  });
  request.addEventListener("error", failed);
  request.addEventListener("timeout", failed);
  trouble.hidden = true;
  busy(form, true);
  request.open("POST", form.action);
  request.send(new FormData(form));
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => showChosen(form, input));
  form.addEventListener("submit", (event) => {
    if (input.files.length === 0) return;
    event.preventDefault();
    upload(form);
  });
}
