"""What the self-evaluation of the site's accessibility says: its rate, its state, what does not conform.

Read from ``config/declaration/``: ``criteres.csv`` (the 106 criteria of RGAA 4.1), ``echantillon.toml`` (the
date, the method, the twelve pages) and ``evaluation.csv`` (one line a criterion and page). A criterion
conforms when it does on every page where it applies; what was not tested does not. ``pages`` shows it.
"""

from __future__ import annotations

import csv
import datetime
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

FOLDER = Path(__file__).resolve().parent / "declaration"
THEMES = {1: 9, 2: 2, 3: 3, 4: 13, 5: 8, 6: 2, 7: 5, 8: 10, 9: 4, 10: 14, 11: 13, 12: 11, 13: 12}
"""How many criteria each theme of RGAA 4.1 has: 106 in all."""
CRITERIA = tuple(
    chain.from_iterable([f"{theme}.{number + 1}" for number in range(most)] for theme, most in THEMES.items())
)
PAGES = 12
CONFORMS, FAILS, APART, UNTESTED = "C", "NC", "NA", "NT"
RESULTS = (CONFORMS, FAILS, APART, UNTESTED)
HALF = 50


class EvaluationInvalid(ValueError):
    """The files do not say one result for each criterion and page; the message says where, in French."""


@dataclass(frozen=True)
class Line:
    """What was found for a criterion on a page, and how."""

    criterion: str
    page: str
    result: str
    checked_by: str
    note: str


@dataclass(frozen=True)
class Shortcoming:
    """A criterion that does not conform: where it fails, where it was not tested, and why."""

    criterion: str
    title: str
    failing: tuple[str, ...]
    untested: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """A whole evaluation: ``titles`` by criterion, ``pages`` as the sample describes them."""

    date: datetime.date
    method: tuple[str, ...]
    pages: tuple[dict[str, str], ...]
    titles: dict[str, str]
    lines: tuple[Line, ...]

    @property
    def results(self) -> dict[str, list[Line]]:
        """The lines of each criterion on the pages where it applies."""
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.result != APART:
                found[line.criterion].append(line)
        return found

    @property
    def applicable(self) -> int:
        return len(self.results)

    @property
    def conforming(self) -> int:
        return self.applicable - len(self.shortcomings)

    @property
    def rate(self) -> int:
        """Percentage of the applicable criteria that conform, rounded down."""
        return 100 * self.conforming // self.applicable if self.applicable else 0

    @property
    def shortcomings(self) -> list[Shortcoming]:
        """The criteria that do not conform on every page where they apply."""
        names = {page["code"]: page["titre"] for page in self.pages}
        found = []
        for criterion, lines in self.results.items():
            short = [line for line in lines if line.result != CONFORMS]
            if short:
                failing = tuple(names[line.page] for line in short if line.result == FAILS)
                untested = tuple(names[line.page] for line in short if line.result == UNTESTED)
                notes = tuple(dict.fromkeys(line.note for line in short if line.note))
                found.append(Shortcoming(criterion, self.titles[criterion], failing, untested, notes))
        return found


def describe_state(evaluation: Evaluation | None) -> str:
    """« totalement », « partiellement » or « non conforme », as the decree of 2019 counts."""
    if evaluation is None or not evaluation.applicable or evaluation.rate < HALF:
        return _("non conforme")
    if evaluation.conforming == evaluation.applicable:
        return _("totalement conforme")
    return _("partiellement conforme")


@cache
def load_evaluation(folder: Path = FOLDER) -> Evaluation | None:
    """Return the evaluation kept in the folder, None without its file. Raises EvaluationInvalid."""
    if not (folder / "evaluation.csv").exists():
        return None
    sample = tomllib.loads((folder / "echantillon.toml").read_text(encoding="utf-8"))
    evaluation = Evaluation(
        date=sample["date"],
        method=tuple(sample["methode"]),
        pages=tuple(sample["pages"]),
        titles={row["critere"]: row["intitule"] for row in _rows(folder / "criteres.csv")},
        lines=tuple(_line(row) for row in _rows(folder / "evaluation.csv")),
    )
    _check(evaluation)
    return evaluation


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _line(row: dict[str, str]) -> Line:
    return Line(row["critere"], row["page"], row["resultat"], row["verifie_par"], row["note"])


def _check(evaluation: Evaluation) -> None:
    """Raise EvaluationInvalid with every fault of the files."""
    if faults := list(_faults(evaluation)):
        raise EvaluationInvalid(" ".join(faults))


def _faults(evaluation: Evaluation) -> Iterator[str]:
    pages = [page["code"] for page in evaluation.pages]
    if len(set(pages)) != PAGES:
        yield _("Il faut %(n)d pages différentes.") % {"n": PAGES}
    if tuple(evaluation.titles) != CRITERIA:
        yield _("Il faut les %(n)d critères du RGAA, dans l’ordre.") % {"n": len(CRITERIA)}
    wanted = set(product(CRITERIA, pages))
    seen: set[tuple[str, str]] = set()
    for line in evaluation.lines:
        where = (line.criterion, line.page)
        place = {"criterion": line.criterion, "page": line.page}
        if where not in wanted:
            yield _("%(criterion)s, %(page)s : critère ou page inconnus.") % place
        elif where in seen:
            yield _("%(criterion)s, %(page)s : écrit deux fois.") % place
        elif line.result not in RESULTS:
            yield _("%(criterion)s, %(page)s : résultat inconnu.") % place
        elif line.result in (CONFORMS, APART) and not line.checked_by:
            yield _("%(criterion)s, %(page)s : comment cela a été vérifié manque.") % place
        elif line.result in (FAILS, UNTESTED) and not line.note:
            yield _("%(criterion)s, %(page)s : ce qui manque n’est pas dit.") % place
        seen.add(where)
    for criterion, page in sorted(wanted - seen):
        yield _("%(criterion)s, %(page)s : absent.") % {"criterion": criterion, "page": page}
