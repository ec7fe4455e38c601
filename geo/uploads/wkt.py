"""Geometries as texts, in the file's own coordinates: what a table keeps of the place of an element.

A geometry that no text can hold gives the reason instead, between brackets: the row is doubted, not the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from geo.drawing import MOST_VERTICES
from geo.geometry import Numbers, Shapes, round_numbers, write_wkt
from geo.uploads.layers import SpatialTable, UploadRefused

BATCH = 1_000
LARGEST_DEGREES = 360
"""A number beyond it is in metres."""
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


class Unwritten(Exception):
    """The geometry cannot be written; the message explains it in French."""


def is_read(shape: str) -> bool:
    """Return True for the text of a geometry, False for an empty text and for why it is not read."""
    return bool(shape) and not shape.startswith("(")


def unread(why: str) -> str:
    """Return what stands in the place of a geometry that is not read."""
    return f"{UNREAD}{why})"


def fill(table: SpatialTable, elements: Iterable[tuple[Any, list[Any]]]) -> None:
    """Add to a table the elements that the child printed, and a remark when they lose their heights."""
    remaining = iter(elements)
    flattened = False
    while batch := list(islice(remaining, BATCH)):
        printed = [shape for shape, _row in batch]
        shapes = _shapes_of(printed)
        flattened = flattened or bool(shapely.has_z(shapes).any())
        table.shapes += _texts_of(shapes, dict(_faults_of(printed, shapes)))
        table.rows += [row for _shape, row in batch]
    if flattened:
        table.remarks.append(_("Les altitudes ne sont pas reprises."))


def _shapes_of(printed: list[Any]) -> Shapes:
    """Return the geometries that the child printed, None where there is nothing that can be read."""
    content = [bytes.fromhex(one) if isinstance(one, str) else None for one in printed]
    with np.errstate(invalid="ignore"):  # raised by what is not a number
        return np.asarray(shapely.from_wkb(content, on_invalid="ignore"), dtype=object)


def _faults_of(printed: list[Any], shapes: Shapes) -> Iterator[tuple[int, str]]:
    """Yield the place of each geometry that no text can hold, and why."""
    for number in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        one = printed[number]
        if one is not None:
            yield number, _fault_of(one["unread"] if isinstance(one, dict) else "broken")
    numbers, places = shapely.get_coordinates(shapes, return_index=True)
    for number in np.unique(places[~np.isfinite(numbers).all(axis=1)]).tolist():
        yield number, _("une coordonnée n’est pas un nombre fini")
    for number in np.flatnonzero(shapely.get_num_coordinates(shapes) > MOST_VERTICES).tolist():
        yield number, _too_long()


def _texts_of(shapes: Shapes, faults: dict[int, str]) -> list[str]:
    """Return the text of each geometry, or why it has none; empty for an empty geometry."""
    is_blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    is_blank[list(faults)] = True
    texts = [""] * len(shapes)
    written = write_wkt(shapely.transform(shapes[~is_blank], _to_a_millimetre))
    for number, text in zip(np.flatnonzero(~is_blank).tolist(), written, strict=True):
        texts[number] = (
            unread(_("une de ses parties est vide")) if "EMPTY" in text else _flat_multipoint(text)
        )
    for number, why in faults.items():
        texts[number] = unread(why)
    return texts


def _to_a_millimetre(numbers: Numbers) -> Numbers:
    return round_numbers(numbers, np.where(np.abs(numbers) > LARGEST_DEGREES, 3, 8))


def _flat_multipoint(text: str) -> str:
    """Return « MULTIPOINT (1 2, 3 4) » for « MULTIPOINT ((1 2), (3 4)) », any other text as it is."""
    if not text.startswith("MULTIPOINT"):
        return text
    return text.replace("((", "(").replace("), (", ", ").replace("))", ")")


def from_geojson(data: Any) -> str:
    """Return the text of a GeoJSON geometry; empty for none."""
    if data is None:
        return ""
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        return unread(_("ce n’est pas une géométrie"))
    coordinates = data.get("coordinates")
    if data["type"] in DEPTHS and coordinates == []:
        return ""
    try:
        return write_nested(data["type"], coordinates)
    except Unwritten as why:
        return unread(str(why))
    except (TypeError, ValueError, LookupError, OverflowError, RecursionError):
        return unread(_("ses coordonnées ne se lisent pas"))


def _too_long() -> str:
    return _("plus de %(n)s sommets ; simplifiez-la") % {"n": f"{MOST_VERTICES:,}".replace(",", "\u202f")}


def _not_drawn(kind: str) -> str:
    return _("« %(kind)s » n’est ni un point, ni une ligne, ni un polygone") % {"kind": kind[:30]}


def _fault_of(word: str) -> str:
    """Return why the child printed no geometry but a word: « long », « broken » or the kind of it."""
    if word == "long":
        return _too_long()
    return _("elle est abîmée") if word == "broken" else _not_drawn(word)


def write_nested(kind: str, coordinates: Any) -> str:
    """Return « POINT (2.35 48.85) » for the coordinates of a GeoJSON: two dimensions, to a millimetre."""
    if kind not in DEPTHS:
        raise Unwritten(_not_drawn(kind))
    text = _nested(coordinates, DEPTHS[kind], [MOST_VERTICES])
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
    text = f"{number:.3f}" if abs(number) > LARGEST_DEGREES else f"{number:.8f}"
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
