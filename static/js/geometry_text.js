// Geometries as text: GeoJSON or simple WKT in, GeoJSON out. Pure: no map, no page.
const FAMILIES = { Point: "MultiPoint", LineString: "MultiLineString", Polygon: "MultiPolygon" };

// One layer a part, so that each can be edited.
export function partsOf({ type, coordinates }) {
  const simple = Object.keys(FAMILIES).find((name) => FAMILIES[name] === type);
  if (!simple) return [{ type, coordinates }];
  return coordinates.map((one) => ({ type: simple, coordinates: one }));
}

// The geometry of a text, alone in its feature or in its collection, or null.
export function readGeometry(text) {
  try {
    let data = text.trim().startsWith("{") ? JSON.parse(text) : fromWkt(text);
    if (data?.type === "FeatureCollection" && data.features.length === 1) [data] = data.features;
    if (data?.type === "Feature") data = data.geometry;
    const known = data && (data.type in FAMILIES || Object.values(FAMILIES).includes(data.type));
    return known && Array.isArray(data.coordinates) ? data : null;
  } catch {
    return null;
  }
}

// Simple WKT, read by turning its brackets into arrays.
function fromWkt(text) {
  const [, word, rest] = /^(?:SRID=4326;)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON))\s*(\(.*\))\s*$/is.exec(text.trim()) ?? [];
  if (!word) return null;
  const type = [...Object.keys(FAMILIES), ...Object.values(FAMILIES)].find((name) => name.toUpperCase() === word.toUpperCase());
  const number = "-?[\\d.]+(?:e[+-]?\\d+)?";
  const nested = rest.replace(new RegExp(`(${number})\\s+(${number})(?:\\s+${number})*`, "gi"), "[$1,$2]");
  const value = JSON.parse(nested.replaceAll("(", "[").replaceAll(")", "]"));
  if (type === "Point") return { type, coordinates: value[0] };
  if (type === "MultiPoint") return { type, coordinates: value.map((one) => (Array.isArray(one[0]) ? one[0] : one)) };
  return { type, coordinates: value };
}

// One shape alone, several of one kind together: { text, fault }.
export function writeGeometry(shapes) {
  if (!shapes.length) return { text: "", fault: "" };
  const [{ type }] = shapes;
  if (shapes.some((one) => one.type !== type)) {
    return { text: "", fault: "Gardez une seule sorte de tracé : points, lignes ou polygones." };
  }
  const whole = shapes.length === 1 ? shapes[0] : { type: FAMILIES[type], coordinates: shapes.map((one) => one.coordinates) };
  return { text: JSON.stringify(whole), fault: "" };
}
