"""KML and GPX, parsed by defusedxml: no entity, no external reference, no link is followed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from geo.drawing import UNREADABLE, build_geometry
from geo.uploads.layers import Feature, UploadRefused

KML_GEOMETRIES = frozenset({"Point", "LineString", "LinearRing", "Polygon"})


def parse(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise UploadRefused(
            _("Ce fichier XML déclare des entités ou un type de document : il n’est pas lu.")
        ) from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise UploadRefused(_("Ce fichier XML est tronqué ou mal formé.")) from None
    return root


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def read_kml(root: Element) -> list[Feature]:
    """Return the features of a KML document: each Placemark, one feature for each family it holds."""
    features = []
    for placemark in (one for one in root.iter() if local(one) == "Placemark"):
        properties = _texts(placemark, ("name", "description"))
        features += [Feature(_kml_geometry(element), properties) for element in _kml_elements(placemark)]
    return features


def _kml_elements(placemark: Element) -> Iterator[Element]:
    """Yield the geometries of a Placemark, those within MultiGeometry included, rings of polygons aside."""
    pending = list(placemark)
    while pending:
        element = pending.pop(0)
        if local(element) in KML_GEOMETRIES:
            yield element
        elif local(element) == "MultiGeometry":
            pending[:0] = list(element)


def _kml_geometry(element: Element) -> GEOSGeometry:
    kind = local(element)
    if kind == "Polygon":
        outer, inner = _rings(element, "outerBoundaryIs"), _rings(element, "innerBoundaryIs")
        return _build("Polygon", [*outer, *inner])
    positions = next(_positions(element), [])
    if kind == "Point":
        return _build("Point", positions[0] if positions else [])
    return _build("LineString", positions)


def _rings(polygon: Element, boundary: str) -> Iterator[list[list[str]]]:
    return chain.from_iterable(_positions(one) for one in polygon if local(one) == boundary)


def _positions(element: Element) -> Iterator[list[list[str]]]:
    """Yield the positions of each ``coordinates`` in the element, « lon,lat,height lon,lat,height »."""
    for one in element.iter():
        if local(one) == "coordinates":
            yield [position.split(",") for position in (one.text or "").split()]


def read_gpx(root: Element) -> list[Feature]:
    """Return the features of a GPX document: way points, then routes, then tracks."""
    points = [
        Feature(_build("Point", _place(one)), _texts(one, ("name", "desc")))
        for one in root
        if local(one) == "wpt"
    ]
    lines = []
    for one in root:
        if local(one) == "rte":
            lines.append((one, [[_place(point) for point in one if local(point) == "rtept"]]))
        elif local(one) == "trk":
            segments = [part for part in one if local(part) == "trkseg"]
            lines.append(
                (one, [[_place(point) for point in part if local(point) == "trkpt"] for part in segments])
            )
    features = list(points)
    for element, parts in lines:
        long_enough = [part for part in parts if len(part) > 1]
        if long_enough:
            several = len(long_enough) > 1
            geometry = _build(
                "MultiLineString" if several else "LineString", long_enough if several else long_enough[0]
            )
            features.append(Feature(geometry, _texts(element, ("name", "desc"))))
    return features


def _place(element: Element) -> list[str | None]:
    return [element.get("lon"), element.get("lat")]


def _texts(element: Element, names: tuple[str, ...]) -> dict[str, str]:
    return {
        local(child): " ".join((child.text or "").split())[:500] for child in element if local(child) in names
    }


def _build(kind: str, coordinates: Any) -> GEOSGeometry:
    try:
        geometry = build_geometry({"type": kind, "coordinates": coordinates})
    except UNREADABLE:
        raise UploadRefused(_("Une géométrie de ce fichier ne se lit pas.")) from None
    geometry.srid = 4326
    return geometry
