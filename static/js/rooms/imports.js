// While the job of an import runs: its progress, then the page again once it is done.
const EVERY_MS = 1500;

const section = document.querySelector("[data-tache]");

async function look() {
  const answer = await fetch(section.dataset.tache, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const job = await answer.json();
  if (!job.enCours || job.perdue) {
    window.location.reload();
    return;
  }
  const bar = section.querySelector("progress");
  bar.max = job.total || 1;
  bar.value = job.fait;
  const step = section.querySelector("[data-tache-etape]");
  const said = job.etape ? `${job.etape}…` : step.textContent;
  if (step.textContent !== said) step.textContent = said;
  window.setTimeout(follow, EVERY_MS);
}

function follow() {
  look().catch(() => window.setTimeout(follow, EVERY_MS * 4));
}

if (section && !section.querySelector("form")) window.setTimeout(follow, EVERY_MS);
