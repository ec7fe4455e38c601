"""What must hold of the loaded territory, each with its figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from geo.models.territory import Band

AREA_TOLERANCE = 0.001
"""Largest difference between an area and the sum of its communes', as a share."""

INVALID = "SELECT count(*) FROM geo_territory WHERE geometry IS NOT NULL AND NOT ST_IsValid(geometry)"
STRAY_POINTS = """
SELECT count(*) FROM geo_territory
WHERE geometry IS NOT NULL AND level <> 'pays' AND (point IS NULL OR NOT ST_Covers(geometry, point))
"""
# Largest difference, as a share, between the area of a territory and the sum of its communes'.
AREA_GAP = """
SELECT coalesce(max(abs(m.total - t.area_km2) / t.area_km2), 0)
FROM geo_territory t
JOIN (SELECT {level}_id AS id, sum(area_km2) AS total FROM geo_territory WHERE level = 'commune' GROUP BY 1) m
  ON m.id = t.id
WHERE t.level = '{level}' AND t.area_km2 IS NOT NULL
"""
OUTLINES = "SELECT ST_AsBinary(geometry) FROM geo_territoryoutline WHERE level = %s AND band = %s"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing checked: whether it holds, and the figure that shows it."""

    what: str
    figure: str
    holds: bool


def findings() -> Iterator[Finding]:
    """Yield all that must hold, checked one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for what, sql in (("contours invalides", INVALID), ("points hors de leur contour", STRAY_POINTS)):
            number = scalar(cursor, sql)
            yield Finding(what, str(number), number == 0)
        for level in ("epci", "departement", "region"):
            gap = scalar(cursor, AREA_GAP.format(level=level))
            what = f"écart de superficie entre {level} et somme de ses communes"
            yield Finding(what, f"{gap:.5%}", gap <= AREA_TOLERANCE)
        yield from coverage_findings(cursor)


def coverage_findings(cursor: Any) -> Iterator[Finding]:
    """Yield whether neighbours share their borders in each band, without overlap nor hole of its own."""
    holes: dict[str, int] = {}
    drawn = {
        Band.FULL: ("commune", "epci", "departement", "region"),
        Band.REGION: ("epci", "departement", "region"),
        Band.COUNTRY: ("departement", "region"),
    }
    for band, levels in drawn.items():
        for level in levels:
            outlines = read_outlines(cursor, level, band)
            clean = bool(shapely.coverage_is_valid(outlines))
            overlap = overlap_share(outlines)
            name = f"{level}, {band.label}"
            yield Finding(f"bords partagés : {name}", "oui" if clean else "non", clean)
            yield Finding(f"recouvrement : {name}", f"{overlap:.1e}", overlap < 1e-9)
            number = hole_count(outlines)
            known = holes.setdefault(level, number)
            yield Finding(f"trous : {name}", str(number), number <= known)


def scalar(cursor: Any, sql: str) -> Any:
    """Return the only value of the statement."""
    cursor.execute(sql)
    return cursor.fetchone()[0]


def read_outlines(cursor: Any, level: str, band: int) -> NDArray[Any]:
    """Return outlines of a level in a band (srid 3857)."""
    cursor.execute(OUTLINES, [level, band])
    return np.asarray(shapely.from_wkb([bytes(row[0]) for row in cursor.fetchall()]))


def overlap_share(outlines: NDArray[Any]) -> float:
    """Return by which share the sum of the areas exceeds that of the union; 0 when nothing overlaps."""
    union = shapely.coverage_union_all(outlines)
    return float(abs(shapely.area(outlines).sum() - union.area) / union.area)


def hole_count(outlines: NDArray[Any]) -> int:
    union = shapely.coverage_union_all(outlines)
    return int(shapely.get_num_interior_rings(shapely.get_parts(union)).sum())
