"""A geometry that a person draws or types: read without GDAL, checked, its faults explained in French.

Forms use ``DrawingField``: a text area of GeoJSON or WKT that works alone, and that
``static/js/drawing.js`` turns into a map. What passes ``read_geometry`` passes the database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from django import forms
from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    WKBWriter,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from geo.geometry import to_shapely

WGS84 = 4326
MOST_VERTICES = 20_000
LONGEST_TEXT = 2_000_000
"""Characters of a typed geometry: twenty thousand vertices written with all their decimals."""
WORLD = (-180.0, -85.0, 180.0, 85.0)
"""Bounds in degrees (srid 4326): what Web Mercator can show."""
LAMBERT_93 = (0.0, 6_000_000.0, 1_300_000.0, 7_200_000.0)
"""Bounds of mainland France in metres (srid 2154)."""
SWAPPED = (41.0, -5.5, 51.5, 10.0)
"""Bounds of mainland France in degrees, latitude first."""

TILES = "/tuiles/territoires/{z}/{x}/{y}.mvt"
"""URL of the base map, ``geo:tile-territories``."""
PLAN_IGN = (
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)
"""The Plan IGN, drawn instead where the operator turns it on (IGN_BASEMAP)."""

TURNED = _("La longitude et la latitude semblent inversées : la longitude vient d’abord.")
Box = tuple[float, float, float, float]


def read_geometry(text: str, *, in_france: bool = True) -> GEOSGeometry:
    """Return the geometry (srid 4326, two dimensions) of a GeoJSON or WKT text; else ValidationError."""
    geometry = parse_geometry(text)
    geometry.srid = WGS84
    check_geometry(geometry, in_france=in_france)
    return geometry


def parse_geometry(text: str) -> GEOSGeometry:
    """Return the geometry that a GeoJSON or WKT text describes, unchecked; else ValidationError."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("Ce tracé est trop long : au plus 20 000 sommets."))
    return _from_geojson(text) if text.startswith("{") else _from_wkt(text)


def write_geometry(geometry: GEOSGeometry) -> str:
    """Return the geometry as GeoJSON, coordinates as they are stored."""
    return json.dumps(geojson(geometry))


def geojson(geometry: GEOSGeometry) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(shapely.to_geojson(to_shapely(geometry)))
    return described


def flat(geometry: GEOSGeometry) -> GEOSGeometry:
    """Return the geometry without its heights; KeyError for a kind that is not drawn."""
    if not geometry.hasz:
        return geometry
    if geometry.geom_type not in BUILDERS:
        raise KeyError(geometry.geom_type)
    return GEOSGeometry(WKBWriter(dim=2).write(geometry))


def check_geometry(geometry: GEOSGeometry, *, in_france: bool = True) -> None:
    """Raise ValidationError, in French, unless the database would keep ``geometry`` (srid 4326).

    Where the country is known to be another than France, pass ``in_france=False``: a place of Somalia
    has the coordinates of a French one whose axes are swapped.
    """
    if geometry.geom_type not in BUILDERS:
        raise ValidationError(
            _("Donnez un point, une ligne ou un polygone, seuls ou plusieurs du même type.")
        )
    if geometry.num_coords > MOST_VERTICES:
        raise ValidationError(_("Ce tracé a trop de sommets : au plus 20 000."))
    if any(part.empty for part in _parts(geometry)):
        raise ValidationError(_("Ce tracé, ou l’une de ses parties, est vide."))
    _check_bounds(geometry)
    if in_france and seems_swapped(geometry):
        raise ValidationError(TURNED)
    if not geometry.valid:
        place = re.search(r"\[(\S+) (\S+)\]", geometry.valid_reason)
        raise ValidationError(
            _("Ce tracé n’est pas valide : il se recoupe ou touche son propre bord%(place)s.")
            % {"place": _(" vers %s, %s (longitude, latitude)") % place.groups() if place else ""}
        )


def _check_bounds(geometry: GEOSGeometry) -> None:
    numbers = shapely.get_coordinates(to_shapely(geometry), include_z=geometry.hasz)
    if not (numbers.size and np.isfinite(numbers).all()):  # the WKB of a point of NaN is that of an empty one
        raise ValidationError(_("Une coordonnée n’est pas un nombre."))
    box = box_of(geometry)
    if within(box, LAMBERT_93) and not within(box, WORLD):
        raise ValidationError(
            _(
                "Ces coordonnées semblent être des mètres (Lambert-93) : donnez la longitude et la latitude "
                "en degrés."
            )
        )
    if not within(box, WORLD):
        raise ValidationError(
            _("Ce tracé sort du monde : longitude de −180 à 180, latitude de −85 à 85, en degrés.")
        )


def seems_swapped(geometry: GEOSGeometry) -> bool:
    """Return True for a geometry of France that lies there only once its axes are exchanged."""
    return within(box_of(geometry), SWAPPED)


