// Menus that write into the text: "/" for canned replies, "@" for colleagues. Typed at the beginning of a word.

const filled = new Map();

async function wordsOf(form, button) {
  if (button.dataset.insert) return button.dataset.insert;
  const thread = form.dataset.thread;
  if (!filled.has(thread)) {
    const answer = await fetch(`/threads/${thread}/canned`);
    if (!answer.ok) return "";
    filled.set(thread, await answer.json());
  }
  return filled.get(thread).find((text) => text.id === button.value)?.text ?? "";
}

function startsWord(text, at) {
  return at === 0 || /\s/.test(text.value[at - 1]);
}

function setUpMenu(form, text, menu, drafts) {
  const filter = menu.querySelector("input");
  const buttons = [...menu.querySelectorAll("[data-name]")];
  const shown = () => buttons.filter((button) => !button.hidden);
  let from = null;

  const search = () => {
    const words = filter.value.trim().toLowerCase();
    for (const button of buttons) button.hidden = !button.dataset.name.toLowerCase().includes(words);
  };
  const open = (at) => {
    from = at;
    filter.value = "";
    search();
    menu.open = true;
    filter.focus();
  };
  const close = () => { menu.open = false; text.focus(); };
  const choose = async (button) => {
    const words = await wordsOf(form, button);
    const start = from ?? text.selectionStart;
    text.setRangeText(words, start, from === null ? text.selectionEnd : from + 1, "end");
    from = null;
    close();
    drafts.changed();
  };

  text.addEventListener("input", (event) => {
    const at = text.selectionStart - 1;
    if (event.isComposing || event.data !== menu.dataset.trigger || !menu.checkVisibility()) return;
    if (startsWord(text, at)) open(at);
  });
  filter.addEventListener("input", search);
  menu.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = shown();
    const here = all.indexOf(document.activeElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") all[Math.min(here + 1, all.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (here > 0 ? all[here - 1] : filter).focus();
    else if (event.key === "Enter" && event.target === filter) { if (all[0]) choose(all[0]); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener("toggle", () => { if (!menu.open) from = null; });
  for (const button of buttons) {
    button.addEventListener("click", (event) => { event.preventDefault(); choose(button); });
  }
}

/** Wire up the menus of a composer. */
export function setUpInserts(form, text, drafts) {
  for (const menu of form.querySelectorAll("details[data-trigger]")) setUpMenu(form, text, menu, drafts);
}
