"""Doubt places with the help of the database: outside the commune, swapped axes, too large.

Called by ``run`` once the candidates have a place; two queries whatever the number of rows.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from catalogue.imports.places.placement import point_wkt
from catalogue.imports.places.territories import COMMUNAL, IndexedTerritory, TerritoryIndex
from catalogue.imports.read.problems import Problem, doubt, notice
from catalogue.imports.rows.candidates import Candidate
from catalogue.models import Record
from geo.prose import after_de

TOLERANCE_M = 500
POINT = re.compile(r"^POINT\((\S+) (\S+)\)$")

# through the primary key of the territory: only the outline of each row's own commune is read
INSIDE = """
SELECT g.n,
       coalesce(ST_Covers(t.geometry, p.here), true),
       coalesce(ST_Covers(t.geometry, p.swapped), false),
       CASE WHEN NOT ST_Covers(t.geometry, p.here)
            THEN ST_Distance(t.geometry::geography, p.here::geography) END
FROM unnest(%s::int[], %s::bigint[], %s::float8[], %s::float8[]) AS g(n, territory, lon, lat)
JOIN geo_territory t ON t.id = g.territory
CROSS JOIN LATERAL (
    SELECT ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326) AS here,
           ST_SetSRID(ST_MakePoint(g.lat, g.lon), 4326) AS swapped
) p
"""
# through the GiST index territory_geometry
AROUND = """
SELECT g.n, t.code
FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS g(n, lon, lat)
JOIN geo_territory t ON t.level = 'commune' AND t.is_current
     AND ST_Covers(t.geometry, ST_SetSRID(ST_MakePoint(g.lon, g.lat), 4326))
"""


def doubt_places(candidates: list[Candidate], index: TerritoryIndex) -> None:
    """Add the doubts that the database raises about the place of each candidate."""
    _doubt_outside(candidates, index)
    _fill_commune(candidates, index)
    _doubt_area(candidates, index)


def _fetch_rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def candidate_point(candidate: Candidate) -> tuple[float, float] | None:
    """Return (lon, lat) of the candidate, degrees, srid 4326."""
    found = POINT.match(str(candidate.values.get("geometry") or ""))
    return (float(found[1]), float(found[2])) if found else None


def candidate_position(candidate: Candidate) -> tuple[float, float] | None:
    """Return (lon, lat) of a position inside what the candidate draws; degrees, srid 4326."""
    return candidate.inner_point if candidate.inner_point is not None else candidate_point(candidate)


def _find_commune(candidate: Candidate, index: TerritoryIndex) -> IndexedTerritory | None:
    territory = index.by_reference.get(str(candidate.values.get("territory", "")))
    return territory if territory is not None and territory.level in COMMUNAL else None


def _transpose(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _doubt_outside(candidates: list[Candidate], index: TerritoryIndex) -> None:
    """Doubt a point outside the commune that the row names."""
    asked = [
        (n, territory.pk, *point)
        for n, candidate in enumerate(candidates)
        if candidate.values.get("location_precision") in Record.PRECISE
        and (territory := _find_commune(candidate, index))
        and (point := candidate_position(candidate))
    ]
    for n, inside, swapped, distance in _fetch_rows(INSIDE, _transpose(asked)) if asked else []:
        territory = index.by_reference[str(candidates[n].values["territory"])]
        if inside or (distance is not None and distance <= TOLERANCE_M):
            continue
        if swapped:
            message = _("Latitude et longitude sont inversées : échangées, elles tombent dans %(name)s.")
            candidates[n].problems.append(
                _swapped_axes_doubt(candidates[n], message % {"name": territory.label})
            )
        else:
            message = _("Le point est à %(km)s km %(of_name)s.") % {
                "km": f"{(distance or 0) / 1000:.1f}".replace(".", ","),
                "of_name": after_de(territory.label),
            }
            candidates[n].problems.append(doubt("hors-de-la-commune", message))


def _swapped_axes_doubt(candidate: Candidate, message: str) -> Problem:
    """Doubt swapped axes: propose the right cell; of two columns, exchange them, which importing accepts."""
    point = candidate_point(candidate)
    if point is None:
        return doubt("axes-inverses", message)
    if candidate.place.point:
        right = (f"{point[0]}, {point[1]}", _("les axes échangés"))
        return doubt("axes-inverses", message, candidate.columns.get("point", ""), (right,))
    candidate.values["geometry"], candidate.inner_point = point_wkt(point[1], point[0]), None
    accepted = _("Importer la ligne les échange.")
    return doubt("axes-a-echanger", f"{message} {accepted}", candidate.columns.get("lon", ""))


def _fill_commune(candidates: list[Candidate], index: TerritoryIndex) -> None:
    """Give a row with a point and no commune the commune around the point."""
    asked = [
        (n, *point)
        for n, candidate in enumerate(candidates)
        if "territory" not in candidate.values
        and not candidate.place.code
        and not candidate.place.name
        and (point := candidate_position(candidate))
    ]
    found = dict(_fetch_rows(AROUND, _transpose(asked))) if asked else {}
    for n, lon, lat in asked:
        territory = index.communes.get(found.get(n, ""))
        if territory is not None:
            candidates[n].values["territory"] = territory.reference
            message = _("Commune trouvée autour du point : %(name)s.") % {"name": territory.label}
            candidates[n].problems.append(notice("commune-du-point", message))
        elif candidates[n].values.get("country", "FR") == "FR":
            message = _(
                "Aucune commune autour de %(point)s : axes inversés, ou fiche à l’étranger sans pays ?"
            )
            candidates[n].problems.append(doubt("hors-de-france", message % {"point": point_wkt(lon, lat)}))


def _doubt_area(candidates: list[Candidate], index: TerritoryIndex) -> None:
    """Doubt an operation larger than its commune."""
    for candidate in candidates:
        area, territory = candidate.values.get("area_ha"), _find_commune(candidate, index)
        if area and territory and territory.area_km2 and float(str(area)) > territory.area_km2 * 100:
            message = _("%(area)s ha, c’est plus que la surface de %(name)s (%(all)s ha).") % {
                "area": str(area).replace(".", ","),
                "name": territory.label,
                "all": round(territory.area_km2 * 100),
            }
            candidate.problems.append(
                doubt("surface-trop-grande", message, candidate.columns.get("area_ha", ""))
            )