def box_of(geometry: GEOSGeometry) -> Box:
    """Return west, south, east and north of a geometry that is not empty."""
    west, south, east, north = shapely.bounds(to_shapely(geometry)).tolist()
    return (west, south, east, north)


def within(box: Box, other: Box) -> bool:
    """Return True when the first box lies in the other."""
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


def _parts(geometry: Any) -> Iterator[GEOSGeometry]:
    yield geometry
    if geometry.geom_type.startswith("Multi"):
        yield from geometry


# Texts. GDAL reads no text of a person: a "crs" link would make it ask another server.


def _position(values: Any) -> tuple[float, float]:
    longitude, latitude = values[:2]
    return float(longitude), float(latitude)


def _line(values: Any) -> LineString:
    return LineString([_position(value) for value in values])


def _polygon(values: Any) -> Polygon:
    return Polygon(*([_position(value) for value in ring] for ring in values))


BUILDERS: dict[str, Callable[[Any], GEOSGeometry]] = {
    "Point": lambda values: Point(_position(values)),
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": lambda values: MultiPoint([Point(_position(value)) for value in values]),
    "MultiLineString": lambda values: MultiLineString([_line(value) for value in values]),
    "MultiPolygon": lambda values: MultiPolygon([_polygon(value) for value in values]),
}
UNREADABLE = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, GEOSException
)  # fmt: skip
"""What building a geometry from somebody's text may raise."""
WKT = re.compile(r"(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b[\s\dA-Z(),.+-]*", re.IGNORECASE)


def _unreadable() -> ValidationError:
    return ValidationError(
        _("Ce texte n’est pas un tracé : donnez du GeoJSON ou du WKT, en degrés (WGS 84).")
    )


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _from_geojson(text: str) -> GEOSGeometry:
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
        if data.get("type") == "FeatureCollection" and len(data["features"]) == 1:
            data = data["features"][0]
        if data.get("type") == "Feature":
            data = data["geometry"]
        return build_geometry(data)
    except UNREADABLE:
        raise _unreadable() from None


def build_geometry(data: Any) -> GEOSGeometry:
    """Return the geometry of a GeoJSON object, unchecked; one of UNREADABLE when it is not one."""
    if data["type"] not in BUILDERS:
        raise ValidationError(
            _("Donnez un point, une ligne ou un polygone, seuls ou plusieurs du même type.")
        )
    return BUILDERS[data["type"]](data["coordinates"])


def _from_wkt(text: str) -> GEOSGeometry:
    srid, _semicolon, rest = text.rpartition(";")
    if srid and srid.replace(" ", "").upper() != f"SRID={WGS84}":
        raise ValidationError(_("Le tracé doit être en longitude et latitude (WGS 84, SRID 4326)."))
    if not WKT.fullmatch(rest.strip()):
        raise _unreadable()
    try:
        return flat(GEOSGeometry(rest.strip()))
    except (ValueError, KeyError, GEOSException):
        raise _unreadable() from None


class DrawingInput(forms.Textarea):
    """A text area that the script turns into a map to draw on; ``data-dessin`` is what it looks for."""

    class Media:
        css = {"all": ["leaflet/leaflet.css", "leaflet/draw/leaflet.draw.css", "css/drawing.css"]}
        js = [
            "leaflet/leaflet.js",
            "leaflet/draw/leaflet.draw.js",
            forms.widgets.Script("js/drawing.js", type="module"),
        ]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        given = {
            "rows": 4,
            "spellcheck": "false",
            "data-dessin": "trace",
            "class": "vLargeTextField dessin-texte",
        }
        super().__init__({**given, "data-territoires": TILES, **(attrs or {})})


class DrawingField(forms.Field):
    """A geometry drawn on a map, or typed as GeoJSON or WKT; cleans to a GEOSGeometry (srid 4326)."""

    widget = DrawingInput

    def __init__(
        self,
        *,
        geom_type: str = "",
        srid: int = WGS84,
        max_geom_collections: int = 0,
        **options: Any,
    ) -> None:
        """Ignore what a model asks of its geometry, which ``read_geometry`` checks.

        The country is another field's: the form that knows it asks ``seems_swapped``.
        """
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Return the text that the area shows: GeoJSON, or what was typed."""
        return write_geometry(value) if isinstance(value, GEOSGeometry) else value

    def to_python(self, value: Any) -> GEOSGeometry | None:
        """Return the geometry, None for an empty text."""
        text = str(value or "").strip()
        return read_geometry(text, in_france=False) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return True when the text describes another geometry, however it is written."""
        try:
            now = self.to_python(data)
        except ValidationError:
            return True
        if initial is None or now is None:
            return initial is not now
        return not initial.equals_exact(now)
