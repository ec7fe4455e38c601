"""Vector tiles of the territory, straight from PostGIS: outlines that suit the zoom, and names of towns.

``version`` changes with each import and makes the ETag; ``tile`` is the bytes, empty where there is nothing.
"""

from __future__ import annotations

import time
from threading import Lock

from django.db import connection

from geo.models import Level, TerritoryLoad
from geo.models.territory import Band

MAX_ZOOM = 16
DESIGN = 1
"""To be raised when the tiles change for the same data."""
VERSION_SECONDS = 10.0
"""How long a process trusts the version that it read."""

LAYERS: tuple[tuple[str, Level, int], ...] = (
    ("regions", Level.REGION, 0),
    ("departements", Level.DEPARTEMENT, 5),
    ("epci", Level.EPCI, 8),
    ("communes", Level.COMMUNE, 10),
    ("arrondissements", Level.ARRONDISSEMENT, 12),
)
"""Name of each layer of outlines, its level and its first zoom."""

# One layer of outlines. Carried by the partial index outline_band_<band>; the band is written in the
# statement, not passed to it, so that the planner sees which. 64 of 4096 is the margin around the tile.
OUTLINES = """
SELECT coalesce(ST_AsMVT(layer, '{name}', 4096, 'geom', 'id'), '') AS mvt
FROM (
    SELECT t.id, t.code, t.name, t.level,
           ST_AsMVTGeom(o.geometry, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM geo_territoryoutline o
    JOIN geo_territory t ON t.id = o.territory_id
    WHERE o.band = {band} AND o.level = '{level}'
      AND o.geometry && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)
) layer
WHERE geom IS NOT NULL
"""

# Names of towns, the biggest of each neighbourhood first. Carried by territory_label_mercator, or by
# territory_label_zoom when the tile is as wide as the country.
TOWNS = """
SELECT coalesce(ST_AsMVT(layer, 'villes', 4096, 'geom', 'id'), '') AS mvt
FROM (
    SELECT id, code, name, level, population, label_zoom AS zoom,
           ST_AsMVTGeom(mercator, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 256, true) AS geom
    FROM geo_territory
    WHERE label_zoom IS NOT NULL AND label_zoom <= %(z)s
      AND mercator && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 256.0 / 4096)
    ORDER BY population DESC NULLS LAST, id
) layer
WHERE geom IS NOT NULL
"""


def band_of(zoom: int) -> Band:
    return next(band for band in sorted(Band) if zoom <= band)


def in_world(z: int, x: int, y: int) -> bool:
    """Return True when the tile exists and is in the range of zooms."""
    return 0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z


def statement(zoom: int) -> str:
    """Return the statement of a tile of this zoom: all its layers, one after the other."""
    band = band_of(zoom)
    layers = [
        OUTLINES.format(name=name, level=level.value, band=band.value)
        for name, level, first_zoom in LAYERS
        if zoom >= first_zoom
    ]
    return "SELECT " + " || ".join(f"({layer})" for layer in [*layers, TOWNS])


def tile(z: int, x: int, y: int) -> bytes:
    """Return the tile in the Mapbox Vector Tile format, empty when no territory is in it."""
    with connection.cursor() as cursor:
        cursor.execute(statement(z), {"z": z, "x": x, "y": y})
        return bytes(cursor.fetchone()[0])


class Version:
    """The version of the data, read at most once every ``VERSION_SECONDS`` by a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._value = ""
        self._read_at = float("-inf")

    def __call__(self) -> str:
        with self._lock:
            if time.monotonic() - self._read_at > VERSION_SECONDS:
                last = TerritoryLoad.objects.values_list("pk", "fingerprint").first()
                self._value = f"{DESIGN}-{last[0]}-{last[1][:12]}" if last else f"{DESIGN}-0"
                self._read_at = time.monotonic()
            return self._value

    def forget(self) -> None:
        """Read the database at the next call, after an import in the same process."""
        self._read_at = float("-inf")


version = Version()
