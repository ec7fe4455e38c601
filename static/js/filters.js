// The filter bar: folded where room is short, closed with Escape, short addresses.

const WIDE = "(width >= 62rem)";

export function foldFilters() {
  for (const form of document.querySelectorAll("[data-filtres]")) {
    const panels = form.querySelector("[data-panneaux]");
    const bar = form.classList.contains("filtres-barre");
    if (panels && (bar || !window.matchMedia(WIDE).matches)) foldable(panels);
    form.addEventListener("submit", () => leaveOutEmptyFields(form));
  }
}

function foldable(panels) {
  panels.open = false;
  panels.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panels.open) return;
    panels.open = false;
    panels.querySelector("summary").focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (panels.open && !panels.closest("form").contains(target)) panels.open = false;
  });
}

// An address without « &de=&a= »: it can be read and shared.
function leaveOutEmptyFields(form) {
  const empty = [...form.elements].filter((field) => field.name && !field.value && !field.disabled);
  for (const field of empty) field.disabled = true;
  // The page may come back from the browser's memory: the fields must be usable again.
  setTimeout(() => empty.forEach((field) => (field.disabled = false)));
}
