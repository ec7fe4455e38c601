"""The first sheet of an XLSX workbook as a table, behind guards: archives lie about their size."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl import DEFUSEDXML

from catalogue.importers.problems import FileRefused
from catalogue.importers.table import MAX_CELL, Row, Table, clean_headers

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_MEMBERS = 1000


def is_zip(data: bytes) -> bool:
    """True for a ZIP archive, which is what an XLSX is."""
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def refuse_hostile_archive(data: bytes) -> None:
    """Raise FileRefused for an archive that is not a plain workbook of a sane size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileRefused(_("Le classeur est abîmé ou tronqué.")) from error
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise FileRefused(_("L’archive n’est pas un classeur XLSX."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(_("Le classeur contient des macros : enregistrez-le sans elles, en XLSX."))
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS or unpacked > MAX_RATIO * max(len(data), 1):
        raise FileRefused(_("Le classeur se déplie en trop de données."))


def cell_text(value: Any) -> str:
    """The cell as a person would type it: no « .0 » on whole numbers, ISO dates, « oui » and « non »."""
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
    text = str(value).replace("\x00", "")
    if len(text) > MAX_CELL:
        raise FileRefused(_("Une cellule dépasse 100 000 caractères."))
    return "" if text.startswith("#") and text.rstrip("!?/0").isupper() else text


def read_xlsx(data: bytes, *, max_rows: int) -> Table:
    """The first sheet that holds something. Formulas give their last computed value."""
    if not DEFUSEDXML:
        raise FileRefused(_("La lecture des classeurs demande le module defusedxml."))
    refuse_hostile_archive(data)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(sheet.title, _sheet_lines(sheet, max_rows)) for sheet in workbook.worksheets]
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever the XML makes it raise
        raise FileRefused(
            _("Le classeur ne se lit pas : %(why)s.") % {"why": type(error).__name__}
        ) from error
    title, lines = next(((title, lines) for title, lines in sheets if lines), ("", []))
    if not lines:
        raise FileRefused(_("Le classeur est vide."))
    widest = max(sum(bool(cell) for cell in cells) for _line, cells in lines)
    at = next(i for i, (_line, cells) in enumerate(lines) if sum(bool(cell) for cell in cells) * 2 >= widest)
    headers = clean_headers(list(lines[at][1]))
    padding = [""] * len(headers)
    table = Table(headers, [], "xlsx", ";")
    table.rows = [
        Row(line, dict(zip(headers, [*cells, *padding], strict=False))) for line, cells in lines[at + 1 :]
    ]
    if len(sheets) > 1:
        table.notices.append(_("Seule la feuille « %(title)s » est lue.") % {"title": title})
    return table


def _sheet_lines(sheet: Any, max_rows: int) -> list[tuple[int, list[str]]]:
    """The rows of a sheet up to the last one that holds something, numbered as the workbook does."""
    lines: list[tuple[int, list[str]]] = []
    last = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [cell_text(value) for value in values]
        lines.append((number, cells))
        if any(cells):
            last = number
        if number - last > 1000:
            break
        if last > max_rows + 1:
            raise FileRefused(_("Le fichier dépasse %(n)d lignes : découpez-le.") % {"n": max_rows})
    return lines[:last]
