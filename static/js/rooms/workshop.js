// The queue and the records of the workshop: ticking a whole page, and one-key shortcuts that can be switched off.
const SLOT = "atelier-raccourcis";
const lines = [...document.querySelectorAll("[data-ligne]")];
const help = document.querySelector("[data-raccourcis-aide]");

function areOn() {
  try {
    return window.localStorage.getItem(SLOT) !== "non";
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    window.localStorage.setItem(SLOT, on ? "oui" : "non");
  } catch {
    // a browser that keeps nothing: they are on again on the next page
  }
}

const current = () => lines.find((line) => line.contains(document.activeElement));
const titleOf = (line) => line?.querySelector("[data-titre]");

function move(step) {
  const here = lines.indexOf(current());
  const next = lines[here < 0 ? (step > 0 ? 0 : lines.length - 1) : here + step];
  titleOf(next)?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = current()?.querySelector('input[type="checkbox"]');
  box?.click();
  if (box) titleOf(current())?.focus();
}

function comment() {
  const field = document.querySelector("#interne [name='texte']");
  if (field) field.focus();
  else if (titleOf(current())) window.location.assign(`${titleOf(current()).href}#interne`);
}

const GESTURES = {
  j: () => move(1),
  k: () => move(-1),
  o: () => titleOf(current())?.click(),
  x: tick,
  p: () => (lines.length ? current() : document)?.querySelector("[data-prendre]")?.click(),
  c: comment,
  u: () => document.querySelector("[data-file]")?.click(),
  "/": () => document.querySelector('.atelier-filtres input[type="search"]')?.focus(),
  "?": () => help?.showModal(),
};

function isWriting(target) {
  if (target.closest("select, textarea, [contenteditable]")) return true;
  const field = target.closest("input");
  return field !== null && !["checkbox", "radio", "submit", "button"].includes(field.type);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || help?.open) return;
  const gesture = GESTURES[event.key];
  if (!gesture || !areOn() || isWriting(event.target)) return;
  event.preventDefault();
  gesture();
});

function offerHelp() {
  const button = document.querySelector("[data-raccourcis]");
  const choice = help?.querySelector("[data-raccourcis-actifs]");
  if (!button || !choice) return;
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  choice.checked = areOn();
  choice.addEventListener("change", () => remember(choice.checked));
  help.querySelector("[data-raccourcis-fermer]").addEventListener("click", () => help.close());
}

function offerWholePage() {
  const form = document.querySelector("[data-lot]");
  const whole = form?.querySelector("[data-tout]");
  if (!whole) return;
  const all = whole.querySelector("input");
  const boxes = [...form.querySelectorAll('input[name="fiche"]')];
  const said = form.querySelector("[data-coches]");
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    said.textContent = ticked ? `${ticked} ${ticked > 1 ? "fiches cochées" : "fiche cochée"}` : "";
  };
  whole.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
}

offerHelp();
offerWholePage();
