"""Outlines of communes from ADMIN EXPRESS: a GeoPackage or a GeoJSON file given by path.

Both are read without GDAL: a GeoPackage is an SQLite file of WKB, so that no other driver can be chosen
by what the file contains. Only outlines are taken; names, codes and parents are those of the nomenclature.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from geo.importers.shapes import MissingSource, Shapes, in_departements, valid_outline

WGS84 = 4326
CODES = ("INSEE_COM", "CODE_INSEE", "INSEE_ARM")
"""Headers of the INSEE code, old and new editions; the last in the layer of arrondissements."""
NAMES = ("NOM", "NOM_OFFICIEL", "NOM_M")
ENVELOPE_BYTES = (0, 32, 48, 48, 64)
"""Length of the envelope in the header of a GeoPackage geometry, by its code."""
SOURCE = "ADMIN EXPRESS, IGN (Licence Ouverte 2.0), fichier {name}"

Row = tuple[str, str, int, shapely.Geometry | None]
"""(code, name, srid, geometry)."""


def read_admin_express(path: Path, departements: frozenset[str] = frozenset()) -> Shapes:
    """Return outlines of the communes and municipal arrondissements of the file (degrees, srid 4326)."""
    shapes = Shapes(SOURCE.format(name=path.name))
    for code, name, srid, geometry in rows_of(path):
        if not in_departements(code, departements):
            continue
        outline = valid_outline(in_degrees(geometry, srid)) if geometry is not None else None
        if outline is None:
            shapes.rejects.append((code, name, "contour vide ou inutilisable dans la source"))
        elif code in shapes.outlines:
            shapes.rejects.append((code, name, "code présent deux fois : premier contour gardé"))
        else:
            shapes.outlines[code] = outline
    if not shapes.outlines:
        raise MissingSource(f"{path.name} ne contient aucun contour de commune (colonne INSEE_COM).")
    return shapes


def rows_of(path: Path) -> Iterator[Row]:
    """Yield communes of the file, whose kind is read from its first bytes."""
    with path.open("rb") as stream:
        head = stream.read(64)
    if head.startswith(b"SQLite format 3\x00"):
        return geopackage_rows(path)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return geojson_rows(path)
    raise MissingSource(f"{path.name} n’est ni un GeoPackage ni un GeoJSON.")


def geojson_rows(path: Path) -> Iterator[Row]:
    """Yield communes of a GeoJSON file; a Lambert-93 file says so in its ``crs`` member."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        features = content["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise MissingSource(f"{path.name} n’est pas une collection GeoJSON lisible.") from error
    name = str((content.get("crs") or {}).get("properties", {}).get("name", ""))
    srid = int(name.rpartition(":")[2]) if name.rpartition(":")[2].isdigit() else WGS84
    for feature in features:
        properties = {key.upper(): value for key, value in feature["properties"].items()}
        code, label = first(properties, CODES), first(properties, NAMES)
        if code:
            geometry = feature.get("geometry")
            yield code, label, srid, shapely.from_geojson(json.dumps(geometry)) if geometry else None


def geopackage_rows(path: Path) -> Iterator[Row]:
    """Yield communes of every layer of a GeoPackage that has their INSEE code."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            layers = database.execute(
                "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
            ).fetchall()
            for table, column, srid in layers:
                yield from layer_rows(database, table, column, srid)
    except sqlite3.DatabaseError as error:
        raise MissingSource(f"{path.name} n’est pas un GeoPackage lisible.") from error


def layer_rows(database: sqlite3.Connection, table: str, column: str, srid: int) -> Iterator[Row]:
    """Yield communes of one layer; none when it has no INSEE code of communes."""
    cursor = database.execute(f"SELECT * FROM {quoted(table)}")  # noqa: S608
    headers = [description[0].upper() for description in cursor.description]
    if not set(headers) & {"INSEE_COM", "CODE_INSEE", "INSEE_ARM"} or "INSEE_CAN_ID" in headers:
        return
    if "CODE_INSEE" in headers and table.lower().rstrip("s") not in {"commune", "arrondissement_municipal"}:
        return  # recent editions give the same header to départements and régions
    for values in cursor:
        properties = dict(zip(headers, values, strict=True))
        code = first(properties, ("INSEE_ARM", *CODES))
        if code:
            yield code, first(properties, NAMES), srid, from_geopackage(properties[column.upper()])


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def first(properties: dict[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these properties that has a value, as text."""
    return next((str(properties[name]).strip() for name in names if properties.get(name)), "")


def from_geopackage(blob: bytes | None) -> shapely.Geometry | None:
    """Return the geometry of a GeoPackage cell: a header, perhaps an envelope, then WKB."""
    if not blob or blob[:2] != b"GP":
        return None
    (flags,) = struct.unpack_from("B", blob, 3)
    envelope = (flags >> 1) & 0b111
    if envelope >= len(ENVELOPE_BYTES):
        return None
    try:
        return shapely.from_wkb(blob[8 + ENVELOPE_BYTES[envelope] :])
    except shapely.errors.GEOSException:
        return None


def in_degrees(geometry: shapely.Geometry, srid: int) -> shapely.Geometry:
    """Return the geometry in longitude and latitude (srid 4326), without altitude."""
    flat = shapely.force_2d(geometry)
    if srid == WGS84:
        return flat
    transformer = Transformer.from_crs(srid, WGS84, always_xy=True)
    return shapely.transform(flat, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))
