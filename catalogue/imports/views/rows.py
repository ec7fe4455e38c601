"""The rows of an import as a page shows them, and the decisions that wait for the next dry run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.imports.places.whereabouts import SPATIAL_DOUBTS
from catalogue.imports.read.problems import Severity
from catalogue.imports.views.maps import row_url
from catalogue.imports.views.words import Fact, ValueLabels, acceptance_label, doubt_label
from catalogue.imports.wizard.batches import LONGEST_CELL
from catalogue.imports.wizard.decisions import BY_CELL
from catalogue.models import ImportBatch, ImportRow

if TYPE_CHECKING:
    from catalogue.models import Record

FEW_PROPOSALS = 4
LONGEST_SHOWN = 1000
"""Characters of a cell on a page: an outline has hundreds of thousands."""
PROPOSING = ("code-", "groupement", "commune-fusionnee", "axes-inverses")
Fate = ImportRow.Fate


class DecisionLabels:
    """The stored decisions of an import, in French: by line, by kind and by word."""

    def __init__(self, batch: ImportBatch) -> None:
        stored = batch.setup.get("decisions", {})
        self.is_open = batch.is_open
        self.lines: dict[str, Any] = stored.get("lines", {})
        self.accepted: list[str] = stored.get("accepted", [])
        self.refused: list[str] = stored.get("refused", [])
        self.cells = {(column, text): value for column, text, value in stored.get("cells", [])}

    def line_label(self, line: int) -> str:
        """Return the decision on a line; "" when there is none, or once the import is written."""
        decision = self.lines.get(str(line))
        if decision is None or not self.is_open:
            return ""
        if decision["choice"] == "accepter":
            return _("Sera importée malgré le doute.")
        if decision["choice"] == "ecarter":
            return _("Écartée.")
        cells = ", ".join(f"{column} → {value or _('vide')}" for column, value in decision["cells"].items())
        return _("Corrigée : %(said)s.") % {"said": cells}

    def kind_label(self, code: str) -> str:
        if code in self.accepted:
            return _("Toutes seront importées malgré ce doute.")
        return _("Toutes seront écartées.") if code in self.refused else ""


@dataclass(frozen=True, slots=True)
class DoubtKind:
    """A kind of doubt in the last dry run, with what can be decided of all its rows at once."""

    code: str
    rows: str
    decision: str

    @property
    def name(self) -> str:
        return doubt_label(self.code)

    @property
    def accept(self) -> str:
        """Return the label of the button that accepts it, if it can be."""
        return acceptance_label([self.code])

    @property
    def can_propose(self) -> bool:
        return self.code.startswith(PROPOSING) and self.code != "code-absent"


@dataclass(frozen=True, slots=True)
class DoubtGroup:
    """A word that was not understood, to be decided once for the whole file; ``rows`` says how many."""

    column: str
    cell: str
    rows: str
    proposals: list[list[str]]
    is_decided: bool
    value: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A remark on a row; the cell in question can be corrected when ``can_fix``."""

    severity: str
    name: str
    column: str
    message: str
    cell: str
    proposals: list[list[str]]
    can_fix: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change of a field, in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class RowLine:
    """A row of an import as a page shows it: its problems, its changes, what can be decided."""

    row: ImportRow
    labels: ValueLabels
    decisions: DecisionLabels

    @property
    def line(self) -> int:
        return self.row.line

    @property
    def url(self) -> str:
        return row_url(self.row)

    @property
    def fate(self) -> Fate:
        return Fate(self.row.fate)

    @property
    def title(self) -> str:
        return self.row.title or self.row.key

    @property
    def is_on_map(self) -> bool:
        """Return True when a map helps to decide its doubts."""
        return bool(SPATIAL_DOUBTS.intersection(self.row.codes)) and "place" in self.row.detail

    @property
    def record(self) -> Record | None:
        return self.row.record

    @property
    def record_url(self) -> str:
        return reverse("catalogue:workshop-record", args=[self.record.slug]) if self.record else ""

    @cached_property
    def problems(self) -> list[ProblemLine]:
        is_left_out = self.fate in (Fate.SUSPICIOUS, Fate.REJECTED)
        can_correct = self.decisions.is_open and is_left_out
        return [_problem_line(problem, can_correct) for problem in self.row.detail.get("problems", [])]

    @cached_property
    def changes(self) -> list[ChangeLine]:
        return self._change_lines("changes")

    @cached_property
    def proposed(self) -> list[ChangeLine]:
        """Return what it would change, were it not for corrections by hand."""
        return self._change_lines("held")

    def _change_lines(self, key: str) -> list[ChangeLine]:
        lines = []
        for change in self.row.detail.get(key, []):
            name = change["field"]
            old, new = (self.labels.value_label(name, change[side]) for side in ("old", "new"))
            lines.append(ChangeLine(self.labels.field_label(name), old, new))
        return lines

    @cached_property
    def values(self) -> list[Fact]:
        """Return the values of the record that it makes, but for the title."""
        values, items = self.row.detail.get("values", {}), self.row.detail.get("items", {})
        facts = [
            Fact(self.labels.field_label(name), self.labels.value_label(name, value))
            for name, value in values.items()
            if name != "title"
        ]
        return facts + [Fact(self.labels.field_label(name), count) for name, count in items.items() if count]

    @cached_property
    def cells(self) -> list[Fact]:
        cells = self.row.detail.get("cells", {})
        return [Fact(name, Truncator(cell).chars(LONGEST_SHOWN)) for name, cell in cells.items() if cell]

    @property
    def decision(self) -> str:
        return self.decisions.line_label(self.line)

    @property
    def can_decide(self) -> bool:
        """Return True when it waits for a decision."""
        return self.decisions.is_open and self.fate == Fate.SUSPICIOUS

    @property
    def accept(self) -> str:
        """Return the label of the button that accepts its doubts, if they can be."""
        if not self.can_decide:
            return ""
        problems = self.row.detail.get("problems", [])
        return acceptance_label(
            problem["code"] for problem in problems if problem["severity"] == Severity.DOUBT
        )


