import assert from "node:assert/strict";
import test from "node:test";

import { describe, follow, leaveEnterToTheForm, suggestionsFrom } from "../../static/js/completion.js";
import { Element, openPage } from "./page.mjs";

function search(dataset = {}) {
  const { visited } = openPage();
  const form = new Element({ dataset, requestSubmit: () => visited.push("submitted") });
  return { visited, place: new Element({ found: { form } }) };
}

const later = (ms = 0) => new Promise((done) => setTimeout(done, ms));

test("a place leads to its page at once", async () => {
  const { visited, place } = search();

  follow({ nom: "Rennes", url: "/territoires/commune/35238/" }, place);
  await later();

  assert.deepEqual(visited, ["/territoires/commune/35238/"]);
});

test("a word is searched, and so is a place among filters", async () => {
  for (const [dataset, option] of [[{}, { nom: "ombre" }], [{ filtres: "" }, { nom: "Rennes", url: "/territoires/" }]]) {
    const { visited, place } = search(dataset);

    follow(option, place);
    await later();

    assert.deepEqual(visited, ["submitted"]);
  }
});

test("Enter in the field is kept from the menu; elsewhere, and other keys, are not", () => {
  const stops = (key, isField) => {
    let stopped = false;
    leaveEnterToTheForm({ key, target: { matches: () => isField }, stopPropagation: () => (stopped = true) });
    return stopped;
  };

  assert.equal(stops("Enter", true), true);
  assert.equal(stops("Enter", false), false);
  assert.equal(stops("ArrowDown", true), false);
});

test("only the last words typed are asked for", async () => {
  openPage({ url: "http://localhost/carte/" });
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(url.href);
    return { ok: true, json: async () => ({ resultats: ["ombrière"] }) };
  };
  const suggest = suggestionsFrom("/api/completion/?types=mot");

  const shown = await new Promise((show) => {
    suggest("om", show);
    suggest("ombr", show);
  });

  assert.deepEqual(asked, ["http://localhost/api/completion/?types=mot&q=ombr"]);
  assert.deepEqual(shown, ["ombrière"]);
});

test("a network that fails shows nothing", async () => {
  openPage();
  globalThis.fetch = async () => {
    throw new TypeError("network");
  };

  assert.deepEqual(await new Promise((show) => suggestionsFrom("/api/completion/")("ombre", show)), []);
});

test("what comes from data is escaped", () => {
  openPage();
  document.createElement = () => ({
    set textContent(text) {
      this.innerHTML = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    },
  });

  assert.equal(describe('<b> & "'), "&lt;b&gt; &amp; &quot;");
  assert.equal(
    describe({ nom: "<i>", detail: "Ille-et-Vilaine" }),
    '<span class="option-nom">&lt;i&gt;</span><span class="option-detail">Ille-et-Vilaine</span>',
  );
  assert.equal(describe({ nom: "ombre" }), '<span class="option-nom">ombre</span>');
});
