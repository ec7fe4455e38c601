// Completion of the search boxes: places and words from /api/completion/, as an ARIA combobox.

const WAIT_MS = 150;
const SHORTEST = 2;

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
    source: suggestionsFrom(field.dataset.completion),
    templates: { inputValue: (option) => (option ? option.nom ?? option : ""), suggestion: describe },
    onConfirm: (option) => option && follow(option, place),
    tNoResults: () => field.dataset.completionVide ?? "Aucun lieu ni mot connu : la recherche reste possible",
    tStatusQueryTooShort: (least) => `Écrivez au moins ${least} caractères`,
    tStatusNoResults: () => "Aucune suggestion",
    tStatusSelectedOption: (option, length, index) => `${option}, ${index + 1} sur ${length}`,
    tStatusResults: (length, option) => `${length} suggestions. ${option}`,
    tAssistiveHint: () => "Les flèches haut et bas parcourent les suggestions, Entrée choisit.",
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
        if (answer.ok) show((await answer.json()).resultats);
      } catch (error) {
        if (error.name !== "AbortError") show([]);
      }
    }, WAIT_MS);
  };
}

// The library takes HTML: everything that comes from data is escaped first.
export function describe(option) {
  if (typeof option === "string") return escaped(option);
  const detail = option.detail ? `<span class="option-detail">${escaped(option.detail)}</span>` : "";
  return `<span class="option-nom">${escaped(option.nom)}</span>${detail}`;
}

function escaped(text) {
  const node = document.createElement("span");
  node.textContent = String(text ?? "");
  return node.innerHTML.replaceAll('"', "&quot;");
}

// A place leads to its page, unless the form asks to stay and filter (data-rester); words are searched.
export function follow(option, place) {
  const form = place.closest("form");
  if (option.url && !("filtres" in form.dataset)) {
    location.assign(option.url);
    return;
  }
  setTimeout(() => form.requestSubmit());
}
