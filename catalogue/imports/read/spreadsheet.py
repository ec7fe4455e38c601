"""Read a sheet of an XLSX workbook as a table, behind guards: archives lie about their size."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import DEFUSEDXML

from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.table import MAX_COLUMNS, Row, Table, cell_text, clean_headers
from geo.uploads import UploadRefused, archive

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_MEMBERS = 1000
MAX_SHEETS = 200
WORKBOOK = "xl/workbook.xml"
TEXTS = "xl/sharedstrings.xml"
SHEETS = "xl/worksheets/"
UNREAD_PARTS = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/embeddings/", "xl/pivot", "customxml/")
"""Parts that nobody here opens."""
LARGEST_PART = 10 * 1024 * 1024
"""Bytes of a part that is read whole: names of sheets, styles, links."""
MOST_TAGS = 100_000
"""Tags of such a part, of a row or of a shared text: Excel itself stops at 65,000 styles."""
MOST_TEXTS = 1_500_000
"""Shared texts of a workbook: 100,000 rows of fifteen words that never come twice."""
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
TEXT = re.compile(rb"<(?:\w+:)?si[\s/>]")
OVERLAP = 64
EMPTY_ROWS = 1000
"""After so many empty rows, nothing more is looked for."""
ERROR = re.compile(r"#[A-Z/0?!]+[!?/0A]")
TOO_LARGE = gettext_lazy("Le classeur se déplie en trop de données : découpez-le, ou donnez-le en CSV.")
ENTITIES = gettext_lazy("Le classeur déclare des entités ou un type de document : il ne se lit pas.")
MACROS = gettext_lazy("Le classeur contient des macros : enregistrez-le sans elles, en XLSX.")


def is_zip(data: bytes) -> bool:
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def is_workbook(data: bytes) -> bool:
    """Return True for an archive that is, or was, a workbook. Raise FileRefused for a broken one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = set(packed.namelist())
    except archive.BROKEN as error:
        raise FileRefused(_("L’archive est abîmée ou tronquée.")) from error
    if any(name.startswith("content.xml") for name in names) and "mimetype" in names:
        raise FileRefused(_("C’est un document OpenDocument : enregistrez-le en XLSX ou en CSV."))
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise FileRefused(_("C’est un document, pas un classeur : enregistrez le tableau en XLSX ou en CSV."))
    return any(name.startswith("xl/") for name in names) or "[Content_Types].xml" in names


def refuse_hostile_archive(data: bytes) -> None:
    """Raise FileRefused for an archive that is not a plain workbook of a sane size."""
    try:
        opened, by_name = archive.members(io.BytesIO(data), most=MAX_MEMBERS, largest=MAX_UNPACKED)
        with opened:
            if sum(one.file_size for one in by_name.values()) > MAX_RATIO * max(len(data), 1):
                raise FileRefused(str(TOO_LARGE))
            for name, member in by_name.items():
                _check_member(opened, name, member)
            if WORKBOOK not in by_name:
                raise FileRefused(_("Ce n’est pas un classeur XLSX : enregistrez-le à nouveau en XLSX."))
    except UploadRefused as refusal:
        raise FileRefused(_("Le classeur est refusé. %(why)s") % {"why": refusal}) from refusal


def _check_member(opened: zipfile.ZipFile, name: str, member: zipfile.ZipInfo) -> None:
    """Raise FileRefused for a part that would run something, or that would fill the memory."""
    if name.endswith("vbaproject.bin") or "macrosheets/" in name:
        raise FileRefused(str(MACROS))
    if name.startswith(UNREAD_PARTS) or not name.endswith((".xml", ".rels")):
        return
    if name.startswith(SHEETS):
        _count_marks(opened, member, ROW)
    elif name == TEXTS:
        if _count_marks(opened, member, TEXT) > MOST_TEXTS:
            raise FileRefused(_("Le classeur contient trop de textes : découpez-le, ou donnez-le en CSV."))
    elif member.file_size > LARGEST_PART:
        raise FileRefused(str(TOO_LARGE))
    else:
        content = archive.content(opened, member)
        if content.count(b"<") > MOST_TAGS:
            raise FileRefused(str(TOO_LARGE))
        if b"<!" in content.replace(b"\x00", b"").replace(b"<!--", b""):
            raise FileRefused(str(ENTITIES))
        if name == "[content_types].xml" and b"macroEnabled" in content:
            raise FileRefused(str(MACROS))


