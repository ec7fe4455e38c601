// Likely duplicates, told under the title while it is typed; without this script, by the page once it is saved.
const WAIT_MS = 500;
const SHORTEST = 4;

for (const place of document.querySelectorAll("[data-doublons]")) watch(place);

function watch(place) {
  const field = document.getElementById(place.dataset.champ);
  if (!field) return;
  let timer;
  let request;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(async () => {
      request = new AbortController();
      await tell(place, field.value.trim(), request.signal);
    }, WAIT_MS);
  });
}

async function tell(place, title, signal) {
  if (title.length < SHORTEST) {
    place.replaceChildren();
    return;
  }
  const url = new URL(place.dataset.doublons, location.href);
  const { nature, fiche, solution } = place.dataset;
  for (const [name, value] of Object.entries({ kind: nature, title, fiche, solution })) if (value) url.searchParams.set(name, value);
  try {
    const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { html } = await answer.json();
    // Our own template, escaped by the server; left alone when nothing changed, so that nothing is read again.
    const fresh = document.createElement("template");
    fresh.innerHTML = html.trim();
    if (fresh.content.textContent !== place.textContent) place.replaceChildren(fresh.content);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}
