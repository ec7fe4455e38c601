import assert from "node:assert/strict";
import test from "node:test";

import { group } from "../../static/js/map/clusters.js";

const one = (x, y, kind = "site", record = { slug: `${x}-${y}` }) => ({ x, y, count: 1, kinds: { [kind]: 1 }, record });

test("what is farther than the reach stays apart", () => {
  assert.equal(group([one(0, 0), one(50, 0)], 50).length, 2);
  assert.equal(group([one(0, 0), one(49, 0)], 50).length, 1);
});

test("a group adds counts, kinds, records and its box", () => {
  const [found] = group([one(10, 20), one(12, 18, "besoin"), one(8, 25)], 50);

  assert.equal(found.count, 3);
  assert.deepEqual(found.kinds, { site: 2, besoin: 1 });
  assert.deepEqual(found.records.map(({ slug }) => slug), ["10-20", "12-18", "8-25"]);
  assert.deepEqual([found.minX, found.minY, found.maxX, found.maxY], [8, 18, 12, 25]);
});

test("a group stands on its fullest item, and the fullest come first", () => {
  const crowd = { x: 30, y: 0, count: 12, kinds: { solution: 12 }, record: null };

  const groups = group([one(0, 0), crowd, one(200, 0)], 50);

  assert.deepEqual(groups.map(({ x, count }) => [x, count]), [[30, 13], [200, 1]]);
  assert.deepEqual(groups[0].records.map(({ slug }) => slug), ["0-0"]);
});

test("an item joins the nearest of two groups, across cells and signs", () => {
  const left = { x: -10, y: -10, count: 5, kinds: {}, record: null };
  const right = { x: 45, y: -10, count: 5, kinds: {}, record: null };

  const groups = group([left, right, one(5, -10)], 50);

  assert.deepEqual(groups.map(({ x, count }) => [x, count]), [[-10, 6], [45, 5]]);
});

test("the items that are given stay as they were", () => {
  const first = one(0, 0);

  group([first, one(1, 1, "besoin")], 50);

  assert.deepEqual(first, one(0, 0));
});
