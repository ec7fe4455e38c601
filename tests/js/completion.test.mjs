import assert from "node:assert/strict";
import test from "node:test";

import {
  countWords, describe, follow, leaveEnterToTheForm, offer, roomUnder, suggestionsFrom,
} from "../../static/js/completion.js";
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

test("a record leads to its page, even from a list with filters", async () => {
  const { visited, place } = search({ filtres: "" });

  follow({ type: "fiche", nom: "Ombrière", url: "/fiches/ombriere/" }, place);
  await later();

  assert.deepEqual(visited, ["/fiches/ombriere/"]);
});

test("the last line does what Enter does", async () => {
  for (const dataset of [{}, { filtres: "" }]) {
    const { visited, place } = search(dataset);

    follow(offer([], "ombre").at(-1), place);
    await later();

    assert.deepEqual(visited, ["submitted"]);
  }
});

test("each kind stands under its heading, in the order of the answer, and the search comes last", () => {
  const rennes = { type: "territoire", nom: "Rennes" };
  const bains = { type: "territoire", nom: "Rennes-les-Bains" };
  const record = { type: "fiche", nom: "Ombrière à Rennes" };

  assert.deepEqual(offer([rennes, bains, record], "rennes"), [
    { ...rennes, heading: "Territoires" },
    bains,
    { ...record, heading: "Fiches" },
    { type: "recherche", nom: "rennes" },
  ]);
  assert.deepEqual(
    offer([record, rennes], "rennes").map((option) => option.heading),
    ["Fiches", "Territoires", undefined],
  );
  assert.deepEqual(offer([], "rennes"), [{ type: "recherche", nom: "rennes" }]);
});

test("one letter is no word to search, but may be a place", () => {
  assert.deepEqual(offer([], "y"), []);
  assert.deepEqual(offer([], " y "), []);
  assert.equal(offer([{ type: "territoire", nom: "Y" }], "y").length, 2);
});

test("what has no kind has no heading", () => {
  assert.deepEqual(offer([{ nom: "Ombrière" }], "omb")[0], { nom: "Ombrière" });
});

test("suggestions are counted in agreement", () => {
  assert.equal(countWords(0), "Aucune suggestion");
  assert.equal(countWords(1), "1 suggestion");
  assert.equal(countWords(2), "2 suggestions");
});

test("a menu ends above the bottom of the window, and is never too low to read", () => {
  assert.equal(roomUnder(588.4, 850), 249);
  assert.equal(roomUnder(790, 800), 180);
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

test("a network that fails and a refusal show nothing", async () => {
  openPage();
  const fails = async () => {
    throw new TypeError("network");
  };
  for (const answer of [fails, async () => ({ ok: false })]) {
    globalThis.fetch = answer;
    assert.deepEqual(await new Promise((show) => suggestionsFrom("/api/completion/")("ombre", show)), []);
  }
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
  assert.equal(
    describe({ type: "recherche", nom: "<script>" }),
    '<span class="option-recherche">Chercher “&lt;script&gt;”</span>',
  );
  assert.equal(
    describe({ type: "territoire", nom: "Rennes", heading: "Territoires" }),
    '<span class="option-rubrique" aria-hidden="true">Territoires</span><span class="option-nom">Rennes</span>',
  );
});
