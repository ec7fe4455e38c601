"""Vector tiles of the published records, straight from PostGIS (ST_AsMVT).

Layers: ``agregats`` (counts per kind on a grid) up to AGGREGATE_MAX_ZOOM, then ``fiches`` (points)
and ``perimetres`` (lines and polygons). The set of records is the queryset of the list itself.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BinaryField, Func, QuerySet

MAX_ZOOM = 16
AGGREGATE_MAX_ZOOM = 6
MAX_FEATURES = 5000
GRID_CELLS = 16
"""Cells of the aggregate on one side of a tile."""

# record_mercator_published carries the envelope test of the inner query.
AGGREGATES = """
WITH bounds AS (SELECT ST_TileEnvelope(%s, %s, %s) AS box, %s::float8 AS cell),
found AS ({records}),
cells AS (
    SELECT count(*) AS n,
           count(*) FILTER (WHERE kind = 'solution') AS solution,
           count(*) FILTER (WHERE kind = 'experimentation') AS experimentation,
           count(*) FILTER (WHERE kind = 'operation') AS operation,
           count(*) FILTER (WHERE kind = 'site') AS site,
           count(*) FILTER (WHERE kind = 'besoin') AS besoin,
           ST_Centroid(ST_Collect(place)) AS centre,
           min(slug) AS slug, min(title) AS title, min(kind) AS kind, max(proof_level) AS proof
    FROM found, bounds
    WHERE place && box AND ST_X(place) < ST_XMax(box) AND ST_Y(place) < ST_YMax(box)
    GROUP BY floor(ST_X(place) / cell), floor(ST_Y(place) / cell)
)
SELECT ST_AsMVT(layer, 'agregats') FROM (
    SELECT ST_AsMVTGeom(centre, box, 4096, 0, true) AS geom, n, solution, experimentation, operation, site, besoin,
           CASE WHEN n = 1 THEN slug END AS slug, CASE WHEN n = 1 THEN title END AS title,
           CASE WHEN n = 1 THEN kind END AS kind, CASE WHEN n = 1 THEN proof END AS proof
    FROM cells, bounds
) layer
"""

# record_mercator_published for the points, record_geometry for the perimeters.
FEATURES = """
WITH bounds AS (SELECT ST_TileEnvelope(%s, %s, %s) AS box),
points AS (SELECT * FROM ({records}) found, bounds WHERE place && box LIMIT {limit}),
shapes AS (
    SELECT * FROM ({shapes}) found, bounds
    WHERE place && ST_Transform(box, 4326) AND ST_Dimension(place) > 0 LIMIT {limit}
)
SELECT (SELECT ST_AsMVT(layer, 'fiches', 4096, 'geom', 'id') FROM (
            SELECT id, slug, kind, title, proof_level AS proof, location_precision AS precision,
                   ST_AsMVTGeom(place, box, 4096, 64, true) AS geom
            FROM points
        ) layer)
    || (SELECT ST_AsMVT(layer, 'perimetres', 4096, 'geom', 'id') FROM (
            SELECT id, slug, kind, title,
                   ST_AsMVTGeom(ST_Transform(place, 3857), box, 4096, 64, true) AS geom
            FROM shapes
        ) layer)
"""


def record_tile(records: QuerySet, z: int, x: int, y: int) -> bytes:
    """The MVT of one tile (Web Mercator, srid 3857) of a queryset of records; empty bytes when nothing is there."""
    if z <= AGGREGATE_MAX_ZOOM:
        sql, parameters = _select(records, "mercator", "kind", "slug", "title", "proof_level")
        cell = 2 * 20037508.342789244 / 2**z / GRID_CELLS
        return _fetch(AGGREGATES.replace("{records}", sql), [z, x, y, cell, *parameters])
    points, point_parameters = _select(
        records, "mercator", "id", "slug", "kind", "title", "proof_level", "location_precision"
    )
    shapes, shape_parameters = _select(records, "geometry", "id", "slug", "kind", "title")
    statement = (
        FEATURES.replace("{records}", points).replace("{shapes}", shapes).replace("{limit}", str(MAX_FEATURES))
    )
    return _fetch(statement, [z, x, y, *point_parameters, *shape_parameters])


class _AsStored(Func):
    """A geometry column as PostGIS stores it, where Django would select its bytes."""

    template = "%(expressions)s"
    output_field = BinaryField()


def _select(records: QuerySet, geometry: str, *columns: str) -> tuple[str, tuple[Any, ...]]:
    """The SQL of ``place`` (the geometry column) and some columns of a queryset, unordered, with its parameters."""
    query = records.order_by().values(*columns, place=_AsStored(geometry)).query
    sql, parameters = query.get_compiler(connection=connection).as_sql()
    return sql, tuple(parameters)


def _fetch(statement: str, parameters: list[Any]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""
