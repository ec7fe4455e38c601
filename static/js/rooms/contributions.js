// A step of a proposal: how many characters are left, and no text lost by leaving the page unsaved.

for (const field of document.querySelectorAll("[data-compteur]")) count(field);
for (const form of document.querySelectorAll("form[data-brouillon]")) guard(form);
for (const [asked, answers, follower] of [
  ["status", ["abandonne"], "abandon_reason"],
  ["parent", null, "kept"],
  ["parent", null, "changed"],
]) follow(asked, answers, follower);

function count(field) {
  const most = Number(field.dataset.compteur);
  const told = document.createElement("p");
  told.className = "compteur discret";
  told.setAttribute("aria-live", "polite");
  field.after(told);
  const tell = () => {
    const left = most - field.value.length;
    const plural = Math.abs(left) > 1 ? "s" : "";
    told.textContent = left >= 0
      ? `Encore ${left} caractère${plural}`
      : `${-left} caractère${plural} de trop`;
  };
  field.addEventListener("input", tell);
  tell();
}

function guard(form) {
  let typed = document.querySelector(".champ-erreur, .ecarts") !== null;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}

// A question that makes sense after one answer only; what is written there is never hidden.
function follow(asked, answers, follower) {
  const questions = [...document.getElementsByName(asked)];
  const field = document.getElementsByName(follower)[0];
  const place = field?.closest(".champ");
  if (!questions.length || !place || place.classList.contains("champ-en-erreur")) return;
  const tell = () => {
    const answer = questions.find((one) => one.type !== "radio" || one.checked)?.value ?? "";
    place.hidden = !field.value && !(answers ? answers.includes(answer) : answer);
  };
  for (const question of questions) question.addEventListener("change", tell);
  tell();
}
