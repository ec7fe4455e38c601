// The base map: our own territories. Sea is the page behind, land and its borders are tiles, names are a canvas.
import { addToPath, features, TILE_PX, TileStore, visibleTiles, worldPoints } from "./tiles.js";
import { Toile } from "./canvas.js";
import { drawNeighbours } from "./neighbours.js";

const L = window.L;
const LAND = "#fbfaf5";
const SHORE = ["rgb(120 160 178 / 14%)", "rgb(120 160 178 / 18%)", "#8fafbd"];
const LEVELS = ["communes", "epci", "departements", "regions"];
const FINEST_ZOOM = 12;

// Line of each level: [colour, width in pixels] at a zoom of the map.
function line(level, zoom) {
  if (level === "communes") return ["#e0ddd0", zoom >= 12 ? 1.2 : 0.8];
  if (level === "epci") return ["#cfcbbb", zoom >= 11 ? 1.4 : 0.9];
  if (level === "departements") return ["#bdbcae", zoom >= 9 ? 1.8 : 0.9];
  return ["#9aa5a2", zoom >= 9 ? 2.2 : 1.2];
}

export const BaseMap = L.GridLayer.extend({
  options: {
    tileSize: TILE_PX,
    zoomOffset: -1,
    minZoom: 0,
    maxNativeZoom: FINEST_ZOOM + 1,
    maxZoom: 19,
    keepBuffer: 1,
    updateWhenZooming: false,
    className: "carte-fond",
  },

  // neighbours: the rings of loadNeighbours(), or a promise of them.
  initialize(store, neighbours = [], options = {}) {
    L.GridLayer.prototype.initialize.call(this, options);
    this.store = store;
    this.neighbours = neighbours;
    this.on("tileunload", ({ coords }) => this.store.abort(this.tileCoords(coords)));
  },

  // GridLayer counts 512-pixel tiles one zoom below the map's.
  tileCoords({ x, y, z }) {
    return { x, y, z: Math.max(0, z - 1) };
  },

  createTile(coords, done) {
    const canvas = document.createElement("canvas");
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.height = TILE_PX * ratio;
    const at = this.tileCoords(coords);
    Promise.all([this.store.load(at), this.neighbours])
      .then(([tile, neighbours]) => {
        const context = canvas.getContext("2d");
        context.scale(ratio, ratio);
        context.lineJoin = "round";
        drawNeighbours(context, neighbours, at, SHORE[1]);
        if (tile) drawLand(context, tile, coords.z);
        done(null, canvas);
      })
      .catch((error) => done(error.name === "AbortError" ? null : error, canvas));
    return canvas;
  },
});

function drawLand(context, tile, zoom) {
  const paths = new Map();
  for (const level of LEVELS) {
    const path = new Path2D();
    let some = false;
    for (const feature of features(tile, level)) {
      addToPath(path, feature);
      some = true;
    }
    if (some) paths.set(level, path);
  }
  const land = paths.get("regions");
  if (!land) return;
  [9, 5, 1.6].forEach((width, i) => stroke(context, land, SHORE[i], width));
  context.fillStyle = LAND;
  context.fill(land);
  stroke(context, land, LAND, 0.8);
  for (const level of LEVELS) {
    if (paths.has(level)) stroke(context, paths.get(level), ...line(level, zoom));
  }
}

function stroke(context, path, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

// Names of towns, those of the lowest zoom first, none over another nor over an obstacle.
export const TownNames = Toile.extend({
  initialize(store, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.store = store;
    this.towns = [];
    this.obstacles = () => [];
  },

  viewChanged() {
    const wanted = visibleTiles(this._map, FINEST_ZOOM);
    const loads = wanted.map((at) => this.store.load(at).then((tile) => [tile, at], () => null));
    this.request = (this.request ?? 0) + 1;
    const mine = this.request;
    Promise.all(loads).then((tiles) => {
      if (mine !== this.request || !this._container) return;
      this.towns = tiles.filter(Boolean).flatMap(([tile, at]) => townsOf(tile, at));
      this.towns.sort((a, b) => a.zoom - b.zoom || b.population - a.population);
      this.requestDraw();
    });
  },

  draw(context) {
    const taken = this.obstacles();
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const town of this.towns) {
      const size = nameSize(town.population);
      const { x, y } = this.layerPoint(town);
      context.font = `${town.population > 100_000 ? 600 : 450} ${size}px "Radio Canada", system-ui, sans-serif`;
      const width = context.measureText(town.name).width;
      const cover = taken.find((box) => x > box[0] && x < box[2] && y > box[1] && y < box[3]);
      const places = placements(cover ?? [x - 4, y - 4, x + 4, y + 4], width, size);
      const place = places.find((box) => !taken.some((other) => crosses(box, other)));
      if (!place) continue;
      taken.push(place);
      writeName(context, town.name, place, size, cover ? null : { x, y });
    }
  },
});

// Where a name may stand around its point, or around what covers it, the best first: right, left, above, below.
function placements([left, top, right, bottom], width, size) {
  const half = size * 0.7;
  const x = (left + right) / 2;
  const y = (top + bottom) / 2;
  return [
    [right, y - half, right + width + 6, y + half],
    [left - width - 6, y - half, left, y + half],
    [x - width / 2 - 3, top - 2 * half, x + width / 2 + 3, top],
    [x - width / 2 - 3, bottom, x + width / 2 + 3, bottom + 2 * half],
  ];
}

function townsOf(tile, at) {
  const found = [];
  for (const feature of features(tile, "villes")) {
    const { name, population = 0, zoom = 0 } = feature.properties;
    for (const point of worldPoints(feature, at)) found.push({ ...point, name, population, zoom });
  }
  return found;
}

// Size in pixels of a town's name.
function nameSize(population) {
  if (population > 400_000) return 15;
  if (population > 100_000) return 13.5;
  return population > 20_000 ? 12.5 : 11.5;
}

function crosses(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

function writeName(context, name, box, size, dot) {
  const x = box[0] + 3;
  const y = (box[1] + box[3]) / 2;
  context.strokeStyle = "rgb(251 250 245 / 90%)";
  context.lineWidth = 3.5;
  context.strokeText(name, x, y);
  context.fillStyle = size > 13 ? "#37474e" : "#56666d";
  context.fillText(name, x, y);
  if (!dot) return;
  context.beginPath();
  context.arc(dot.x, dot.y, 1.8, 0, 2 * Math.PI);
  context.fill();
}

// The territories under a point of the map, the smallest first: [{ niveau, code, name }].
export function territoriesAt(map, store, latlng) {
  const world = map.project(latlng, 0).divideBy(256);
  const z = Math.max(0, Math.min(FINEST_ZOOM, Math.round(map.getZoom()) - 1));
  const x = Math.floor(world.x * 2 ** z);
  const y = Math.floor(world.y * 2 ** z);
  const tile = store.get({ x, y, z });
  const context = document.createElement("canvas").getContext("2d");
  const inside = [(world.x * 2 ** z - x) * TILE_PX, (world.y * 2 ** z - y) * TILE_PX];
  const found = [];
  for (const level of LEVELS) {
    for (const feature of features(tile, level)) {
      if (!context.isPointInPath(addToPath(new Path2D(), feature), ...inside)) continue;
      const { code, name, level: niveau } = feature.properties;
      found.push({ niveau: niveau ?? level.replace(/s$/, ""), code, name });
    }
  }
  return found;
}

export function territoryStore(template) {
  return new TileStore(template);
}
