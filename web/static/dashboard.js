// Draws the dashboard's plots from the numbers that the page brings along; without it the tables tell the same.
const data = JSON.parse(document.querySelector("#plots").textContent);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const COLOURS = ["accent", "seal", "warn", "ok", "soft"].map(colour);
const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 } };

function draw(id, columns, series, options) {
  const place = document.querySelector(id);
  const size = () => ({ width: Math.max(200, place.clientWidth), height: 260 });
  const plot = new uPlot({ ...size(), series, axes: [axis, { ...axis, size: 56 }], legend: { live: false }, ...options }, columns, place);
  new ResizeObserver(() => plot.setSize(size())).observe(place);
}

addEventListener("load", () => {
  const lines = data.lines.map((line, number) => {
    const stroke = COLOURS[number % COLOURS.length];
    return { label: line.label, stroke, width: 2, points: { show: false } };
  });
  const zone = document.documentElement.dataset.zone;
  const tzDate = zone ? (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone) : undefined;
  const format = (options) => new Intl.DateTimeFormat(document.documentElement.lang, { ...options, ...(zone && { timeZone: zone }) });
  const [day, hour] = [format({ month: "numeric", day: "numeric" }), format({ hour: "2-digit", hourCycle: "h23" })];
  const spoken = (seconds, gap) => {
    const at = new Date(seconds * 1000);
    return gap >= 86400 || Number.parseInt(hour.format(at), 10) === 0 ? day.format(at) : hour.format(at);
  };
  const times = { ...axis, values: (_, ticks, __, ___, gap) => ticks.map((seconds) => spoken(seconds, gap)) };
  draw("#volume", [data.at, ...data.lines.map((line) => line.values)], [{}, ...lines], { axes: [times, { ...axis, size: 56 }], ...(tzDate && { tzDate }) });
  const bars = uPlot.paths.bars({ size: [0.7, 40] });
  const count = { label: document.querySelector("#hours").closest("section").querySelector("h2").textContent.trim(), paths: bars, fill: COLOURS[0], stroke: COLOURS[0], points: { show: false } };
  draw("#hours", [[...data.hours.keys()], data.hours], [{}, count], { scales: { x: { time: false } }, legend: { show: false } });
});
