"""Describe where a row in doubt may stand: the point it gives, the place of its code, that of its name.

Stored with the row by ``jobs``, drawn by the wizard. Degrees, srid 4326; territories by reference.
"""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry

from catalogue.imports.places.resolution import clean_code
from catalogue.imports.places.suspicion import candidate_point
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.read.problems import Severity
from catalogue.imports.rows.candidates import Candidate
from catalogue.models import Record
from geo.drawing import geojson

SPATIAL_DOUBTS = frozenset(
    {
        "axes-a-echanger",
        "axes-inverses",
        "code-absent",
        "code-ancien",
        "code-contredit-nom",
        "code-inconnu",
        "code-postal",
        "commune-fusionnee",
        "commune-partagee",
        "departement-contredit",
        "groupement",
        "hors-de-france",
        "hors-de-la-commune",
        "region-contredite",
        "sur-la-mairie",
        "surface-trop-grande",
        "trace-a-reparer",
        "zero-zero",
    }
)
"""The doubts that a map helps to decide."""
TOLERANCE = 0.0005
"""Degrees: a simplified shape still shows what a map of its commune shows."""
MOST_NAMES = 6


def describe_place(candidate: Candidate, index: TerritoryIndex) -> dict[str, Any]:
    """Return the place of a row, three ways; empty for a row without a place.

    ``point`` is (lon, lat), ``shape`` a GeoJSON geometry, ``code`` and ``names`` are references.
    """
    found: dict[str, Any] = {}
    is_given = candidate.values.get("location_precision") in Record.PRECISE
    if is_given and (point := candidate_point(candidate)):
        found["point"] = [round(point[0], 6), round(point[1], 6)]
    elif is_given and (shape := _simplified_shape(candidate)):
        found["shape"] = shape
    code = _find_by_code(candidate, index)
    names = _find_by_names(candidate, index)
    if code and code not in names:
        found["code"] = code
    if names:
        found["names"] = names[:MOST_NAMES]
    return found


def _simplified_shape(candidate: Candidate) -> dict[str, Any] | None:
    text = candidate.values.get("geometry")
    if not text:
        return None
    try:
        shape = GEOSGeometry(str(text)).simplify(TOLERANCE, preserve_topology=True)
    except (GEOSException, ValueError):
        return None
    return geojson(shape)


def _find_by_code(candidate: Candidate, index: TerritoryIndex) -> str:
    """Return the territory that the code alone designates, today or before a merger."""
    code = clean_code(candidate.place.code)
    if not code:
        return ""
    territory = index.communes.get(code) or index.communes.get(code.zfill(5))
    if territory is None and len(old := index.former_codes.get(code, [])) == 1:
        territory = old[0].successor
    return territory.reference if territory else ""


def _find_by_names(candidate: Candidate, index: TerritoryIndex) -> list[str]:
    """Return the territories that are proposed, or the one that the row is tied to."""
    proposed: list[str] = []
    for problem in candidate.problems:
        if problem.severity is Severity.DOUBT and problem.code in SPATIAL_DOUBTS:
            proposed += [reference for reference, _label in problem.proposals]
    known = [reference for reference in dict.fromkeys(proposed) if reference in index.by_reference]
    tied = str(candidate.values.get("territory") or "")
    return known or ([tied] if tied in index.by_reference else [])
