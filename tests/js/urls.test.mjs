import assert from "node:assert/strict";
import test from "node:test";

import { listQuery, queryWithoutWindow, readView, writeView } from "../../static/js/map/urls.js";

test("the view of a fragment is read back as it was written", () => {
  const hash = writeView({ lat: 48.11734, lng: -1.67786 }, 12.5);

  assert.equal(hash, "#carte=12.5/48.1173/-1.6779");
  assert.deepEqual(readView(hash), { centre: [48.1173, -1.6779], zoom: 12.5 });
});

test("any other fragment is no view", () => {
  for (const hash of ["", "#contenu", "#carte=12/48", "#carte=a/b/c", "#carte=1.2.3/4/5", "#carte=12/48/-1/x"]) {
    assert.equal(readView(hash), null, hash);
  }
});

test("the map shows the set of the list, whatever its page and order", () => {
  assert.equal(listQuery("type=site&page=3&tri=date&theme=eau&theme=sol"), "type=site&theme=eau&theme=sol");
});

test("the window is left out when the list follows the map", () => {
  assert.equal(queryWithoutWindow("bbox=1,2,3,4&q=ombre&page=2"), "q=ombre");
});
