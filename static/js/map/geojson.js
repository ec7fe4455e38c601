// The geometry that a page gives by itself: a record, the outline of a territory, twins, a radius.
import { COLOURS, drawMarker, INK } from "./symbols.js";
import { Toile } from "./canvas.js";

const L = window.L;
const CLOSEST_TO_SHAPE = 15;
const CLOSEST_TO_POINT = 11; // closer, our base map has nothing more to show around a point
const STYLES = {
  avant: { color: INK, weight: 2.5, dashArray: "7 5", fillColor: INK, fillOpacity: 0.08 },
  apres: { color: "#00654f", weight: 3, fillColor: "#00654f", fillOpacity: 0.22 },
  contour: { color: "#00654f", weight: 3, fill: true, fillColor: "#00654f", fillOpacity: 0.06 },
  jumeau: { color: "#00654f", weight: 1.5, dashArray: "4 3", fillColor: "#00654f", fillOpacity: 0.12 },
  code: { color: INK, weight: 2, dashArray: "6 4", fillColor: INK, fillOpacity: 0.05 },
  nom: { color: "#00654f", weight: 3, fillColor: "#00654f", fillOpacity: 0.1 },
  ecart: { color: INK, weight: 1.5, dashArray: "2 5", fill: false },
  rayon: { color: INK, weight: 1.5, dashArray: "2 6", fillColor: INK, fillOpacity: 0.04 },
};

// Reads what the JSON block holds: its bounds (or null), and how to add it once the map has a view.
export function readPageGeometry(data) {
  const all = data.type === "FeatureCollection" ? data.features : [data];
  const points = all.filter((feature) => feature.geometry?.type === "Point" && role(feature) !== "rayon");
  const circles = all.filter((feature) => role(feature) === "rayon");
  const shapes = all.filter((feature) => feature.geometry && feature.geometry.type !== "Point").map(shape);
  const bounds = L.latLngBounds([]);
  for (const feature of points) bounds.extend(latlng(feature));
  for (const feature of circles) bounds.extend(latlng(feature).toBounds(2 * metres(feature)));
  for (const layer of shapes) bounds.extend(layer.getBounds());
  return {
    bounds: bounds.isValid() ? bounds : null,
    closest: shapes.length ? CLOSEST_TO_SHAPE : CLOSEST_TO_POINT,
    addTo(map) {
      for (const layer of [...circles.map(circle), ...shapes]) layer.addTo(map);
      return points.length ? new Marks(points, { pane: "fiches" }).addTo(map) : null;
    },
  };
}

function role(feature) {
  return feature.properties?.role ?? (feature.geometry?.type === "Point" ? "point" : "perimetre");
}

function latlng(feature) {
  const [lon, lat] = feature.geometry.coordinates;
  return L.latLng(lat, lon);
}

// properties.km: the radius in true kilometres.
function metres(feature) {
  return (feature.properties.km ?? 10) * 1000;
}

function circle(feature) {
  return L.circle(latlng(feature), { radius: metres(feature), interactive: false, ...STYLES.rayon });
}

function shape(feature) {
  const colour = COLOURS[feature.properties?.kind] ?? INK;
  const own = { color: colour, weight: 2.5, fillColor: colour, fillOpacity: 0.18 };
  return L.geoJSON(feature, { interactive: false, style: STYLES[role(feature)] ?? own });
}

// Single markers drawn as on the map of records.
const Marks = Toile.extend({
  initialize(points, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.marks = points.map((feature) => ({ at: latlng(feature), record: feature.properties ?? {} }));
  },

  draw(context) {
    for (const { at, record } of this.marks) {
      const { x, y } = this._map.latLngToLayerPoint(at);
      drawMarker(context, record, x, y, 9);
    }
  },

  // Boxes [x, y, x, y] that the names of towns must leave free.
  boxes() {
    return this.marks.map(({ at }) => {
      const { x, y } = this._map.latLngToLayerPoint(at);
      return [x - 12, y - 12, x + 12, y + 12];
    });
  },

  // The records with an address under a layer point.
  at(point) {
    return this.marks
      .filter(({ at, record }) => record.url && this._map.latLngToLayerPoint(at).distanceTo(point) < 16)
      .map(({ record }) => record);
  },
});
