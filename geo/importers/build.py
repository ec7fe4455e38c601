"""From the nomenclature and the outlines of communes to every territory: no database here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import MultiPolygon, Point

from geo.importers import coverage, nomenclature
from geo.importers.coverage import Geometries
from geo.importers.nomenclature import Former, Named, Nomenclature
from geo.importers.shapes import GEONAMES, REBUILT, Shapes
from geo.models.territory import OVERSEAS_COLLECTIVITIES

Key = tuple[str, str]
"""(level, code)."""
Step = Callable[[str], None]

UPPER_LEVELS = ("epci", "ept", "departement", "region", "pays")
FULL, REGION, COUNTRY = 16, 8, 5
"""The bands of ``geo.models.outline.Band``."""
TOLERANCE = {REGION: 600.0, COUNTRY: 2000.0}
"""Square root of the smallest triangle kept in each band, metres of srid 3857: a pixel or so."""
SPECK = 60e6
"""Largest hole closed in the two coarse bands, square metres of srid 3857: about 30 km² on the ground."""
NO_OUTLINE = "pas de contour dans la source"
UNKNOWN = "code absent de la nomenclature"


@dataclass(slots=True)
class Ground:
    """What is to be written: territories in an order where parents come first, outlines, former codes."""

    named: tuple[Named, ...]
    former: tuple[Former, ...]
    millesime: int
    source: str
    geometries: dict[Key, MultiPolygon] = field(default_factory=dict)
    points: dict[Key, Point] = field(default_factory=dict)
    sources: dict[Key, str] = field(default_factory=dict)
    outlines: list[tuple[str, str, int, MultiPolygon]] = field(default_factory=list)
    rejects: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Base:
    """The polygons that tile the ground: communes, with the arrondissements in place of their commune."""

    units: list[Named]
    geometries: Geometries
    communes: list[str]
    """Code of the commune of each unit."""
    by_code: dict[str, Named]

    def groups(self, level: str) -> list[str]:
        """Return code of each unit's parent at a level, empty when it has none."""
        if level == "commune":
            return self.communes
        if level == "pays":
            return ["FR"] * len(self.units)
        return [self.by_code[commune].parents.get(level, "") for commune in self.communes]


def build(names: Nomenclature, shapes: Shapes, step: Step = lambda name: None) -> Ground:
    """Return everything that the import writes; ``step`` receives the name of each stage as it begins."""
    ground = Ground(names.named, names.former, names.millesime, shapes.source)
    ground.rejects = [*shapes.rejects, *unmatched(names, shapes)]
    step("Nettoyage des contours des communes")
    base = clean_base(names, shapes, ground)
    step("Réunion des communes en niveaux supérieurs")
    add_geometries(ground, base)
    add_points(ground, shapes)
    step("Contours généralisés pour la carte")
    ground.outlines = list(outlines(base))
    return ground


def unmatched(names: Nomenclature, shapes: Shapes) -> Iterator[tuple[str, str, str]]:
    """Yield outlines without a commune in force, then communes without an outline: (code, name, reason)."""
    known = {n.code: n for n in names.named if n.level in ("commune", "arrondissement")}
    yield from ((code, "", UNKNOWN) for code in shapes.outlines if code not in known)
    yield from ((n.code, n.name, NO_OUTLINE) for n in known.values() if n.code not in shapes.outlines)


def clean_base(names: Nomenclature, shapes: Shapes, ground: Ground) -> Base:
    """Return the smallest units with matching edges, holes of merged communes filled."""
    by_code = {n.code: n for n in names.named if n.level in ("commune", "arrondissement")}
    split = split_communes(by_code, shapes)
    units = [n for n in by_code.values() if n.code in shapes.outlines and is_unit(n, split)]
    communes = [n.parents.get("commune", n.code) for n in units]
    cleaned = coverage.clean(np.array([shapes.outlines[n.code] for n in units]))
    filled, grown = coverage.fill_holes(cleaned, [code in shapes.lacking_parts for code in communes])
    for code in shapes.rebuilt & by_code.keys():
        ground.sources["commune", code] = REBUILT
    for index in grown:
        ground.sources["commune", communes[index]] = (
            f"{shapes.source}, contour complété de sa partie manquante"
        )
    return Base(units, filled, communes, by_code)


