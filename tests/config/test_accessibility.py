"""The accessibility statement says what the evaluation in the repository says, and nothing better."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from django.test import Client

from config import accessibility
from config.accessibility import EvaluationInvalid, describe_state, load_evaluation

HEADER = ["critere", "page", "resultat", "verifie_par", "note"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the evaluation that a test may spoil."""
    return Path(shutil.copytree(accessibility.FOLDER, tmp_path / "declaration"))


def lines_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "evaluation.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, lines: list[dict[str, str]]) -> None:
    with (folder / "evaluation.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(lines)


def everything(folder: Path, result: str) -> list[dict[str, str]]:
    return [{**line, "resultat": result, "verifie_par": "lu", "note": "dit"} for line in lines_of(folder)]


def test_the_evaluation_of_the_site_is_whole() -> None:
    evaluation = load_evaluation()
    assert evaluation is not None
    assert len(evaluation.lines) == 106 * 12
    assert len({(line.criterion, line.page) for line in evaluation.lines}) == 1272
    assert len(accessibility.CRITERIA) == 106


def test_the_page_and_the_foot_say_what_the_file_says(client: Client) -> None:
    evaluation = load_evaluation()
    assert evaluation is not None
    page = " ".join(client.get("/accessibilite/").content.decode().split())
    state = describe_state(evaluation)
    assert f"<h1>Accessibilité : {state}</h1>" in page.replace("\u00a0", " ")
    assert f"{evaluation.conforming} des {evaluation.applicable} critères applicables" in page
    assert f"soit {evaluation.rate} %" in page.replace("\u00a0", " ")
    assert evaluation.shortcomings
    for shortcoming in evaluation.shortcomings:
        assert f"{shortcoming.criterion} {shortcoming.title}" in page
    for one in evaluation.pages:
        assert one["titre"] in page
    foot = " ".join(client.get("/a-propos/").content.decode().split())
    assert f"Accessibilité : {state}</a>" in foot.replace("\u00a0", " ")


def test_without_the_file_the_site_is_not_conforming(client: Client, monkeypatch, folder: Path) -> None:
    (folder / "evaluation.csv").unlink()
    for module in ("config.pages", "config.context_processors"):
        monkeypatch.setattr(f"{module}.load_evaluation", lambda: load_evaluation(folder))
    page = " ".join(client.get("/accessibilite/").content.decode().split()).replace("\u00a0", " ")
    assert "<h1>Accessibilité : non conforme</h1>" in page
    assert "le site est déclaré non conforme" in page
    assert "Accessibilité : non conforme</a>" in page


@pytest.mark.parametrize(
    ("failing", "rate", "state"),
    [(0, 100, "totalement conforme"), (1, 99, "partiellement conforme"), (53, 50, "partiellement conforme"),
     (54, 49, "non conforme"), (106, 0, "non conforme")],
)  # fmt: skip
def test_the_state_follows_the_legal_rule(folder: Path, failing: int, rate: int, state: str) -> None:
    lines = everything(folder, "C")
    for number in range(failing):
        lines[12 * number]["resultat"] = "NC"
    write(folder, lines)
    evaluation = load_evaluation(folder)
    assert evaluation is not None
    assert (evaluation.applicable, evaluation.rate, describe_state(evaluation)) == (106, rate, state)


def test_what_applies_nowhere_does_not_count_and_what_is_untested_fails(folder: Path) -> None:
    lines = everything(folder, "NA")
    lines[0]["resultat"], lines[12]["resultat"], lines[13]["resultat"] = "C", "C", "NT"
    write(folder, lines)
    evaluation = load_evaluation(folder)
    assert evaluation is not None
    assert (evaluation.applicable, evaluation.conforming, evaluation.rate) == (2, 1, 50)
    (short,) = evaluation.shortcomings
    assert (short.criterion, short.failing, short.untested) == ("1.2", (), ("Carte des fiches",))


@pytest.mark.parametrize(
    ("number", "changes", "words"),
    [
        (0, {"critere": "14.1"}, "14.1, accueil : critère ou page inconnus. 1.1, accueil : absent."),
        (0, {"page": "nulle"}, "1.1, nulle : critère ou page inconnus."),
        (1, {"page": "accueil"}, "1.1, accueil : écrit deux fois. 1.1, carte : absent."),
        (0, {"resultat": "oui"}, "1.1, accueil : résultat inconnu."),
        (0, {"resultat": "C", "verifie_par": ""}, "1.1, accueil : comment cela a été vérifié manque."),
        (0, {"resultat": "NC", "note": ""}, "1.1, accueil : ce qui manque n’est pas dit."),
    ],
)
def test_an_evaluation_that_does_not_say_all_is_refused(
    folder: Path, number: int, changes: dict[str, str], words: str
) -> None:
    lines = lines_of(folder)
    lines[number] |= changes
    write(folder, lines)
    with pytest.raises(EvaluationInvalid) as refusal:
        load_evaluation(folder)
    assert words in str(refusal.value).replace("\u00a0", " ")


def test_twelve_pages_and_all_the_criteria(folder: Path) -> None:
    sample = (folder / "echantillon.toml").read_text(encoding="utf-8")
    (folder / "echantillon.toml").write_text(sample.replace('"plan"', '"accueil"'), encoding="utf-8")
    rows = (folder / "criteres.csv").read_text(encoding="utf-8").splitlines()
    (folder / "criteres.csv").write_text("\n".join(rows[:-1]), encoding="utf-8")
    with pytest.raises(EvaluationInvalid) as refusal:
        load_evaluation(folder)
    assert "Il faut 12 pages différentes." in str(refusal.value)
    assert "Il faut les 106 critères du RGAA" in str(refusal.value)
