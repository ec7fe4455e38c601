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
"""Signs of one element, or of one member beside them: 20,000 vertices take a third of it."""
MOST_NAMES = 250
SPACE = re.compile(r"[\s,]*")


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class _Text:
    """The text of a file, from where one has come to: what was read before is let go."""

    def __init__(self, content: bytes) -> None:
        self.left = content
        self.position = 0
        self.at = 0
        self.text = ""
        self.is_whole = False

    def more(self) -> None:
        """Read on, whole signs only."""
        end = self.position + CHUNK
        while end < len(self.left) and 0x80 <= self.left[end] < 0xC0:
            end += 1
        piece = self.left[self.position : end]
        self.position = end
        self.is_whole = end >= len(self.left)
        try:
            self.text = self.text[self.at :] + piece.decode("utf-8")
        except UnicodeDecodeError:
            raise UploadRefused(
                _("Ce fichier GeoJSON n’est pas en UTF-8 : enregistrez-le à nouveau dans cet encodage.")
            ) from None
        self.at = 0

    def skip(self) -> str:
        """The next sign that says something; nothing at the end."""
        while True:
            self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text) or self.is_whole:
                return self.text[self.at : self.at + 1]
            self.more()

    def value(self) -> Any:
        """The JSON value that begins here."""
        self.skip()
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
                self.more()
            else:
                if end == len(self.text) and not self.is_whole:
                    self.more()  # a number may go on
                    continue
                self.at = end
                return found

    def expect(self, sign: str) -> None:
        """Go past a sign that must be there."""
        if self.skip() != sign:
            raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé."))
        self.at += 1


def read_table(content: bytes, most: int) -> SpatialTable:
    """The elements of a GeoJSON text as a table; its coordinates are those of its « crs », else degrees."""
    text = _Text(content)
    table = SpatialTable("GeoJSON", [], srid=WGS84)
    names: dict[str, int] = {}
    members: dict[str, Any] = {}
    for name, value in _members(text):
        if name == "features" and isinstance(value, Iterator):
            for element in value:
                _add(table, names, element, most)
        else:
            members[name] = value
    _conclude(table, names, members, most)
    table.names = list(names)
    for row in table.rows:
        row.extend([None] * (len(names) - len(row)))
    return table


def _members(text: _Text) -> Iterator[tuple[str, Any]]:
    """The members of the one object of a text; « features » gives its elements one by one."""
    text.expect("{")
    while text.skip() != "}":
        name = text.value()
        if not isinstance(name, str):
            raise UploadRefused(_("Ce fichier GeoJSON est tronqué ou mal formé."))
        text.expect(":")
        if name == "features" and text.skip() == "[":
            yield name, _elements(text)
        else:
            yield name, text.value()
    text.at += 1
    if text.skip():
        raise UploadRefused(
            _("Ce fichier contient plusieurs objets JSON à la suite : un seul est attendu, de type "
              "« FeatureCollection ».")
        )  # fmt: skip


def _elements(text: _Text) -> Iterator[Any]:
    text.expect("[")
    while text.skip() != "]":
        yield text.value()
    text.at += 1


def _add(table: SpatialTable, names: dict[str, int], element: Any, most: int) -> None:
    """One more row: the properties of an element under their names, its geometry as text."""
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


def _conclude(table: SpatialTable, names: dict[str, int], members: dict[str, Any], most: int) -> None:
    """Judge what stands beside the elements: the type, the reference system."""
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
