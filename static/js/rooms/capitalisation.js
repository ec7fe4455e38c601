// The editor of a sheet: a bar of marks over each text, a living count of words, no text lost by leaving.

const MARKS = [
  ["G", "Gras", (text) => [`**${text || "texte"}**`, 2, 2]],
  ["I", "Italique", (text) => [`*${text || "texte"}*`, 1, 1]],
  ["Titre", "Titre", (text) => lines(text || "Titre", () => "# ")],
  ["Liste", "Liste à points", (text) => lines(text || "point", () => "- ")],
  ["1. 2.", "Liste numérotée", (text) => lines(text || "point", (n) => `${n + 1}. `)],
  ["Citation", "Citation", (text) => lines(text || "citation", () => "> ")],
  ["Lien", "Lien", (text) => [`[${text || "texte"}](https://)`, 1, 11]],
];

for (const field of document.querySelectorAll("textarea[data-markdown]")) {
  bar(field);
  count(field);
}
for (const form of document.querySelectorAll("form[data-brouillon]")) guard(form);

function lines(text, mark) {
  const made = text.split("\n").map((line, n) => mark(n) + line).join("\n");
  return [made, 0, 0];
}

function bar(field) {
  const tools = document.createElement("div");
  tools.className = "capitalisation-barre";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", `Mettre en forme : ${field.labels[0].textContent.trim()}`);
  for (const [sign, name, make] of MARKS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    if (sign !== name) button.setAttribute("aria-label", `${sign}, ${name}`);
    button.title = name;
    button.addEventListener("click", () => put(field, make));
    tools.append(button);
  }
  field.before(tools);
}

function put(field, make) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  const chosen = value.slice(start, end);
  const [made, before, after] = make(chosen);
  field.focus();
  field.setRangeText(made, start, end, "end");
  field.setSelectionRange(start + before, start + made.length - after);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function count(field) {
  const told = document.querySelector(`[data-mots="${field.id}"]`);
  field.addEventListener("input", () => {
    const words = field.value.match(/[\p{L}\p{N}][^\s|*_#>`]*/gu)?.length ?? 0;
    told.textContent = words > 1 ? `${words} mots` : `${words} mot`;
  });
}

function guard(form) {
  let typed = document.querySelector(".champ-erreur, .capitalisation-ecart, .capitalisation-apercu") !== null;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}
