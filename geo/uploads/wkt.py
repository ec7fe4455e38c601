"""Geometries as texts, in the file's own coordinates: what a table keeps of the place of an element.

A geometry that no text can hold says why instead, between brackets: the row is doubted, not the file.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _

from geo.drawing import MOST_VERTICES
from geo.uploads import sandbox
from geo.uploads.layers import SpatialTable, UploadRefused
from geo.wkb import bears_height, coordinates

DEPTHS = {
    "Point": 0,
    "LineString": 1,
    "MultiPoint": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
}
"""How deep the positions of each kind lie in its coordinates."""
UNREAD = "(géométrie non lue : "
HEAD = struct.Struct("<BI")
PAIR = struct.Struct("<dd")
POINTS = frozenset({(1, 1), (1, 1001), (1, 0x80000001)})
"""What the WKB of a point begins with: the order of its bytes, its code, with or without a height."""


class Unwritten(Exception):
    """The geometry cannot be written; the message says why, in French."""


def is_read(shape: str) -> bool:
    """True for the text of a geometry, False for an empty one and for one that says why it is not read."""
    return bool(shape) and not shape.startswith("(")


def unread(why: str) -> str:
    """What stands in the place of a geometry that is not read."""
    return f"{UNREAD}{why})"


def from_printed(printed: str | None) -> str:
    """The text of a geometry that the child printed; empty for none."""
    if printed is None:
        return ""
    if printed == sandbox.LONG:
        return unread(_too_long())
    content = bytes.fromhex(printed)
    if len(content) >= 21 and HEAD.unpack_from(content) in POINTS:
        position = PAIR.unpack_from(content, 5)
        return "" if all(map(math.isnan, position)) else _safely("Point", position)
    try:
        geometry = GEOSGeometry(memoryview(content))
    except (GEOSException, ValueError):
        return unread(_("elle est abîmée"))
    return "" if geometry.empty else _safely(str(geometry.geom_type), geometry)


def fill(table: SpatialTable, elements: Iterable[tuple[str | None, list[Any]]]) -> None:
    """Put the elements that the child printed in a table; say it when they lose their heights."""
    flattened = False
    for printed, values in elements:
        flattened = flattened or has_height(printed)
        table.shapes.append(from_printed(printed))
        table.rows.append(values)
    if flattened:
        table.remarks.append(_("Les altitudes ne sont pas reprises."))


def has_height(printed: str | None) -> bool:
    """True for a geometry in three dimensions."""
    if printed is None or printed == sandbox.LONG or len(printed) < 10:
        return False
    return bears_height(HEAD.unpack_from(bytes.fromhex(printed[:10]))[1])


def from_geojson(data: Any) -> str:
    """The text of a GeoJSON geometry; empty for none."""
    if data is None:
        return ""
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        return unread(_("ce n’est pas une géométrie"))
    coordinates = data.get("coordinates")
    if data["type"] in DEPTHS and coordinates == []:
        return ""
    return _safely(data["type"], coordinates)


def _safely(kind: str, coordinates: Any) -> str:
    try:
        return written(kind, coordinates)
    except Unwritten as why:
        return unread(str(why))
    except (TypeError, ValueError, LookupError, OverflowError, RecursionError):
        return unread(_("ses coordonnées ne se lisent pas"))


def _too_long() -> str:
    return _("plus de %(n)s sommets ; simplifiez-la") % {"n": f"{MOST_VERTICES:,}".replace(",", "\u202f")}


def written(kind: str, given: Any) -> str:
    """« POINT (2.35 48.85) »: two dimensions, to a millimetre."""
    if kind not in DEPTHS:
        raise Unwritten(
            _("« %(kind)s » n’est ni un point, ni une ligne, ni un polygone") % {"kind": kind[:30]}
        )
    if isinstance(given, GEOSGeometry):
        if given.num_coords > MOST_VERTICES:
            raise Unwritten(_too_long())
        given = coordinates(given)
    budget = [MOST_VERTICES]
    text = _nested(given, DEPTHS[kind], budget)
    return f"{kind.upper()} {text}" if DEPTHS[kind] else f"{kind.upper()} ({text})"


def _nested(given: Any, depth: int, budget: list[int]) -> str:
    if depth == 0:
        budget[0] -= 1
        if budget[0] < 0:
            raise Unwritten(_too_long())
        return f"{_number(given[0])} {_number(given[1])}"
    if not isinstance(given, list | tuple):
        raise TypeError
    if not given:
        raise Unwritten(_("une de ses parties est vide"))
    return "(" + ", ".join([_nested(one, depth - 1, budget) for one in given]) + ")"


def _number(value: Any) -> str:
    if isinstance(value, bool | str):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise Unwritten(_("une coordonnée n’est pas un nombre fini"))
    text = f"{number:.3f}" if abs(number) > 360 else f"{number:.8f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def refuse_all_unread(shapes: list[str]) -> None:
    """Raise UploadRefused when not one of the geometries is read."""
    if any(is_read(shape) for shape in shapes):
        return
    faults = [shape for shape in shapes if shape]
    lines = [number for number, shape in enumerate(shapes, start=1) if shape]
    if not faults:
        raise UploadRefused(
            _("Toutes les géométries de ce fichier sont vides : vérifiez la couche, ou donnez-la en CSV.")
        )
    why = faults[0].removeprefix(UNREAD).removesuffix(")")
    raise UploadRefused(_("Aucune géométrie de ce fichier ne se lit : %(why)s.") % {"why": why}, lines)
