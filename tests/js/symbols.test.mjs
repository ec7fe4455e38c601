import assert from "node:assert/strict";
import test from "node:test";

import { COLOURS, drawGroup, drawMarker, groupRadius, INK, shortNumber } from "../../static/js/map/symbols.js";

// A canvas context that remembers what is filled, stroked and written, with the style of the moment.
function recorder() {
  const done = [];
  const context = { beginPath() {}, moveTo() {}, lineTo() {}, closePath() {} };
  context.arc = (x, y, radius, from, to) => done.push({ arc: to - from });
  context.fill = () => done.push({ fill: context.fillStyle });
  context.stroke = () => done.push({ stroke: context.strokeStyle });
  context.fillText = (text) => done.push({ text });
  return { context, done };
}

function marker(record, aimed = false) {
  const { context, done } = recorder();
  drawMarker(context, record, 0, 0, 7.5, aimed);
  const strokes = done.filter(({ stroke }) => stroke).map(({ stroke }) => stroke);
  return { filling: done.find(({ fill }) => fill).fill, strokes };
}

test("a measured result fills the shape, less leaves it hollow", () => {
  assert.equal(marker({ kind: "solution", proof: 3 }).filling, COLOURS.solution);
  assert.equal(marker({ kind: "solution", proof: 2 }).filling, "#ffffff");
  assert.equal(marker({ kind: "solution", proof: 0 }).filling, "#ffffff");
});

test("without a proof that applies the shape is full", () => {
  assert.equal(marker({ kind: "besoin" }).filling, COLOURS.besoin);
  assert.equal(marker({ kind: "besoin", proof: null }).filling, COLOURS.besoin);
  assert.equal(marker({ kind: "besoin", hollow: true }).filling, "#ffffff");
});

test("more than measured is ringed, and so is what is aimed at", () => {
  assert.deepEqual(marker({ kind: "site", proof: 3 }).strokes, ["#ffffff"]);
  assert.deepEqual(marker({ kind: "site", proof: 4 }).strokes, ["#ffffff", COLOURS.site, "#ffffff"]);
  assert.deepEqual(marker({ kind: "site", proof: 3 }, true).strokes, ["#ffffff", INK, "#ffffff"]);
});

test("an unknown kind is drawn in ink", () => {
  assert.equal(marker({ kind: "autre" }).filling, INK);
});

test("the ring of a group is cut in proportion of its kinds", () => {
  const { context, done } = recorder();

  drawGroup(context, { count: 4, kinds: { besoin: 1, solution: 3 } }, 0, 0);

  const turns = done.filter(({ arc }) => arc).map(({ arc }) => arc / (2 * Math.PI));
  assert.ok(turns.includes(0.75) && turns.includes(0.25));
  const colours = done.map(({ stroke }) => stroke).filter((stroke) => Object.values(COLOURS).includes(stroke));
  assert.deepEqual(colours, [COLOURS.solution, COLOURS.besoin]);
  assert.deepEqual(done.find(({ text }) => text), { text: "4" });
});

test("a group grows with its number, up to a point", () => {
  assert.equal(groupRadius(1), 13);
  assert.equal(groupRadius(100), 23);
  assert.equal(groupRadius(10 ** 9), 34);
});

test("a number that is too wide is shortened", () => {
  const words = [999, 9999, 10_000, 123_456, 1_250_000].map((count) => shortNumber(count).replaceAll(/\s/g, " "));

  assert.deepEqual(words, ["999", "9 999", "10 k", "123 k", "1,3 M"]);
});
