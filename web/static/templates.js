// The preview follows what is typed; without it the button does the same.
const form = document.querySelector("#editor");
const look = document.querySelector("#look");
let waiting;
const show = () => form.requestSubmit(look);
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 600); });
show();
