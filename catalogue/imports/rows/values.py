"""Parse one cell: numbers with their unit, years, dates, yes or no, inverted articles.

Each parser returns the value and how it was read when that is not what is written; it raises
``Unreadable`` with a sentence for the curator. Values are portable: what JSON can hold.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from catalogue.imports.read.typography import one_line
from catalogue.records.content import format_decimal
from geo.names import normalise

EMPTY = frozenset(
    {"", "-", "–", "—", "/", "?", "??", ".", "nc", "n c", "na", "n a", "nd", "neant", "so", "s o"}
)
EMPTY_WORDS = frozenset(
    {"non renseigne", "non renseignee", "inconnu", "a renseigner", "a completer", "null", "none"}
)
LONGEST_EMPTY = 40
PARENTHESIS = re.compile(r"\s*\(([^()]*)\)\s*$")
ARTICLE = re.compile(r"^(?P<name>.+?)\s*\((?P<article>le|la|les|l['’])\)\s*$", re.IGNORECASE)
GROUPED = re.compile(r"^[-+]?\d{1,3}( \d{3})+([.,]\d+)?$")
FIGURE = re.compile(r"^[-+]?\d+([.,]\d+)?$")
QUANTITY = re.compile(r"^(?P<figure>[-+]?[\d ]+(?:[.,]\d+)?) ?(?P<unit>[^\d\s].*)?$")
HECTARES: dict[str, Decimal] = {
    **dict.fromkeys(("", "ha", "hectare", "hectares"), Decimal(1)),
    **dict.fromkeys(("m²", "m2"), Decimal("0.0001")),
    **dict.fromkeys(("km²", "km2"), Decimal(100)),
    **dict.fromkeys(("a", "are", "ares"), Decimal("0.01")),
}
YEARS = range(1900, 2101)
YES = frozenset({"oui", "o", "x", "vrai", "true", "1", "yes", "y"})
NO = frozenset({"non", "n", "faux", "false", "0", "no"})
LARGEST = Decimal(10) ** 12
"""From here on no column of the catalogue holds the number (``Indicator.value`` is the widest)."""


class Unreadable(Exception):
    """The cell does not hold what its column should; the message, in French, explains it.

    ``proposals`` are what it could hold: (text, label).
    """

    def __init__(self, message: str, proposals: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.proposals = proposals


def is_empty(text: str, also: frozenset[str] = frozenset()) -> bool:
    """Return True when the cell tells that nothing is known."""
    if not text:
        return True
    if len(text) > LONGEST_EMPTY and not also:
        return False
    word = one_line(text)
    bare = normalise(word)
    return word in EMPTY or bare in EMPTY_WORDS or (bare or word) in EMPTY or bare in also


def parse_quantity(text: str) -> tuple[Decimal, str, str]:
    """Return the number, its unit and the remark in brackets after it: « 4458 (en 2012) », « 16,6ha »."""
    line = one_line(text)
    remark = ""
    if found := PARENTHESIS.search(line):
        remark, line = found[1], line[: found.start()]
    match = QUANTITY.match(line)
    digits = match["figure"].strip() if match else ""
    if not match or not (FIGURE.match(digits) or GROUPED.match(digits)):
        raise _not_a_number(text)
    try:
        number = Decimal(digits.replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise _not_a_number(text) from error
    if abs(number) >= LARGEST:
        raise Unreadable(_("« %(text)s » est trop grand.") % {"text": one_line(text)})
    return number, (match["unit"] or "").strip(), remark


def _refuse_second_number(unit: str, text: str) -> None:
    """Raise Unreadable when a second number follows the first: « 1e9 », « 12 à 15 »."""
    if any(character.isdigit() for character in unit):
        raise _not_a_number(text)


def _not_a_number(text: str) -> Unreadable:
    return Unreadable(_("« %(text)s » n’est pas un nombre.") % {"text": one_line(text)})


def parse_whole(text: str) -> tuple[int, str]:
    """Return a whole number, and how it was read when the cell holds more than a number."""
    number, unit, remark = parse_quantity(text)
    _refuse_second_number(unit, text)
    if number != number.to_integral_value():
        raise Unreadable(_("« %(text)s » n’est pas un nombre entier.") % {"text": one_line(text)})
    if abs(number) >= 2**31:
        raise Unreadable(_("« %(text)s » est trop grand.") % {"text": one_line(text)})
    reading = _("« %(text)s » lu %(n)d") % {"text": one_line(text), "n": number} if unit or remark else ""
    return int(number), reading


def parse_decimal(text: str) -> tuple[str, str]:
    """Return a decimal number as plain text, and how it was read when the cell holds more."""
    number, unit, remark = parse_quantity(text)
    _refuse_second_number(unit, text)
    reading = _("« %(text)s » lu %(n)s") % {"text": one_line(text), "n": number} if unit or remark else ""
    return format_decimal(number), reading


def parse_hectares(text: str) -> tuple[str, str]:
    """Return an area in hectares, converted from the unit of the cell."""
    number, unit, remark = parse_quantity(text)
    factor = HECTARES.get(unit.casefold())
    if factor is None:
        raise Unreadable(_("« %(text)s » : unité de surface inconnue.") % {"text": one_line(text)})
    area = (number * factor).quantize(Decimal("0.01"))
    if area <= 0:
        raise Unreadable(_("« %(text)s » : une surface doit être positive.") % {"text": one_line(text)})
    value = format_decimal(area)
    if not remark and area == number:
        return value, ""
    return value, _("« %(text)s » lu %(n)s ha") % {"text": one_line(text), "n": value.replace(".", ",")}


def parse_year(text: str) -> tuple[int, str]:
    """Return a year, alone or at the end or the beginning of a date."""
    line = one_line(text)
    found = re.fullmatch(r"(?:\d{1,2}[/.-])?(?:\d{1,2}[/.-])?(\d{4})|(\d{4})-\d{2}(?:-\d{2})?", line)
    if not found:
        raise Unreadable(_("« %(text)s » n’est pas une année.") % {"text": line})
    number = int(found[1] or found[2])
    if number not in YEARS:
        raise Unreadable(_("« %(text)s » : une année est attendue entre 1900 et 2100.") % {"text": line})
    return number, "" if line == str(number) else _("« %(text)s » lu %(n)d") % {"text": line, "n": number}


def parse_date(text: str) -> tuple[str, str]:
    """Return a day in ISO form, from « 31/12/2020 », « 31-12-2020 » or « 2020-12-31 »."""
    line = one_line(text).split(" ")[0].split("T")[0]
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.datetime.strptime(line, pattern).date().isoformat(), ""  # noqa: DTZ007
        except ValueError:
            continue
    raise Unreadable(_("« %(text)s » n’est pas une date (jour/mois/année).") % {"text": one_line(text)})


def parse_boolean(text: str) -> tuple[bool, str]:
    word = normalise(text)
    if word in YES or word in NO:
        return word in YES, ""
    raise Unreadable(_("« %(text)s » : « oui » ou « non » est attendu.") % {"text": one_line(text)})


def parse_url(text: str, longest: int) -> tuple[str, str]:
    """Return an http or https URL."""
    line = one_line(text)
    if not re.match(r"https?://[^\s/<>\"]+\S*$", line, re.IGNORECASE) or len(line) > longest:
        raise Unreadable(_("« %(text)s » n’est pas une adresse http ou https.") % {"text": line[:80]})
    return line, ""


def parse_coordinate(text: str) -> float:
    """Return a coordinate, decimal comma or point."""
    number, _unit, _remark = parse_quantity(text)
    return float(number)


def parse_lat_lon(text: str) -> tuple[float, float]:
    """Return (lon, lat) from « lat, lon » in that order, as Opendatasoft writes ``geo_point_2d``."""
    parts = [part for part in re.split(r"[;\s]+|,\s+|(?<=\.\d{4}),|,(?=-?\d+\.)", one_line(text)) if part]
    if len(parts) != 2:
        raise Unreadable(
            _("« %(text)s » : « latitude, longitude » est attendu.") % {"text": one_line(text)[:80]}
        )
    return parse_coordinate(parts[1]), parse_coordinate(parts[0])


def put_article_first(name: str) -> str:
    """Return the name with its article in front: « Havre (Le) » → « Le Havre »."""
    found = ARTICLE.match(one_line(name))
    if not found:
        return one_line(name)
    article = found["article"].capitalize()
    return article + found["name"] if article.startswith(("L'", "L’")) else f"{article} {found['name']}"
