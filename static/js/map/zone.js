// A rectangle to search in: drawn with the pointer, kept in the address as bbox=, shown while it filters.
import { element } from "./popup.js";
import { addControl } from "./controls.js";

const L = window.L;
const STYLE = { color: "#13262f", weight: 2, dashArray: "6 4", fillColor: "#13262f", fillOpacity: 0.05, interactive: false };
const SMALLEST_PX = 12;

// The zone of an address as Leaflet bounds, or null. A box over the antimeridian has west > east.
export function zoneOf(search) {
  const numbers = (new URLSearchParams(search).get("bbox") ?? "").split(",").map(Number);
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return null;
  const [west, south, east, north] = numbers;
  return L.latLngBounds([south, west], [north, east < west ? east + 360 : east]);
}

export function showZone(map, bounds) {
  return L.rectangle(bounds, STYLE).addTo(map);
}

// A button that lets one draw; the page is then asked again with the zone in its address.
export function addZoneButton(map) {
  const button = element("button", { type: "button", className: "carte-localiser", textContent: "Dessiner une zone" });
  const container = map.getContainer();
  let drawing = null;
  const stop = () => {
    button.setAttribute("aria-pressed", "false");
    container.classList.remove("carte-trace");
    map.dragging.enable();
    drawing?.shape?.remove();
    drawing = null;
  };
  const start = () => {
    button.setAttribute("aria-pressed", "true");
    container.classList.add("carte-trace");
    map.dragging.disable();
    drawing = { from: null, shape: null };
  };
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => (drawing ? stop() : start()));
  container.addEventListener("keydown", (event) => event.key === "Escape" && drawing && stop());
  const place = (event) => map.mouseEventToLatLng(event);
  container.addEventListener("pointerdown", (event) => {
    if (!drawing || event.target.closest(".leaflet-control")) return;
    container.setPointerCapture(event.pointerId);
    drawing.from = event;
    drawing.shape = L.rectangle([place(event), place(event)], STYLE).addTo(map);
  });
  container.addEventListener("pointermove", (event) => {
    if (drawing?.shape) drawing.shape.setBounds([place(drawing.from), place(event)]);
  });
  container.addEventListener("pointerup", (event) => {
    if (!drawing?.shape) return;
    const wide = Math.abs(event.clientX - drawing.from.clientX) > SMALLEST_PX;
    const high = Math.abs(event.clientY - drawing.from.clientY) > SMALLEST_PX;
    if (wide && high) location.assign(addressWith(drawing.shape.getBounds()));
    else stop();
  });
  addControl(map, "topright", button);
}

function addressWith(bounds) {
  const address = new URL(location.href);
  address.hash = "";
  address.searchParams.delete("page");
  address.searchParams.set("bbox", boxWords(bounds));
  return address.href.replaceAll("%2C", ",").replaceAll("%3A", ":");
}

// "minlon,minlat,maxlon,maxlat" in degrees, inside the world.
export function boxWords(bounds) {
  const lon = (value) => Math.max(-180, Math.min(180, value)).toFixed(4);
  const lat = (value) => Math.max(-85, Math.min(85, value)).toFixed(4);
  return [lon(bounds.getWest()), lat(bounds.getSouth()), lon(bounds.getEast()), lat(bounds.getNorth())].join(",");
}
