// @ts-check
/**
 * The site wall: one square for each site, drawn from one byte each. Up to 100,000 at once.
 * What it shows stands beside it in words too.
 */

/** The states in the order of their numbers, each with the token of its colour and its shape. */
const STATES = /** @type {const} */ ([
  ["planned", "--line", "dot"],
  ["notified", "--strong-line", "dot"],
  ["ready", "--strong-line", "full"],
  ["deploying", "--busy", "half"],
  ["paused", "--mind", "half"],
  ["halted", "--bad", "full"],
  ["deployed", "--busy", "full"],
  ["being observed", "--good", "half"],
  ["signed off", "--good", "full"],
  ["refused", "--bad", "cross"],
  ["waiting to be reconfirmed", "--mind", "cross"],
  ["rolling back", "--mind", "half"],
  ["rolled back", "--mind", "full"],
  ["exempt", "--line", "cross"],
]);

const GAP = 1;

/** @param {HTMLCanvasElement} canvas */
async function draw(canvas) {
  const source = canvas.dataset.wall;
  if (!source) return;
  const answer = await fetch(source);
  if (!answer.ok) return;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const tokens = getComputedStyle(document.documentElement);
  const colours = STATES.map(([, token]) => tokens.getPropertyValue(token).trim());
  const width = canvas.clientWidth || 600;
  const side = Math.max(3, Math.min(14, Math.floor(Math.sqrt((width * 420) / Math.max(1, bytes.length)))));
  const columns = Math.max(1, Math.floor(width / side));
  const rows = Math.ceil(bytes.length / columns);
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = Math.max(1, rows * side) * ratio;
  canvas.style.height = `${Math.max(1, rows * side)}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  const inner = side - GAP;
  bytes.forEach((state, at) => {
    const [x, y] = [(at % columns) * side, Math.floor(at / columns) * side];
    const [, , shape] = STATES[state] ?? STATES[0];
    pen.fillStyle = colours[state] ?? colours[0] ?? "gray";
    if (shape === "full" || inner < 4) pen.fillRect(x, y, inner, inner);
    else if (shape === "half") pen.fillRect(x, y + inner / 2, inner, inner / 2);
    else if (shape === "dot") pen.fillRect(x + inner / 3, y + inner / 3, inner / 3, inner / 3);
    else {
      pen.fillRect(x, y + inner / 3, inner, inner / 3);
      pen.fillRect(x + inner / 3, y, inner / 3, inner);
    }
  });
  const said = document.getElementById("wall-said");
  /** @param {MouseEvent} event */
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return (
      Math.floor((event.clientY - box.top) / side) * columns +
      Math.min(columns - 1, Math.floor((event.clientX - box.left) / side))
    );
  };
  canvas.addEventListener("mousemove", (event) => {
    const state = bytes[at(event)];
    if (said && state !== undefined) said.textContent = `Site ${at(event) + 1} of ${bytes.length}: ${STATES[state]?.[0] ?? "unknown"}`;
  });
  canvas.addEventListener("click", (event) => {
    if (at(event) < bytes.length) location.href = `${canvas.dataset.sites}?place=${at(event)}`;
  });
}

/** @param {ParentNode} within */
function drawAll(within) {
  for (const canvas of within.querySelectorAll("canvas[data-wall]")) {
    if (canvas instanceof HTMLCanvasElement) draw(canvas);
  }
}

drawAll(document);
document.addEventListener("landfall:replaced", (event) => {
  if (event.target instanceof Element) drawAll(event.target);
});
