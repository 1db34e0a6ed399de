// Counts down until an answer leaves, as long as it can be undone. Said aloud once, when it begins.

const deadlines = new Map();
let ticking = null;

const shown = () => [...document.querySelectorAll(".delivery-waits[data-left]")];

function tick() {
  const now = performance.now();
  for (const line of shown()) {
    const clock = line.querySelector(".countdown");
    const { at, from } = deadlines.get(line.dataset.waits);
    const left = Math.max(0, at - now);
    clock.textContent = String(Math.ceil(left / 1000));
    clock.style.setProperty("--part", String(left / from));
    line.classList.toggle("over", left === 0);
  }
  if (!shown().length) {
    clearInterval(ticking);
    ticking = null;
  }
}

function say(seconds) {
  const voice = document.querySelector("#said");
  if (voice) voice.textContent = voice.dataset.waits.replace("{seconds}", String(seconds));
}

/** Follow what waits in the page as it stands now; called after every change of it. */
export function countDown() {
  for (const line of shown()) {
    if (deadlines.has(line.dataset.waits)) continue;
    const from = Number(line.dataset.left) * 1000;
    deadlines.set(line.dataset.waits, { at: performance.now() + from, from });
    say(line.dataset.left);
  }
  tick();
  if (shown().length && ticking === null) ticking = setInterval(tick, 200);
}
