"""Static maps: a drawing (SVG) of a few numbered places on the outlines of the territories.

No tile and no third party: the ground is what PostGIS holds. Places far from one another (metropolitan
France, each territory overseas) have a map each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from math import cos, radians
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.public.printing import statements
from catalogue.public.printing.statements import Window
from catalogue.records.wording import NBSP
from geo.models.territory import Band

WIDE, HIGH = 640.0, 400.0
NARROWEST_M = 8_000
"""Ground metres that a map shows at least across."""
ROUGH_M = 26_000
"""The same where a place is only known by its commune."""
AROUND = 1.3
"""How much wider than the places that it shows a map is."""
APART_DEGREES = 12.0
"""Places farther than this from those of a map go to another one."""
MOST_NAMES = 7
LEAST_POPULATION = {Band.COUNTRY: 100_000, Band.REGION: 15_000, Band.FULL: 0}
APART_UNITS = 26.0
"""Twice the height under which two names that overlap in width are not both written."""
MOST_MAPS = 6
NEAR = 8.0
"""Units within which a place is that of the town itself."""
LETTER = 6.2
"""Units that a letter of a name is wide, about."""
BASELINE = 3.8
"""Units from the middle of a figure to the line that it stands on."""


class Spot(NamedTuple):
    """A place to show: its point and its box (srid 3857), its label, the record whose shape is drawn."""

    x: float
    y: float
    box: tuple[float, float, float, float]
    label: str
    narrowest: float
    record: int | None


def map_spot(record: Record, label: str = "", *, shaped: bool = False) -> Spot:
    """The place of a record that has one; ``shaped`` to draw its perimeter or its line as well."""
    point = record.point.transform(3857, clone=True)
    box = point.extent
    if shaped and record.geometry is not None:
        box = record.geometry.transform(3857, clone=True).extent
    rough = record.location_precision == Record.Precision.COMMUNE
    narrowest = ROUGH_M if rough else NARROWEST_M
    return Spot(point.x, point.y, box, label, narrowest, record.pk if shaped else None)


def draw_maps(spots: Sequence[Spot]) -> list[str]:
    """One drawing for each group of places that are near one another, the largest group first."""
    return [_draw_map(group) for group in _groups(spots)[:MOST_MAPS]]


def _groups(spots: Iterable[Spot]) -> list[list[Spot]]:
    apart = APART_DEGREES * 111_320
    groups: list[list[Spot]] = []
    for one in spots:
        near = [group for group in groups if _is_near(one, group, apart)]
        groups = [group for group in groups if group not in near]
        groups.append([one, *chain.from_iterable(near)])
    from_north = (sorted(group, key=lambda other: other.y, reverse=True) for group in groups)
    return sorted(from_north, key=len, reverse=True)


def _is_near(spot: Spot, group: Iterable[Spot], metres: float) -> bool:
    return any(max(abs(spot.x - other.x), abs(spot.y - other.y)) < metres for other in group)


def _draw_map(spots: Sequence[Spot]) -> str:
    window = _window(spots)
    band, outlines = statements.ground_outlines(window)
    places = [window.place(one.x, one.y) for one in spots]
    placed = [
        {"x": x, "y": y, "under": y + BASELINE, "label": one.label}
        for (x, y), one in zip(places, spots, strict=True)
    ]
    shapes = [
        path
        for one in spots
        if one.record is not None and (path := statements.record_path(one.record, window))
    ]
    context = {
        "wide": WIDE,
        "high": round(window.high, 1),
        "outlines": [{"level": level, "path": path} for level, path in outlines],
        "shapes": shapes,
        "spots": placed,
        "names": _names(window, band, places),
        "scale": _scale(window),
    }
    return render_to_string("catalogue/public/printing/map.svg", context)


def _window(spots: Sequence[Spot]) -> Window:
    """The spots with room around them, as wide as the drawing is."""
    left, bottom = min(one.box[0] for one in spots), min(one.box[1] for one in spots)
    right, top = max(one.box[2] for one in spots), max(one.box[3] for one in spots)
    x, y = (left + right) / 2, (bottom + top) / 2
    narrowest = max(one.narrowest for one in spots) / _shrink(y)
    wide = max((right - left) * AROUND, (top - bottom) * AROUND * WIDE / HIGH, narrowest)
    high = wide * HIGH / WIDE
    return Window(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, WIDE)


def _shrink(y: float) -> float:
    """Ground metres in a metre of Web Mercator at that height (Snyder, Map Projections, 1987, p. 41)."""
    latitude = Point(0, y, srid=3857).transform(4326, clone=True).centroid.y
    return max(0.05, cos(radians(latitude)))


def _names(window: Window, band: int, taken: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """The towns that tell where one is, none written over another or over a place."""
    kept: list[dict[str, Any]] = []
    boxes = [(x - 12, x + 12, y) for x, y in taken]
    for name, x, y in statements.largest_communes(window, LEAST_POPULATION[Band(band)], MOST_NAMES * 3):
        across, down = window.place(x, y)
        marked = any(abs(across - at) < NEAR and abs(down - height) < NEAR for at, height in taken)
        half, line = len(name) * LETTER / 2, down - (14 if marked else 5)
        inside = half < across < WIDE - half and 20 < down < window.high - 34
        free = all(
            across + half < left or across - half > right or abs(line - height) > APART_UNITS / 2
            for left, right, height in boxes
        )
        if inside and free and len(kept) < MOST_NAMES:
            kept.append({"name": name, "x": across, "y": down, "above": line, "dot": not marked})
            boxes.append((across - half, across + half, line))
    return kept


def _scale(window: Window) -> dict[str, Any]:
    """A bar of a round length, at most a quarter of the width."""
    metres = (window.right - window.left) * _shrink((window.top + window.bottom) / 2)
    longest = metres / 4
    power = 10 ** (len(str(int(longest))) - 1)
    length = next(step * power for step in (5, 2, 1) if step * power <= longest)
    words = f"{length // 1000}{NBSP}km" if length >= 1000 else f"{length}{NBSP}m"
    high = round(window.high)
    return {"units": round(length / metres * WIDE, 1), "words": words, "y": high - 26, "under": high - 10}


def map_alternative(count: int) -> str:
    return _("Carte de situation, lieux repérés : %(n)d.") % {"n": count}
