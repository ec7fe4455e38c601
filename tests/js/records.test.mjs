import assert from "node:assert/strict";
import test from "node:test";

import { openPage } from "./page.mjs";

openPage();
window.L = { Renderer: { extend: (methods) => ({ extend: (more) => ({ ...methods, ...more }) }) } };
const { pointsOf, reachAt } = await import("../../static/js/map/records.js");

// A tile whose layers hold points at the middle, with those properties.
function tileOf(layers) {
  const feature = (properties) => ({ properties, extent: 2, type: 1, loadGeometry: () => [[{ x: 1, y: 1 }]] });
  const made = Object.entries(layers).map(([name, all]) => [name, { length: all.length, feature: (i) => feature(all[i]) }]);
  return { tile: { layers: Object.fromEntries(made) }, at: { z: 0, x: 0, y: 0 } };
}

test("records are grouped less and less as one comes closer", () => {
  assert.deepEqual([5, 10.5, 11, 13.5, 14, 18].map(reachAt), [50, 50, 34, 34, 15, 15]);
});

test("a record of a tile is one point of its kind", () => {
  const record = { slug: "noue", kind: "solution", title: "Noue", proof: 3 };

  assert.deepEqual(pointsOf(tileOf({ fiches: [record] })), [
    { x: 0.5, y: 0.5, item: { count: 1, kinds: { solution: 1 }, record } },
  ]);
});

test("a count keeps the kinds that it holds, without its records", () => {
  const [{ item }] = pointsOf(tileOf({ agregats: [{ n: 12, solution: 10, site: 2, besoin: 0, autre: 4 }] }));

  assert.deepEqual(item, { count: 12, kinds: { solution: 10, site: 2 }, record: null });
});

test("a count of one is the record itself", () => {
  const [{ item }] = pointsOf(tileOf({ agregats: [{ n: 1, site: 1, slug: "place", kind: "site", title: "Place" }] }));

  assert.equal(item.record.slug, "place");
});