def _problem_line(problem: dict[str, Any], can_correct: bool) -> ProblemLine:
    severity, column, cell = problem["severity"], problem["column"], problem["cell"]
    is_doubt = severity == Severity.DOUBT
    has_own_proposals = is_doubt and can_correct and problem["code"] not in BY_CELL
    return ProblemLine(
        severity,
        doubt_label(problem["code"]) if is_doubt else "",
        column,
        problem["message"],
        cell,
        problem["proposals"][:FEW_PROPOSALS] if has_own_proposals else [],
        can_correct and severity != Severity.NOTICE and bool(column) and len(cell) <= LONGEST_CELL,
    )


def find_doubt_kinds(batch: ImportBatch, decisions: DecisionLabels) -> list[DoubtKind]:
    """Return the kinds of doubts of the last dry run, and those decided before."""
    counts = dict(batch.report.get("check", {}).get("kinds", {}))
    for code in (*decisions.accepted, *decisions.refused):
        counts.setdefault(code, 0)
    return [DoubtKind(code, _rows_label(n), decisions.kind_label(code)) for code, n in counts.items()]


def find_doubt_groups(batch: ImportBatch, decisions: DecisionLabels) -> list[DoubtGroup]:
    """Return the words that were not understood, and those decided before."""
    stored = batch.report.get("check", {}).get("groups", [])
    groups = {(group["column"], group["cell"]): group for group in stored}
    for word in decisions.cells:
        groups.setdefault(word, {"count": 0, "proposals": []})
    found = []
    for word, group in groups.items():
        rows = _rows_label(group["count"]) if group["count"] else ""
        value = decisions.cells.get(word, "")
        found.append(DoubtGroup(*word, rows, group["proposals"], word in decisions.cells, value))
    return found


def _rows_label(n: int) -> str:
    return ngettext("%(n)d ligne", "%(n)d lignes", n) % {"n": n}
