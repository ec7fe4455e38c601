"""Polygons that tile the ground: cleaned, merged and generalised without a gap or an overlap appearing.

Arrays of shapely geometries in, arrays out. Degrees are srid 4326, metres of the map are srid 3857.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

Geometries = NDArray[Any]
EARTH_RADIUS = 6378137.0
"""Radius of the sphere of Web Mercator, metres."""


def as_multi(geometry: Polygon | MultiPolygon) -> MultiPolygon:
    return geometry if isinstance(geometry, MultiPolygon) else MultiPolygon([geometry])


def clean(geometries: Geometries) -> Geometries:
    """Return the polygons with mismatched edges matched and overlaps given to one of the two; gaps stay."""
    return np.asarray(shapely.coverage_clean(geometries))


def merge(geometries: Geometries, groups: Sequence[Any]) -> dict[Any, Polygon | MultiPolygon]:
    """Return the union of the polygons of each group; a polygon whose group is falsy belongs to none."""
    members: dict[Any, list[int]] = {}
    for index, group in enumerate(groups):
        if group:
            members.setdefault(group, []).append(index)
    return {group: shapely.coverage_union_all(geometries[indexes]) for group, indexes in members.items()}


def simplify(geometries: Geometries, tolerance: float) -> Geometries:
    """Return the polygons generalised together, which keep shared borders (tolerance in their unit)."""
    return np.asarray(shapely.coverage_simplify(geometries, tolerance))


def to_mercator(geometries: Geometries) -> Geometries:
    """Return the geometries in srid 3857, vertex by vertex, so that a shared border stays shared."""
    return np.asarray(shapely.transform(geometries, mercator))


def mercator(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Web Mercator coordinates in metres of an array of (lon, lat)."""
    radians = np.radians(degrees)
    return EARTH_RADIUS * np.column_stack([radians[:, 0], np.arcsinh(np.tan(radians[:, 1]))])


def holes(geometries: Geometries) -> list[Polygon]:
    """Return the holes of the union: ground of none, surrounded by polygons."""
    union = as_multi(shapely.coverage_union_all(geometries))
    rings = chain.from_iterable(part.interiors for part in union.geoms)
    return [Polygon(ring) for ring in rings]


def fill_holes(geometries: Geometries, may_be_incomplete: Sequence[bool]) -> tuple[Geometries, list[int]]:
    """Return the polygons with each hole given to its only incomplete neighbour, and the indexes that grew.

    A hole between several incomplete neighbours, or none, stays: nothing shows whose it is.
    """
    filled = geometries.copy()
    tree = shapely.STRtree(geometries)
    grown = []
    for hole in holes(geometries):
        around = [i for i in tree.query(hole, "intersects") if common_side(hole, geometries[i]) > 0]
        lacking = [int(i) for i in around if may_be_incomplete[i]]
        if len(lacking) == 1:
            filled[lacking[0]] = shapely.union_all([filled[lacking[0]], hole])
            grown.append(lacking[0])
    return filled, grown


def close_gaps(geometries: Geometries, largest: float) -> Geometries:
    """Return the polygons, each hole of at most ``largest`` (square units) given to its longest neighbour.

    For drawing at low zooms, where a missing commune is a speck.
    """
    closed = geometries.copy()
    tree = shapely.STRtree(geometries)
    for hole in holes(geometries):
        if hole.area <= largest:
            around = tree.query(hole, "intersects")
            longest = max(around, key=lambda i: common_side(hole, geometries[i]))
            closed[longest] = shapely.union_all([closed[longest], hole])
    return closed


def common_side(hole: Polygon, other: Polygon | MultiPolygon) -> float:
    """Return length of the line along which the two touch; 0 when they touch at a corner only."""
    return float(shapely.length(shapely.intersection(hole.boundary, other.boundary)))
