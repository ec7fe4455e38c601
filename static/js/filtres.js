// The filter bar: folded on a narrow screen, one sheet open at a time in the bar, short addresses.

const WIDE = "(width >= 62rem)";

export function foldFilters() {
  for (const form of document.querySelectorAll("[data-filtres]")) {
    const panels = form.querySelector("[data-panneaux]");
    if (panels && !window.matchMedia(WIDE).matches) panels.open = false;
    if (form.closest(".filtres-barre")) actAsMenuBar(form);
    form.addEventListener("submit", () => leaveOutEmptyFields(form));
  }
}

// An address without « &de=&a= »: it can be read and shared.
function leaveOutEmptyFields(form) {
  const empty = [...form.elements].filter((field) => field.name && !field.value && !field.disabled);
  for (const field of empty) field.disabled = true;
  // The page may come back from the browser's memory: the fields must be usable again.
  setTimeout(() => empty.forEach((field) => (field.disabled = false)));
}

function actAsMenuBar(form) {
  const facets = [...form.querySelectorAll(".filtre")];
  const wide = window.matchMedia(WIDE);
  const closeAll = (except) => {
    if (wide.matches) facets.forEach((facet) => facet !== except && (facet.open = false));
  };
  closeAll(null);
  for (const facet of facets) {
    facet.addEventListener("toggle", () => facet.open && closeAll(facet));
    facet.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !facet.open || !wide.matches) return;
      facet.open = false;
      facet.querySelector("summary").focus();
    });
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".filtre")) closeAll(null);
  });
}
