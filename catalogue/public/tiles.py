"""Vector tiles of the published records, straight from PostGIS (ST_AsMVT).

Layers: ``agregats`` (counts per kind on a grid of 32 × 32 cells), ``fiches`` (points) and ``perimetres``
(lines and polygons). Up to AGGREGATE_MAX_ZOOM a tile has aggregates; above, it has its points, unless
they are more than MAX_POINTS: then aggregates too, so that nothing is ever left out of a tile.
A filtered tile is a queryset of ``MapEntry``.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import BinaryField, Func, QuerySet

from catalogue.models import MapEntry, Record
from catalogue.models.map import MapEntryQuerySet
from catalogue.public.search.prepared import run_prepared
from catalogue.public.search.record_search import RecordSearch
from catalogue.public.search.version import read_version

MAX_ZOOM = 16
AGGREGATE_MAX_ZOOM = 6
CELLS_MAX_ZOOM = 11
"""Last zoom whose cells the database keeps (migration 0010)."""
MAX_POINTS = 1200
MAX_SHAPES = 500
MAX_VERTICES = 40_000
"""Of all the perimeters of a tile; with MAX_POINTS, what keeps a tile under 500 kB."""
WORLD_M = 40_075_016.685578488
NARROWEST_PX = 6
"""A perimeter under this width is only its point; a tile is 512 pixels wide."""
VERSION_S = 2.0
"""For how long a process may answer 304 without asking the database."""

logger = logging.getLogger(__name__)

# mapcell_tile carries it; the rows of a cell are its count and the changes since.
KEPT = """
    SELECT col, line, sum(n) AS n, sum(solution) AS solution, sum(experimentation) AS experimentation,
           sum(operation) AS operation, sum(site) AS site, sum(besoin) AS besoin,
           sum(sum_x) AS sum_x, sum(sum_y) AS sum_y, sum(key)::bigint AS key
    FROM catalogue_mapcell WHERE zoom = {z} AND x = {x} AND y = {y}
    GROUP BY col, line HAVING sum(n) > 0
"""

# mapentry_point carries the box; the grid decides on which side of an edge a point is.
INSIDE = """
    point && ST_TileEnvelope({z}, {x}, {y}, margin => 0.0001)
    AND col BETWEEN {x} << (21 - {z}) AND (({x} + 1) << (21 - {z})) - 1
    AND line BETWEEN {y} << (21 - {z}) AND (({y} + 1) << (21 - {z})) - 1
"""
COUNTED = f"""
    SELECT col >> (16 - {{z}}) AS col, line >> (16 - {{z}}) AS line, count(*) AS n,
           count(*) FILTER (WHERE kind = 'solution') AS solution,
           count(*) FILTER (WHERE kind = 'experimentation') AS experimentation,
           count(*) FILTER (WHERE kind = 'operation') AS operation,
           count(*) FILTER (WHERE kind = 'site') AS site,
           count(*) FILTER (WHERE kind = 'besoin') AS besoin,
           sum(ST_X(point)) AS sum_x, sum(ST_Y(point)) AS sum_y, min(record_id) AS key
    FROM {{entries}} WHERE {INSIDE} GROUP BY 1, 2
"""  # noqa: S608 (a constant of this module)

AGGREGATES = """
SELECT ST_AsMVT(layer, 'agregats', 4096, 'geom') FROM (
    SELECT ST_AsMVTGeom(ST_SetSRID(ST_Point(sum_x / n, sum_y / n), 3857), ST_TileEnvelope({z}, {x}, {y}),
        4096, 0, false)
               AS geom,
           n::int AS n, nullif(solution, 0)::int AS solution, nullif(experimentation, 0)::int
               AS experimentation,
           nullif(operation, 0)::int AS operation, nullif(site, 0)::int AS site, nullif(besoin, 0)::int
               AS besoin,
           one.slug, one.kind, one.title, one.proof,
           CASE WHEN one.due_on < current_date THEN true END AS stale
    FROM cells LEFT JOIN catalogue_mapentry one ON n = 1 AND one.record_id = key
) layer
"""

POINTS = f"""
SELECT count(*) AS n, ST_AsMVT(layer, 'fiches', 4096, 'geom', 'id') AS mvt FROM (
    SELECT record_id AS id, slug, kind, title, proof, precision,
           CASE WHEN due_on < current_date THEN true END AS stale,
           ST_AsMVTGeom(point, ST_TileEnvelope({{z}}, {{x}}, {{y}}), 4096, 0, false) AS geom
    FROM {{entries}} WHERE {INSIDE} LIMIT {{limit}}
) layer
"""  # noqa: S608 (a constant of this module)

# mapshape_shape carries the box and the width.
SHAPES = """
SELECT ST_AsMVT(layer, 'perimetres', 4096, 'geom', 'id') FROM (
    SELECT record_id AS id, slug, kind, title,
           ST_AsMVTGeom(shape, ST_TileEnvelope({z}, {x}, {y}), 4096, 64, true) AS geom
    FROM (
        SELECT *, sum(ST_NPoints(shape)) OVER (ORDER BY width DESC, record_id) AS vertices FROM (
            SELECT * FROM catalogue_mapshape
            WHERE shape && ST_TileEnvelope({z}, {x}, {y}, margin => 0.0157)
                AND width >= {narrowest} {narrowed}
            ORDER BY width DESC, record_id LIMIT {shapes}
        ) widest
    ) measured
    WHERE vertices <= {vertices}
) layer WHERE geom IS NOT NULL
"""

CELLS_OF_ALL = f"WITH cells AS ({KEPT}) {AGGREGATES}"
EITHER_OF_ALL = f"""
WITH cells AS ({KEPT})
SELECT CASE WHEN (SELECT sum(n) FROM cells) > {{most}} THEN ({AGGREGATES})
            ELSE (SELECT mvt FROM ({POINTS}) points) END
