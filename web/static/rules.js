// Rules are put into order by dragging their numbers; the buttons up and down do the same by keyboard and without scripts.
const list = document.querySelector("ol.rules");
let dragged = null;
const rows = () => [...list.querySelectorAll("li.rule")];

for (const row of rows()) {
  const handle = row.querySelector(".rule-number");
  if (!row.querySelector(".rule-acts")) continue;
  handle.draggable = true;
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.id);
    event.dataTransfer.setDragImage(row, 20, 20);
    row.classList.add("is-dragged");
  });
  handle.addEventListener("dragend", () => {
    row.classList.remove("is-dragged");
    dragged = null;
  });
}

list.addEventListener("dragover", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const over = event.target.closest("li.rule");
  if (!over || over === dragged) return;
  const box = over.getBoundingClientRect();
  over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
});

list.addEventListener("drop", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const form = dragged.querySelector('form[action$="/move"]');
  const place = document.createElement("input");
  Object.assign(place, { type: "hidden", name: "to", value: String(rows().indexOf(dragged) + 1) });
  form.append(place);
  form.submit();
});