def _count_marks(opened: zipfile.ZipFile, member: zipfile.ZipInfo, mark: re.Pattern[bytes]) -> int:
    """Count the marks in a part, read piece by piece. Raise FileRefused when what follows one is too much."""
    found, tags, rest = 0, 0, b""
    for piece in itertools.chain(archive.pieces(opened, member), [b""]):
        block = rest + piece
        if b"<!" in block:
            raise FileRefused(str(ENTITIES))
        done, end = 0, len(block) - OVERLAP if piece else len(block)
        for one in mark.finditer(block):
            if one.start() >= end:
                break
            found += 1
            _refuse_many(tags + block.count(b"<", done, one.start()))
            done, tags = one.start(), 0
        done, tags = max(done, end), tags + block.count(b"<", done, max(done, end))
        _refuse_many(tags)
        rest = block[done:]
    return found


def _refuse_many(tags: int) -> None:
    if tags > MOST_TAGS:
        raise FileRefused(str(TOO_LARGE))


def sheet_text(value: Any) -> str:
    """Return the cell as a person would type it; nothing for an error of the spreadsheet."""
    text = cell_text(value)
    return "" if text.startswith("#") and ERROR.fullmatch(text) else text


def read_xlsx(data: bytes, *, max_rows: int, layer: str = "") -> Table:
    """Return the table of the named sheet, else of the first filled one. Formulas give their last value."""
    if not DEFUSEDXML:
        raise FileRefused(_("La lecture des classeurs demande le module defusedxml."))
    refuse_hostile_archive(data)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        if len(workbook.sheetnames) > MAX_SHEETS:
            raise FileRefused(_("Le classeur a plus de %(n)d feuilles.") % {"n": MAX_SHEETS})
        title, lines = _find_sheet(workbook, max_rows, layer)
        titles = [sheet.title for sheet in workbook.worksheets]
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever the XML makes it raise
        raise FileRefused(_explain_failure(error)) from error
    if not lines:
        raise FileRefused(_("Le classeur est vide."))
    widest = max(_count_filled(cells) for _line, cells in lines)
    at = next(i for i, (_line, cells) in enumerate(lines) if _count_filled(cells) * 2 >= widest)
    headers = clean_headers(list(lines[at][1]))
    padding = [""] * len(headers)
    table = Table(headers, [], "xlsx", ";", layer=title, layers=titles)
    table.rows = [
        Row(line, dict(zip(headers, [*cells, *padding], strict=False))) for line, cells in lines[at + 1 :]
    ]
    if len(titles) > 1:
        table.notices.append(_("Seule la feuille « %(title)s » est lue.") % {"title": title})
    return table


def _explain_failure(error: Exception) -> str:
    """Return what is wrong with a workbook that openpyxl gave up, in French."""
    if type(error).__module__.startswith("defusedxml"):
        return str(ENTITIES)
    if isinstance(error, KeyError | AttributeError):
        return _("Il manque des parties à ce classeur, il ne se lit pas : enregistrez-le à nouveau en XLSX.")
    return _("Le classeur ne se lit pas, il est abîmé : enregistrez-le à nouveau en XLSX.")


def _count_filled(cells: list[str]) -> int:
    return sum(bool(cell) for cell in cells)


def _find_sheet(workbook: Any, max_rows: int, layer: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the title and the rows of the named sheet, else of the first that is not empty."""
    for sheet in workbook.worksheets:
        if layer and sheet.title != layer:
            continue
        lines = _read_sheet(sheet, max_rows)
        if lines or layer:
            return sheet.title, lines
    if layer:
        raise FileRefused(_("Le classeur n’a pas de feuille « %(title)s ».") % {"title": layer})
    return "", []


def _read_sheet(sheet: Any, max_rows: int) -> list[tuple[int, list[str]]]:
    """Return the rows of a sheet up to the last one that is not empty, numbered as the workbook does."""
    sheet.reset_dimensions()  # the size that the sheet declares would be believed
    lines: list[tuple[int, list[str]]] = []
    last = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        filled = list(values)
        while filled and filled[-1] in (None, ""):
            filled.pop()
        cells = [sheet_text(value) for value in filled]
        if len(cells) > MAX_COLUMNS:
            raise FileRefused(_("Le fichier a plus de %(n)d colonnes.") % {"n": MAX_COLUMNS}, (number,))
        lines.append((number, cells))
        if cells:
            last = number
        if number - last > EMPTY_ROWS:
            break
        if last > max_rows + 1:
            raise FileRefused(_("Le fichier dépasse %(n)d lignes : découpez-le.") % {"n": max_rows})
    return lines[:last]
