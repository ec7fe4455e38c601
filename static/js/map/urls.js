// What the map reads and writes in URLs. Pure: no map, no page.

// The view of a fragment « #carte=zoom/lat/lon », or null.
export function readView(hash) {
  const [zoom, lat, lon] = (/^#carte=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(hash) ?? []).slice(1).map(Number);
  return [zoom, lat, lon].every(Number.isFinite) ? { centre: [lat, lon], zoom } : null;
}

export function writeView({ lat, lng }, zoom) {
  return `#carte=${zoom}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
}

// The same set as the list: its filters, whatever their order and page.
export function listQuery(query) {
  const parameters = new URLSearchParams(query);
  for (const name of ["page", "tri"]) parameters.delete(name);
  return parameters.toString();
}

// Without the window when the list follows the map: the window is then what one sees.
export function queryWithoutWindow(query) {
  const parameters = new URLSearchParams(listQuery(query));
  parameters.delete("bbox");
  return parameters.toString();
}
