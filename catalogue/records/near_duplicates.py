"""Whether two records may be one: one score, from words, place, organisation, solution and identifier.

Contributions ask while a title is typed, imports for the rows of a file, the workshop for the stored
records. Each finds the pairs worth comparing through its own indexes, and all have them scored here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.records import encoder, meaning
from catalogue.records.meaning import Stored
from catalogue.records.wording import distance_words
from geo.names import LINKS

NEAR_M = 500
"""Metres within which two precise places may be one."""
ALIKE = 0.45
"""Trigram similarity of the distinctive words of two titles, from which the title gives points."""
NEARLY_SAME = 80
"""The same, in hundredths, from which two titles are nearly the same."""
SAME_SPOT_M = 10
SAME_SUBJECT = 0.5
"""Cosine of two meanings, from which saying the same otherwise gives points."""
SAME_MEANING = 0.9
"""The cosine from which they give all their points."""
MEANT = (Record.Kind.NEED, Record.Kind.SOLUTION, Record.Kind.EXPERIMENT)
"""Kinds whose words say what they are. An operation or a site is told by its name and its place: the
summaries of two ÉcoQuartiers are alike, and those of two streets of one test."""


class Threshold(NamedTuple):
    """The score from which a pair is shown, and the likeness of titles below which it must mean the same."""

    score: int
    title: float = ALIKE


WRITING = Threshold(31, title=0)
"""More than a place alone gives. Somebody who types a title loses a glance to a wrong hint."""
IMPORTING = Threshold(46)
"""A doubt on a row holds it back until it is decided."""
CURATING = Threshold(58)
"""A pair costs a curator the comparison of two records."""

POINTS = {
    "same_title": 55,
    "alike_title": 50,
    "placeless_title": 12,
    "meaning": 55,
    "placeless_meaning": 20,
    "same_place": 30,
    "near_place": 10,
    "commune": 18,
    "territory": 5,
    "far": -15,
    "organisation": 15,
    "placeless_organisation": 25,
    "solution": 12,
    "other_solution": -15,
    "external_id": 12,
    "other_id": -10,
    "year": 5,
}
"""The points of each factor. A solution stands nowhere: its title and its organisation count for more."""

GENERIC = LINKS | {
    "amenagement",
    "eco",
    "ecoquartier",
    "nouveau",
    "operation",
    "projet",
    "quartier",
    "renouvellement",
    "renovation",
    "secteur",
    "site",
    "urbain",
    "urbaine",
    "zac",
}
"""Words that many operations share: they distinguish none from another."""

# The words of a folded title but the generic ones and those of its territory, in order; else the title.
DISTINCTIVE = """coalesce(nullif(array_to_string(ARRAY(
    SELECT w FROM regexp_split_to_table({title}, '[^a-z0-9]+') w
    WHERE w <> '' AND w <> ALL(%(generic)s)
      AND w <> ALL(regexp_split_to_array(coalesce(f_unaccent(lower({place})), ''), '[^a-z0-9]+'))
    ORDER BY w
), ' '), ''), {title})"""

# ``given`` are descriptions, under negative ids; ``pair`` is what a room compares; the sides of the pairs are
# read once, by primary key, then scored. The meaning counts for what it says beyond the title, never for two
# that stand apart nor for experiments of two solutions: each says the same of something else.
SCORED = f"""
WITH given AS MATERIALIZED (
    SELECT g.id, g.kind, g.title, g.territory_id, ST_MakePoint(g.lon, g.lat)::geography AS geog, g.precise,
           s.id AS source_id, g.external_id, g.year_start, g.owner_id, g.solution_id, g.signs::bit(512),
           g.numbers, coalesce(t.commune_id, t.id) AS ground,
           {DISTINCTIVE.format(title="g.title", place="t.name")} AS words
    FROM (
        SELECT u.*, f_unaccent(lower(u.raw)) AS title
        FROM unnest(%(given_id)s::bigint[], %(given_kind)s::text[], %(given_title)s::text[],
                    %(given_territory)s::bigint[], %(given_lon)s::float8[], %(given_lat)s::float8[],
                    %(given_precise)s::boolean[], %(given_source)s::text[], %(given_external_id)s::text[],
                    %(given_year)s::int[], %(given_owner)s::bigint[], %(given_solution)s::bigint[],
                    %(given_signs)s::text[], %(given_numbers)s::bytea[])
             u(id, kind, raw, territory_id, lon, lat, precise, source, external_id, year_start, owner_id,
               solution_id, signs, numbers)
    ) g
    LEFT JOIN catalogue_source s ON s.code = g.source
    LEFT JOIN geo_territory t ON t.id = g.territory_id
), {{pairs}}, side AS MATERIALIZED (
    SELECT r.id, r.kind, r.title, r.territory_id, r.geog, r.precise, r.source_id, r.external_id, r.year_start,
           r.owner_id, r.solution_id, r.signs, r.numbers, coalesce(t.commune_id, t.id) AS ground,
           {DISTINCTIVE.format(title="r.title", place="t.name")} AS words
    FROM (
        SELECT r.id, r.kind, f_unaccent(lower(r.title)) AS title, r.territory_id, r.geog,
               r.location_precision IN ('exacte', 'adresse') AS precise, r.source_id, r.external_id,
               r.year_start, r.owner_id, e.solution_id, m.signs, m.numbers
        FROM (SELECT first AS id FROM pair UNION SELECT second FROM pair) p
        JOIN catalogue_record r USING (id)
        LEFT JOIN catalogue_experiment e ON e.record_ptr_id = r.id
        LEFT JOIN catalogue_recordmeaning m ON m.record_id = r.id AND r.kind = ANY(%(meant)s)
        OFFSET 0
    ) r
    LEFT JOIN geo_territory t ON t.id = r.territory_id
    UNION ALL
    SELECT * FROM given
), faced AS MATERIALIZED (
    SELECT p.first, p.second, a.kind, similarity(a.words, b.words) AS title, a.title = b.title AS same_title,
           a.geog IS NULL AND b.geog IS NULL AS placeless, a.precise AND b.precise AS precise,
           ST_Distance(a.geog, b.geog) AS metres,
           coalesce(a.territory_id IN (b.territory_id, b.ground) OR b.territory_id = a.ground, false)
               AS same_ground,
           a.territory_id IS NOT NULL AND b.territory_id IS NOT NULL AS settled,
           a.source_id = b.source_id AS same_source, a.external_id, a.external_id = b.external_id AS same_id,
           a.external_id <> '' AND b.external_id <> '' AS identified,
           coalesce(a.owner_id = b.owner_id, false) AS same_owner,
           a.solution_id = b.solution_id AS same_solution,
           a.year_start, coalesce(a.year_start = b.year_start, false) AS same_year,
           a.signs, a.numbers, b.signs AS other_signs, b.numbers AS other_numbers
    FROM pair p
    JOIN side a ON a.id = p.first
    JOIN side b ON b.id = p.second
    WHERE similarity(a.words, b.words) >= %(least_title)s OR bit_count(a.signs # b.signs) <= %(most_signs)s
), placed AS (
    SELECT f.*, f.metres > %(near)s AND (f.precise OR NOT f.same_ground) AS far,
           f.settled AND NOT f.same_ground AND (f.precise AND f.metres <= %(near)s) IS NOT true AS elsewhere
    FROM faced f
), understood AS MATERIALIZED (
    SELECT p.*, CASE
        WHEN p.far OR p.elsewhere OR p.kind = 'experimentation' AND p.same_solution IS NOT true THEN NULL
        WHEN bit_count(p.signs # p.other_signs) <= %(most_signs)s
        THEN catalogue_cosine(p.numbers, p.other_numbers)
    END AS meaning
    FROM placed p
), compared AS MATERIALIZED (
    SELECT u.*, CASE WHEN u.title >= %(alike)s THEN
               CASE WHEN u.same_title THEN %(same_title)s ELSE round(%(alike_title)s * u.title)::int END
               + CASE WHEN u.placeless THEN round(%(placeless_title)s * u.title)::int ELSE 0 END
           ELSE 0 END AS by_title,
           CASE WHEN u.meaning >= %(same_subject)s AND NOT u.same_title THEN round(
               (%(meaning)s + CASE WHEN u.placeless THEN %(placeless_meaning)s ELSE 0 END)
               * least(1, (u.meaning - %(same_subject)s) / (%(same_meaning)s - %(same_subject)s))
           )::int ELSE 0 END AS by_meaning
    FROM understood u
    WHERE u.title >= %(least_title)s OR u.meaning >= %(same_subject)s
), scored AS (
    SELECT c.first, c.second, c.kind, least(100, greatest(0, sum(f.points)))::int AS score,
           jsonb_agg(jsonb_build_array(f.code, f.points, f.detail) ORDER BY f.rank) AS factors
    FROM compared c
    LEFT JOIN LATERAL (
        SELECT o.name FROM catalogue_recordorganisation x
        JOIN catalogue_recordorganisation y ON y.organisation_id = x.organisation_id
             AND y.record_id = c.second
        JOIN catalogue_organisation o ON o.id = x.organisation_id
        WHERE x.record_id = c.first ORDER BY o.name LIMIT 1
    ) o ON true
    CROSS JOIN LATERAL (VALUES
        (1, CASE WHEN c.same_title THEN 'same_title' ELSE 'alike_title' END,
            c.by_title, to_jsonb(round(100 * c.title)::int), c.title >= %(alike)s),
        (2, 'meaning', c.by_meaning - c.by_title, to_jsonb(round((100 * c.meaning)::numeric)::int),
            c.by_meaning > c.by_title),
        (3, 'place', round(%(same_place)s - (%(same_place)s - %(near_place)s) * c.metres / %(near)s)::int,
            to_jsonb(round(c.metres)::int), c.precise AND c.metres <= %(near)s),
        (4, 'commune', %(commune)s, NULL, c.same_ground AND NOT c.precise),
        (5, 'territory', %(territory)s, NULL, c.same_ground AND c.precise),
        (6, 'far', %(far)s, to_jsonb(round(c.metres)::int), c.far),
        (7, 'organisation',
            CASE WHEN c.placeless THEN %(placeless_organisation)s ELSE %(organisation)s END,
            to_jsonb(coalesce(o.name, '')), o.name IS NOT NULL OR c.same_owner),
        (8, 'solution', %(solution)s, NULL, c.same_solution),
        (9, 'other_solution', %(other_solution)s, NULL, NOT c.same_solution),
        (10, 'external_id', %(external_id)s, to_jsonb(c.external_id),
            c.identified AND c.same_id AND NOT c.same_source),
        (11, 'other_id', %(other_id)s, NULL, c.identified AND NOT c.same_id AND c.same_source),
        (12, 'year', %(year)s, to_jsonb(c.year_start), c.same_year)
    ) f(rank, code, points, detail, holds)
    WHERE f.holds
    GROUP BY c.first, c.second, c.kind
)
"""  # noqa: S608
LIKELY = """
SELECT first, second, score, factors FROM scored WHERE score >= %(least_score)s
ORDER BY score DESC, first, second
"""
COMPARED = "SELECT DISTINCT first FROM pair WHERE first < 0 AND second > 0 ORDER BY first DESC"


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a record that is not stored; ``position`` is (lon, lat), degrees, srid 4326."""

    kind: str
    title: str
    territory: int | None = None
    position: tuple[float, float] | None = None
    is_precise: bool = True
    """True when the position says more than the commune."""
    source: str = ""
    external_id: str = ""
    year: int | None = None
    owner: int | None = None
    solution: int | None = None
    summary: str = ""
    meaning: Stored | None = None
    """As ``understand`` finds it."""


GIVEN = (
    "id", "kind", "title", "territory", "lon", "lat", "precise", "source", "external_id", "year", "owner",
    "solution", "signs", "numbers",
)  # fmt: skip


class NearDuplicate(NamedTuple):
    """A pair that may be one record; of a description, ``first`` is minus its rank from 1."""

    first: int
    second: int
    score: int
    factors: list[list[Any]]


def has_meaning(description: Description) -> bool:
    """Whether the meaning of its words may count: of an experiment, once its solution is known."""
    if description.kind == Record.Kind.EXPERIMENT and description.solution is None:
        return False
    return encoder.is_enabled() and description.kind in MEANT and bool(description.title.strip())


def understand(descriptions: Sequence[Description]) -> list[Description]:
    """Return the descriptions with their meaning, where it may count: 3 ms each."""
    known = list(descriptions)
    asked = [rank for rank, description in enumerate(known) if has_meaning(description)]
    for start in range(0, len(asked), meaning.AT_ONCE):
        batch = asked[start : start + meaning.AT_ONCE]
        texts = [meaning.text_of(known[rank].title, known[rank].summary) for rank in batch]
        for rank, vector in zip(batch, encoder.encode(texts), strict=True):
            known[rank] = replace(known[rank], meaning=meaning.to_stored(vector))
    return known


def scoring_statement(pairs: str, result: str = LIKELY) -> str:
    """Return the statement that scores ``pairs``: queries of WITH, the last one named ``pair``."""
    return SCORED.replace("{pairs}", pairs) + result


def scoring_parameters(threshold: Threshold, descriptions: Sequence[Description] = ()) -> dict[str, Any]:
    """Return the parameters of ``scoring_statement``."""
    given: dict[str, list[Any]] = {f"given_{name}": [] for name in GIVEN}
    for rank, description in enumerate(descriptions, 1):
        lon, lat = description.position or (None, None)
        signs, numbers = description.meaning or (None, None)
        row = {"id": -rank, "lon": lon, "lat": lat, "signs": signs, "numbers": numbers}
        row["precise"] = description.is_precise and lon is not None
        for name in GIVEN:
            given[f"given_{name}"].append(row[name] if name in row else getattr(description, name))
    return {
        **POINTS,
        **given,
        "near": NEAR_M,
        "alike": ALIKE,
        "meant": list(MEANT) if encoder.is_enabled() else [],
        "most_signs": meaning.most_signs(SAME_SUBJECT),
        "same_subject": SAME_SUBJECT,
        "same_meaning": SAME_MEANING,
        "generic": sorted(GENERIC),
        "least_score": threshold.score,
        "least_title": threshold.title,
        "precise": list(Record.PRECISE),
    }


def find_near_duplicates(
    pairs: str, parameters: dict[str, Any], threshold: Threshold, descriptions: Sequence[Description]
) -> list[NearDuplicate]:
    """Return the pairs that reach the threshold, the likeliest first."""
    with connection.cursor() as cursor:
        cursor.execute(scoring_statement(pairs), scoring_parameters(threshold, descriptions) | parameters)
        return [
            NearDuplicate(first, second, score, json.loads(factors))
            for first, second, score, factors in cursor
        ]


def ranks_compared(pairs: str, parameters: dict[str, Any], descriptions: Sequence[Description]) -> list[int]:
    """Return the ranks, from 0, of the descriptions that ``pairs`` compares with a stored record."""
    with connection.cursor() as cursor:
        every = scoring_parameters(Threshold(0), descriptions) | parameters
        cursor.execute(scoring_statement(pairs, COMPARED), every)
        return [-first - 1 for (first,) in cursor]


def reasons(factors: Iterable[Sequence[Any]]) -> list[str]:
    """Return what makes a pair likely, in words for whoever writes one of the two."""
    return [_reason(code, detail) for code, points, detail in factors if points > 0]


def _reason(code: str, detail: Any) -> str:
    if code == "alike_title":
        return _("titre très proche") if detail >= NEARLY_SAME else _("titre proche")
    if code == "place":
        return _("au même endroit") if detail < SAME_SPOT_M else distance_words(detail)
    return {
        "same_title": _("même titre"),
        "meaning": _("même sujet, dit autrement"),
        "commune": _("même territoire"),
        "territory": _("même territoire"),
        "organisation": _("même organisation"),
        "solution": _("même solution"),
        "external_id": _("même identifiant"),
        "year": _("même année de début"),
    }[code]
