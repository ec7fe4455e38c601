import assert from "node:assert/strict";
import test from "node:test";

import { partsOf, readGeometry, writeGeometry } from "../../static/js/geometry_text.js";

const POINT = { type: "Point", coordinates: [2.35, 48.85] };
const LINE = { type: "LineString", coordinates: [[0, 1], [2, 3]] };

test("a geometry is read alone, in its feature or in its collection", () => {
  const feature = { type: "Feature", geometry: POINT, properties: null };

  assert.deepEqual(readGeometry(JSON.stringify(POINT)), POINT);
  assert.deepEqual(readGeometry(JSON.stringify(feature)), POINT);
  assert.deepEqual(readGeometry(JSON.stringify({ type: "FeatureCollection", features: [feature] })), POINT);
});

test("what is not one geometry that can be drawn is left to the server", () => {
  const collection = { type: "FeatureCollection", features: [{ geometry: POINT }, { geometry: POINT }] };

  for (const text of ["", "Rennes", "{", "POINT Z", '{"type": "GeometryCollection"}', '{"type": "Point"}']) {
    assert.equal(readGeometry(text), null, text);
  }
  assert.equal(readGeometry(JSON.stringify(collection)), null);
});

test("WKT is read whatever its case, its heights left out", () => {
  assert.deepEqual(readGeometry("point(2.35 48.85)"), POINT);
  assert.deepEqual(readGeometry("SRID=4326;POINT (2.35 48.85 120)"), POINT);
  assert.deepEqual(readGeometry("LINESTRING (0 1, 2 3)"), LINE);
  assert.deepEqual(readGeometry("POINT (1e1 -2.5E0)").coordinates, [10, -2.5]);
});

test("both ways of writing several points in WKT are read", () => {
  const points = { type: "MultiPoint", coordinates: [[0, 1], [2, 3]] };

  assert.deepEqual(readGeometry("MULTIPOINT (0 1, 2 3)"), points);
  assert.deepEqual(readGeometry("MULTIPOINT ((0 1), (2 3))"), points);
});

test("a polygon keeps its holes", () => {
  const { type, coordinates } = readGeometry("POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))");

  assert.equal(type, "Polygon");
  assert.deepEqual(coordinates.map((ring) => ring.length), [4, 4]);
});

test("several shapes are edited one by one and written together", () => {
  const points = { type: "MultiPoint", coordinates: [[0, 1], [2, 3]] };
  const parts = partsOf(points);

  assert.deepEqual(parts.map(({ type }) => type), ["Point", "Point"]);
  assert.deepEqual(JSON.parse(writeGeometry(parts).text), points);
  assert.deepEqual(partsOf(LINE), [LINE]);
  assert.deepEqual(JSON.parse(writeGeometry([LINE]).text), LINE);
});

test("shapes of two kinds are refused, none at all is an empty text", () => {
  assert.match(writeGeometry([POINT, LINE]).fault, /une seule sorte/);
  assert.deepEqual(writeGeometry([]), { text: "", fault: "" });
});
