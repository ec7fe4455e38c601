// Starts every map of the page from its data attributes (templates/composants/carte_interactive.html).
// Only the modules of this folder know Leaflet.
import { listQuery, readView, queryWithoutWindow, writeView } from "./urls.js";
import { listOfRecords, listOfTerritories, openBubble } from "./popup.js";
import { Records } from "./records.js";
import { readPageGeometry } from "./geojson.js";
import { addLocate, addOverseas, addZoom, say } from "./controls.js";
import { FollowingList, followsAlready } from "./following.js";
import { BaseMap, territoriesAt, territoryStore, TownNames } from "./territories.js";
import { TileStore } from "./tiles.js";
import { loadNeighbours } from "./neighbours.js";
import { addZoneButton, showZone, zoneOf } from "./zone.js";

const L = window.L;
const CLOSEST_ZOOM = 17;
const MOST_STEPS = 3;
const KEYBOARD_REACH_PX = 60;
const HELP = "Flèches : déplacer. Plus et moins : zoomer. Entrée : ouvrir ce qui est au centre.";

for (const element of document.querySelectorAll("[data-carte]")) start(element);

function start(element) {
  const data = element.dataset;
  const map = L.map(element, { zoomControl: false, minZoom: 3, maxZoom: 18, zoomSnap: 0.5, worldCopyJump: true, attributionControl: false });
  describe(element);
  panes(map);
  const store = territoryStore(data.territoires);
  const own = data.geojson ? readPageGeometry(JSON.parse(document.getElementById(data.geojson).textContent)) : null;
  showWindow(map, data, own);
  const names = baseMap(map, data, store);
  const marks = own?.addTo(map);
  controls(map, data);
  const records = data.fiches ? addRecords(map, data) : null;
  if (names) names.obstacles = () => [...(records?.boxes() ?? []), ...(marks?.boxes() ?? [])];
  records?.on("load", () => names?.requestDraw());
  interact(map, { data, store, records, marks });
  if (data.liste) linkList(map, data, records);
  if ("adresse" in data) keepWindowInAddress(map);
  element.dispatchEvent(new CustomEvent("carte:prete", { bubbles: true, detail: { map, records } }));
}

function addRecords(map, data) {
  const zone = "suivre" in data && !followsAlready() ? zoneOf(location.search) : null;
  const shown = zone ? showZone(map, zone) : null;
  const filters = zone ? listQuery(data.filtres) : queryWithoutWindow(data.filtres);
  const records = new Records(new TileStore(data.fiches, filters), { pane: "fiches" }).addTo(map);
  records.on("load", ({ failed }) => say(map, failed ? "Une partie des fiches n’a pas pu être chargée : déplacez la carte pour réessayer." : ""));
  records.followMap = () => {
    shown?.remove();
    records.setFilters(queryWithoutWindow(data.filtres));
  };
  return records;
}

function describe(element) {
  element.setAttribute("role", "application");
  element.setAttribute("aria-roledescription", "carte");
  element.setAttribute("aria-label", `${element.closest("[aria-label]").getAttribute("aria-label")}. ${HELP}`);
}

function panes(map) {
  for (const [name, level] of [["noms", 250], ["fiches", 450]]) {
    map.createPane(name).style.zIndex = level;
    map.getPane(name).style.pointerEvents = "none";
  }
}

function baseMap(map, data, store) {
  L.control.attribution({ prefix: false }).addAttribution(data.attribution ?? "").addTo(map);
  if (data.ign) {
    L.tileLayer(data.ign, { maxNativeZoom: 19, attribution: "© IGN - Géoplateforme" }).addTo(map);
    return null;
  }
  new BaseMap(store, loadNeighbours(data.voisins)).addTo(map);
  return new TownNames(store, { pane: "noms" }).addTo(map);
}

function controls(map, data) {
  addZoom(map);
  if ("localiser" in data) addLocate(map, data.autour);
  if (data.fiches && map.getSize().x > 600) addOverseas(map);
  if ("suivre" in data) addZoneButton(map);
}

