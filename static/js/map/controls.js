// Small controls on the map: zoom in French, « autour de moi », the overseas territories.
import { element, openBubble } from "./popup.js";

const L = window.L;
const PLACES = [
  ["Métropole", [41.2, -5.3], [51.2, 9.8]],
  ["Guadeloupe", [15.8, -61.9], [16.6, -61]],
  ["Martinique", [14.35, -61.3], [14.95, -60.75]],
  ["Guyane", [2, -54.7], [5.9, -51.5]],
  ["La Réunion", [-21.45, 55.15], [-20.8, 55.9]],
  ["Mayotte", [-13.05, 45], [-12.6, 45.35]],
];

export function addZoom(map) {
  L.control.zoom({ position: "topleft", zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer" }).addTo(map);
}

export function addOverseas(map) {
  const select = element("select", { className: "carte-aller" });
  select.setAttribute("aria-label", "Aller à");
  select.append(element("option", { value: "", textContent: "Aller à…" }));
  PLACES.forEach(([name], i) => select.append(element("option", { value: String(i), textContent: name })));
  select.addEventListener("change", () => {
    const place = PLACES[Number(select.value)];
    if (select.value !== "" && place) map.fitBounds([place[1], place[2]]);
    select.value = "";
  });
  addControl(map, "topright", select);
}

// One line over the map for what goes on or wrong; announced, hidden when empty.
export function say(map, words) {
  const container = map.getContainer();
  let line = container.querySelector(".carte-etat");
  if (!line) {
    line = element("p", { className: "carte-etat" });
    line.setAttribute("role", "status");
    container.append(line);
  }
  line.textContent = words;
}

// listAddress: address of the list, to which autour= is added.
export function addLocate(map, listAddress) {
  const button = element("button", { type: "button", className: "carte-localiser", textContent: "Autour de moi" });
  button.addEventListener("click", () => {
    say(map, "Recherche de votre position…");
    map.locate({ maximumAge: 60_000, timeout: 10_000 });
  });
  map.on("locationerror", () => say(map, "Position inconnue : autorisez-la dans le navigateur, ou cherchez une commune."));
  map.on("locationfound", ({ latlng, accuracy }) => {
    say(map, "");
    map.setView(latlng, Math.max(map.getZoom(), 11));
    L.circle(latlng, { radius: accuracy, interactive: false, color: "#0b5cad", weight: 1.5, fillOpacity: 0.1 }).addTo(map);
    if (listAddress) openBubble(map, latlng, aroundLink(latlng, listAddress));
  });
  addControl(map, "topright", button);
}

// Rounded to about a hundred metres: enough to search around, no more than needed.
function aroundLink(latlng, listAddress) {
  const address = new URL(listAddress, location.href);
  address.searchParams.set("autour", `${latlng.lng.toFixed(3)},${latlng.lat.toFixed(3)}`);
  address.searchParams.set("tri", "distance");
  const box = element("div", { className: "bulle-corps" });
  box.dataset.nom = "Votre position";
  box.append(element("a", { href: address.href.replaceAll("%2C", ","), textContent: "Chercher autour de ce point" }));
  return box;
}

export function addControl(map, position, node) {
  const Control = L.Control.extend({
    onAdd() {
      L.DomEvent.disableClickPropagation(node);
      return node;
    },
  });
  return new Control({ position }).addTo(map);
}
