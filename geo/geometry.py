"""Geometries seen by shapely, which reads and writes whole arrays where GEOS answers one number a call."""

from __future__ import annotations

import re

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Shapes = NDArray[np.object_]
EXPONENT = re.compile(r"-?[\d.]+e[+-]\d+")
NEARLY_HALF = 1e-3
"""How near to a half, in the last decimal, a product of floats says nothing of the side."""


def to_shapely(geometry: GEOSGeometry) -> shapely.Geometry:
    """Return the same geometry as shapely's. GeoDjango has read it: its parts are not nested without end."""
    with np.errstate(invalid="ignore"):  # raised by what is not a number
        return shapely.from_wkb(bytes(geometry.wkb))


def round_numbers(numbers: Numbers, decimals: int | NDArray[np.int64]) -> Numbers:
    """Round as Python's formatting does, halves included, where NumPy's own rounding may differ."""
    places = np.broadcast_to(decimals, numbers.shape)
    scale = 10.0**places
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = numbers * scale
        rounded = np.where(np.abs(scaled) < 2**53, np.rint(scaled) / scale, numbers)
        halves = np.abs(scaled - np.floor(scaled) - 0.5) < NEARLY_HALF
    for index in zip(*np.nonzero(halves), strict=True):
        rounded[index] = round(float(numbers[index]), int(places[index]))
    return rounded


def write_wkt(shapes: Shapes) -> list[str]:
    """Return each geometry as WKT, its numbers as short as they can be and never with an exponent."""
    texts = shapely.to_wkt(shapes, rounding_precision=-1).tolist()
    return [EXPONENT.sub(_without_exponent, text) if "e" in text else text for text in texts]


def _without_exponent(number: re.Match[str]) -> str:
    return np.format_float_positional(float(number[0]), trim="-")
