"""The ground of a static map, drawn by PostGIS: one bounded statement for the outlines, one for the names."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection

from geo.models import Level
from geo.models.territory import Band

MOST_OUTLINES = 600
MOST_VERTICES = 20_000


class Window(NamedTuple):
    """What a map shows, in metres of Web Mercator (srid 3857), and its width in units of the drawing."""

    left: float
    bottom: float
    right: float
    top: float
    wide: float

    @property
    def scale(self) -> float:
        """Units of the drawing in a metre of the projection."""
        return self.wide / (self.right - self.left)

    @property
    def high(self) -> float:
        """Height of the drawing, in its units."""
        return (self.top - self.bottom) * self.scale

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point (srid 3857) stands in the drawing, its y axis going down."""
        return round((x - self.left) * self.scale, 1), round((self.top - y) * self.scale, 1)


OUTLINES = """
SELECT drawn.level, drawn.path
FROM (
    SELECT outline.level,
           ST_AsSVG(
               ST_TransScale(
                   ST_Simplify(
                       ST_ClipByBox2D(outline.geometry, ST_Expand(frame.box, frame.margin)), %(fine)s
                   ),
                   %(dx)s, %(dy)s, %(scale)s, %(scale)s
               ), 1, 1
           ) AS path
    FROM geo_territoryoutline AS outline,
         (SELECT ST_MakeEnvelope(%(left)s, %(bottom)s, %(right)s, %(top)s, 3857) AS box,
                 (%(right)s - %(left)s) / 20 AS margin) AS frame
    WHERE outline.band = %(band)s AND outline.level = ANY(%(levels)s) AND outline.geometry && frame.box
    LIMIT %(most)s
) AS drawn
WHERE drawn.path <> ''
"""
"""Paths of SVG, relative, at a tenth of a unit; y goes down because ST_AsSVG turns it."""

NAMES = """
SELECT name, ST_X(spot), ST_Y(spot)
FROM (
    SELECT name, population, ST_Transform(point, 3857) AS spot
    FROM geo_territory
    WHERE level = 'commune'
      AND point && ST_Transform(ST_MakeEnvelope(%(left)s, %(bottom)s, %(right)s, %(top)s, 3857), 4326)
      AND population >= %(least)s
    ORDER BY population DESC
    LIMIT %(most)s
) AS town
"""
SHAPE = """
SELECT ST_AsSVG(
    ST_TransScale(
        ST_Transform(ST_Simplify(geometry, %(fine)s, true), 3857), %(dx)s, %(dy)s, %(scale)s, %(scale)s
    ), 1, 1
)
FROM catalogue_record
WHERE id = %(record)s AND ST_Dimension(geometry) > 0 AND ST_NPoints(geometry) <= %(most)s
"""


def ground_outlines(window: Window) -> tuple[int, list[tuple[str, str]]]:
    """The zoom band used, and the outlines of the window: level and path."""
    metres = window.right - window.left
    band, levels = _fineness(metres)
    values = {
        **_frame(window),
        "band": band,
        "levels": levels,
        "fine": metres / window.wide / 4,
        "most": MOST_OUTLINES,
    }
    with connection.cursor() as cursor:
        cursor.execute(OUTLINES, values)
        return band, list(cursor.fetchall())


def _fineness(metres: float) -> tuple[int, list[str]]:
    if metres > 700_000:
        return Band.COUNTRY, [Level.REGION]
    if metres > 90_000:
        return Band.REGION, [Level.DEPARTEMENT, Level.REGION]
    return Band.FULL, [Level.COMMUNE, Level.DEPARTEMENT]


def largest_communes(window: Window, least: int, most: int) -> list[tuple[str, float, float]]:
    """The most populous communes of the window with ``least`` inhabitants or more: name, x, y (srid 3857)."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES, {**_frame(window), "least": least, "most": most})
        return list(cursor.fetchall())


def record_path(record: int, window: Window) -> str:
    """Path of a record's perimeter or line; empty for a point or for one of too many vertices."""
    fine = (window.right - window.left) / window.wide / 111_000 / 4
    values = {**_frame(window), "record": record, "fine": fine, "most": MOST_VERTICES}
    with connection.cursor() as cursor:
        cursor.execute(SHAPE, values)
        row = cursor.fetchone()
    return row[0] if row else ""


def _frame(window: Window) -> dict[str, Any]:
    return {
        "left": window.left,
        "bottom": window.bottom,
        "right": window.right,
        "top": window.top,
        "dx": -window.left,
        "dy": -window.top,
        "scale": window.scale,
    }
