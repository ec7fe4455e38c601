// The place step: what surrounds the drawing is shown while one draws, communes complete while one types.
const WAIT_MS = 350;

for (const place of document.querySelectorAll("[data-lieu]")) start(place);

function start(place) {
  const area = place.querySelector("textarea[data-dessin]");
  const around = place.querySelector("[data-lieu-autour]");
  if (area && around) {
    const show = later(() => showAround(place, area, around));
    for (const event of ["change", "dessin"]) area.addEventListener(event, show);
  }
  const commune = place.querySelector("input[data-lieux]");
  if (commune) commune.addEventListener("input", later(() => completeCommune(commune)));
}

function later(action) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, WAIT_MS);
  };
}

let asked = 0;

async function showAround(place, area, around) {
  const number = ++asked;
  if (!area.value.trim()) {
    around.replaceChildren();
    return;
  }
  const body = new FormData();
  body.set("geometry", area.value);
  if (place.dataset.fiche) body.set("fiche", place.dataset.fiche);
  const token = place.closest("form").querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetch(place.dataset.lieu, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } }).catch(() => null);
  if (number !== asked) return;
  const found = answer && (await answer.json().catch(() => null));
  if (answer?.ok && found) {
    // Our own template, escaped by the server.
    around.innerHTML = found.html;
  } else {
    around.textContent = found?.fautes?.join(" ") ?? "";
  }
}

async function completeCommune(field) {
  const typed = field.value.trim();
  if (typed.length < 2) return;
  const url = new URL(field.dataset.lieux, location.href);
  url.searchParams.set("q", typed);
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || field.value.trim() !== typed) return;
  const { resultats } = await answer.json();
  const options = resultats
    .filter(({ type }) => type === "territoire")
    .map(({ nom, code, detail }) => Object.assign(document.createElement("option"), { value: `${nom} (${code})`, label: `${nom}, ${detail}` }));
  document.getElementById(field.getAttribute("list"))?.replaceChildren(...options);
}
