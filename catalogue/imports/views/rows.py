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
            "name": doubt_label(code),
            "rows": ngettext("%(n)d ligne", "%(n)d lignes", n) % {"n": n},
            "decision": decided.kind_label(code),
            "accept": acceptance_label([code]),
            "can_propose": code.startswith(PROPOSING) and code != "code-absent",
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
            "rows": ngettext("%(n)d ligne", "%(n)d lignes", n) % {"n": n} if (n := group["count"]) else "",
            "decided": key in decided.cells,
            "value": decided.cells.get(key, ""),
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
        "line": row.line,
        "address": reverse("catalogue:import-row", args=[row.batch_id, row.line]),
        "on_map": bool(SPATIAL_DOUBTS.intersection(row.codes)) and "place" in detail,
        "fate": row.fate,
        "fate_words": row.get_fate_display(),
        "title": row.title or row.key,
        "url": reverse("catalogue:workshop-record", args=[row.record.slug]) if row.record else "",
        "record": row.record,
        "problems": [_problem(problem, decided.is_open and is_left_out) for problem in problems],
        "changes": [_change(change, values) for change in detail.get("changes", [])],
        "proposed": [_change(change, values) for change in detail.get("held", [])],
        "values": [
            {"term": values.field_label(name), "value": values.value_label(name, value)}
            for name, value in detail.get("values", {}).items()
            if name != "title"
        ]
        + [
            {"term": values.field_label(name), "value": n} for name, n in detail.get("items", {}).items() if n
        ],
        "cells": [
            {"term": name, "value": Truncator(cell).chars(LONGEST_SHOWN)}
            for name, cell in detail.get("cells", {}).items()
            if cell
        ],
        "decision": decided.line_label(row.line) if decided.is_open else "",
        "can_decide": can_decide,
        "accept": acceptance_label(problem["code"] for problem in doubts) if can_decide else "",
    }


def _problem(problem: dict[str, Any], can_correct: bool) -> dict[str, Any]:
    """A remark on a row; what is said of one cell can be settled by another text."""
    is_doubt = problem["severity"] == "doute"
    by_cell = problem["code"] in BY_CELL
    proposals = problem["proposals"] if is_doubt and can_correct and not by_cell else []
    return {
        **problem,
        "name": doubt_label(problem["code"]) if is_doubt else "",
        "proposals": proposals[:FEW_PROPOSALS],
        "can_fix": can_correct
        and problem["severity"] != "avis"
        and bool(problem["column"])
        and len(problem["cell"]) <= LONGEST_CELL,
    }


def _change(change: dict[str, Any], values: ValueLabels) -> dict[str, str]:
    return {
        "field": values.field_label(change["field"]),
        "old": values.value_label(change["field"], change["old"]),
        "new": values.value_label(change["field"], change["new"]),
    }
