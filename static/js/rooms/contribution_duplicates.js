// Likely duplicates, told under the title while it or the summary is typed; without this script, by the page once it is saved.
const WAIT_MS = 500;
const SHORTEST = 4;
const LONGEST_SUMMARY = 500;

for (const place of document.querySelectorAll("[data-doublons]")) watch(place);

function watch(place) {
  const field = document.getElementById(place.dataset.champ);
  if (!field) return;
  const more = document.getElementById(place.dataset.champResume);
  let timer;
  let request;
  const ask = () => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(async () => {
      request = new AbortController();
      const summary = more?.value.trim().slice(0, LONGEST_SUMMARY);
      await tell(place, field.value.trim(), summary, request.signal);
    }, WAIT_MS);
  };
  field.addEventListener("input", ask);
  more?.addEventListener("input", ask);
}

async function tell(place, title, summary, signal) {
  if (title.length < SHORTEST) {
    place.replaceChildren();
    return;
  }
  const url = new URL(place.dataset.doublons, location.href);
  const { nature, fiche, solution } = place.dataset;
  const known = { kind: nature, title, summary, fiche, solution };
  for (const [name, value] of Object.entries(known)) if (value) url.searchParams.set(name, value);
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
