import assert from "node:assert/strict";
import test from "node:test";

import { openPage } from "./page.mjs";

openPage();
window.L = { latLngBounds: (southWest, northEast) => ({ southWest, northEast }) };
const { boxWords, zoneOf } = await import("../../static/js/map/zone.js");

const bounds = (west, south, east, north) => ({
  getWest: () => west,
  getSouth: () => south,
  getEast: () => east,
  getNorth: () => north,
});

test("the zone of an address is read as latitudes and longitudes", () => {
  assert.deepEqual(zoneOf("?q=ombre&bbox=-1.7,48,-1.5,48.2"), { southWest: [48, -1.7], northEast: [48.2, -1.5] });
});

test("a zone over the antimeridian goes on eastwards", () => {
  assert.deepEqual(zoneOf("?bbox=170,-20,-170,-10").northEast, [-10, 190]);
});

test("what is no box is no zone", () => {
  for (const search of ["", "?bbox=", "?bbox=1,2,3", "?bbox=1,2,3,4,5", "?bbox=1,2,3,nord", "?bbox=1,2,3,Infinity"]) {
    assert.equal(zoneOf(search), null, search);
  }
});

test("a box is written inside the world, at four decimals", () => {
  assert.equal(boxWords(bounds(-1.700049, 48, -1.5, 48.25)), "-1.7000,48.0000,-1.5000,48.2500");
  assert.equal(boxWords(bounds(-200, -90, 200, 90)), "-180.0000,-85.0000,180.0000,85.0000");
});
