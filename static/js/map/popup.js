// What a click opens: a popup of text nodes and links, that takes the focus and gives it back.
import { KINDS } from "./symbols.js";

const L = window.L;
const MOST = 40;
const WORDS = {
  solution: "Solution",
  experimentation: "Expérimentation",
  operation: "Opération d’aménagement",
  site: "Site d’expérimentation",
  besoin: "Besoin",
};

export function openBubble(map, latlng, content) {
  const popup = L.popup({ maxWidth: 320, minWidth: 200, maxHeight: 300, className: "bulle", offset: [0, -6], ...clearOfControls(map) });
  popup.setLatLng(latlng).setContent(content).openOn(map);
  const box = popup.getElement();
  const close = box.querySelector(".leaflet-popup-close-button");
  close.setAttribute("aria-label", "Fermer");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", content.dataset.nom ?? "Détail");
  box.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), map.closePopup(popup)));
  popup.on("remove", () => map.getContainer().focus({ preventScroll: true }));
  content.querySelector("a, [tabindex]")?.focus({ preventScroll: true });
  return popup;
}

// The window moves so that no control covers the popup.
function clearOfControls(map) {
  const narrow = map.getSize().x < 640;
  return {
    autoPanPaddingTopLeft: narrow ? [16, 164] : [64, 20],
    autoPanPaddingBottomRight: narrow ? [16, 20] : [196, 20],
  };
}

// records: [{ slug, kind, title, proof, stale }]; address: slug → address of the record.
export function listOfRecords(records, address, total = records.length) {
  const sorted = [...records].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (b.proof ?? -1) - (a.proof ?? -1));
  const box = element("div", { className: "bulle-corps" });
  box.dataset.nom = total > 1 ? `${total.toLocaleString("fr-FR")} fiches ici` : sorted[0]?.title ?? "Fiche";
  if (total > 1) box.append(element("p", { className: "bulle-titre", textContent: box.dataset.nom, tabIndex: -1 }));
  const list = element("ul", { className: "bulle-liste" });
  for (const record of sorted.slice(0, MOST)) list.append(recordLine(record, address));
  box.append(list);
  const left = total - Math.min(MOST, sorted.length);
  if (left > 0) {
    const words = left > 1 ? `et ${left.toLocaleString("fr-FR")} autres, dans la liste` : "et une autre, dans la liste";
    box.append(element("p", { className: "discret", textContent: words }));
  }
  return box;
}

function recordLine(record, address) {
  const line = element("li");
  line.append(
    element("span", { className: `nature nature-${record.kind}` }, kindShape(record.kind), WORDS[record.kind] ?? ""),
    element("a", { href: address(record.slug), textContent: record.title }),
  );
  if (Number.isInteger(record.proof)) {
    line.append(element("span", { className: "discret", textContent: `Preuve ${record.proof}/5` }));
  }
  if (record.stale) line.append(element("span", { className: "a-confirmer", textContent: "À confirmer" }));
  return line;
}

// The shape of a kind, taken from the legend's sprite so that the page names the file once.
export function kindShape(kind) {
  const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "nature-forme");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#nature-${kind}`);
  svg.append(use);
  return svg;
}

// territories: [{ niveau, code, name }], the smallest first.
export function listOfTerritories(territories, address) {
  const box = element("div", { className: "bulle-corps" });
  box.dataset.nom = territories[0].name;
  const list = element("ul", { className: "bulle-liste" });
  const levels = { commune: "commune", epci: "intercommunalité", departement: "département", region: "région" };
  for (const { niveau, code, name } of territories) {
    if (!(niveau in levels)) continue;
    const link = element("a", { href: address(niveau, code), textContent: name });
    list.append(element("li", {}, link, element("span", { className: "discret", textContent: levels[niveau] })));
  }
  box.append(element("p", { className: "bulle-titre", textContent: "Ce territoire", tabIndex: -1 }), list);
  return box;
}

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}
