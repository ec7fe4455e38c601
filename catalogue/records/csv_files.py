"""CSV files as French spreadsheets expect them (UTF-8 with a BOM, semicolons), without formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

FORMULA = re.compile(r"[=+\-@\t\r\n]")
NUMBER = re.compile(r"-?(\d{1,3}([ \u00a0\u202f]\d{3})+|\d+)([.,]\d+)?")


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[object]], delimiter: str = ";") -> Iterator[str]:
    """Yield the lines of a file, the first after the BOM."""
    writer = csv.writer(_Echo(), delimiter=delimiter)
    mark = "\ufeff"
    for row in rows:
        yield mark + writer.writerow([safe_cell(value) for value in row])
        mark = ""


def safe_cell(value: object) -> str:
    """Return the text of a cell: a list is joined, a number stays a number, a formula becomes text."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " | ".join(map(str, value))
    text = str(value)
    return "'" + text if FORMULA.match(text) and not NUMBER.fullmatch(text) else text
