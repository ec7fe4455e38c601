"""Rows with their line number, and what every reader does to them: headers, blank rows, total rows."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.typography import clean_spaces, one_line

MAX_COLUMNS = 100
MAX_CELL = 100_000
LONGEST_HEADER = 250
TOTAL = re.compile(r"(sous[- ]?)?(total|totaux|somme)( (général|france|national))?\s*:?", re.IGNORECASE)
NUMBER = re.compile(r"^[-+]?[\d\s\u00a0\u202f]+([.,]\d+)?\s*%?$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number of the line where it starts, and its cells as the file writes them."""

    line: int
    cells: dict[str, str]

    @property
    def is_blank(self) -> bool:
        return not any(clean_spaces(cell) for cell in self.cells.values())


@dataclass(slots=True)
class Table:
    """The rows to import, the lines that were set aside, and how the file was understood.

    ``shape`` is the column of the geometries, in the reference system ``srid``; None when the file does not
    declare it, and then ``likely`` is what the coordinates suggest. ``layers`` are those of the file, or the
    sheets of a workbook.
    """

    headers: list[str]
    rows: list[Row]
    encoding: str = ""
    separator: str = ","
    blank_lines: list[int] = field(default_factory=list)
    total_lines: list[int] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    shape: str = ""
    srid: int | None = None
    likely: int | None = None
    layer: str = ""
    layers: list[str] = field(default_factory=list)


def cell_text(value: Any) -> str:
    """Return the cell as a person types it: no « .0 » on whole numbers, ISO dates, « oui » and « non »."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).replace(".", ",")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    text = _storable_text(str(value))
    if len(text) > MAX_CELL:
        raise FileRefused(_("Une cellule dépasse 100 000 caractères."))
    return text


def _storable_text(text: str) -> str:
    """Return the text without what no database takes: NUL, and halves of characters."""
    if text.isascii():
        return text.replace("\x00", "")
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def clean_headers(cells: list[str], *, allow_single: bool = False) -> list[str]:
    """Return the headers on one line each, numbered when two are the same. Raise FileRefused for nonsense.

    ``allow_single``: one column may be all there is.
    """
    cells = [_storable_text(cell) for cell in cells]
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise FileRefused(_("Le fichier a plus de %(n)d colonnes.") % {"n": MAX_COLUMNS})
    headers: dict[str, None] = {}
    for position, cell in enumerate(cells, 1):
        name = one_line(cell)[:LONGEST_HEADER] or _("colonne %(n)d") % {"n": position}
        twin, number = name, 2
        while name in headers:
            name, number = f"{twin} ({number})", number + 1
        headers[name] = None
    if len(headers) < 2 and not allow_single:
        raise FileRefused(
            _("Une seule colonne : le séparateur n’est ni « ; », ni « , », ni une tabulation, ni « | ».")
        )
    if all(NUMBER.match(header) for header in headers):
        raise FileRefused(_("La première ligne ne contient que des nombres : l’en-tête manque."), (1,))
    return list(headers)


def set_aside_rows(table: Table) -> Table:
    """Take blank rows and total rows out of the table, whose lines it lists."""
    filled = [row for row in table.rows if not row.is_blank]
    table.blank_lines = [row.line for row in table.rows if row.is_blank]
    wordy = text_columns(table.headers, filled)
    table.total_lines = [row.line for row in filled if is_total(row, wordy)]
    totals = set(table.total_lines)
    table.rows = [row for row in filled if row.line not in totals]
    if not table.rows:
        raise FileRefused(_("Le fichier n’a aucune ligne de données."))
    return table


def text_columns(headers: list[str], rows: list[Row]) -> list[str]:
    """Return the columns that mostly hold words."""
    wordy = []
    for header in headers:
        values = [value for row in rows if (value := row.cells.get(header, "").strip())]
        if sum(not NUMBER.match(value) for value in values) * 2 > len(values):
            wordy.append(header)
    return wordy


def is_total(row: Row, wordy: list[str]) -> bool:
    """Return True for a row that adds the others up: named a total, or figures without one word."""
    values = [value for cell in row.cells.values() if (value := one_line(cell))]
    figures = any(NUMBER.match(value) for value in values)
    if figures and any(TOTAL.fullmatch(value) for value in values[:2]):
        return True
    return bool(wordy) and figures and not any(row.cells[header].strip() for header in wordy)
