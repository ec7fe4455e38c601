"""Two outlines of one place: on one map, and the same in words and metres."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalogue.records.content import describe_shape, parse_shape
from catalogue.records.wording import NBSP, format_integer

BEFORE, AFTER = "avant", "apres"
MAX_VERTICES = 5000
"""Beyond, the map shows a lighter outline: a metre is not seen there."""
TOLERANCE_DEGREES = 1e-5
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
    """A place before and after: the features of a map, and a table and facts in words."""

    features: dict[str, Any]
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)


def compare_outlines(kind: str, before: str | None, after: str | None) -> Outlines | None:
    """Return both outlines (WKT, SRID 4326); None when there is none at all."""
    old, new = _parse_shape(before), _parse_shape(after)
    shapes = [(BEFORE, _("Avant"), old), (AFTER, _("Après"), new)]
    features = [_build_feature(kind, role, title, one) for role, title, one in shapes if one is not None]
    if not features:
        return None
    outlines = Outlines({"type": "FeatureCollection", "features": features})
    nowhere = _("sans emplacement")
    first, second = (describe_shape(text) if text else nowhere for text in (before, after))
    outlines.rows.append((_("Emplacement"), first, second))
    if old is not None and new is not None:
        _add_measures(outlines, old, new)
    return outlines


def _parse_shape(wkt: str | None) -> GEOSGeometry | None:
    try:
        found = parse_shape(wkt)
    except (GEOSException, ValueError):
        return None
    return None if found is None or found.empty else found


def _build_feature(kind: str, role: str, title: str, geometry: GEOSGeometry) -> dict[str, Any]:
    shown = geometry
    if geometry.num_coords > MAX_VERTICES:
        shown = geometry.simplify(TOLERANCE_DEGREES, preserve_topology=True)
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


def _add_measures(outlines: Outlines, before: GEOSGeometry, after: GEOSGeometry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MEASURES, [bytes(before.ewkb), bytes(after.ewkb)])
        *measures, common = cursor.fetchone()
    area, new_area, length, new_length, shift = (measure or 0.0 for measure in measures)
    if area or new_area:
        outlines.rows.append((_("Surface"), format_area(area), format_area(new_area)))
    elif length or new_length:
        outlines.rows.append((_("Longueur"), format_metres(length), format_metres(new_length)))
    if round(shift) < 1:
        outlines.facts.append(_("Le centre reste au même endroit, au mètre près."))
    else:
        outlines.facts.append(_("Le centre se déplace de %(n)s.") % {"n": format_metres(shift)})
    if common is not None and area:
        words = {"share": f"{format_integer(100 * common / area)}{NBSP}%", "area": format_area(common)}
        fact = _("%(share)s de la surface d’avant est encore couverte (%(area)s).") % words
        outlines.facts.append(fact)


def format_area(square_metres: float) -> str:
    """Return « 850 m² », « 4,1 ha », « 12 km² »; a point has no area."""
    if not square_metres:
        return _("sans surface")
    if square_metres < HECTARE:
        return f"{format_integer(square_metres)}{NBSP}m²"
    if square_metres < 10 * SQUARE_KM:
        return f"{_format_decimal(square_metres / HECTARE)}{NBSP}ha"
    return f"{_format_decimal(square_metres / SQUARE_KM)}{NBSP}km²"


def format_metres(metres: float) -> str:
    """Return « 350 m », « 1 234 m », « 12,5 km »."""
    if metres < 10_000:
        return f"{format_integer(metres)}{NBSP}m"
    return f"{_format_decimal(metres / 1000)}{NBSP}km"


def _format_decimal(number: float) -> str:
    return number_format(number, decimal_pos=1, use_l10n=True, force_grouping=True).replace(",0", "")
