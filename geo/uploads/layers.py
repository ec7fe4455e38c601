"""What a spatial file holds once read, and the refusal that says in French why it is not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    """The file is not read; the message says why, in French, to whoever gave it."""


@dataclass(frozen=True)
class Feature:
    """One element of a file: its geometry (srid 4326, two dimensions) and what is said of it."""

    geometry: GEOSGeometry
    properties: Mapping[str, Any]

    @property
    def family(self) -> str:
        """Point, LineString or Polygon, alone or several."""
        return str(self.geometry.geom_type).removeprefix("Multi")

    @property
    def name(self) -> str:
        """The name of the element, or an empty text."""
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


def merged(features: list[Feature]) -> GEOSGeometry:
    """The geometries of features of one family as one: alone, or several together (srid 4326)."""
    if len(features) == 1:
        return features[0].geometry
    parts = [part for feature in features for part in _parts(feature.geometry)]
    whole: GEOSGeometry = MULTIPLE[features[0].family](parts, srid=4326)
    return whole


def _parts(geometry: Any) -> list[GEOSGeometry]:
    return list(geometry) if geometry.geom_type.startswith("Multi") else [geometry]
