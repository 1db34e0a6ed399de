// Shows how far an import is: sends the form by itself and reads the answer line by line. Without it a page answers.
const form = document.getElementById("import");
const $ = (id) => document.getElementById(id);

function show(told) {
  $("bar").max = told.total;
  $("bar").value = told.done ? told.total : Math.min(told.line, told.total);
  for (const count of document.querySelectorAll("[data-count]")) count.textContent = told[count.dataset.count];
  const rows = $("errors").querySelector("tbody");
  for (const error of told.errors) {
    const row = rows.insertRow();
    for (const text of [error.line, error.order_no, error.message]) row.insertCell().append(text);
    row.cells[0].className = "number";
  }
  $("errors").hidden = rows.rows.length === 0;
  const leftOut = told.failed - rows.rows.length;
  $("left-out").hidden = leftOut <= 0;
  $("left-out").querySelector("b").textContent = leftOut;
}

function wrong(text) {
  $("wrong").hidden = false;
  $("wrong").querySelector("span").textContent = text;
}

function begin() {
  for (const id of ["result", "bar", "counts"]) $(id).hidden = false;
  $("wrong").hidden = true;
  $("errors").querySelector("tbody").replaceChildren();
  show({ total: 1, line: 0, created: 0, updated: 0, failed: 0, errors: [] });
}

async function* lines(stream) {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop();
    yield* parts;
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  begin();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/x-ndjson" } });
    if (!answer.ok) return wrong((await answer.json().catch(() => ({}))).wrong ?? String(answer.status));
    for await (const line of lines(answer.body)) {
      const told = JSON.parse(line);
      show(told);
      if (told.wrong) wrong(told.wrong);
    }
  } catch (error) {
    wrong(error.message);
  } finally {
    button.disabled = false;
  }
});
