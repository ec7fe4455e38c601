"""The rows of a file that may describe a record of the catalogue, or what an earlier row describes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalogue.imports.places.suspicion import candidate_position
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.read.problems import doubt
from catalogue.imports.rows.candidates import Candidate
from catalogue.models import Record
from catalogue.records.near_duplicates import (
    IMPORTING,
    Description,
    find_near_duplicates,
    has_meaning,
    ranks_compared,
    reasons,
    understand,
)

BOX_DEGREES = 0.012
"""Half a box that holds NEAR_M at the latitudes of France, Saint-Pierre-et-Miquelon included."""
NEARBY = {"box": BOX_DEGREES}
MOST_UNDERSTOOD = 1_000
"""Rows of a file whose meaning is asked for: 4 to 8 seconds. The next are judged by their titles."""

# What is near by record_geometry for the box, then true metres; the commune and its arrondissements by
# record_territory_kind, when one of the two says no more than its commune; rows by their own words.
# The record that a row of the file updates is none of its duplicates.
PAIRS = """
near AS (
    SELECT g.id, r.id AS other, r.source_id, r.external_id
    FROM given g
    JOIN catalogue_record r ON g.precise AND r.kind = g.kind AND r.location_precision = ANY(%(precise)s)
     AND r.geometry && ST_Expand(g.geog::geometry, %(box)s) AND ST_DWithin(r.geog, g.geog, %(near)s)
    UNION
    SELECT g.id, r.id, r.source_id, r.external_id
    FROM given g
    JOIN geo_territory f ON f.id = g.ground OR f.commune_id = g.ground
    JOIN catalogue_record r ON r.territory_id = f.id AND r.kind = g.kind
     AND NOT (g.precise AND r.location_precision = ANY(%(precise)s))
    WHERE f.level IN ('commune', 'arrondissement')
), repeated AS (
    SELECT id, first_value(id) OVER (PARTITION BY ground, words ORDER BY id DESC) AS other
    FROM given WHERE ground IS NOT NULL
), pair AS MATERIALIZED (
    SELECT n.id AS first, n.other AS second FROM near n
    WHERE NOT EXISTS (SELECT FROM given g WHERE g.source_id = n.source_id AND g.external_id = n.external_id)
    UNION ALL
    SELECT id, other FROM repeated WHERE id <> other
)
"""


def doubt_duplicates(candidates: list[Candidate], kind: str, index: TerritoryIndex, source: str) -> None:
    """Add a doubt for each likely duplicate of each row."""
    descriptions = [_describe_candidate(candidate, kind, index, source) for candidate in candidates]
    if any(map(has_meaning, descriptions)):
        descriptions = _understand_compared(descriptions)
    found = find_near_duplicates(PAIRS, NEARBY, IMPORTING, descriptions)
    titles = dict(
        Record.objects.filter(pk__in={pair.second for pair in found if pair.second > 0}).values_list(
            "pk", "title"
        )
    )
    for pair in found:
        if pair.second < 0:
            message = _("Ressemble à la ligne %(n)d.") % {"n": candidates[-pair.second - 1].line}
        else:
            message = _("Ressemble à une fiche du catalogue : « %(title)s » (%(reasons)s).") % {
                "title": titles.get(pair.second, ""),
                "reasons": ", ".join(reasons(pair.factors)),
            }
        candidates[-pair.first - 1].problems.append(doubt("quasi-doublon", message))


def _understand_compared(descriptions: list[Description]) -> list[Description]:
    """Return the descriptions, with the meaning of the first that stand near a record of the catalogue."""
    ranks = ranks_compared(PAIRS, NEARBY, descriptions)[:MOST_UNDERSTOOD]
    known = list(descriptions)
    for rank, understood in zip(ranks, understand([descriptions[rank] for rank in ranks]), strict=True):
        known[rank] = understood
    return known


def _describe_candidate(candidate: Candidate, kind: str, index: TerritoryIndex, source: str) -> Description:
    values = candidate.values
    territory = index.by_reference.get(str(values.get("territory", "")))
    year = values.get("year_start")
    return Description(
        kind=kind,
        title=candidate.title,
        summary=str(values.get("summary") or ""),
        territory=territory.pk if territory is not None else None,
        position=candidate_position(candidate),
        is_precise=values.get("location_precision") in Record.PRECISE,
        source=str(values.get("source") or source),
        external_id=candidate.key,
        year=year if isinstance(year, int) else None,
    )
