// A page as small as the scripts need: they run here without a browser.

export class Element extends EventTarget {
  constructor(properties = {}) {
    super();
    Object.assign(this, { dataset: {}, attributes: {}, childNodes: [], found: {} }, properties);
  }

  // What querySelector and closest answer is said by the test: { selector: element }.
  querySelector(selector) {
    return this.found[selector] ?? null;
  }

  closest(selector) {
    return this.found[selector] ?? null;
  }

  append(...children) {
    this.childNodes.push(...children);
  }

  replaceWith(other) {
    this.replacement = other;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }
}

// lists: { selector: [elements] } of querySelectorAll; found: { selector: element } of querySelector.
export function openPage({ lists = {}, found = {}, url = "http://localhost/" } = {}) {
  const visited = [];
  const stored = new Map();
  const storage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value) };
  globalThis.window = Object.assign(new EventTarget(), { matchMedia: () => ({ matches: true }) });
  globalThis.document = Object.assign(new EventTarget(), {
    querySelectorAll: (selector) => lists[selector] ?? [],
    querySelector: (selector) => found[selector] ?? null,
    createElement: (tag) => new Element({ tag }),
  });
  globalThis.localStorage = globalThis.sessionStorage = storage;
  globalThis.location = Object.assign(new URL(url), { assign: (address) => visited.push(String(address)) });
  return { visited, stored };
}