def split_communes(by_code: dict[str, Named], shapes: Shapes) -> set[str]:
    """Return codes of the communes whose arrondissements all have an outline and stand for them."""
    inner = [n for n in by_code.values() if n.level == "arrondissement"]
    lacking = {n.parents["commune"] for n in inner if n.code not in shapes.outlines}
    return {n.parents["commune"] for n in inner} - lacking


def is_unit(named: Named, split: set[str]) -> bool:
    """Return True for an arrondissement of a split commune, and for a commune that is not."""
    if named.level == "arrondissement":
        return named.parents["commune"] in split
    return named.code not in split


def add_geometries(ground: Ground, base: Base) -> None:
    """Outlines of all levels, from the same edges (srid 4326)."""
    for unit, geometry in zip(base.units, base.geometries, strict=True):
        ground.geometries[unit.level, unit.code] = coverage.as_multi(geometry)
    missing = [code if ("commune", code) not in ground.geometries else "" for code in base.communes]
    for code, union in coverage.merge(base.geometries, missing).items():
        ground.geometries["commune", code] = coverage.as_multi(union)
    for level in UPPER_LEVELS:
        for code, union in coverage.merge(base.geometries, base.groups(level)).items():
            ground.geometries[level, code] = coverage.as_multi(union)


def add_points(ground: Ground, shapes: Shapes) -> None:
    """Each territory's point: its town hall or its centroid when they are inside, else a point inside."""
    for named in ground.named:
        key = (named.level, named.code)
        outline = ground.geometries.get(key)
        wished = shapes.town_halls.get(named.code)
        if outline is None:
            add_point_alone(ground, key, wished or shapes.town_halls.get(named.seat))
            continue
        if named.level == "pays":
            continue
        if named.level not in ("commune", "arrondissement"):
            wished = shapely.centroid(outline)
        inside = wished is not None and shapely.covers(outline, wished)
        ground.points[key] = wished if inside else shapely.point_on_surface(outline)


def add_point_alone(ground: Ground, key: Key, point: Point | None) -> None:
    """The point of a territory without an outline, a collectivité d’outre-mer having that of its seat."""
    ground.sources[key] = nomenclature.SOURCE
    if point is not None:
        ground.points[key] = point
        if key[1][:3] in OVERSEAS_COLLECTIVITIES:
            ground.sources[key] += f", point : {GEONAMES}"


def outlines(base: Base) -> Iterator[tuple[str, str, int, MultiPolygon]]:
    """Yield (level, code, band, outline in srid 3857); in a band, neighbours and levels share borders."""
    full = coverage.to_mercator(base.geometries)
    everything = ("commune", "epci", "ept", "departement", "region")
    for unit, geometry in zip(base.units, full, strict=True):
        if unit.level == "arrondissement":
            yield "arrondissement", unit.code, FULL, coverage.as_multi(geometry)
    yield from band(FULL, full, {level: base.groups(level) for level in everything})
    pairs = list(zip(base.groups("departement"), base.groups("epci"), base.groups("region"), strict=True))
    pieces = coverage.merge(full, pairs)
    closed = coverage.close_gaps(np.array(list(pieces.values())), SPECK)
    departement, epci, region = zip(*pieces, strict=True)
    coarse = coverage.simplify(closed, TOLERANCE[REGION])
    yield from band(REGION, coarse, {"epci": epci, "departement": departement, "region": region})
    wholes = coverage.merge(closed, list(zip(departement, region, strict=True)))
    coarsest = coverage.simplify(np.array(list(wholes.values())), TOLERANCE[COUNTRY])
    departement, region = zip(*wholes, strict=True)
    yield from band(COUNTRY, coarsest, {"departement": departement, "region": region})


def band(
    number: int, geometries: Geometries, groups: dict[str, list[str] | tuple[str, ...]]
) -> Iterator[tuple[str, str, int, MultiPolygon]]:
    """Yield the outlines of one band, from its pieces and each piece's code at each level."""
    for level, codes in groups.items():
        for code, outline in coverage.merge(geometries, codes).items():
            yield level, code, number, coverage.as_multi(outline)
