"""What a spatial file holds once read, and the refusal that explains in French why it is not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.contrib.gis.geos import (
    GEOSGeometry,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
)

MULTIPLE: dict[str, type[GEOSGeometry]] = {
    "Point": MultiPoint,
    "LineString": MultiLineString,
    "Polygon": MultiPolygon,
}
"""The families of geometries, each with the class that holds several."""


class UploadRefused(Exception):
    """The file is not read; the message explains it, in French, to whoever gave it.

    ``lines`` are the numbers of the elements at fault, where they are known.
    """

    def __init__(self, message: str, lines: Iterable[int] = ()) -> None:
        super().__init__(message)
        self.lines = tuple(lines)


@dataclass(frozen=True)
class Feature:
    """One element of a file: its geometry (srid 4326, two dimensions) and its properties."""

    geometry: GEOSGeometry
    properties: Mapping[str, Any]

    @property
    def family(self) -> str:
        """Point, LineString or Polygon, alone or several."""
        return str(self.geometry.geom_type).removeprefix("Multi")

    @property
    def name(self) -> str:
        for key, value in self.properties.items():
            if key.lower() in {"name", "nom", "title", "titre", "libelle", "label"} and value:
                return str(value)[:80]
        return ""


@dataclass(frozen=True)
class Layer:
    """The elements of a file, in degrees; ``srid`` is the reference system that the file was in."""

    features: list[Feature]
    srid: int
    format: str


@dataclass(slots=True)
class SpatialTable:
    """A layer as a table: each element is a row, its geometry one more cell, in the file's own coordinates.

    ``srid`` is that of the file, None when it does not say; ``likely`` is then what its coordinates suggest.
    ``shapes`` and ``rows`` go together; an element without geometry has an empty shape.
    """

    format: str
    names: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    srid: int | None = None
    likely: int | None = None
    layer: str = ""
    layers: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    is_spatial: bool = True


def merged(features: list[Feature]) -> GEOSGeometry:
    """Return the geometries of features of one family as one, alone or several together (srid 4326)."""
    if len(features) == 1:
        return features[0].geometry
    parts = chain.from_iterable(_parts(feature.geometry) for feature in features)
    whole: GEOSGeometry = MULTIPLE[features[0].family](list(parts), srid=4326)
    return whole


def _parts(geometry: Any) -> list[GEOSGeometry]:
    return list(geometry) if geometry.geom_type.startswith("Multi") else [geometry]
