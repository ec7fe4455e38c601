"""GeoJSON read element by element: a file of 100 MB never stands whole in memory as objects.

GDAL is not asked: it would follow the links that a GeoJSON may hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from geo.uploads import wkt
from geo.uploads.layers import SpatialTable, UploadRefused
from geo.uploads.projections import WGS84, from_urn

CHUNK = 1024 * 1024
LONGEST = 2 * CHUNK
"""Characters of one element, or of one member beside them: 20,000 vertices take a third of it."""
MOST_NAMES = 250
SPACE = re.compile(r"[\s,]*")


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class _Reader:
    """The text of a file, from the position reached: what was read before is let go."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0
        self.at = 0
        self.text = ""
        self.is_whole = False

    def read_more(self) -> None:
        """Read one more piece, whole characters only."""
        end = self.position + CHUNK
        while end < len(self.content) and 0x80 <= self.content[end] < 0xC0:
            end += 1
        piece = self.content[self.position : end]
        self.position = end
        self.is_whole = end >= len(self.content)
        try:
            self.text = self.text[self.at :] + piece.decode("utf-8")
        except UnicodeDecodeError:
            raise UploadRefused(
                _("Ce fichier GeoJSON n’est pas en UTF-8 : enregistrez-le à nouveau dans cet encodage.")
            ) from None
        self.at = 0

    def peek(self) -> str:
        """Return the next character after spaces and commas, without going past it; empty at the end."""
        while True:
            self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text) or self.is_whole:
                return self.text[self.at : self.at + 1]
            self.read_more()

    def read_value(self) -> Any:
        """Return the JSON value that begins here."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise UploadRefused(_("Ce fichier GeoJSON est imbriqué trop profondément.")) from None
            except ValueError:
                if self.is_whole:
                    raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé.")) from None
                if len(self.text) - self.at > LONGEST:
                    raise UploadRefused(
                        _("Un élément de ce fichier GeoJSON est trop long, ou mal formé : simplifiez-le.")
                    ) from None
                self.read_more()
            else:
                if end == len(self.text) and not self.is_whole:
                    self.read_more()  # a number may go on
                    continue
                self.at = end
                return found

    def expect(self, character: str) -> None:
        """Go past a character that must be there."""
        if self.peek() != character:
            raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé."))
        self.at += 1


def read_table(content: bytes, most: int) -> SpatialTable:
    """Return the elements of a GeoJSON text as a table, in the system of its « crs », else in degrees."""
    reader = _Reader(content)
    table = SpatialTable("GeoJSON", [], srid=WGS84)
    names: dict[str, int] = {}
    members: dict[str, Any] = {}
    for name, value in _members(reader):
        if name == "features" and isinstance(value, Iterator):
            for element in value:
                _add(table, names, element, most)
        else:
            members[name] = value
    _check_members(table, names, members, most)
    table.names = list(names)
    for row in table.rows:
        row.extend([None] * (len(names) - len(row)))
    return table


def _members(reader: _Reader) -> Iterator[tuple[str, Any]]:
    """Yield the members of the one object of a text; « features » yields its elements one by one."""
    reader.expect("{")
    while reader.peek() != "}":
        name = reader.read_value()
        if not isinstance(name, str):
            raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé."))
        reader.expect(":")
        if name == "features" and reader.peek() == "[":
            yield name, _elements(reader)
        else:
            yield name, reader.read_value()
    reader.at += 1
    if reader.peek():
        raise UploadRefused(
            _("Ce fichier contient plusieurs objets JSON à la suite : un seul est attendu, de type "
              "« FeatureCollection ».")
        )  # fmt: skip


def _elements(reader: _Reader) -> Iterator[Any]:
    reader.expect("[")
    while reader.peek() != "]":
        yield reader.read_value()
    reader.at += 1


def _add(table: SpatialTable, names: dict[str, int], element: Any, most: int) -> None:
    """Add a row: the properties of an element under their names, its geometry as text."""
    if not isinstance(element, dict) or element.get("type") != "Feature":
        raise UploadRefused(
            _("Un élément de ce fichier GeoJSON n’est pas un « Feature »."), [len(table.rows) + 1]
        )
    if len(table.rows) >= most:
        raise UploadRefused(_("Ce fichier contient trop d’éléments : au plus %d.") % most)
    properties = element.get("properties") or {}
    if not isinstance(properties, dict):
        raise UploadRefused(_("Les propriétés d’un élément ne se lisent pas."), [len(table.rows) + 1])
    if "id" in element and isinstance(element["id"], str | int):
        properties = {"id": element["id"], **properties}
    row: list[Any] = [None] * len(names)
    for name, value in properties.items():
        if name not in names:
            if len(names) >= MOST_NAMES:
                raise UploadRefused(_("Ce fichier a trop de propriétés : au plus %d.") % MOST_NAMES)
            names[name] = len(names)
            row.append(None)
        row[names[name]] = value
    table.rows.append(row)
    table.shapes.append(wkt.from_geojson(element.get("geometry")))


def _check_members(table: SpatialTable, names: dict[str, int], members: dict[str, Any], most: int) -> None:
    """Check what stands beside the elements: the type, the reference system."""
    kind = members.get("type")
    if kind == "Feature" and not table.rows:
        _add(table, names, members, most)
    elif kind in wkt.DEPTHS:
        _add(table, names, {"type": "Feature", "geometry": members}, most)
    elif kind == "Topology":
        raise UploadRefused(_("Ce fichier est du TopoJSON : enregistrez la couche en GeoJSON."))
    elif kind != "FeatureCollection":
        raise UploadRefused(
            _("Ce fichier JSON n’est pas du GeoJSON : il lui manque le type « FeatureCollection ».")
        )
    if not table.rows:
        raise UploadRefused(_("Ce fichier GeoJSON n’a aucun élément (« features »)."))
    system = members.get("crs")
    if system is None:
        return
    properties = system.get("properties") if isinstance(system, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    srid = from_urn(name) if isinstance(name, str) else None
    if srid is None:
        raise UploadRefused(
            _("La projection de ce fichier GeoJSON (membre « crs ») n’est pas lue : enregistrez-le en "
              "WGS 84 (EPSG:4326).")
        )  # fmt: skip
    table.srid = srid
