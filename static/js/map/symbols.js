// How a record is drawn: a shape for its kind, a filling for its proof. The legend says the same in words.

const HALO = "#ffffff";
export const INK = "#13262f";
export const COLOURS = {
  solution: "#153a8a",
  experimentation: "#9c2c06",
  operation: "#0a9069",
  site: "#a88a00",
  besoin: "#d455ad",
};
export const KINDS = Object.keys(COLOURS);
const MEASURED = 3;

const SHAPES = {
  solution: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  operation: [[-0.92, -0.92], [0.92, -0.92], [0.92, 0.92], [-0.92, 0.92]],
  site: [[0, -1.15], [1.2, 0.95], [-1.2, 0.95]],
  besoin: [[-1.05, -0.9], [1.05, -0.9], [1.05, 0.05], [0, 1.2], [-1.05, 0.05]],
};

function trace(context, kind, x, y, size) {
  context.beginPath();
  const corners = SHAPES[kind];
  if (!corners) {
    context.arc(x, y, size, 0, 2 * Math.PI);
    return;
  }
  corners.forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
  context.closePath();
}

// kind, proof (0-5, absent when the scale does not apply): a shape centred on x, y. A page that shows no
// proof may say by itself that the shape is hollow, or ringed.
export function drawMarker(context, { kind, proof, hollow: open = false, ring = false }, x, y, size = 7.5, aimed = false) {
  const colour = COLOURS[kind] ?? INK;
  const hollow = open || (proof !== undefined && proof !== null && proof < MEASURED);
  const ringed = ring || proof > MEASURED;
  context.lineJoin = "round";
  if (ringed || aimed) {
    trace(context, kind, x, y, size + 4.5);
    context.lineWidth = 3;
    context.strokeStyle = HALO;
    context.stroke();
    context.lineWidth = aimed ? 2.5 : 1.6;
    context.strokeStyle = aimed ? INK : colour;
    context.stroke();
  }
  trace(context, kind, x, y, size);
  context.lineWidth = 3.5;
  context.strokeStyle = HALO;
  context.stroke();
  context.fillStyle = hollow ? HALO : colour;
  context.fill();
  if (!hollow) return;
  trace(context, kind, x, y, size - 0.8);
  context.lineWidth = 2.4;
  context.strokeStyle = colour;
  context.stroke();
}

export function groupRadius(count) {
  return Math.min(34, 13 + 5 * Math.log10(count));
}

// A group: its number inside a ring cut in proportion of the kinds.
export function drawGroup(context, { count, kinds }, x, y, aimed = false) {
  const radius = groupRadius(count);
  disc(context, x, y, radius + 1.5, HALO);
  disc(context, x, y, radius - 3.5, aimed ? "#e3f2ed" : HALO);
  context.lineWidth = 4.5;
  let angle = -Math.PI / 2;
  for (const kind of KINDS) {
    if (!kinds[kind]) continue;
    const part = (2 * Math.PI * kinds[kind]) / count;
    context.beginPath();
    context.arc(x, y, radius - 2.2, angle, angle + part);
    context.strokeStyle = COLOURS[kind];
    context.stroke();
    angle += part;
  }
  context.beginPath();
  context.arc(x, y, radius + 0.7, 0, 2 * Math.PI);
  context.lineWidth = aimed ? 2 : 1;
  context.strokeStyle = aimed ? INK : "rgb(19 38 47 / 35%)";
  context.stroke();
  context.fillStyle = INK;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `600 ${count < 1000 ? 13 : 12}px "Radio Canada", system-ui, sans-serif`;
  context.fillText(shortNumber(count), x, y + 0.5);
}

function disc(context, x, y, radius, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

// 1 234 → « 1,2 k » when the room is short.
export function shortNumber(count) {
  if (count < 10_000) return count.toLocaleString("fr-FR");
  if (count < 1_000_000) return `${Math.round(count / 1000).toLocaleString("fr-FR")} k`;
  return `${(count / 1_000_000).toLocaleString("fr-FR", { maximumFractionDigits: 1 })} M`;
}
