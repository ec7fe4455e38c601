"""Place a row: its territory, its point and how precise that is. Called by ``run``.

Coordinates are degrees in (lon, lat), srid 4326; metres in a reference system of a closed list are
converted. What only the database can check (is the point in its commune?) is in ``suspicion``.
"""

from __future__ import annotations

import math
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from catalogue.imports.columns.mapping import comparison_key
from catalogue.imports.places.regions import check_region
from catalogue.imports.places.resolution import resolve_territory
from catalogue.imports.places.shapes import position_text, read_shape
from catalogue.imports.places.territories import COMMUNAL, IndexedTerritory, TerritoryIndex
from catalogue.imports.read.problems import Problem, doubt, notice, rejection
from catalogue.imports.rows import values
from catalogue.imports.rows.candidates import Candidate, Item, PlaceCells
from catalogue.models import Record
from catalogue.models.record import WORLD
from catalogue.records.fields import Collection, Form, KindSpec
from geo.countries import FRANCE
from geo.uploads.projections import to_degrees

WGS84 = 4326
ON_THE_MAIRIE_M = 15
Precision = Record.Precision


def place_candidates(
    candidates: list[Candidate], spec: KindSpec, index: TerritoryIndex, srid: int = WGS84
) -> None:
    """Give each candidate its territory and, for a record, its point and precision."""
    if not spec.has_place:
        return
    for candidate in candidates:
        if not candidate.place.is_blank:
            territory = _find_territory(candidate, index)
            if spec.is_record:
                _locate_candidate(candidate, territory, srid)


def place_item(item: Item, collection: Collection, index: TerritoryIndex) -> list[Problem]:
    """Give an item of a collection its territory, from the code and the name in its row."""
    named = {known.name: known for known in collection.fields if known.form is Form.PLACE}
    if not named:
        return []
    given = {name: str(item.pop(name, "") or "") for name in named}
    found = resolve_territory(
        index, given.get("territoire", ""), given.get("commune", ""), code_column="territoire"
    )
    if found.territory is not None:
        item[named["territoire"].attribute] = found.territory.reference
    return found.problems


def _find_territory(candidate: Candidate, index: TerritoryIndex) -> IndexedTerritory | None:
    """Return the territory that the row names; a row with a point alone is left to ``suspicion``."""
    given = candidate.place
    if not given.code and not given.name:
        return None
    found = resolve_territory(
        index,
        given.code,
        given.name,
        given.departement,
        code_column=candidate.columns.get("territory", ""),
        name_column=candidate.columns.get("commune", ""),
    )
    candidate.problems += found.problems
    candidate.problems += check_region(
        given.region, found.territory, index, candidate.columns.get("region", ""), named=bool(given.name)
    )
    if found.territory is not None:
        candidate.values["territory"] = found.territory.reference
    return found.territory


def _locate_candidate(candidate: Candidate, territory: IndexedTerritory | None, srid: int) -> None:
    given = candidate.place
    precision = _read_precision(candidate, given)
    if precision == Precision.NONE:
        _set_geometry(candidate, None, Precision.NONE)
    elif given.shape and _place_shape(candidate, given, territory, precision, srid):
        return
    elif given.lon or given.lat or given.point:
        if point := _read_point(candidate, given, srid):
            _set_geometry(candidate, point_wkt(*point), precision or Precision.EXACT)
            _doubt_point(candidate, point, territory, precision)
    elif territory is not None:
        _place_at_territory(candidate, territory, precision)


def _set_geometry(candidate: Candidate, geometry: str | None, precision: Precision) -> None:
    candidate.values.update(geometry=geometry, location_precision=precision.value)


def _place_at_territory(
    candidate: Candidate, territory: IndexedTerritory, precision: Precision | None
) -> None:
    """Give a row without coordinates the point of its commune, unless it announces better."""
    if precision in Record.PRECISE:
        message = _("La précision annonce un emplacement, mais la ligne n’a pas de coordonnées.")
        candidate.problems.append(doubt("precision-sans-point", message))
        return
    if territory.level in COMMUNAL and territory.point is not None:
        _set_geometry(candidate, point_wkt(*territory.point), Precision.COMMUNE)
        return
    _set_geometry(candidate, None, Precision.NONE)
    if precision == Precision.COMMUNE:
        message = _("%(name)s n’a pas de point connu : la fiche reste sans emplacement.")
        candidate.problems.append(notice("sans-point", message % {"name": territory.label}))


