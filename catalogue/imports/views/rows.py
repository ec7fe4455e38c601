"""The rows of an import as a page shows them, and the decisions that wait for the next dry run."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.imports.places.whereabouts import SPATIAL_DOUBTS
from catalogue.imports.views.words import ValueLabels, acceptance_label, doubt_label
from catalogue.imports.wizard.batches import LONGEST_CELL
from catalogue.imports.wizard.decisions import BY_CELL
from catalogue.models import ImportBatch, ImportRow

FEW_PROPOSALS = 4
LONGEST_SHOWN = 1000
"""Signs of a cell on a page: an outline has hundreds of thousands."""
PROPOSING = ("code-", "groupement", "commune-fusionnee", "axes-inverses")


class DecisionLabels:
    """The decisions that an import keeps, by line, by kind and by word."""

    def __init__(self, batch: ImportBatch) -> None:
        kept = batch.setup.get("decisions", {})
        self.is_open = batch.is_open
        self.lines: dict[str, Any] = kept.get("lines", {})
        self.accepted: list[str] = kept.get("accepted", [])
        self.refused: list[str] = kept.get("refused", [])
        self.cells = {(column, text): value for column, text, value in kept.get("cells", [])}

    def line_label(self, line: int) -> str:
        """The decision on a line, in words."""
        kept = self.lines.get(str(line))
        if kept is None:
            return ""
        if kept["choice"] == "accepter":
            return _("Sera importée malgré le doute.")
        if kept["choice"] == "ecarter":
            return _("Écartée.")
        said = ", ".join(f"{column} → {value or _('vide')}" for column, value in kept["cells"].items())
        return _("Corrigée : %(said)s.") % {"said": said}

    def kind_label(self, code: str) -> str:
        """The decision on a kind of doubt, in words."""
        if code in self.accepted:
            return _("Toutes seront importées malgré ce doute.")
        return _("Toutes seront écartées.") if code in self.refused else ""


def doubt_kinds(batch: ImportBatch, decided: DecisionLabels) -> list[dict[str, Any]]:
    """The doubts of the last dry run by kind, with what can be decided of all at once."""
    found = dict(batch.report.get("check", {}).get("kinds", {}))
    for code in (*decided.accepted, *decided.refused):
        found.setdefault(code, 0)
    return [
        {
            "code": code,
            "nom": doubt_label(code),
            "lignes": ngettext("%(n)d ligne", "%(n)d lignes", n) % {"n": n},
            "decision": decided.kind_label(code),
            "accepter": acceptance_label([code]),
            "proposer": code.startswith(PROPOSING) and code != "code-absent",
        }
        for code, n in found.items()
    ]


def doubt_groups(batch: ImportBatch, decided: DecisionLabels) -> list[dict[str, Any]]:
    """The words that were not understood, each to be decided once for the whole file; those decided stay."""
    found = {(g["column"], g["cell"]): g for g in batch.report.get("check", {}).get("groups", [])}
    for column, cell in decided.cells:
        found.setdefault((column, cell), {"column": column, "cell": cell, "count": 0, "proposals": []})
    return [
        {
            **group,
            "lignes": ngettext("%(n)d ligne", "%(n)d lignes", n) % {"n": n} if (n := group["count"]) else "",
            "decidee": key in decided.cells,
            "valeur": decided.cells.get(key, ""),
        }
        for key, group in found.items()
    ]


def row_line(row: ImportRow, values: ValueLabels, decided: DecisionLabels) -> dict[str, Any]:
    """A row for the page: what is said of it, what it changes, what can be decided."""
    detail = row.detail
    problems = detail.get("problems", [])
    doubts = [problem for problem in problems if problem["severity"] == "doute"]
    is_left_out = row.fate in (ImportRow.Fate.SUSPICIOUS, ImportRow.Fate.REJECTED)
    can_decide = decided.is_open and row.fate == ImportRow.Fate.SUSPICIOUS
    return {
        "ligne": row.line,
        "adresse": reverse("catalogue:import-row", args=[row.batch_id, row.line]),
        "sur_carte": bool(SPATIAL_DOUBTS.intersection(row.codes)) and "place" in detail,
        "sort": row.fate,
        "sort_dit": row.get_fate_display(),
        "titre": row.title or row.key,
        "url": reverse("catalogue:workshop-record", args=[row.record.slug]) if row.record else "",
        "fiche": row.record,
        "problemes": [_problem(problem, decided.is_open and is_left_out) for problem in problems],
        "changements": [_change(change, values) for change in detail.get("changes", [])],
        "proposes": [_change(change, values) for change in detail.get("held", [])],
        "valeurs": [
            {"terme": values.field_label(name), "valeur": values.value_label(name, value)}
            for name, value in detail.get("values", {}).items()
            if name != "title"
        ]
        + [
            {"terme": values.field_label(name), "valeur": n}
            for name, n in detail.get("items", {}).items()
            if n
        ],
        "cellules": [
            {"terme": name, "valeur": Truncator(cell).chars(LONGEST_SHOWN)}
            for name, cell in detail.get("cells", {}).items()
            if cell
        ],
        "decision": decided.line_label(row.line) if decided.is_open else "",
        "decidable": can_decide,
        "accepter": acceptance_label(problem["code"] for problem in doubts) if can_decide else "",
    }


def _problem(problem: dict[str, Any], can_correct: bool) -> dict[str, Any]:
    """A remark on a row; what is said of one cell can be settled by another text."""
    is_doubt = problem["severity"] == "doute"
    by_cell = problem["code"] in BY_CELL
    proposals = problem["proposals"] if is_doubt and can_correct and not by_cell else []
    return {
        **problem,
        "nom": doubt_label(problem["code"]) if is_doubt else "",
        "propositions": proposals[:FEW_PROPOSALS],
        "corrigeable": can_correct
        and problem["severity"] != "avis"
        and bool(problem["column"])
        and len(problem["cell"]) <= LONGEST_CELL,
    }


def _change(change: dict[str, Any], values: ValueLabels) -> dict[str, str]:
    return {
        "champ": values.field_label(change["field"]),
        "ancien": values.value_label(change["field"], change["old"]),
        "nouveau": values.value_label(change["field"], change["new"]),
    }
