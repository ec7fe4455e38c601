import assert from "node:assert/strict";
import test from "node:test";

import { connectBasket, readBasket } from "../../static/js/basket.js";
import { Element, openPage } from "./page.mjs";

const KEY = "fiches-gardees";

// A page with « Garder » on a record, « Retirer » on another and the link to the comparison.
function open(kept = []) {
  const words = new Element({ dataset: { panierGarde: "Gardée", panierGarder: "Garder" } });
  const number = new Element();
  const link = new Element({ href: "http://localhost/comparer/", found: { "[data-panier-nombre]": number } });
  const keep = new Element({ dataset: { panier: "noue" }, childNodes: [words] });
  const drop = new Element({ dataset: { panierRetirer: "ombriere" } });
  const lists = { "a[data-panier]": [keep], "a[data-panier-retirer]": [drop] };
  const { stored } = openPage({ lists, found: { "[data-panier-lien]": link } });
  document.createElement = () => new Element({ found: { "[data-panier-texte]": words } });
  lists["button[data-panier]"] = [];
  stored.set(KEY, JSON.stringify(kept));
  connectBasket();
  const button = keep.replacement;
  lists["button[data-panier]"].push(button);
  return { stored, link, number, words, button, drop, click: (element) => element.dispatchEvent(new Event("click")) };
}

test("a click keeps a record, another lets it go", () => {
  const { button, click, link, number, words } = open(["banc"]);
  assert.equal(words.textContent, "Garder");

  click(button);
  assert.deepEqual(readBasket(), ["banc", "noue"]);
  assert.equal(button.attributes["aria-pressed"], "true");
  assert.equal(words.textContent, "Gardée");
  assert.equal(number.textContent, "2");
  assert.equal(link.href, "http://localhost/comparer/?fiches=banc,noue");

  click(button);
  assert.deepEqual(readBasket(), ["banc"]);
  assert.equal(button.attributes["aria-pressed"], "false");
});

test("an empty basket has no link", () => {
  const { button, click, link } = open();
  assert.equal(link.hidden, true);

  click(button);
  assert.equal(link.hidden, false);
});

test("what is removed in the comparison leaves the basket, and is never added to it", () => {
  const { click, drop } = open(["ombriere", "banc"]);

  click(drop);
  click(drop);

  assert.deepEqual(readBasket(), ["banc"]);
});

test("another tab that keeps a record is followed", () => {
  const { number, stored } = open();

  stored.set(KEY, '["banc"]');
  window.dispatchEvent(new Event("storage"));

  assert.equal(number.textContent, "1");
});

test("the basket holds thirty records, the last ones", () => {
  const { button, click } = open(Array.from({ length: 30 }, (_, n) => `fiche-${n}`));

  click(button);

  assert.equal(readBasket().length, 30);
  assert.equal(readBasket()[0], "fiche-1");
  assert.equal(readBasket().at(-1), "noue");
});

test("what somebody else wrote in the storage is no basket", () => {
  const { stored } = open();

  for (const [text, slugs] of [["{", []], ['{"a": 1}', []], ['["banc", 3, null]', ["banc"]]]) {
    stored.set(KEY, text);
    assert.deepEqual(readBasket(), slugs);
  }
});

test("a browser that keeps nothing has an empty basket", () => {
  const { button, click, number } = open();
  localStorage.getItem = localStorage.setItem = () => {
    throw new Error("refused");
  };

  assert.deepEqual(readBasket(), []);
  click(button);
  assert.equal(number.textContent, "1");
});