def _place_shape(
    candidate: Candidate,
    given: PlaceCells,
    territory: IndexedTerritory | None,
    precision: Precision | None,
    srid: int,
) -> bool:
    """Give the candidate the geometry of its cell, or what is wrong with it; False for an empty geometry."""
    column, country = candidate.columns.get("emplacement", ""), candidate.values.get("country")
    shape = read_shape(given.shape, srid, column, in_france=country in (None, "", FRANCE))
    candidate.problems += shape.problems
    if shape.position is not None:
        _set_geometry(candidate, shape.text, precision or Precision.EXACT)
        candidate.inner_point = shape.position
        _doubt_point(candidate, shape.position, territory, precision)
    return shape.position is not None or bool(shape.problems)


def _read_precision(candidate: Candidate, given: PlaceCells) -> Precision | None:
    wanted = comparison_key(given.precision)
    if not wanted:
        return None
    for choice in Precision:
        if wanted in {comparison_key(choice.value), comparison_key(str(choice.label))}:
            return choice
    message = _("« %(text)s » n’est pas une précision : %(all)s.") % {
        "text": given.precision,
        "all": ", ".join(Precision.values),
    }
    candidate.problems.append(doubt("illisible", message, candidate.columns.get("location_precision", "")))
    return None


def _read_point(candidate: Candidate, given: PlaceCells, srid: int) -> tuple[float, float] | None:
    """Return (lon, lat) in degrees, or None with the reason among the problems."""
    column = candidate.columns.get("point" if given.point else "lon", "")
    try:
        if given.point:
            lon, lat = values.parse_lat_lon(given.point)
        else:
            lon, lat = values.parse_coordinate(given.lon), values.parse_coordinate(given.lat)
    except values.Unreadable as problem:
        candidate.problems.append(doubt("coordonnees-illisibles", str(problem), column))
        return None
    if srid != WGS84:
        point: Any = to_degrees(Point(lon, lat), srid)
        lon, lat = point.coords
    west, south, east, north = WORLD
    if math.isfinite(lon) and math.isfinite(lat) and west <= lon <= east and south <= lat <= north:
        return lon, lat
    if abs(lon) > 1000 or abs(lat) > 1000:
        message = _(
            "%(x)s, %(y)s ne sont pas des degrés : des mètres (Lambert-93 ?). Indiquez la projection."
        )
    else:
        message = _("%(x)s, %(y)s sort du monde : une longitude puis une latitude sont attendues.")
    candidate.problems.append(rejection("hors-du-monde", message % {"x": lon, "y": lat}, column))
    return None


def _doubt_point(
    candidate: Candidate,
    point: tuple[float, float],
    territory: IndexedTerritory | None,
    precision: Precision | None,
) -> None:
    """Doubt 0, 0 and the exact point of the mairie, without the database."""
    if abs(point[0]) < 1e-6 and abs(point[1]) < 1e-6:
        message = _("Les coordonnées 0, 0 tombent dans le golfe de Guinée.")
        candidate.problems.append(doubt("zero-zero", message))
    if territory is None or territory.point is None or precision == Precision.COMMUNE:
        return
    if distance_m(point, territory.point) < ON_THE_MAIRIE_M:
        message = _("Le point est exactement celui de la commune : est-ce le lieu, ou le siège ?")
        candidate.problems.append(doubt("sur-la-mairie", message))


def distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the metres between two close points (lon, lat), on a sphere: good to 0.5 %, for doubts only."""
    lat = math.radians((first[1] + second[1]) / 2)
    east = math.radians(second[0] - first[0]) * math.cos(lat)
    north = math.radians(second[1] - first[1])
    return 6_371_000 * math.hypot(east, north)


def point_wkt(lon: float, lat: float) -> str:
    """Return the point as PostGIS writes it, to a centimetre: « POINT(2.3522 48.8566) »."""
    return f"POINT({position_text(lon, lat)})"
