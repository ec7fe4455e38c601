// A map above each text area that holds a geometry (geo/drawing.py). The text stays the value: what is
// drawn is written there as GeoJSON, and what is typed there is shown. Without this script the text is enough.
import { partsOf, readGeometry, writeGeometry } from "./geometry_text.js";
import { BaseMap, territoryStore, TownNames } from "./map/territories.js";

const L = window.L;
const FRANCE = [[41.2, -5.3], [51.2, 9.8]];
const CLOSE = 13;
const STYLE = { color: "#00654f", weight: 3, fillColor: "#00654f", fillOpacity: 0.18 };

translate(L.drawLocal);
for (const area of document.querySelectorAll("textarea[data-dessin]")) start(area);

function start(area) {
  const frame = element("div", "dessin");
  const canvas = element("div", "dessin-carte");
  const message = element("p", "dessin-message");
  message.setAttribute("role", "status");
  frame.append(canvas, message);
  if (!area.readOnly) frame.append(help("dessinSite" in area.dataset));
  area.before(frame);
  const map = L.map(canvas, { minZoom: 3, maxZoom: 18, zoomSnap: 0.5, attributionControl: false, zoomControl: false });
  L.control.zoom({ zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(map);
  baseMap(map, area.dataset);
  const drawn = L.featureGroup().addTo(map);
  map.fitBounds(FRANCE);
  const show = () => {
    message.textContent = showText(area.value, drawn);
    if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { maxZoom: 15, padding: [24, 24] });
  };
  show();
  // A map in a folded section has no size until it is unfolded.
  new ResizeObserver(() => (map.invalidateSize(), map.getSize().x && !map.dessinVu && ((map.dessinVu = true), show()))).observe(canvas);
  if (area.readOnly) return;
  area.addEventListener("change", show);
  const changed = () => {
    const { text, fault } = written(drawn);
    message.textContent = fault;
    if (fault) return;
    area.value = text;
    area.dispatchEvent(new Event("dessin", { bubbles: true }));
  };
  draw(map, drawn, changed);
  if ("dessinSite" in area.dataset) pointByHand(map, drawn, frame, changed);
}

// On a form of the site: a click puts the point, and so does a button, at the middle of the map that arrow keys move.
function pointByHand(map, drawn, frame, changed) {
  let busy = false;
  map.on([L.Draw.Event.DRAWSTART, L.Draw.Event.EDITSTART, L.Draw.Event.DELETESTART].join(" "), () => (busy = true));
  map.on([L.Draw.Event.DRAWSTOP, L.Draw.Event.EDITSTOP, L.Draw.Event.DELETESTOP].join(" "), () => setTimeout(() => (busy = false)));
  const place = (at) => {
    const layers = drawn.getLayers();
    if (busy || layers.length > 1 || (layers.length && !(layers[0] instanceof L.Marker))) return;
    drawn.clearLayers().addLayer(pinned(at));
    changed();
    if (map.getZoom() < CLOSE) map.setView(at, Math.min(map.getZoom() + 3, CLOSE)); // to be put again, nearer
  };
  map.on("click", ({ latlng }) => place(latlng));
  const button = Object.assign(element("button", "bouton bouton-contour dessin-centre"), {
    type: "button",
    textContent: "Placer le point au centre de la carte",
  });
  button.addEventListener("click", () => place(map.getCenter()));
  frame.append(button);
  frame.querySelector(".dessin-carte").append(element("span", "dessin-mire"));
}

function element(name, className) {
  return Object.assign(document.createElement(name), { className });
}

function help(onSite) {
  const text = onSite
    ? "Cliquez pour placer un point, cliquez à nouveau pour le préciser, ou choisissez un outil pour tracer une ligne ou une surface. Au clavier : les flèches déplacent la carte, + et − l’agrandissent, puis le bouton place le point."
    : "Dessinez sur la carte, ou écrivez ci-dessous en GeoJSON ou en WKT (longitude puis latitude, en degrés).";
  return Object.assign(element("p", "dessin-aide"), { textContent: text });
}

function baseMap(map, { territoires, ign }) {
  if (ign) {
    L.tileLayer(ign, { maxZoom: 18 }).addTo(map);
    L.control.attribution({ prefix: "" }).addAttribution("© IGN, Géoplateforme").addTo(map);
    return;
  }
  map.createPane("noms").style.zIndex = 250;
  map.getPane("noms").style.pointerEvents = "none";
  const store = territoryStore(territoires);
  new BaseMap(store).addTo(map);
  new TownNames(store, { pane: "noms" }).addTo(map);
}

function draw(map, drawn, changed) {
  const shape = { shapeOptions: STYLE };
  map.addControl(
    new L.Control.Draw({
      position: "topright",
      draw: {
        polygon: { ...shape, allowIntersection: false, showArea: false },
        polyline: shape,
        rectangle: { ...shape, showArea: false },
        marker: { icon: pin() },
        circle: false,
        circlemarker: false,
      },
      edit: { featureGroup: drawn },
    }),
  );
  map.on(L.Draw.Event.CREATED, ({ layer }) => (drawn.addLayer(layer instanceof L.Marker ? pinned(layer.getLatLng()) : layer), changed()));
  map.on(L.Draw.Event.EDITED, changed);
  map.on(L.Draw.Event.DELETED, changed);
}

function pinned(at) {
  return L.marker(at, { icon: pin(), title: "Point placé" });
}

function pin() {
  return L.divIcon({ className: "leaflet-div-icon leaflet-editing-icon", iconSize: [14, 14] });
}

// Shows a text on the map; returns what is wrong with it, or "".
function showText(text, drawn) {
  drawn.clearLayers();
  if (!text.trim()) return "";
  const geometry = readGeometry(text);
  if (!geometry) return "Ce texte n’est pas montré sur la carte ; il sera vérifié à l’enregistrement.";
  try {
    for (const part of partsOf(geometry)) {
      const [layer] = L.geoJSON(part, { style: STYLE, pointToLayer: (_, at) => pinned(at) }).getLayers();
      drawn.addLayer(layer);
    }
  } catch {
    drawn.clearLayers();
    return "Ces coordonnées ne se lisent pas.";
  }
  return "";
}

// What is drawn as GeoJSON text, or what is wrong with it.
function written(drawn) {
  return writeGeometry(drawn.getLayers().map((layer) => layer.toGeoJSON(7).geometry));
}

function translate({ draw: { toolbar, handlers }, edit }) {
  toolbar.actions = { title: "Abandonner le tracé", text: "Abandonner" };
  toolbar.finish = { title: "Terminer le tracé", text: "Terminer" };
  toolbar.undo = { title: "Supprimer le dernier sommet", text: "Supprimer le dernier sommet" };
  Object.assign(toolbar.buttons, { polyline: "Tracer une ligne", polygon: "Tracer un polygone", rectangle: "Tracer un rectangle", marker: "Placer un point" });
  const go = { start: "Cliquez pour commencer.", cont: "Cliquez pour continuer." };
  handlers.polygon.tooltip = { ...go, end: "Cliquez sur le premier sommet pour fermer." };
  handlers.polyline.tooltip = { ...go, end: "Cliquez sur le dernier sommet pour terminer." };
  handlers.polyline.error = "Le tracé ne doit pas se recouper.";
  handlers.rectangle.tooltip = { start: "Cliquez et glissez pour tracer." };
  handlers.simpleshape.tooltip = { end: "Relâchez pour terminer." };
  handlers.marker.tooltip = { start: "Cliquez pour placer le point." };
  edit.toolbar.actions = {
    save: { title: "Garder les changements", text: "Garder" },
    cancel: { title: "Annuler les changements", text: "Annuler" },
    clearAll: { title: "Tout effacer", text: "Tout effacer" },
  };
  edit.toolbar.buttons = { edit: "Modifier", editDisabled: "Rien à modifier", remove: "Effacer", removeDisabled: "Rien à effacer" };
  edit.handlers.edit.tooltip = { text: "Déplacez les sommets ou les points.", subtext: "« Annuler » revient en arrière." };
  edit.handlers.remove.tooltip = { text: "Cliquez sur ce qu’il faut effacer." };
}
