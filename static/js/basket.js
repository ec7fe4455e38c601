// The basket: slugs of the records kept for comparison, in this browser only.

const KEY = "fiches-gardees";
const MOST = 30;

export function readBasket() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((slug) => typeof slug === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function writeBasket(slugs) {
  try {
    localStorage.setItem(KEY, JSON.stringify(slugs.slice(-MOST)));
  } catch {
    // Storage refused (private browsing): the basket lasts as long as the page.
  }
}

export function connectBasket(root = document) {
  let slugs = readBasket();
  for (const link of root.querySelectorAll("a[data-panier]")) becomeToggle(link, () => slugs, toggle);
  for (const link of root.querySelectorAll("a[data-panier-retirer]")) {
    link.addEventListener("click", () => drop(link.dataset.panierRetirer));
  }
  showBasket(slugs);
  if (root === document) window.addEventListener("storage", () => ((slugs = readBasket()), refresh()));

  function toggle(slug) {
    slugs = readBasket();
    slugs = slugs.includes(slug) ? slugs.filter((kept) => kept !== slug) : [...slugs, slug];
    writeBasket(slugs);
    refresh();
  }

  function drop(slug) {
    if (readBasket().includes(slug)) toggle(slug);
  }

  function refresh() {
    showBasket(slugs);
    for (const button of document.querySelectorAll("button[data-panier]")) showState(button, slugs);
  }
}

function becomeToggle(link, current, toggle) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = link.className;
  button.dataset.panier = link.dataset.panier;
  button.append(...link.childNodes);
  link.replaceWith(button);
  showState(button, current());
  button.addEventListener("click", () => toggle(button.dataset.panier));
}

function showState(button, slugs) {
  const kept = slugs.includes(button.dataset.panier);
  const words = button.querySelector("[data-panier-texte]");
  button.setAttribute("aria-pressed", String(kept));
  words.textContent = kept ? words.dataset.panierGarde : words.dataset.panierGarder;
}

function showBasket(slugs) {
  const link = document.querySelector("[data-panier-lien]");
  if (!link) return;
  link.hidden = slugs.length === 0;
  link.querySelector("[data-panier-nombre]").textContent = String(slugs.length);
  const address = new URL(link.href);
  address.search = slugs.length ? `?fiches=${slugs.map(encodeURIComponent).join(",")}` : "";
  link.href = address.href;
}
