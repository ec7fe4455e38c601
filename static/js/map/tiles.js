// Vector tiles (MVT): fetched once, decoded, kept for a while, aborted when no longer wanted.
// Geometry leaves this module as Path2D in tile pixels, or as points in world units (0..1, Web Mercator).
import { PbfReader, VectorTile } from "../../vendor/vector-tile/vector-tile.js";

export const TILE_PX = 512;
export const MAX_TILE_ZOOM = 16;
const KEPT = 160;

export class TileStore {
  // template: the address of tile 0/0/0, or one with {z}, {x}, {y}; query: a query string or "".
  constructor(template, query = "") {
    this.template = template.replace("/0/0/0.", "/{z}/{x}/{y}.");
    this.query = query;
    this.tiles = new Map();
    this.pending = new Map();
    window.addEventListener("pagehide", () => this.abortExcept(new Set()));
  }

  static key({ z, x, y }) {
    return `${z}/${x}/${y}`;
  }

  get(coords) {
    return this.tiles.get(TileStore.key(coords));
  }

  // A decoded tile, or null when there is nothing there; rejects with AbortError when given up.
  load(coords) {
    const key = TileStore.key(coords);
    if (this.tiles.has(key)) return Promise.resolve(this.#touch(key));
    if (this.pending.has(key)) return this.pending.get(key).promise;
    const controller = new AbortController();
    const promise = this.#fetch(coords, controller.signal)
      .then((tile) => this.#keep(key, tile))
      .finally(() => this.pending.delete(key));
    this.pending.set(key, { promise, controller });
    return promise;
  }

  abort(coords) {
    this.pending.get(TileStore.key(coords))?.controller.abort();
  }

  abortExcept(wanted) {
    for (const [key, { controller }] of this.pending) if (!wanted.has(key)) controller.abort();
  }

  async #fetch({ z, x, y }, signal) {
    const columns = 2 ** z;
    if (y < 0 || y >= columns) return null;
    const wrapped = ((x % columns) + columns) % columns;
    const address = this.template.replace("{z}", z).replace("{x}", wrapped).replace("{y}", y);
    const answer = await fetch(this.query ? `${address}?${this.query}` : address, { signal });
    if (answer.status === 204 || answer.status === 404) return null;
    if (!answer.ok) throw new Error(`tuile ${z}/${x}/${y} : ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return bytes.length ? new VectorTile(new PbfReader(bytes)) : null;
  }

  #keep(key, tile) {
    this.tiles.set(key, tile);
    if (this.tiles.size > KEPT) this.tiles.delete(this.tiles.keys().next().value);
    return tile;
  }

  #touch(key) {
    const tile = this.tiles.get(key);
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }
}

// The features of one layer of a tile, or none.
export function* features(tile, name) {
  const layer = tile?.layers[name];
  for (let i = 0; layer && i < layer.length; i += 1) yield layer.feature(i);
}

// Points of a feature in world units, those of the tile's margin left out (the neighbour has them).
export function* worldPoints(feature, { z, x, y }) {
  const side = feature.extent;
  const scale = 1 / 2 ** z;
  for (const ring of feature.loadGeometry()) {
    for (const point of ring) {
      if (point.x < 0 || point.y < 0 || point.x >= side || point.y >= side) continue;
      yield { x: (x + point.x / side) * scale, y: (y + point.y / side) * scale };
    }
  }
}

// Adds a feature's rings or lines to a path, in tile pixels.
export function addToPath(path, feature) {
  const scale = TILE_PX / feature.extent;
  const closed = feature.type === 3;
  for (const ring of feature.loadGeometry()) {
    ring.forEach((point, i) => {
      if (i === 0) path.moveTo(point.x * scale, point.y * scale);
      else path.lineTo(point.x * scale, point.y * scale);
    });
    if (closed) path.closePath();
  }
  return path;
}

// Coordinates of the tiles that cover the map's window, nearest to its centre first.
export function visibleTiles(map, maxZoom = MAX_TILE_ZOOM) {
  const z = Math.max(0, Math.min(maxZoom, Math.round(map.getZoom()) - 1));
  const bounds = map.getPixelBounds();
  const side = TILE_PX * 2 ** (map.getZoom() - 1 - z);
  const centre = bounds.getCenter().divideBy(side);
  const found = [];
  for (let x = Math.floor(bounds.min.x / side); x <= Math.floor(bounds.max.x / side); x += 1) {
    for (let y = Math.floor(bounds.min.y / side); y <= Math.floor(bounds.max.y / side); y += 1) {
      if (y >= 0 && y < 2 ** z) found.push({ z, x, y });
    }
  }
  const far = (tile) => Math.hypot(tile.x + 0.5 - centre.x, tile.y + 0.5 - centre.y);
  return found.sort((a, b) => far(a) - far(b));
}