"""  # noqa: S608 (constants of this module)
CELLS = f"WITH cells AS ({COUNTED}) {AGGREGATES}"


def tile_exists(z: int, x: int, y: int) -> bool:
    """True for a tile of the world at a zoom that is served."""
    return 0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z


def entries_of(search: RecordSearch) -> QuerySet[MapEntry] | None:
    """The map's entries that are asked for, None for all; the records answer what entries cannot."""
    if not (search.facets or search.criteria):
        return None
    left = {name for name, _value in search.criteria if name not in MapEntryQuerySet.conditions}
    entries = search.narrow(MapEntry.objects.all(), without=left)
    if left:
        own = {*search.terms, *MapEntryQuerySet.conditions}
        records = search.narrow(Record.objects.published(), without=own)
        entries = entries.filter(pk__in=records.order_by().values("pk"))
    return entries


def record_tile(entries: QuerySet[MapEntry] | None, z: int, x: int, y: int) -> bytes:
    """The MVT of one tile of the map's entries (None: all of them); empty when nothing is there."""
    layers = _points(entries, z, x, y)
    if z > AGGREGATE_MAX_ZOOM:
        try:
            layers += bytes(_run(SHAPES, entries, z, x, y)[0])
        except DatabaseError:
            # the points of a tile never fall with a perimeter that PostGIS cannot clip
            logger.exception("Perimeters of tile %s/%s/%s left out", z, x, y)
    return layers


def _points(entries: QuerySet[MapEntry] | None, z: int, x: int, y: int) -> bytes:
    if entries is None and z <= CELLS_MAX_ZOOM:
        return bytes(_run(CELLS_OF_ALL if z <= AGGREGATE_MAX_ZOOM else EITHER_OF_ALL, None, z, x, y)[0])
    if z > AGGREGATE_MAX_ZOOM:
        count, layer = _run(POINTS, entries, z, x, y)
        if count <= MAX_POINTS:
            return bytes(layer)
    return bytes(_run(CELLS, entries, z, x, y)[0])


def _run(template: str, entries: QuerySet[MapEntry] | None, z: int, x: int, y: int) -> Any:
    """The first row of a statement on some entries (None: all), the tile written into it."""
    limits = {"limit": MAX_POINTS + 1, "most": MAX_POINTS, "shapes": MAX_SHAPES, "vertices": MAX_VERTICES}
    if entries is None:
        names = {name: f"%({name})s::int" for name in "zxy"} | {"narrowest": "%(narrowest)s::float8"}
        statement = template.format(**names, **limits, entries="catalogue_mapentry", narrowed="")
        return run_prepared(statement, {"z": z, "x": x, "y": y, "narrowest": _narrowest(z)})
    fields = ("record_id", "col", "line", "kind", "proof", "precision", "slug", "title", "due_on")
    query = entries.order_by().values(*fields, place=AsStored("point")).query
    sql, parameters = query.get_compiler(connection=connection).as_sql()
    statement = template.format(
        z=z,
        x=x,
        y=y,
        narrowest=_narrowest(z),
        **limits,
        entries=f"(SELECT *, place AS point FROM ({sql}) AS e) AS chosen",  # noqa: S608 (compiled by Django)
        narrowed=f"AND record_id IN (SELECT record_id FROM ({sql}) AS chosen)",  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


class AsStored(Func):
    """A geometry column as PostGIS stores it, where Django would select its bytes."""

    template = "%(expressions)s"
    output_field = BinaryField()


def _narrowest(z: int) -> float:
    """Width in Mercator metres of what is NARROWEST_PX wide at a zoom."""
    return WORLD_M / float(2**z) / 512 * NARROWEST_PX


_known = (float("-inf"), "")


def tiles_version() -> str:
    """What names the public state of the catalogue: it changes with every change that the public can see."""
    global _known
    read_at, found = _known
    if time.monotonic() - read_at > VERSION_S:
        found = read_version()
        _known = (time.monotonic(), found)
    return found
