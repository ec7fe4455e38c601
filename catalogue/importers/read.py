"""Step one: the bytes of a file become rows with their line number. Called by ``run``.

The content decides what the file is, never its name; nothing here opens anything but the bytes given.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalogue.importers.problems import FileRefused
from catalogue.importers.spreadsheet import is_zip, read_xlsx
from catalogue.importers.table import MAX_CELL, Row, Table, clean_headers, sort_rows

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 50_000
SEPARATORS = ";,\t|"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(data: bytes, *, max_rows: int = MAX_ROWS) -> Table:
    """The table that the bytes hold. Raises FileRefused when they hold none that can be trusted."""
    if not data.strip():
        raise FileRefused(_("Le fichier est vide."))
    if len(data) > MAX_BYTES:
        raise FileRefused(_("Le fichier dépasse 100 Mo : découpez-le."))
    if is_zip(data):
        return sort_rows(read_xlsx(data, max_rows=max_rows))
    refuse_other_formats(data)
    text, encoding = decode(data)
    return sort_rows(read_csv(text, encoding, max_rows=max_rows))


def refuse_other_formats(data: bytes) -> None:
    """Raise FileRefused when the content is plainly not a table of text."""
    start = data[:512].lstrip(codecs.BOM_UTF8).lstrip()
    known = {
        b"%PDF": _("un PDF"),
        b"{": _("du JSON (GeoJSON ?)"),
        b"[": _("du JSON"),
        b"<": _("du XML ou du HTML"),
        b"SQLite format 3": _("une base SQLite (GeoPackage ?)"),
        b"\xd0\xcf\x11\xe0": _("un ancien classeur .xls"),
        b"\x1f\x8b": _("une archive gzip"),
        b"PAR1": _("du Parquet"),
    }
    for magic, what in known.items():
        if start.startswith(magic):
            raise FileRefused(
                _("Le fichier contient %(what)s. Enregistrez-le en CSV ou en XLSX.") % {"what": what}
            )


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was in: UTF-8, UTF-16 with its mark, else Windows or Latin-1."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            try:
                return without_nul(data.decode(encoding)), encoding
            except UnicodeDecodeError as error:
                raise FileRefused(_("Le texte ne suit pas l’encodage annoncé par le fichier.")) from error
    position = data.find(b"\x00")
    if position >= 0:
        line = data.count(b"\n", 0, position) + 1
        raise FileRefused(_("Le fichier contient des octets nuls : il est abîmé."), (line,))
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        refuse_broken_utf8(data, error.start)
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def without_nul(text: str) -> str:
    """The text. Raises FileRefused when it contains NUL, which no database takes."""
    position = text.find("\x00")
    if position >= 0:
        line = text.count("\n", 0, position) + 1
        raise FileRefused(_("Le fichier contient des octets nuls : il est abîmé."), (line,))
    return text


def refuse_broken_utf8(data: bytes, position: int) -> None:
    """Raise FileRefused when the text is UTF-8 but for a few bytes: read otherwise, it would be gibberish."""
    sequences = len(re.findall(rb"[\xc3\xc5\xe2][\x80-\xbf]", data))
    rest = re.sub(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", b"", data)
    strangers = sum(byte > 0x7F for byte in rest)
    if sequences > 4 * strangers:
        line = data.count(b"\n", 0, position) + 1
        raise FileRefused(
            _("Le fichier est en UTF-8, sauf quelques octets abîmés : a-t-il été tronqué ou mélangé ?"),
            (line,),
        )


def separator_of(text: str) -> str:
    """The separator that cuts the first lines into the most, and the most regular, cells."""
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
    """The table of a CSV, or FileRefused with the lines at fault."""
    separator = separator_of(text)
    csv.field_size_limit(MAX_CELL)
    lines = list(_records(text, separator))
    header_at = next((i for i, (_line, cells) in enumerate(lines) if _is_header(cells, lines)), None)
    if header_at is None:
        raise FileRefused(_("Le fichier n’a pas de ligne d’en-tête."))
    headers = clean_headers(lines[header_at][1])
    body = lines[header_at + 1 :]
    if len(body) > max_rows:
        raise FileRefused(_("Le fichier dépasse %(n)d lignes : découpez-le.") % {"n": max_rows})
    table = Table(headers, [], encoding, separator)
    if header_at:
        table.notices.append(_("%(n)d ligne(s) avant l’en-tête, laissées de côté.") % {"n": header_at})
    _refuse_ragged(body, len(headers), complete=text.endswith(("\n", "\r")))
    padding = [""] * len(headers)
    table.rows = [Row(line, dict(zip(headers, [*cells, *padding], strict=False))) for line, cells in body]
    return table


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line where it starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        reasons = {
            "unexpected end of data": _("Des guillemets ne se referment pas : le fichier est tronqué."),
            "field larger": _("Une cellule dépasse 100 000 caractères."),
        }
        reason = next(
            (said for start_of, said in reasons.items() if str(error).startswith(start_of)),
            _("Les guillemets sont mal placés : une cellule qui en contient doit les doubler."),
        )
        raise FileRefused(reason, (start,)) from error


def _is_header(cells: list[str], lines: list[tuple[int, list[str]]]) -> bool:
    """True for the first line that names most of the columns."""
    named = sum(bool(cell.strip()) for cell in cells)
    widest = max(len(row) for _line, row in lines)
    return named > 0 and named * 2 >= widest


def _refuse_ragged(body: list[tuple[int, list[str]]], width: int, *, complete: bool) -> None:
    """Raise FileRefused for rows with more cells than the header, and for a last row cut short."""
    long = tuple(line for line, cells in body if any(cell.strip() for cell in cells[width:]))
    if long:
        raise FileRefused(
            _("Des lignes ont plus de cellules que l’en-tête : il manque des guillemets à un texte."), long
        )
    if body and not complete and 0 < len(body[-1][1]) < width:
        raise FileRefused(_("La dernière ligne est coupée : le fichier est tronqué."), (body[-1][0],))
