"""What a curator has decided about the rows of a file: cells corrected, doubts accepted, rows left out.

The same decisions serve the dry run and the write; ``run`` applies them, the wizard stores them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from catalogue.imports.read.problems import Severity, rejection
from catalogue.imports.read.table import Row, Table

if TYPE_CHECKING:
    from catalogue.imports.rows.candidates import Candidate

LEFT_OUT = "ecartee"


@dataclass(frozen=True)
class RowDecisions:
    """The decisions on one file. A line is that of the file; a cell is compared as the file writes it."""

    accepted_codes: frozenset[str] = frozenset()
    refused_codes: frozenset[str] = frozenset()
    accepted: Mapping[int, frozenset[str]] = field(default_factory=dict)
    refused: frozenset[int] = frozenset()
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    line_cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def accepted_doubts(self, line: int) -> frozenset[str]:
        """Return the codes of the doubts in spite of which a line is written."""
        return self.accepted_codes | self.accepted.get(line, frozenset())

    def correct_cells(self, table: Table) -> None:
        if self.cells or self.line_cells:
            table.rows = [self._corrected(row) for row in table.rows]

    def _corrected(self, row: Row) -> Row:
        cells = dict(row.cells)
        for column, texts in self.cells.items():
            if cells.get(column) in texts:
                cells[column] = texts[cells[column]]
        cells |= {name: text for name, text in self.line_cells.get(row.line, {}).items() if name in cells}
        return Row(row.line, cells)

    def refuse_row(self, candidate: Candidate) -> None:
        """Leave the row out when that was decided."""
        doubts = {p.code for p in candidate.problems if p.severity is Severity.DOUBT}
        if (
            candidate.line in self.refused
            or (doubts - self.accepted_doubts(candidate.line)) & self.refused_codes
        ):
            candidate.problems.append(rejection(LEFT_OUT, _("Écartée par un curateur.")))
