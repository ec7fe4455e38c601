"""Two outlines of one place: on one map, and the same in words and metres."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalogue.records.content import shape, shape_words
from catalogue.records.wording import NBSP, whole

BEFORE, AFTER = "avant", "apres"
MOST_VERTICES = 5000
"""Beyond, the map shows a lighter outline: a metre is not seen there."""
LIGHTER_DEGREES = 1e-5
HECTARE = 10_000
SQUARE_KM = 1_000_000
MEASURES = """
SELECT ST_Area(a::geography), ST_Area(b::geography), ST_Length(a::geography), ST_Length(b::geography),
       ST_Distance(ST_Centroid(a)::geography, ST_Centroid(b)::geography),
       CASE WHEN ST_Dimension(a) = 2 AND ST_Dimension(b) = 2
            THEN ST_Area(ST_Intersection(ST_MakeValid(a), ST_MakeValid(b))::geography) END
FROM (SELECT ST_GeomFromEWKB(%s) AS a, ST_GeomFromEWKB(%s) AS b) both_of_them
"""
"""Areas in square metres, lengths and the shift of the centroid in metres; no table is read."""


@dataclass
class Outlines:
    """What the page says of a place before and after: a map, and the list that says the same."""

    features: dict[str, Any]
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)


def outlines(kind: str, before: str | None, after: str | None) -> Outlines | None:
    """Both places (WKT, srid 4326); None when neither says anything."""
    was, will = _read(before), _read(after)
    drawn = [(BEFORE, _("Avant"), was), (AFTER, _("Après"), will)]
    features = [_feature(kind, role, title, one) for role, title, one in drawn if one is not None]
    if not features:
        return None
    found = Outlines({"type": "FeatureCollection", "features": features})
    nowhere = _("sans emplacement")
    said = [shape_words(text) if text else nowhere for text in (before, after)]
    found.rows.append((_("Emplacement"), said[0], said[1]))
    if was is not None and will is not None:
        _measure(found, was, will)
    return found


def _read(wkt: str | None) -> GEOSGeometry | None:
    try:
        found = shape(wkt)
    except (GEOSException, ValueError):
        return None
    return None if found is None or found.empty else found


def _feature(kind: str, role: str, title: str, geometry: GEOSGeometry) -> dict[str, Any]:
    shown = geometry
    if geometry.num_coords > MOST_VERTICES:
        shown = geometry.simplify(LIGHTER_DEGREES, preserve_topology=True)
    is_point = geometry.geom_type == "Point"
    return {
        "type": "Feature",
        "geometry": json.loads(shown.json),
        "properties": {
            "role": "point" if is_point else role,
            "kind": kind,
            "proof": 0 if role == BEFORE else None,
            "title": title,
        },
    }


def _measure(found: Outlines, was: GEOSGeometry, will: GEOSGeometry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MEASURES, [bytes(was.ewkb), bytes(will.ewkb)])
        areas, lengths, shift, common = _sorted_out(cursor.fetchone())
    if any(areas):
        found.rows.append((_("Surface"), area_words(areas[0]), area_words(areas[1])))
    elif any(lengths):
        found.rows.append((_("Longueur"), metres_words(lengths[0]), metres_words(lengths[1])))
    if round(shift) < 1:
        found.facts.append(_("Le centre reste au même endroit, au mètre près."))
    else:
        found.facts.append(_("Le centre se déplace de %(n)s.") % {"n": metres_words(shift)})
    if common is not None and areas[0]:
        share = whole(100 * common / areas[0])
        found.facts.append(
            _("%(share)s de la surface d’avant est encore couverte (%(area)s).")
            % {"share": f"{share}{NBSP}%", "area": area_words(common)}
        )


def _sorted_out(row: Any) -> tuple[tuple[float, float], tuple[float, float], float, float | None]:
    area, other_area, length, other_length, shift, common = row
    return (area or 0.0, other_area or 0.0), (length or 0.0, other_length or 0.0), shift or 0.0, common


def area_words(square_metres: float) -> str:
    """« 850 m² », « 4,1 ha », « 12 km² »; a point has no area."""
    if not square_metres:
        return _("sans surface")
    if square_metres < HECTARE:
        return f"{whole(square_metres)}{NBSP}m²"
    if square_metres < 10 * SQUARE_KM:
        return f"{_decimal(square_metres / HECTARE)}{NBSP}ha"
    return f"{_decimal(square_metres / SQUARE_KM)}{NBSP}km²"


def metres_words(metres: float) -> str:
    """« 350 m », « 1 234 m », « 12,5 km »."""
    if metres < 10_000:
        return f"{whole(metres)}{NBSP}m"
    return f"{_decimal(metres / 1000)}{NBSP}km"


def _decimal(number: float) -> str:
    return number_format(number, decimal_pos=1, use_l10n=True, force_grouping=True).replace(",0", "")
