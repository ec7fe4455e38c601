// Completion of the search boxes: places and records from /api/completion/, as an ARIA combobox.

const WAIT_MS = 150;
const SHORTEST = 1;
// One letter may be the whole name of a place; it is not yet a word to search.
const SHORTEST_WORD = 2;
const HEADINGS = { territoire: "Territoires", fiche: "Fiches" };
const SEARCH = "recherche";
// Pixels between the menu and the bottom of the window, and those that a menu has at least.
const MARGIN = 12;
const LEAST_ROOM = 180;

export async function completeSearchBoxes() {
  const fields = [...document.querySelectorAll("input[data-completion]")];
  if (!fields.length) return;
  const { default: autocomplete } = await import("../vendor/accessible-autocomplete/accessible-autocomplete.js");
  for (const field of fields) enhance(field, autocomplete);
}

function enhance(field, autocomplete) {
  const place = document.createElement("div");
  place.className = "completion";
  const hadFocus = document.activeElement === field;
  const typed = field.value;
  const isSearch = !("completionVide" in field.dataset);
  const suggest = suggestionsFrom(field.dataset.completion);
  field.replaceWith(place);
  autocomplete({
    element: place,
    id: field.id,
    name: field.name,
    defaultValue: typed,
    placeholder: field.placeholder,
    minLength: SHORTEST,
    confirmOnBlur: false,
    displayMenu: "overlay",
    inputClasses: "recherche-saisie",
    source: (query, show) =>
      suggest(query, (found) => {
        fitMenu(place);
        show(isSearch ? offer(found, query) : found);
      }),
    showNoOptionsFound: !isSearch,
    templates: { inputValue: (option) => (option ? option.nom ?? option : ""), suggestion: describe },
    onConfirm: (option) => option && follow(option, place),
    tNoResults: () => field.dataset.completionVide,
    tStatusQueryTooShort: (least) => `Écrivez au moins ${least} caractères`,
    tStatusNoResults: () => countWords(0),
    tStatusSelectedOption: (option, length, index) => `${option}, ${index + 1} sur ${length}`,
    tStatusResults: (length, option) => `${countWords(isSearch ? length - 1 : length)}. ${option}`,
    tAssistiveHint: () => "Entrée cherche ce qui est écrit. Les flèches haut et bas parcourent les suggestions, qu’Entrée choisit.",
  });
  const input = place.querySelector("input");
  place.addEventListener("keydown", leaveEnterToTheForm, { capture: true });
  input.setAttribute("maxlength", "200");
  input.setAttribute("enterkeyhint", "search");
  if (hadFocus) input.focus();
}

// The library swallows Enter while its menu is open. The focus is on a suggestion once the arrows have
// reached it; while it is in the field nothing is chosen, and Enter submits what was typed.
export function leaveEnterToTheForm(event) {
  if (event.key === "Enter" && event.target.matches("input")) event.stopPropagation();
}

export function suggestionsFrom(address) {
  let timer;
  let request;
  return (query, show) => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(async () => {
      request = new AbortController();
      try {
        const url = new URL(address, location.href);
        url.searchParams.set("q", query);
        const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
        show(answer.ok ? (await answer.json()).resultats : []);
      } catch (error) {
        if (error.name !== "AbortError") show([]);
      }
    }, WAIT_MS);
  };
}

// What is found under its headings, then a line that does what Enter does: search for what was typed.
export function offer(found, query) {
  const typed = query.trim();
  const seen = new Set();
  const options = found.map((option) => {
    const heading = seen.has(option.type) ? undefined : HEADINGS[option.type];
    seen.add(option.type);
    return heading ? { ...option, heading } : option;
  });
  if (!options.length && typed.length < SHORTEST_WORD) return [];
  return [...options, { type: SEARCH, nom: query }];
}

export function countWords(count) {
  if (!count) return "Aucune suggestion";
  return count === 1 ? "1 suggestion" : `${count} suggestions`;
}

// Pixels that a menu may take under a field: what the window leaves, so that the menu scrolls inside.
export function roomUnder(bottom, height) {
  return Math.max(Math.floor(height - bottom - MARGIN), LEAST_ROOM);
}

function fitMenu(place) {
  const height = window.visualViewport?.height ?? window.innerHeight;
  place.style.setProperty("--menu-hauteur", `${roomUnder(place.getBoundingClientRect().bottom, height)}px`);
}

// The library takes HTML: everything that comes from data is escaped first. A heading is not part of the name of
// the option that it stands above: what the option is says as much to those who do not see it.
export function describe(option) {
  if (typeof option === "string") return escaped(option);
  if (option.type === SEARCH) return `<span class="option-recherche">Chercher “${escaped(option.nom)}”</span>`;
  const heading = option.heading
    ? `<span class="option-rubrique" aria-hidden="true">${escaped(option.heading)}</span>`
    : "";
  const detail = option.detail ? `<span class="option-detail">${escaped(option.detail)}</span>` : "";
  return `${heading}<span class="option-nom">${escaped(option.nom)}</span>${detail}`;
}

function escaped(text) {
  const node = document.createElement("span");
  node.textContent = String(text ?? "");
  return node.innerHTML.replaceAll('"', "&quot;");
}

// A record leads to its page, and a place too unless it is a filter of a list (data-filtres); words are searched.
export function follow(option, place) {
  const form = place.closest("form");
  if (option.url && (option.type === "fiche" || !("filtres" in form.dataset))) {
    location.assign(option.url);
    return;
  }
  setTimeout(() => form.requestSubmit());
}
