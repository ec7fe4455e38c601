"""Which territory holds a geometry, and which one a person names: asked by the forms that place a record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection
from django.db.models import Q

from geo.models import CompletionTerm, Level, Territory
from geo.names import normalise

ENOUGH = 0.9
"""Share of a perimeter that a territory must hold to be its territory: drawings overrun borders a little."""
NEAR_KM = 30
"""How far from land a point at sea, or on an island without outline, is still given the nearest commune."""

# through the primary key: only the outlines of the territories around one point are read
SHARE = """
SELECT CASE
    WHEN ST_Covers(t.geometry, g.shape) THEN 1.0
    WHEN ST_Dimension(g.shape) = 0
        THEN ST_NPoints(ST_Intersection(g.shape, t.geometry)) / ST_NPoints(g.shape)::float8
    WHEN ST_Dimension(g.shape) = 1
        THEN ST_Length(ST_Intersection(g.shape, t.geometry)) / nullif(ST_Length(g.shape), 0)
    ELSE ST_Area(ST_Intersection(g.shape, t.geometry)) / nullif(ST_Area(g.shape), 0)
END
FROM geo_territory t, (SELECT ST_GeomFromEWKB(%s) AS shape) g
WHERE t.id = %s
"""


@dataclass(frozen=True)
class Covering:
    """The territory of a geometry; ``metres`` is how far it stands when it does not hold it."""

    territory: Territory
    metres: float | None = None


def find_covering(geometry: GEOSGeometry) -> Covering | None:
    """Return the finest territory that holds the geometry (srid 4326), or the nearest commune; None abroad.

    From the commune of a point of the geometry up: commune, EPCI, département, région, country.
    """
    point = geometry if isinstance(geometry, Point) else geometry.point_on_surface
    own = Territory.objects.locate(point)
    if own is None:
        near = Territory.objects.current().at_level(Level.COMMUNE, Level.DEPARTEMENT).near(point, NEAR_KM)
        nearest = near.annotate(metres=Distance("geog", point)).order_by("metres").first()
        return Covering(nearest, nearest.metres.m) if nearest is not None else None
    own = Territory.objects.with_parents().get(pk=own.pk)
    if isinstance(geometry, Point):
        return Covering(own)
    for candidate in _upwards(own):
        if covered_share(geometry, candidate) >= ENOUGH:
            return Covering(candidate)
    country = Territory.objects.at_level(Level.COUNTRY).first()
    return Covering(country or own)


def _upwards(territory: Territory) -> Iterable[Territory]:
    parents = (territory.commune, territory.epci, territory.departement, territory.region)
    return [territory, *(parent for parent in parents if parent is not None)]


def covered_share(geometry: GEOSGeometry, territory: Territory) -> float:
    """Return the share (0 to 1) of the geometry (srid 4326) in the territory; 1 without an outline."""
    if not territory.has_outline:
        return 1.0
    with connection.cursor() as cursor:
        cursor.execute(SHARE, [bytes(geometry.ewkb), territory.pk])
        row = cursor.fetchone()
    return 1.0 if row is None or row[0] is None else float(row[0])


def metres_from(geometry: GEOSGeometry, territory: Territory) -> float | None:
    """Return True metres between the geometry (srid 4326) and the point of the territory."""
    if territory.point is None:
        return None
    here = geometry if isinstance(geometry, Point) else geometry.point_on_surface
    found = Territory.objects.filter(pk=territory.pk).annotate(metres=Distance("geog", here)).first()
    return found.metres.m if found is not None and found.metres is not None else None


# What a person names.

WITH_CODE = re.compile(r"^(?P<name>.*\S)\s*\((?P<code>\d{2,9}|2[ab]\d{0,3})\)$", re.IGNORECASE)
CODE = re.compile(r"^(?:\d{9}|\d{5}|2[ab]\d{3})$", re.IGNORECASE)
FINEST_FIRST: list[str] = [
    Level.COMMUNE,
    Level.ARRONDISSEMENT,
    Level.EPCI,
    Level.EPT,
    Level.DEPARTEMENT,
    Level.REGION,
    Level.COUNTRY,
]
LONGEST = 160
HOMONYM = 50
"""How many times more peopled a larger territory must be for its name not to mean the commune alone."""


def choice_text(territory: Territory) -> str:
    """Return the territory as a form writes it, so that ``find_named`` finds it alone: « Rennes (35238) »."""
    return f"{territory.name} ({territory.code})"


def find_named(text: str) -> list[Territory]:
    """Return territories in force that a text names: a name, a code, a postal code, « Saint-Denis (974) ».

    One when the text is clear, several when it is not, none when it names nothing.
    """
    text = text.strip()[:LONGEST]
    if CODE.match(text):
        return _by_code(text.upper())
    match = WITH_CODE.match(text)
    found = _by_name(match["name"] if match else text)
    if match:
        code = match["code"].upper()
        exact = [one for one in found if one.code == code]
        found = exact or [one for one in found if one.departement_code == code or code in one.postal_codes]
    return _finest(found)


def _finest(found: list[Territory]) -> list[Territory]:
    """Return the finest of homonyms, and those much larger than them: « La Réunion », « Paris »."""
    if not found:
        return []
    level = min(found, key=lambda one: FINEST_FIRST.index(one.level)).level
    finest = [one for one in found if one.level == level]
    people = max(one.population or 0 for one in finest)
    larger = [one for one in found if one.level != level and (one.population or 0) > HOMONYM * people]
    return finest + larger


def _by_code(code: str) -> list[Territory]:
    """Return the territory of a code and, for five digits, the communes of that postal code."""
    levels = (Level.EPCI, Level.EPT) if len(code) == 9 else (Level.COMMUNE, Level.ARRONDISSEMENT)
    found: list[Territory] = []
    for level in levels:
        try:
            found.append(Territory.objects.with_parents().resolve(level, code))
            break
        except Territory.DoesNotExist:
            continue
    if len(code) != 9:
        served = Territory.objects.with_parents().current().with_postal_code(code)
        own = {one.pk for one in found}
        found += list(served.at_level(Level.COMMUNE).exclude(pk__in=own).order_by("name"))
    return found


def _by_name(name: str) -> list[Territory]:
    """Return territories of that name, then of that former name (completion_term_prefix)."""
    term = normalise(name)
    if not term:
        return []
    kinds = CompletionTerm.Kind
    bearing = Q(terms__term=term, terms__kind__in=[kinds.NAME, kinds.FORMER])
    found = list(
        Territory.objects.with_parents().current().filter(bearing).distinct().order_by("level", "pk")
    )
    own = [one for one in found if normalise(one.name) == term]
    return own or found
