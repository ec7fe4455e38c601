"""Coastal communes: computed once from the outlines, saved as a file that a person can read and correct.

The coast is the outside of the national coverage less its land borders, each defined by its two ends and a
point on the way. A commune with a side on it is coastal: it touches the sea or an estuary.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LinearRing, MultiPolygon, Polygon

from geo.importers import coverage
from geo.importers.coverage import Geometries
from geo.importers.nomenclature import DATA, Named

COASTAL = DATA / "communes-littorales.csv"

Coordinates = NDArray[np.float64]
Edge = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class LandBorder:
    """A part of the outside that is no coast, from one point to another by a third (lon, lat; srid 4326)."""

    name: str
    start: tuple[float, float]
    by: tuple[float, float]
    end: tuple[float, float]


LAND_BORDERS = (
    LandBorder("Espagne et Andorre", (-1.7872, 43.3755), (0.66, 42.69), (3.1747, 42.4353)),
    LandBorder("Monaco", (7.4087, 43.7247), (7.4133, 43.7345), (7.4396, 43.7503)),
    LandBorder("De l’Italie à la Belgique", (7.5297, 43.7836), (7.5886, 47.5846), (2.5459, 51.0892)),
    LandBorder("Suriname et Brésil", (-53.9868, 5.7476), (-54.5250, 2.3117), (-51.6333, 4.2060)),
)
FARTHEST_END = 0.05
"""A land border whose ends are farther than this from the outside (degrees) is not in the loaded outlines."""


def read_coastal(path: Path = COASTAL) -> frozenset[str]:
    """Return INSEE codes of the coastal communes and municipal arrondissements."""
    with path.open(encoding="utf-8", newline="") as stream:
        return frozenset(row["code"] for row in csv.DictReader(stream))


def write_coastal(places: list[Named], path: Path = COASTAL) -> None:
    """Write the file that ``read_coastal`` reads, in the order of codes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("code", "nom"))
        writer.writerows((place.code, place.name) for place in sorted(places, key=lambda p: p.code))


def coastal(units: list[Named], geometries: Geometries) -> list[Named]:
    coast = set(coast_edges(geometries))
    return [unit for unit, geometry in zip(units, geometries, strict=True) if _touches(geometry, coast)]


def _touches(geometry: Polygon | MultiPolygon, coast: set[Edge]) -> bool:
    return any(not coast.isdisjoint(edges(ring)) for ring in rings_of(geometry))


def coast_edges(geometries: Geometries) -> Iterator[Edge]:
    """Yield the edges of the outside of the coverage, land borders left out."""
    for outside in open_rings(coverage.as_multi(shapely.coverage_union_all(geometries))):
        ring = shapely.get_coordinates(outside)[:-1]
        is_land = np.zeros(len(ring), dtype=bool)
        for border in LAND_BORDERS:
            is_land |= on_border(ring, border)
        closed = np.vstack([ring, ring[:1]])
        for edge, land in zip(edges(closed), is_land, strict=True):
            if not land:
                yield edge


def open_rings(union: MultiPolygon) -> list[LinearRing]:
    """Return the outer rings of the parts, without those in a hole of another (a missing commune's)."""
    filled = np.array([Polygon(part.exterior) for part in union.geoms])
    inner, _outer = shapely.STRtree(filled).query(filled, "within")
    surrounded = {int(i) for i in inner if np.count_nonzero(inner == i) > 1}  # each part is within itself
    return [part.exterior for i, part in enumerate(union.geoms) if i not in surrounded]


def on_border(ring: Coordinates, border: LandBorder) -> NDArray[np.bool_]:
    """Return which edges of an open ring are on the land border; edge i leaves vertex i."""
    start, start_gap = nearest_vertex(ring, border.start)
    end, end_gap = nearest_vertex(ring, border.end)
    by, _gap = nearest_vertex(ring, border.by)
    edge = np.arange(len(ring))
    if max(start_gap, end_gap) > FARTHEST_END or start == end:
        return np.zeros(len(ring), dtype=bool)
    forward = (edge - start) % len(ring) < (end - start) % len(ring)
    by_is_forward = (by - start) % len(ring) < (end - start) % len(ring)
    return forward if by_is_forward else ~forward


def nearest_vertex(ring: Coordinates, point: tuple[float, float]) -> tuple[int, float]:
    """Return index of the vertex nearest to the point, and their distance in degrees."""
    gaps = np.hypot(ring[:, 0] - point[0], ring[:, 1] - point[1])
    index = int(np.argmin(gaps))
    return index, float(gaps[index])


def rings_of(geometry: Polygon | MultiPolygon) -> Iterator[Coordinates]:
    for part in coverage.as_multi(geometry).geoms:
        yield shapely.get_coordinates(part.exterior)


def edges(ring: Coordinates) -> list[Edge]:
    """Return the edges of a closed ring, each written the same way whichever side it is read from."""
    ends = np.hstack([ring[:-1], ring[1:]])
    backwards = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[backwards] = ends[backwards][:, [2, 3, 0, 1]]
    return [tuple(row) for row in ends.tolist()]
