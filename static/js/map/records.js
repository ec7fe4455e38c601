// The records on the map: groups with their number, shapes per kind, perimeters as surfaces.
import { COLOURS, drawGroup, drawMarker, groupRadius } from "./symbols.js";
import { group } from "./clusters.js";
import { Toile } from "./canvas.js";
import { addToPath, features, TILE_PX, TileStore, visibleTiles, worldPoints } from "./tiles.js";

const L = window.L;
const AIM_PX = 6;

// Records closer than this on the screen become one group.
export function reachAt(zoom) {
  if (zoom >= 14) return 15;
  return zoom >= 11 ? 34 : 50;
}

export const Records = Toile.extend({
  initialize(store, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.store = store;
    this.points = [];
    this.surfaces = [];
    this.groups = [];
    this.aimed = null;
    this.aimedSlug = null;
  },

  setFilters(query) {
    this.store.abortExcept(new Set());
    this.store = new TileStore(this.store.template, query);
    if (this._map) this.viewChanged();
  },

  // Draws at once with what is known, then again when every tile of the new window is there.
  viewChanged() {
    this.regroup();
    const wanted = visibleTiles(this._map);
    this.store.abortExcept(new Set(wanted.map(TileStore.key)));
    this.request = (this.request ?? 0) + 1;
    const mine = this.request;
    this.fire("loading");
    const loads = wanted.map((at) => this.store.load(at).then((tile) => ({ tile, at })));
    Promise.allSettled(loads).then((results) => {
      if (mine !== this.request || !this._container) return;
      const tiles = results.filter((result) => result.status === "fulfilled").map((result) => result.value);
      this.points = tiles.flatMap(pointsOf);
      this.surfaces = tiles.flatMap(surfacesOf);
      this.regroup();
      this.requestDraw();
      this.fire("load", { failed: results.length - tiles.length });
    });
  },

  regroup() {
    const items = this.points.map((point) => ({ ...this.layerPoint(point), ...point.item }));
    this.groups = group(items, reachAt(this._map.getZoom()));
  },

  draw(context) {
    for (const surface of this.surfaces) this.drawSurface(context, surface);
    for (let i = this.groups.length - 1; i >= 0; i -= 1) {
      const found = this.groups[i];
      if (!this.isAimed(found)) drawOne(context, found, false);
    }
    const aimed = this.groups.find((found) => this.isAimed(found));
    if (aimed) drawOne(context, aimed, true);
  },

  // Boxes [x, y, x, y] that the names of towns must leave free.
  boxes() {
    return this.groups.map(({ x, y, count }) => {
      const radius = count > 1 ? groupRadius(count) + 1 : 9;
      return [x - radius, y - radius, x + radius, y + radius];
    });
  },

  isAimed(found) {
    return found === this.aimed || (this.aimedSlug && found.records.some(({ slug }) => slug === this.aimedSlug));
  },

  drawSurface(context, { path, kind, at }) {
    const side = TILE_PX * 2 ** (this._map.getZoom() - 1 - at.z);
    const corner = this.layerPoint({ x: at.x / 2 ** at.z, y: at.y / 2 ** at.z });
    context.save();
    context.translate(corner.x, corner.y);
    context.scale(side / TILE_PX, side / TILE_PX);
    context.beginPath();
    context.rect(0, 0, TILE_PX, TILE_PX);
    context.clip();
    context.fillStyle = `${COLOURS[kind] ?? "#13262f"}33`;
    context.fill(path);
    context.strokeStyle = COLOURS[kind] ?? "#13262f";
    context.lineWidth = (2 * TILE_PX) / side;
    context.stroke(path);
    context.restore();
  },

  // The group or the perimeter under a layer point, or null. reach: extra pixels for a finger or the keyboard.
  at(point, reach = AIM_PX) {
    let best = null;
    let least = Infinity;
    for (const found of this.groups) {
      const radius = (found.count > 1 ? groupRadius(found.count) : 9) + reach;
      const far = Math.hypot(found.x - point.x, found.y - point.y);
      if (far <= radius && far < least) [best, least] = [found, far];
    }
    return best ?? this.surfaceAt(point);
  },

  surfaceAt(point) {
    const probe = this._context;
    const records = new Map();
    for (const { path, kind, at, slug, title } of this.surfaces) {
      const side = TILE_PX * 2 ** (this._map.getZoom() - 1 - at.z);
      const corner = this.layerPoint({ x: at.x / 2 ** at.z, y: at.y / 2 ** at.z });
      const x = ((point.x - corner.x) * TILE_PX) / side;
      const y = ((point.y - corner.y) * TILE_PX) / side;
      if (x < 0 || y < 0 || x > TILE_PX || y > TILE_PX) continue;
      probe.save();
      probe.setTransform(1, 0, 0, 1, 0, 0);
      if (probe.isPointInPath(path, x, y)) records.set(slug, { slug, kind, title });
      probe.restore();
    }
    if (!records.size) return null;
    return { x: point.x, y: point.y, count: records.size, records: [...records.values()], kinds: {} };
  },

  aim(found, slug = null) {
    if (found === this.aimed && slug === this.aimedSlug) return;
    this.aimed = found;
    this.aimedSlug = slug;
    this.requestDraw();
  },
});

function drawOne(context, found, aimed) {
  if (found.count > 1) drawGroup(context, found, found.x, found.y, aimed);
  else drawMarker(context, found.records[0] ?? { kind: Object.keys(found.kinds)[0] }, found.x, found.y, 7.5, aimed);
}

// The points of a tile: { x, y (world), item: { count, kinds, record } }.
export function pointsOf({ tile, at }) {
  const found = [];
  for (const feature of features(tile, "agregats")) {
    const { n, slug, kind, title, proof, stale, ...counts } = feature.properties;
    const kinds = Object.fromEntries(Object.entries(counts).filter(([key, value]) => key in COLOURS && value > 0));
    const record = n === 1 && slug ? { slug, kind, title, proof, stale } : null;
    for (const point of worldPoints(feature, at)) found.push({ ...point, item: { count: n, kinds, record } });
  }
  for (const feature of features(tile, "fiches")) {
    const record = feature.properties;
    for (const point of worldPoints(feature, at)) {
      found.push({ ...point, item: { count: 1, kinds: { [record.kind]: 1 }, record } });
    }
  }
  return found;
}

function surfacesOf({ tile, at }) {
  return [...features(tile, "perimetres")].map((feature) => ({
    path: addToPath(new Path2D(), feature),
    at,
    ...feature.properties,
  }));
}
