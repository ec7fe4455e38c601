"""Read the geometry of a cell, in degrees: a sound one is taken, an odd one is doubted and repaired.

Nothing is swapped nor repaired in silence: the row waits, and shows what accepting it would write.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalogue.imports.read.problems import Problem, doubt, rejection
from geo.coordinates import FRANCE as PARTS_OF_FRANCE
from geo.drawing import BUILDERS, WORLD, Box, box_of, check_geometry, parse_geometry, within
from geo.geometry import round_numbers, to_shapely, write_wkt
from geo.uploads.projections import WGS84, ZONES, to_degrees
from geo.uploads.wkt import UNREAD

DECIMALS = 7
POINT = re.compile(r"POINT ?\((-?[\d.]+) (-?[\d.]+)\)")
Position = tuple[float, float]


@dataclass(slots=True)
class Shape:
    """A geometry as PostGIS would write it (srid 4326), a position in it, and the remarks on it."""

    text: str = ""
    position: Position | None = None
    problems: list[Problem] = field(default_factory=list)


def read_shape(text: str, srid: int, column: str, *, in_france: bool) -> Shape:
    """Return the geometry of a cell in a reference system of our list."""
    if text.startswith(UNREAD):
        why = text.removeprefix(UNREAD).removesuffix(")")
        message = _("La géométrie ne se lit pas : %(why)s.") % {"why": why}
        return Shape(problems=[doubt("coordonnees-illisibles", message, column)])
    if (simple := POINT.fullmatch(text)) and (
        found := _read_point(simple, srid, column, in_france=in_france)
    ):
        return found
    try:
        geometry = parse_geometry(text)
    except ValidationError as fault:
        return Shape(problems=[doubt("coordonnees-illisibles", fault.messages[0], column)])
    if geometry.empty:
        return Shape()
    found = Shape()
    try:
        geometry = _to_degrees(geometry, srid, column, found, in_france=in_france)
        geometry = _repair_outline(geometry, column, found)
        check_geometry(geometry, in_france=False)
        text = geometry_wkt(geometry)
        check_geometry(GEOSGeometry(f"SRID={WGS84};{text}"), in_france=False)
    except ValidationError as fault:
        found.problems.append(rejection("geometrie-refusee", str(fault.messages[0]), column))
        return found
    except (GDALException, GEOSException, ValueError):
        message = _("Les coordonnées ne sont pas dans la projection choisie.")
        found.problems.append(rejection("geometrie-refusee", message, column))
        return found
    inside = geometry if geometry.geom_type == "Point" else geometry.point_on_surface
    found.text, found.position = text, (inside.x, inside.y)
    return found


def _read_point(text: re.Match[str], srid: int, column: str, *, in_france: bool) -> Shape | None:
    """Read a plain point, ten times as fast as a drawing; return None for one to look at closely."""
    try:
        given = float(text[1]), float(text[2])
        problems = (
            [_swapped_axes_doubt(column)] if _has_swapped_axes(_box(given), srid, in_france=in_france) else []
        )
        x, y = reversed(given) if problems else given
        point: Any = to_degrees(Point(x, y), srid)
        lon, lat = point.coords
    except (GDALException, ValueError):
        return None
    if not (math.isfinite(lon) and math.isfinite(lat) and within(_box((lon, lat)), WORLD)):
        return None
    return Shape(f"POINT({position_text(lon, lat)})", (lon, lat), problems)


def _box(position: Position) -> Box:
    return (*position, *position)


def _has_swapped_axes(extent: Box, srid: int, *, in_france: bool) -> bool:
    """Return True for coordinates that fall in France once the two axes are exchanged, and only then."""
    other = (extent[1], extent[0], extent[3], extent[2])
    if srid == WGS84:
        return in_france and not _is_french(extent) and _is_french(other)
    zone = ZONES.get(srid)
    return zone is not None and not within(extent, zone) and within(other, zone)


def _to_degrees(geometry: Any, srid: int, column: str, found: Shape, *, in_france: bool) -> Any:
    """Convert to degrees; exchange the axes, with a doubt, when only then it falls in France."""
    if _has_swapped_axes(box_of(geometry), srid, in_france=in_france):
        found.problems.append(_swapped_axes_doubt(column))
        geometry = swap_axes(geometry)
    return to_degrees(geometry, srid)


def _swapped_axes_doubt(column: str) -> Problem:
    message = _(
        "Les deux axes semblent inversés : échangés, le lieu tombe en France. Importer la ligne les échange."
    )
    return doubt("axes-a-echanger", message, column)


def _repair_outline(geometry: Any, column: str, found: Shape) -> Any:
    """Return the geometry, or the sound one that its outline suggests, with a doubt."""
    if geometry.valid or "Polygon" not in geometry.geom_type:
        return geometry
    repaired = geometry.make_valid()
    if repaired.geom_type == "GeometryCollection":
        parts = [part for part in repaired if "Polygon" in part.geom_type]
        repaired = parts[0] if parts else repaired
    if repaired.geom_type not in BUILDERS or "Polygon" not in repaired.geom_type or repaired.empty:
        return geometry
    covered = 100 * repaired.area / geometry.envelope.area if geometry.envelope.area else 0
    message = _(
        "Le tracé se recoupe ou touche son propre bord. Importer la ligne le répare : il couvre alors "
        "%(kept)s % de son rectangle."
    ).replace("%(kept)s %", f"{covered:.0f} %")
    found.problems.append(doubt("trace-a-reparer", message, column))
    repaired.srid = WGS84
    return repaired


def swap_axes(geometry: GEOSGeometry) -> GEOSGeometry:
    """Return the geometry with its two axes exchanged, without a system."""
    swapped = shapely.transform(to_shapely(geometry), lambda positions: positions[:, ::-1])
    return GEOSGeometry(memoryview(shapely.to_wkb(swapped)))


def _is_french(extent: Box) -> bool:
    return any(within(extent, part) for part in PARTS_OF_FRANCE)


def geometry_wkt(geometry: GEOSGeometry) -> str:
    """Return the geometry as PostGIS writes it, to a centimetre: « POLYGON((2 47,3 47,3 48,2 47)) »."""
    rounded = shapely.transform([to_shapely(geometry)], lambda numbers: round_numbers(numbers, DECIMALS))
    return write_wkt(rounded)[0].replace(", ", ",").replace(" (", "(", 1)


def position_text(lon: float, lat: float, *_height: float) -> str:
    """Return a position to a centimetre: « 2.3522 48.8566 »."""
    return f"{_format_degrees(lon)} {_format_degrees(lat)}"


def _format_degrees(value: float) -> str:
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
