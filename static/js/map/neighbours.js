// The land of the neighbours, so that France is not an island: one small file, drawn under our territories.
import { TILE_PX } from "./tiles.js";

const LAND = "#e9ece8";
const WIDEN_METRES = 1500;
const EQUATOR_METRES = 40_075_016;

// Rings in world units (0..1), each with its box; resolves to [] when the file is missing.
export async function loadNeighbours(address) {
  if (!address) return [];
  const answer = await fetch(address);
  return answer.ok ? (await answer.json()).anneaux.map(toWorld) : [];
}

// Thousandths of a degree, successive differences → world units.
function toWorld(differences) {
  const ring = new Float64Array(differences.length);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  let lon = 0;
  let lat = 0;
  for (let i = 0; i < differences.length; i += 2) {
    lon += differences[i];
    lat += differences[i + 1];
    const sine = Math.sin((Math.max(-85_000, Math.min(85_000, lat)) / 1000) * (Math.PI / 180));
    ring[i] = lon / 360_000 + 0.5;
    ring[i + 1] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    box[0] = Math.min(box[0], ring[i]);
    box[1] = Math.min(box[1], ring[i + 1]);
    box[2] = Math.max(box[2], ring[i]);
    box[3] = Math.max(box[3], ring[i + 1]);
  }
  return { ring, box };
}

// Fills a tile's part of the land, widened a little: it must reach under our borders, which are finer.
export function drawNeighbours(context, rings, { x, y, z }, shore) {
  const tiles = 2 ** z;
  const margin = 0.05;
  const path = new Path2D();
  let some = false;
  for (const { ring, box } of rings) {
    if (box[2] * tiles < x - margin || box[0] * tiles > x + 1 + margin) continue;
    if (box[3] * tiles < y - margin || box[1] * tiles > y + 1 + margin) continue;
    some = true;
    for (let i = 0; i < ring.length; i += 2) {
      path[i ? "lineTo" : "moveTo"]((ring[i] * tiles - x) * TILE_PX, (ring[i + 1] * tiles - y) * TILE_PX);
    }
    path.closePath();
  }
  if (!some) return;
  const widen = Math.max(1.2, (2 * WIDEN_METRES * TILE_PX * tiles) / EQUATOR_METRES);
  context.strokeStyle = shore;
  context.lineWidth = widen + 3;
  context.stroke(path);
  context.strokeStyle = context.fillStyle = LAND;
  context.lineWidth = widen;
  context.fill(path);
  context.stroke(path);
}
