"""Tiles: the endpoint against its own SQL run bare, against 304, and against tipg."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg

from bench.databases import connect
from bench.processes import Client, backends, cpu_s, family, site, tipg
from catalogue.public import tiles

ZOOMS = (6, 10, 13)
PLACES = 20
ROUNDS = 6
COLLECTION = "/collections/public.catalogue_mapentry/tiles/WebMercatorQuad/{z}/{x}/{y}"
"""The narrow table with its own index: tipg is given what the site gives itself."""
PROPERTIES = "slug,kind,title,proof,precision"
Tile = tuple[int, int, int]

# Communes drawn by a hash, each as likely: what a visitor of any place asks for.
DRAWN = """
SELECT DISTINCT floor((ST_X(mercator) / 40075016.685578488 + 0.5) * 2 ^ %(z)s)::int,
       floor((0.5 - ST_Y(mercator) / 40075016.685578488) * 2 ^ %(z)s)::int
FROM (
    SELECT mercator FROM geo_territory WHERE level = 'commune' AND is_current AND mercator IS NOT NULL
    ORDER BY md5(code) LIMIT %(places)s
) drawn ORDER BY 1, 2
"""

# The tile of a zoom with the most records under 10,000.
FULLEST = """
SELECT col >> (21 - %(z)s) AS x, line >> (21 - %(z)s) AS y, count(*) AS n FROM catalogue_mapentry
GROUP BY 1, 2 HAVING count(*) <= 10000 ORDER BY n DESC LIMIT 1
"""

# Before anything was stored for the map: what a first version would write for the same low zoom.
PLAIN_AGGREGATES = """
WITH cells AS (
    SELECT count(*) AS n, ST_Centroid(ST_Collect(mercator)) AS centre FROM catalogue_record
    WHERE state = 'publiee' AND mercator && ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int)
    GROUP BY floor(ST_X(mercator) / %(cell)s), floor(ST_Y(mercator) / %(cell)s)
)
SELECT ST_AsMVT(layer, 'agregats') FROM (
    SELECT n, ST_AsMVTGeom(centre, ST_TileEnvelope(%(z)s::int, %(x)s::int, %(y)s::int)) AS geom FROM cells
) layer
"""


def draw_tiles(connection: psycopg.Connection, z: int) -> list[Tile]:
    """Return the tiles of a zoom that contain the communes drawn."""
    return [(z, x, y) for x, y in connection.execute(DRAWN, {"z": z, "places": PLACES}).fetchall()]


def measure_requests(
    pids: Callable[[], list[int]], ask: Callable[[Tile], object], squares: list[Tile], rounds: int
) -> dict[str, float]:
    """Return the CPU and median milliseconds of one request, after a round to warm up."""
    for square in squares:
        ask(square)
    watched, times = pids(), []
    before = cpu_s(watched)
    for _ in range(rounds):
        for square in squares:
            began = time.perf_counter()
            ask(square)
            times.append(time.perf_counter() - began)
    return {
        "cpu_ms": 1000 * (cpu_s(watched) - before) / len(times),
        "ms": 1000 * statistics.median(times),
    }


def statements(z: int) -> list[str]:
    """Return the SQL that the endpoint runs for a tile of all records at a zoom."""
    if z <= tiles.AGGREGATE_MAX_ZOOM:
        return [tiles.CELLS_OF_ALL]
    return [tiles.EITHER_OF_ALL if z <= tiles.CELLS_MAX_ZOOM else tiles.POINTS, tiles.SHAPES]


def measure_raw_sql(name: str, z: int, squares: list[Tile], rounds: int) -> dict[str, float]:
    """Measure the same SQL from a bare loop: no HTTP, no Django; CPU of PostgreSQL alone."""
    with connect(name) as connection, connection.cursor(binary=True) as cursor:
        names = {key: f"%({key})s::int" for key in "zxy"} | {"narrowest": "%(narrowest)s::float8"}
        limits = {"limit": tiles.MAX_POINTS + 1, "most": tiles.MAX_POINTS, "shapes": tiles.MAX_SHAPES}
        texts = [
            text.format(
                **names, **limits, vertices=tiles.MAX_VERTICES, entries="catalogue_mapentry", narrowed=""
            )
            for text in statements(z)
        ]
        narrowest = tiles.WORLD_M / 2**z / 512 * tiles.NARROWEST_PX

        def ask(square: Tile) -> None:
            for text in texts:
                values = {"z": square[0], "x": square[1], "y": square[2], "narrowest": narrowest}
                cursor.execute(text, values, prepare=True)
                cursor.fetchone()

        return measure_requests(lambda: [connection.info.backend_pid], ask, squares, rounds)


def measure_endpoint(name: str, squares: list[Tile], rounds: int, cached: bool = False) -> dict[str, float]:
    """Measure the site's own answer over HTTP; ``cached``: with the ETag that it gave before."""
    with site(name) as (pid, port), connect(name) as connection:
        client, tags, weights = Client(port), {}, []

        def ask(square: Tile) -> None:
            headers = {"If-None-Match": tags[square]} if cached and square in tags else None
            status, body, tag = client.get("/tuiles/fiches/{}/{}/{}.mvt".format(*square), headers)
            if status not in {200, 204, 304}:
                raise RuntimeError(f"tile {square}: {status}")
            tags[square] = tag
            weights.append(len(body))

        found = measure_requests(lambda: family(pid) + backends(connection), ask, squares, rounds)
        return {**found, "most_bytes": max(weights)}


