import assert from "node:assert/strict";
import test from "node:test";

import { openPage } from "./page.mjs";

openPage();
const { addToPath, features, TileStore, visibleTiles, worldPoints } = await import("../../static/js/map/tiles.js");

function answering(status, bytes = new Uint8Array()) {
  const asked = [];
  globalThis.fetch = async (address, { signal }) => {
    asked.push(address);
    signal.throwIfAborted();
    return { status, ok: status < 400, arrayBuffer: async () => bytes.buffer };
  };
  return asked;
}

// One layer « fiches » of extent 4096 with a point in the middle, as the server encodes it.
const POINT = new Uint8Array([
  ...[0x1a, 24, 0x78, 2, 0x0a, 6, ...Buffer.from("fiches")],
  ...[0x12, 9, 0x18, 1, 0x22, 5, 9, 0x80, 0x20, 0x80, 0x20, 0x28, 0x80, 0x20],
]);

test("a tile is asked at its own address, with the filters", async () => {
  const asked = answering(204);

  await new TileStore("/tuiles/0/0/0.pbf", "type=site").load({ z: 3, x: 4, y: 2 });
  await new TileStore("/tuiles/{z}/{x}/{y}.pbf").load({ z: 3, x: 4, y: 2 });

  assert.deepEqual(asked, ["/tuiles/3/4/2.pbf?type=site", "/tuiles/3/4/2.pbf"]);
});

test("the world repeats itself eastwards, and ends at the poles", async () => {
  const asked = answering(204);
  const store = new TileStore("/{z}/{x}/{y}.pbf");

  for (const at of [{ z: 2, x: -1, y: 1 }, { z: 2, x: 5, y: 1 }, { z: 2, x: 0, y: -1 }, { z: 2, x: 0, y: 4 }]) {
    assert.equal(await store.load(at), null);
  }

  assert.deepEqual(asked, ["/2/3/1.pbf", "/2/1/1.pbf"]);
});

test("a tile is fetched once, even while it is on its way", async () => {
  const asked = answering(200, POINT);
  const store = new TileStore("/{z}/{x}/{y}.pbf");
  const at = { z: 1, x: 0, y: 1 };

  const [first, second] = await Promise.all([store.load(at), store.load(at)]);

  assert.equal(first, second);
  assert.equal(await store.load(at), store.get(at));
  assert.equal(asked.length, 1);
});

test("an empty or a missing tile is nothing, a failure is said and tried again", async () => {
  for (const status of [204, 404, 200]) {
    answering(status);
    assert.equal(await new TileStore("/{z}/{x}/{y}.pbf").load({ z: 0, x: 0, y: 0 }), null);
  }
  answering(503);
  const store = new TileStore("/{z}/{x}/{y}.pbf");
  await assert.rejects(store.load({ z: 0, x: 0, y: 0 }), /503/);

  answering(204);
  assert.equal(await store.load({ z: 0, x: 0, y: 0 }), null);
});

test("the tiles that left the window are given up", async () => {
  globalThis.fetch = (address, { signal }) =>
    new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  const store = new TileStore("/{z}/{x}/{y}.pbf");
  const left = store.load({ z: 1, x: 0, y: 0 });
  store.load({ z: 1, x: 1, y: 0 }).catch(() => {});

  store.abortExcept(new Set(["1/1/0"]));

  await assert.rejects(left, { name: "AbortError" });
  assert.deepEqual([...store.pending.keys()], ["1/1/0"]);
  store.abort({ z: 1, x: 1, y: 0 });
});

test("the tiles used last are those that stay", async () => {
  answering(204);
  const store = new TileStore("/{z}/{x}/{y}.pbf");
  for (let x = 0; x < 160; x += 1) await store.load({ z: 8, x, y: 0 });
  await store.load({ z: 8, x: 0, y: 0 });

  await store.load({ z: 8, x: 160, y: 0 });

  assert.ok(store.tiles.has("8/0/0"));
  assert.ok(!store.tiles.has("8/1/0"));
  assert.equal(store.tiles.size, 160);
});

test("a point of a tile becomes a place of the world", async () => {
  answering(200, POINT);
  const at = { z: 1, x: 1, y: 0 };
  const tile = await new TileStore("/{z}/{x}/{y}.pbf").load(at);

  const places = [...features(tile, "fiches")].flatMap((feature) => [...worldPoints(feature, at)]);

  assert.deepEqual(places, [{ x: 0.75, y: 0.25 }]);
  assert.deepEqual([...features(tile, "perimetres")], []);
  assert.deepEqual([...features(null, "fiches")], []);
});

test("the margin of a tile belongs to its neighbour", () => {
  const ring = [[-1, 5], [5, -1], [100, 5], [5, 100], [0, 0], [99, 99]].map(([x, y]) => ({ x, y }));
  const feature = { extent: 100, loadGeometry: () => [ring] };

  assert.deepEqual([...worldPoints(feature, { z: 0, x: 0, y: 0 })], [{ x: 0, y: 0 }, { x: 0.99, y: 0.99 }]);
});

test("rings are closed, lines are not", () => {
  const drawn = (type) => {
    const steps = [];
    const path = {
      moveTo: (x, y) => steps.push(["M", x, y]),
      lineTo: (x, y) => steps.push(["L", x, y]),
      closePath: () => steps.push(["Z"]),
    };
    addToPath(path, { type, extent: 4096, loadGeometry: () => [[{ x: 0, y: 0 }, { x: 4096, y: 8 }]] });
    return steps;
  };

  assert.deepEqual(drawn(3), [["M", 0, 0], ["L", 512, 1], ["Z"]]);
  assert.deepEqual(drawn(2), [["M", 0, 0], ["L", 512, 1]]);
});

// A map of 512 × 512 pixels at a zoom, whose window begins at a pixel of the world.
function windowAt(zoom, x, y, size = 512) {
  const centre = { x: x + size / 2, y: y + size / 2 };
  const divideBy = (side) => ({ x: centre.x / side, y: centre.y / side });
  const max = { x: x + size, y: y + size };
  return { getZoom: () => zoom, getPixelBounds: () => ({ min: { x, y }, max, getCenter: () => ({ divideBy }) }) };
}

test("the tiles of a window come from its centre outwards, inside the world", () => {
  const wide = visibleTiles(windowAt(3, 300, 300, 1000));

  assert.deepEqual(wide[0], { z: 2, x: 1, y: 1 });
  assert.equal(wide.length, 9);
  assert.ok(visibleTiles(windowAt(3, -600, -600)).every(({ y }) => y >= 0));
  assert.deepEqual(visibleTiles(windowAt(3, 0, 1600)).map(({ y }) => y), [3, 3]);
});

test("beyond the finest zoom the tiles are stretched", () => {
  const [first, ...others] = visibleTiles(windowAt(10, 4100, 4100), 6);

  assert.deepEqual(first, { z: 6, x: 1, y: 1 });
  assert.deepEqual(others, []);
});