// The address wins (#carte=zoom/lat/lon), then the page's own geometry, then the window it asks for.
function showWindow(map, data, own) {
  const view = "adresse" in data ? readView(location.hash) : null;
  if (view) return map.setView(view.centre, view.zoom);
  if (own?.bounds) return map.fitBounds(own.bounds, { padding: [32, 32], maxZoom: own.closest });
  const [west, south, east, north] = data.emprise.split(",").map(Number);
  return map.fitBounds([[south, west], [north, east]]);
}

function keepWindowInAddress(map) {
  map.on("moveend", () => {
    const hash = writeView(map.getCenter(), map.getZoom());
    history.replaceState(history.state, "", location.pathname + location.search + hash);
  });
}

function interact(map, { data, store, records, marks }) {
  const address = (slug) => data.fiche.replace("__slug__", encodeURIComponent(slug));
  const territory = (niveau, code) => data.territoire.replace("__niveau__", niveau).replace("__code__", code);

  const open = (latlng, reach) => {
    const point = map.latLngToLayerPoint(latlng);
    const mark = marks?.at(point) ?? [];
    if (mark.length) return openBubble(map, latlng, listOfRecords(mark, (slug) => mark.find((one) => one.slug === slug).url));
    const found = records?.at(point, reach);
    if (found) return openGroup(map, found, address);
    const here = territoriesAt(map, store, latlng);
    return here.length ? openBubble(map, latlng, listOfTerritories(here, territory)) : null;
  };
  map.on("click", ({ latlng }) => open(latlng));
  const container = map.getContainer();
  container.addEventListener("keyup", () => container.classList.add("carte-clavier"));
  container.addEventListener("pointerdown", () => container.classList.remove("carte-clavier"));
  container.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === container) open(map.getCenter(), KEYBOARD_REACH_PX);
  });
  if (records) hover(map, records);
}

function openGroup(map, found, address) {
  const centre = map.layerPointToLatLng([found.x, found.y]);
  const spread = Math.max(found.maxX - found.minX, found.maxY - found.minY) || 0;
  const complete = found.records.length === found.count;
  if (complete && (spread < 1 || map.getZoom() >= CLOSEST_ZOOM)) {
    return openBubble(map, centre, listOfRecords(found.records, address));
  }
  if (!spread) return map.setView(centre, map.getZoom() + 2);
  const corners = [[found.minX, found.minY], [found.maxX, found.maxY]].map((corner) => map.layerPointToLatLng(corner));
  const fitting = map.getBoundsZoom(L.latLngBounds(corners), false, L.point(80, 80));
  const zoom = Math.max(map.getZoom() + 1, Math.min(fitting, map.getZoom() + MOST_STEPS, CLOSEST_ZOOM));
  return map.setView(L.latLngBounds(corners).getCenter(), zoom);
}

function hover(map, records) {
  const tip = L.tooltip({ direction: "top", offset: [0, -10], className: "carte-nom" });
  map.on("mousemove", ({ layerPoint }) => {
    const found = records.at(layerPoint, 2);
    records.aim(found && records.groups.includes(found) ? found : null);
    map.getContainer().classList.toggle("carte-vise", Boolean(found));
    if (!found) return tip.remove();
    tip.setContent(hoverWords(found)).setLatLng(map.layerPointToLatLng([found.x, found.y]));
    return tip.addTo(map);
  });
  map.on("mouseout movestart zoomstart", () => (records.aim(null), tip.remove()));
}

// A text node, never HTML: titles come from data.
function hoverWords(found) {
  const words = found.count > 1 ? `${found.count.toLocaleString("fr-FR")} fiches` : found.records[0]?.title ?? "1 fiche";
  return Object.assign(document.createElement("span"), { textContent: words });
}

// The list and the map point at each other, and the list follows when asked.
function linkList(map, data, records) {
  const list = document.getElementById(data.liste);
  if (!list) return;
  const box = map.getContainer().closest(".carte").querySelector("[data-suivre-case]");
  if ("suivre" in data && box) {
    new FollowingList(map, data.liste, box);
    box.addEventListener("change", () => records?.followMap());
  }
  if (!records) return;
  const aim = ({ target }) => records.aim(null, target.closest("[data-fiche]")?.dataset.fiche ?? null);
  for (const event of ["mouseover", "focusin"]) list.addEventListener(event, aim);
  list.addEventListener("mouseleave", () => records.aim(null));
}
