"""Read the bytes of a file into rows with their line number. Called by ``run``.

The content decides what the file is, never its name; nothing but the given bytes is opened.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.spatial import read_spatial
from catalogue.imports.read.spreadsheet import is_workbook, is_zip, read_xlsx
from catalogue.imports.read.table import MAX_CELL, MAX_COLUMNS, Row, Table, clean_headers, set_aside_rows
from geo.uploads import tables

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 50_000
SEPARATORS = ";,\t|"
SAMPLE = 1_000_000
"""Bytes around a fault from which the encoding is guessed."""
MOST_CELLS = 20 * MAX_COLUMNS
MOST_BEFORE = 1000
"""Lines above the header, and blank ones, that a file may have beyond its rows."""
LONGEST_RECORD = 4_000_000
"""Characters of one row: a file without line breaks, or with one quote too many, is not one long row."""
OTHERS = {
    b"%PDF": gettext_lazy("un PDF"),
    b"[": gettext_lazy("une liste JSON"),
    b"<kml": gettext_lazy("du KML"),
    b"<gpx": gettext_lazy("du GPX"),
    b"<svg": gettext_lazy("une image SVG"),
    b"<OGRVRT": gettext_lazy("un fichier VRT, qui renvoie à d’autres fichiers"),
    b"<": gettext_lazy("du XML ou du HTML"),
    b"/vsi": gettext_lazy("un chemin, et non des données"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("un ancien classeur .xls, ou un classeur protégé par un mot de passe"),
    b"\x1f\x8b": gettext_lazy("une archive gzip"),
    b"BZh": gettext_lazy("une archive bzip2"),
    b"\xfd7zXZ": gettext_lazy("une archive xz"),
    b"\x28\xb5\x2f\xfd": gettext_lazy("une archive zstd"),
    b"7z\xbc\xaf": gettext_lazy("une archive 7-Zip"),
    b"Rar!": gettext_lazy("une archive RAR"),
    b"\x89PNG": gettext_lazy("une image"),
    b"\xff\xd8\xff": gettext_lazy("une image"),
    b"GIF8": gettext_lazy("une image"),
    b"II*\x00": gettext_lazy("une image"),
    b"\x7fELF": gettext_lazy("un programme"),
    b"MZ": gettext_lazy("un programme"),
    b"#!": gettext_lazy("un programme"),
    b"FGB": gettext_lazy("du FlatGeobuf"),
    b"ARROW1": gettext_lazy("de l’Arrow"),
    b"Obj\x01": gettext_lazy("de l’Avro"),
}
"""What is not a table, by its first bytes."""
HIGH = bytes(range(0x80, 0x100))
LATIN_9 = re.compile(rb"[A-Za-z\xe0-\xff][\xbd\xbc]|[\xbd\xbc][A-Za-z]{2}|\d ?\xa4|[A-Z]\xbe|\xbe[A-Z]")
WINDOWS = re.compile(rb"[\x80-\x9f]")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_file(data: bytes, *, max_rows: int = MAX_ROWS, layer: str = "") -> Table:
    """Return the table of a file, of its ``layer`` when it has several. Raise FileRefused."""
    if not data.strip():
        raise FileRefused(_("Le fichier est vide."))
    if len(data) > MAX_BYTES:
        raise FileRefused(_("Le fichier dépasse 100 Mo : découpez-le."))
    if is_zip(data) and is_workbook(data):
        return set_aside_rows(read_xlsx(data, max_rows=max_rows, layer=layer))
    if is_zip(data) or tables.is_spatial(data):
        return set_aside_rows(read_spatial(data, max_rows=max_rows, layer=layer))
    refuse_other_formats(data)
    text, encoding = decode_text(data)
    return set_aside_rows(read_csv(text, encoding, max_rows=max_rows))


def refuse_other_formats(data: bytes) -> None:
    """Raise FileRefused when the content is plainly not a table of text."""
    start = data[:512].lstrip(codecs.BOM_UTF8).lstrip()
    for magic, what in OTHERS.items():
        if start.startswith(magic):
            raise FileRefused(
                _("Le fichier contient %(what)s. Enregistrez-le en CSV, en XLSX ou en GeoPackage.")
                % {"what": what}
            )


def decode_text(data: bytes) -> tuple[str, str]:
    """Return the text and its encoding: UTF-8, UTF-16, else Windows or Latin-9."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            try:
                return refuse_nul(data.decode(encoding)), encoding
            except UnicodeDecodeError as error:
                raise FileRefused(_("Le texte ne suit pas l’encodage annoncé par le fichier.")) from error
    position = data.find(b"\x00")
    if position >= 0:
        return _decode_unmarked_utf16(data, position)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        refuse_broken_utf8(data, error.start)
    encoding = "iso8859-15" if is_latin_9(data) else "cp1252"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _decode_unmarked_utf16(data: bytes, position: int) -> tuple[str, str]:
    """Decode UTF-16 without its mark, every other byte of which is NUL. Raise FileRefused."""
    head = data[:200]
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[first::2].count(0) > len(head) * 0.4 and head[1 - first :: 2].count(0) == 0:
            try:
                return refuse_nul(data.decode(encoding)), encoding
            except UnicodeDecodeError:
                break
    line = data.count(b"\n", 0, position) + 1
    raise FileRefused(_("Le fichier contient des octets nuls : il est abîmé."), (line,))