def measure(name: str, compare: bool) -> dict[str, Any]:
    """Measure tiles on one of the databases; ``compare``: with tipg as well."""
    found: dict[str, Any] = {}
    with connect(name) as connection:
        squares = {z: draw_tiles(connection, z) for z in ZOOMS}
        fullest = (
            {z: connection.execute(FULLEST, {"z": z}).fetchone() for z in (8, 10, 12)} if compare else {}
        )
    for z in ZOOMS:
        rounds = max(1, ROUNDS * PLACES // len(squares[z]))
        found[str(z)] = {
            "raw": measure_raw_sql(name, z, squares[z], rounds),
            "site": measure_endpoint(name, squares[z], rounds),
            "cached": measure_endpoint(name, squares[z], rounds, cached=True),
        }
    if compare:
        found["plain"] = measure_plain_sql(name, squares[6])
        for z in ZOOMS:
            found[str(z)]["tipg"] = measure_tipg(name, squares[z][: 4 if z == 6 else 12])
        found["same"] = {
            str(z): measure_same_features(name, (z, row[0], row[1]), row[2])
            for z, row in fullest.items()
            if row
        }
    return found


def measure_plain_sql(name: str, squares: list[Tile]) -> dict[str, float]:
    """Measure the low zoom as a first version would write it, in SQL."""
    with connect(name) as connection:

        def ask(square: Tile) -> None:
            z, x, y = square
            connection.execute(
                PLAIN_AGGREGATES, {"z": z, "x": x, "y": y, "cell": tiles.WORLD_M / 2**z / 32}
            ).fetchone()

        return measure_requests(lambda: [connection.info.backend_pid], ask, squares[:4], 1)


def measure_tipg(name: str, squares: list[Tile]) -> dict[str, float]:
    """Measure the same tiles from tipg, with our properties and its own limit of 10,000 features."""
    with tipg(name) as (pid, port), connect(name) as connection:
        client = Client(port)

        def ask(square: Tile) -> None:
            z, x, y = square
            path = COLLECTION.format(z=z, x=x, y=y)
            status, body, _ = client.get(f"{path}?properties={PROPERTIES}&geom-column=point&limit=10000")
            if status not in {200, 204}:
                raise RuntimeError(f"tipg {square}: {status} {body[:200]!r}")

        return measure_requests(lambda: family(pid) + backends(connection), ask, squares, 2)


def measure_same_features(name: str, square: Tile, features: int) -> dict[str, Any]:
    """Measure one tile whose points both send, all of them."""
    with site(name, "bench.wsgi_many:application") as (pid, port), connect(name) as connection:
        client = Client(port)
        ours = measure_requests(
            lambda: family(pid) + backends(connection),
            lambda tile: client.get("/tuiles/fiches/{}/{}/{}.mvt".format(*tile)),
            [square],
            20,
        )
    return {"features": features, "site": ours, "tipg": measure_tipg(name, [square] * 6)}
