"""Where a row stands: its territory, its point and how precise that is. Called by ``run``, base aside.

Coordinates are degrees in (lon, lat), srid 4326; metres in a reference system of a closed list are
converted. What only the base can tell (is the point in its commune?) is in ``suspicion``.
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
                _locate(candidate, territory, srid)


def place_item(item: Item, collection: Collection, index: TerritoryIndex) -> list[Problem]:
    """Give an item of a collection its territory, from the code and the name that its row says."""
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
    """The territory that the row names; a row with a point alone is left to ``suspicion``."""
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


def _locate(candidate: Candidate, territory: IndexedTerritory | None, srid: int) -> None:
    given = candidate.place
    precision = _read_precision(candidate, given)
    if precision == Precision.NONE:
        candidate.values.update(geometry=None, location_precision=Precision.NONE.value)
        return
    if given.shape and _place_shape(candidate, given, territory, precision, srid):
        return
    if given.lon or given.lat or given.point:
        point = _read_point(candidate, given, srid)
        if point is not None:
            candidate.values.update(
                geometry=point_wkt(*point), location_precision=(precision or Precision.EXACT).value
            )
            _doubt_point(candidate, point, territory, precision)
        return
    if territory is None:
        return
    if precision in Record.PRECISE:
        message = _("La précision annonce un emplacement, mais la ligne n’a pas de coordonnées.")
        candidate.problems.append(doubt("precision-sans-point", message))
        return
    if territory.level in COMMUNAL and territory.point is not None:
        candidate.values.update(
            geometry=point_wkt(*territory.point), location_precision=Precision.COMMUNE.value
        )
        return
    candidate.values.update(geometry=None, location_precision=Precision.NONE.value)
    if precision == Precision.COMMUNE:
        message = _("%(name)s n’a pas de point connu : la fiche reste sans emplacement.") % {
            "name": territory.label
        }
        candidate.problems.append(notice("sans-point", message))


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
        precise = (precision or Precision.EXACT).value
        candidate.values.update(geometry=shape.text, location_precision=precise)
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
    """(lon, lat) in degrees, or None with the reason among the problems."""
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
    """Doubts that need no look at the base: 0, 0 and the exact point of the mairie."""
    if abs(point[0]) < 1e-6 and abs(point[1]) < 1e-6:
        candidate.problems.append(
            doubt("zero-zero", _("Les coordonnées 0, 0 tombent dans le golfe de Guinée."))
        )
    at_home = (
        territory is not None
        and territory.point is not None
        and distance_m(point, territory.point) < ON_THE_MAIRIE_M
    )
    if at_home and precision != Precision.COMMUNE:
        message = _("Le point est exactement celui de la mairie : est-ce le lieu, ou le siège ?")
        candidate.problems.append(doubt("sur-la-mairie", message))


def distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Metres between two close points (lon, lat), on a sphere: good to 0.5 %, for doubts only."""
    lat = math.radians((first[1] + second[1]) / 2)
    east = math.radians(second[0] - first[0]) * math.cos(lat)
    north = math.radians(second[1] - first[1])
    return 6_371_000 * math.hypot(east, north)


def point_wkt(lon: float, lat: float) -> str:
    """The point as the base writes it, to a centimetre: « POINT(2.3522 48.8566) »."""
    return f"POINT({position_text(lon, lat)})"