def is_latin_9(data: bytes) -> bool:
    """Return True for « œ », « € » or « Ÿ » where Latin-9 writes them, and nothing where Windows does."""
    return LATIN_9.search(data) is not None and WINDOWS.search(data) is None


def refuse_nul(text: str) -> str:
    """Return the text; raise FileRefused when it contains NUL, which no database takes."""
    position = text.find("\x00")
    if position >= 0:
        line = text.count("\n", 0, position) + 1
        raise FileRefused(_("Le fichier contient des octets nuls : il est abîmé."), (line,))
    return text


def refuse_broken_utf8(data: bytes, position: int) -> None:
    """Raise FileRefused when the text is UTF-8 but for a few bytes: read otherwise, it would be gibberish."""
    sample = data[max(0, position - SAMPLE) : position + SAMPLE]
    sequences = len(re.findall(rb"[\xc3\xc5\xe2][\x80-\xbf]", sample))
    rest = re.sub(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", b"", sample)
    strangers = len(rest) - len(rest.translate(None, HIGH))
    if sequences > 4 * strangers:
        line = data.count(b"\n", 0, position) + 1
        raise FileRefused(
            _("Le fichier est en UTF-8, sauf quelques octets abîmés : a-t-il été tronqué ou mélangé ?"),
            (line,),
        )


def guess_separator(text: str) -> str:
    """Return the separator that cuts the first lines into the most, and the most regular, cells."""
    sample = text[:65536]

    def score(separator: str) -> tuple[int, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample), delimiter=separator) if row][:50]
        except csv.Error:
            return (0, 0)
        widths = [len(row) for row in rows]
        width = max(set(widths), key=widths.count) if widths else 0
        return (widths.count(width) if width > 1 else 0, width)

    return max(SEPARATORS, key=score)


def read_csv(text: str, encoding: str, *, max_rows: int) -> Table:
    """Return the table of a CSV. Raise FileRefused with the lines at fault."""
    separator = guess_separator(text)
    csv.field_size_limit(MAX_CELL)
    lines = list(_read_records(text, separator, max_rows))
    widest = max((len(cells) for _line, cells in lines), default=0)
    header_at = next((i for i, (_line, cells) in enumerate(lines) if _is_header(cells, widest)), None)
    if header_at is None:
        raise FileRefused(_("Le fichier n’a pas de ligne d’en-tête."))
    headers = clean_headers(lines[header_at][1])
    body = lines[header_at + 1 :]
    if len(body) > max_rows:
        raise FileRefused(_("Le fichier dépasse %(n)d lignes : découpez-le.") % {"n": max_rows})
    table = Table(headers, [], encoding, separator)
    if header_at:
        table.notices.append(_("%(n)d ligne(s) avant l’en-tête, laissées de côté.") % {"n": header_at})
    _refuse_ragged(body, len(headers), complete=text.endswith(("\n", "\r")))
    padding = [""] * len(headers)
    table.rows = [Row(line, dict(zip(headers, [*cells, *padding], strict=False))) for line, cells in body]
    return table


def _read_records(text: str, separator: str, max_rows: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line where it starts."""
    taken = 0

    def feed() -> Iterator[str]:
        nonlocal taken
        for line in io.StringIO(text, newline=""):
            taken += len(line)
            if taken > LONGEST_RECORD or line.count(separator) > MOST_CELLS:
                raise FileRefused(
                    _("Une ligne est beaucoup trop longue : est-ce un tableau, avec des fins de ligne ?"),
                    (start,),
                )
            yield line

    reader = csv.reader(feed(), delimiter=separator, strict=True)
    start, blank, count = 1, 0, 0
    try:
        for cells in reader:
            taken = 0
            count += bool(cells)
            blank += not cells
            yield start, cells
            if max(count, blank) > max_rows + MOST_BEFORE:
                raise FileRefused(_("Le fichier dépasse %(n)d lignes : découpez-le.") % {"n": max_rows})
            start = reader.line_num + 1
    except csv.Error as error:
        reasons = {
            "unexpected end of data": _("Des guillemets ne se referment pas : le fichier est tronqué."),
            "field larger": _("Une cellule dépasse 100 000 caractères."),
        }
        default = _("Les guillemets sont mal placés : une cellule qui en contient doit les doubler.")
        reason = next((text for start, text in reasons.items() if str(error).startswith(start)), default)
        raise FileRefused(reason, (start,)) from error


def _is_header(cells: list[str], widest: int) -> bool:
    """Return True for a line that names most of the columns."""
    named = sum(bool(cell.strip()) for cell in cells)
    return named > 0 and named * 2 >= widest


def _refuse_ragged(body: list[tuple[int, list[str]]], width: int, *, complete: bool) -> None:
    """Raise FileRefused for rows with more cells than the header, and for a last row cut short."""
    long = tuple(line for line, cells in body if any(cell.strip() for cell in cells[width:]))
    if long:
        raise FileRefused(
            _("Des lignes ont plus de cellules que l’en-tête : il manque des guillemets à un texte."), long
        )
    if body and not complete and 0 < len(body[-1][1]) < width:
        raise FileRefused(_("La dernière ligne est coupée : le fichier est tronqué."), (body[-1][0],))
