"""The zone of a saved search (srid 4326): the window of the map, or a shape that contains the circle.

A window is exact: a record is in it when its box overlaps one of the boxes. A circle is not: its shape
only finds the candidates by index, true metres decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from geo.drawing import WGS84, WORLD, check_geometry

MARGIN = 1.02
"""How much wider than the circle its shape is: chords and projection keep it within one per cent."""
LEAST_M = 100.0
POLAR = 80.0
"""Latitude (degrees) from which a circle may hold a pole: its shape is then the whole cap."""
CAP = 75.0

# ST_Buffer of a geography measures in metres; across the antimeridian its longitudes jump, hence the shift.
CIRCLE = """
WITH disc AS (SELECT ST_Buffer(%s::geography, %s, 'quad_segs=16')::geometry AS shape)
SELECT ST_AsEWKB(CASE WHEN ST_XMax(shape) - ST_XMin(shape) > 180
                      THEN ST_WrapX(ST_ShiftLongitude(shape), 180, -360) ELSE shape END)
FROM disc
"""


def window(boxes: Sequence[Polygon]) -> GEOSGeometry:
    """The boxes of a window of the map (one, or two across the antimeridian), within the world."""
    parts = [part for box in boxes if (part := _within_world(box)) is not None]
    if not parts:
        raise ValidationError(_("Cette fenêtre de la carte ne contient aucun lieu : déplacez-la."))
    return _checked(parts[0] if len(parts) == 1 else MultiPolygon(parts, srid=WGS84))


def circle(centre: Point, metres: float) -> GEOSGeometry:
    """A shape that contains the circle of that radius around ``centre``, with little to spare."""
    if abs(centre.y) > POLAR:
        north = centre.y > 0
        cap = (WORLD[0], CAP if north else WORLD[1], WORLD[2], WORLD[3] if north else -CAP)
        return _checked(_box(*cap))
    with connection.cursor() as cursor:
        cursor.execute(CIRCLE, [centre.ewkt, max(metres * MARGIN, LEAST_M)])
        shape = GEOSGeometry(memoryview(cursor.fetchone()[0]))
    return _checked(shape)


def _box(west: float, south: float, east: float, north: float) -> Polygon:
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = WGS84
    return box


def _within_world(box: Polygon) -> Polygon | None:
    """The part of a box where records may stand; a box without width gets the least there is."""
    west, south, east, north = box.extent
    south, north = max(south, WORLD[1]), min(north, WORLD[3])
    if south > north:
        return None
    left, right = _widened(west, east, WORLD[2])
    bottom, top = _widened(south, north, WORLD[3])
    return _box(left, bottom, right, top)


def _widened(low: float, high: float, most: float) -> tuple[float, float]:
    if low < high:
        return low, high
    return (math.nextafter(low, -math.inf), low) if low >= most else (low, math.nextafter(low, math.inf))


def _checked(zone: GEOSGeometry) -> GEOSGeometry:
    check_geometry(zone, in_france=False)
    return zone
