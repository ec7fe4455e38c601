"""Coordinates that a person pastes: degrees, degrees-minutes-seconds or metres, read with a stated rule.

Latitude comes first, as maps show it, unless only the other order falls in France; letters (N, S, E, O)
decide before anything else. Metres are recognised by the box of the legal projection of each part of France.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.drawing import WGS84, check_geometry

LONGEST = 200
Box = tuple[float, float, float, float]

PROJECTIONS: dict[int, tuple[object, Box]] = {
    2154: (gettext_lazy("Lambert-93"), (0, 6_000_000, 1_300_000, 7_200_000)),
    5490: (gettext_lazy("UTM 20 nord, Antilles"), (480_000, 1_580_000, 760_000, 2_020_000)),
    2972: (gettext_lazy("UTM 22 nord, Guyane"), (60_000, 220_000, 460_000, 660_000)),
    2975: (gettext_lazy("UTM 40 sud, La Réunion"), (300_000, 7_620_000, 390_000, 7_700_000)),
    4471: (gettext_lazy("UTM 38 sud, Mayotte"), (480_000, 8_540_000, 560_000, 8_620_000)),
    4467: (gettext_lazy("UTM 21 nord, Saint-Pierre-et-Miquelon"), (520_000, 5_150_000, 600_000, 5_250_000)),
}
"""Legal projections by SRID: name, and box in metres (x, y). No two boxes meet: metres have only one."""

FRANCE: tuple[Box, ...] = (
    (-5.6, 41.2, 9.7, 51.2),
    (-63.3, 14.2, -60.7, 18.3),
    (-54.7, 2.0, -51.5, 5.9),
    (55.1, -21.5, 55.9, -20.8),
    (44.9, -13.1, 45.4, -12.6),
    (-56.5, 46.7, -56.1, 47.2),
    (158.0, -23.0, 172.5, -18.0),
    (-154.9, -28.0, -134.0, -7.7),
    (-178.5, -14.7, -175.9, -13.0),
)
"""Boxes of the parts of France, in degrees (longitude, latitude), srid 4326."""

NUMBER = r"[-+\u2212]?\d+(?:[.,]\d+)?"
AXES = {"N": 1, "S": 1, "E": 0, "O": 0, "W": 0}
"""Index of the axis that a letter names in (longitude, latitude)."""
ANGLE = re.compile(
    rf"(?P<before>[NSEOW])?\s*(?P<degrees>{NUMBER})\s*(?:°|º|d)?"
    r"(?:\s*(?P<minutes>\d+(?:[.,]\d+)?)\s*['′’](?:\s*(?P<seconds>\d+(?:[.,]\d+)?)\s*(?:[\"″”]|''|’’|′′))?)?"
    r"\s*(?P<after>[NSEOW])?",
    re.IGNORECASE,
)
LABELS = re.compile(r"\b(latitude|longitude|lat|lon|lng|long|x|y)\b\s*[:=]?", re.IGNORECASE)


@dataclass(frozen=True)
class Coordinates:
    """A pasted point (srid 4326), and how it was read, shown to whoever pasted it."""

    point: Point
    reading: str
    is_swapped: bool = False


def read_coordinates(text: str, *, in_france: bool = True) -> Coordinates:
    """Return the point that a text describes; ValidationError, in French, when it describes none."""
    text = " ".join(text[: LONGEST + 1].split())
    if len(text) > LONGEST:
        raise _unreadable()
    first, second = _two(text)
    if first.letter or second.letter:
        return _checked(_by_letters(first, second), _("Lu en degrés, d’après les lettres N, S, E, O."))
    values = (first.value, second.value)
    if max(abs(values[0]), abs(values[1])) > 1000:
        return _from_metres(*values)
    return _from_degrees(*values, in_france=in_france)


@dataclass(frozen=True)
class _Angle:
    value: float
    letter: str


def _unreadable() -> ValidationError:
    return ValidationError(
        _(
            "Ces coordonnées ne se lisent pas : donnez « 48.1113, -1.6800 » (latitude puis longitude), "
            "« 48°06′41″ N 1°40′48″ O », ou deux nombres de mètres en Lambert-93."
        )
    )


def _two(text: str) -> tuple[_Angle, _Angle]:
    """Return the two values of the text: with a separator between, or with spaces."""
    bare = LABELS.sub(" ", text).strip(" ()[];,")
    if bare[:1].isalpha():
        bare = re.sub(r"\b([NSEOW])\s+(?=\d)", r"\1", bare, flags=re.IGNORECASE)
    for separator in (r"\s*;\s*", r",\s+(?!\d+$)|,\s+", r"\s+", r","):
        parts = re.split(separator, bare)
        if len(parts) == 2:
            found = [_angle(part) for part in parts]
            if found[0] and found[1]:
                return found[0], found[1]
    found_all = [match for match in ANGLE.finditer(bare) if match.group().strip()]
    rest = ANGLE.sub("", bare).strip(" ,;/")
    if len(found_all) == 2 and not rest:
        first, second = (_angle(match.group()) for match in found_all)
        if first and second:
            return first, second
    grouped = _grouped_metres(bare)
    if grouped is None:
        raise _unreadable()
    return grouped


def _grouped_metres(text: str) -> tuple[_Angle, _Angle] | None:
    """Return metres written by thousands: « 352 164 6 789 472 »."""
    match = re.fullmatch(r"(\d{1,3}(?: \d{3})?(?:[.,]\d+)?)[ ,;]+(\d \d{3} \d{3}(?:[.,]\d+)?)", text)
    if match is None:
        return None
    x, y = (float(one.replace(" ", "").replace(",", ".")) for one in match.groups())
    return _Angle(x, ""), _Angle(y, "")


def _angle(text: str) -> _Angle | None:
    match = ANGLE.fullmatch(text.strip())
    if match is None or (match["before"] and match["after"]):
        return None
    degrees = _number(match["degrees"])
    minutes, seconds = _number(match["minutes"]), _number(match["seconds"])
    if minutes >= 60 or seconds >= 60:
        return None
    letter = (match["before"] or match["after"] or "").upper()
    value = abs(degrees) + minutes / 60 + seconds / 3600
    negative = match["degrees"].startswith(("-", "\u2212")) or letter in {"S", "O", "W"}
    return _Angle(-value if negative else value, letter)


def _number(text: str | None) -> float:
    return float((text or "0").replace(",", ".").replace("\u2212", "-"))


def _by_letters(first: _Angle, second: _Angle) -> tuple[float, float]:
    """Return (lon, lat): each letter names its axis, a value without one takes the other axis."""
    if not (first.letter and second.letter) or AXES[first.letter] == AXES[second.letter]:
        raise _unreadable()
    return (second.value, first.value) if AXES[first.letter] else (first.value, second.value)


def _from_metres(first: float, second: float) -> Coordinates:
    for x, y, swapped in ((first, second, False), (second, first, True)):
        for srid, (name, (west, south, east, north)) in PROJECTIONS.items():
            if west <= x <= east and south <= y <= north:
                point = Point(x, y, srid=srid)
                point.transform(WGS84)
                reading = _("Lu en mètres, %(name)s, et converti en longitude et latitude.") % {"name": name}
                if swapped:
                    reading += " " + _("Le nord était donné avant l’est : les deux ont été échangés.")
                return _checked((round(point.x, 7), round(point.y, 7)), reading, is_swapped=swapped)
    raise ValidationError(
        _(
            "Ces mètres ne tombent en France dans aucune projection légale (Lambert-93, UTM d’outre-mer) : "
            "vérifiez-les, ou donnez la latitude et la longitude en degrés."
        )
    )


def _from_degrees(first: float, second: float, *, in_france: bool) -> Coordinates:
    """Return the point, latitude first unless only the other order falls in France or in the world."""
    straight, swapped = (second, first), (first, second)
    usual = _("Lu en degrés : latitude puis longitude.")
    turned = _("Lu en degrés : la longitude était donnée avant la latitude, les deux ont été échangées.")
    if in_france and not _in_france(straight) and _in_france(swapped):
        return _checked(swapped, turned, is_swapped=True)
    if abs(first) > 85 and abs(second) <= 85 and abs(first) <= 180:
        return _checked(swapped, turned, is_swapped=True)
    return _checked(straight, usual)


def _in_france(position: tuple[float, float]) -> bool:
    lon, lat = position
    return any(west <= lon <= east and south <= lat <= north for west, south, east, north in FRANCE)


def _checked(position: tuple[float, float], reading: str, *, is_swapped: bool = False) -> Coordinates:
    if not all(math.isfinite(value) for value in position):
        raise _unreadable()
    point = Point(*position, srid=WGS84)
    check_geometry(point, in_france=False)  # which comes first was judged above
    return Coordinates(point, reading, is_swapped)
