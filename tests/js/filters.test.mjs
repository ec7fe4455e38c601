import assert from "node:assert/strict";
import test from "node:test";

import { foldFilters } from "../../static/js/filters.js";
import { Element, openPage } from "./page.mjs";

const field = (name, value, disabled = false) => ({ name, value, disabled });

function open({ bar = false, wide = true, elements = [] } = {}) {
  const summary = new Element({ focus: () => (summary.focused = true) });
  const panels = new Element({ open: true, found: { summary } });
  const form = new Element({ elements, classList: { contains: () => bar }, found: { "[data-panneaux]": panels } });
  panels.found.form = Object.assign(form, { contains: (target) => target === form });
  openPage({ lists: { "[data-filtres]": [form] } });
  window.matchMedia = () => ({ matches: wide });
  foldFilters();
  return { form, panels, summary };
}

test("the filters are folded in a bar and where room is short", () => {
  assert.equal(open().panels.open, true);
  assert.equal(open({ bar: true }).panels.open, false);
  assert.equal(open({ wide: false }).panels.open, false);
});

test("Escape folds them and gives the focus back", () => {
  const { panels, summary } = open({ bar: true });
  panels.open = true;

  panels.dispatchEvent(Object.assign(new Event("keydown"), { key: "a" }));
  assert.equal(panels.open, true);

  panels.dispatchEvent(Object.assign(new Event("keydown"), { key: "Escape" }));
  assert.equal(panels.open, false);
  assert.equal(summary.focused, true);
});

test("a click elsewhere folds them", () => {
  const { panels } = open({ bar: true });
  panels.open = true;

  document.dispatchEvent(new Event("click"));

  assert.equal(panels.open, false);
});

test("an empty field stays out of the address, then can be used again", async () => {
  const elements = [field("q", "ombre"), field("de", ""), field("", ""), field("bbox", "", true)];
  const { form } = open({ elements });

  form.dispatchEvent(new Event("submit"));
  assert.deepEqual(elements.map(({ disabled }) => disabled), [false, true, false, true]);

  await new Promise((later) => setTimeout(later));
  assert.deepEqual(elements.map(({ disabled }) => disabled), [false, false, false, true]);
});
