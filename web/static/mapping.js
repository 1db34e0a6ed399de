// Lets a reader mark by selecting: the selected piece of the example goes into the field of the button that is pressed.
const example = document.getElementById("example");

if (example) {
  for (const element of document.querySelectorAll("[data-script-only]")) element.hidden = false;
  let selected = "";
  const remember = () => {
    const selection = getSelection();
    if (selection.rangeCount && example.contains(selection.anchorNode) && String(selection).trim()) selected = String(selection).trim();
  };
  document.addEventListener("selectionchange", remember);
  for (const button of document.querySelectorAll("[data-mark]")) {
    // Before the press takes the selection away: the reader may have selected before this script was there.
    button.addEventListener("pointerdown", remember);
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.mark);
      if (selected) field.value = selected;
      field.focus();
    });
  }
}
