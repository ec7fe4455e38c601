"""Records that may be the same thing: found by place, title, organisation and identifier, with a score.

One statement for a handful of records that have just changed as for a slice of the whole catalogue. Each
record is compared with a bounded number of neighbours, every one of them read through an index, so that
ten thousand records at the point of one commune cost ten thousand times one record and no more.
``refresh`` is called by the worker: after each submission, publication or import, and every night for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from catalogue.models import Record, RecordMeaning
from catalogue.records import encoder
from catalogue.records.long_transactions import long_transaction
from catalogue.records.near_duplicates import CURATING, scoring_parameters, scoring_statement

NEIGHBOURS = 15
"""Titles compared on each side of a record, in each of the two orders of its territory."""
NEAREST = 20
"""Records of the same kind compared within NEAR_M, the nearest first."""
OF_ORGANISATION = 30
"""Records of each of its organisations compared with a record that stands nowhere."""
LIKE_MINDED = 15
"""Records of the same kind compared because they mean nearly the same, whatever their titles and places."""
SIGNS_COMPARED = 5_000_000
"""Vectors compared in one go, at most; above, what means nearly the same is not looked for. A night of 2,000
records, or 50 records among 100,000 (27 ms each)."""
KEPT = 10
"""Pairs stored of a record: its likeliest."""
CHUNK = 2_000
LOCK = 7_340_051
"""Key of the advisory lock that makes two searches take turns."""

# The neighbours by title come from record_title_neighbours and record_title_ends, the nearest from
# record_kind_near (KNN, whose place is known better than its commune), those of an organisation from the
# indexes of recordorganisation.organisation and record.owner, the identifier from record_external_id_alike;
# what means nearly the same from the signs, unless they are too many; a pair that waits already is judged
# again from its own keys.
PAIRS = """
asked AS (
    SELECT r.id, r.kind, coalesce(r.territory_id, 0) AS ground, f_unaccent(lower(r.title)) AS title, r.geog,
           r.location_precision IN ('exacte', 'adresse') AS precise, r.external_id, r.owner_id
    FROM catalogue_record r
    WHERE r.id = ANY(%(keys)s) AND r.state <> 'brouillon'
), met AS (
    SELECT a.id, o.id AS other FROM asked a CROSS JOIN LATERAL (
        (SELECT r.id FROM catalogue_record r
         WHERE r.state <> 'brouillon' AND r.kind = a.kind AND coalesce(r.territory_id, 0) = a.ground
           AND (f_unaccent(lower(r.title)), r.id) > (a.title, a.id)
         ORDER BY f_unaccent(lower(r.title)), r.id LIMIT %(neighbours)s)
        UNION ALL
        (SELECT r.id FROM catalogue_record r
         WHERE r.state <> 'brouillon' AND r.kind = a.kind AND coalesce(r.territory_id, 0) = a.ground
           AND (f_unaccent(lower(r.title)), r.id) < (a.title, a.id)
         ORDER BY f_unaccent(lower(r.title)) DESC, r.id DESC LIMIT %(neighbours)s)
        UNION ALL
        (SELECT r.id FROM catalogue_record r
         WHERE r.state <> 'brouillon' AND r.kind = a.kind AND coalesce(r.territory_id, 0) = a.ground
           AND (reverse(f_unaccent(lower(r.title))), r.id) > (reverse(a.title), a.id)
         ORDER BY reverse(f_unaccent(lower(r.title))), r.id LIMIT %(neighbours)s)
        UNION ALL
        (SELECT r.id FROM catalogue_record r
         WHERE r.state <> 'brouillon' AND r.kind = a.kind AND coalesce(r.territory_id, 0) = a.ground
           AND (reverse(f_unaccent(lower(r.title))), r.id) < (reverse(a.title), a.id)
         ORDER BY reverse(f_unaccent(lower(r.title))) DESC, r.id DESC LIMIT %(neighbours)s)
        UNION ALL
        (SELECT near.id FROM (
            SELECT r.id, r.geog FROM catalogue_record r
            WHERE a.precise AND r.state <> 'brouillon' AND r.location_precision IN ('exacte', 'adresse')
              AND r.kind = a.kind AND ST_DWithin(r.geog, a.geog, %(near)s) AND r.id <> a.id
            ORDER BY r.geog <-> a.geog LIMIT %(nearest)s
        ) near)
        UNION ALL
        (SELECT r.id FROM catalogue_recordorganisation mine
         CROSS JOIN LATERAL (
            SELECT theirs.record_id FROM catalogue_recordorganisation theirs
            WHERE theirs.organisation_id = mine.organisation_id AND theirs.record_id <> a.id
            LIMIT %(of_organisation)s
         ) shared
         JOIN catalogue_record r ON r.id = shared.record_id AND r.kind = a.kind
         WHERE a.geog IS NULL AND mine.record_id = a.id)
        UNION ALL
        (SELECT r.id FROM catalogue_record r
         WHERE a.geog IS NULL AND r.owner_id = a.owner_id AND r.kind = a.kind AND r.id <> a.id
         LIMIT %(of_organisation)s)
        UNION ALL
        (SELECT r.id FROM catalogue_record r
         WHERE a.external_id <> '' AND r.external_id <> '' AND r.external_id = a.external_id
           AND r.kind = a.kind AND r.id <> a.id LIMIT %(nearest)s)
        UNION ALL
        (SELECT m.record_id FROM catalogue_recordmeaning mine
         CROSS JOIN catalogue_recordmeaning m
         JOIN catalogue_record r ON r.id = m.record_id AND r.kind = a.kind AND r.state <> 'brouillon'
         WHERE a.kind = ANY(%(meant)s) AND mine.record_id = a.id AND m.record_id <> a.id
         ORDER BY bit_count(m.signs # mine.signs), m.record_id LIMIT %(like_minded)s)
    ) o
), pair AS MATERIALIZED (
    SELECT least(id, other) AS first, greatest(id, other) AS second FROM met
    UNION
    SELECT d.first_id, d.second_id FROM catalogue_duplicatecandidate d
    WHERE d.state = 'a-voir' AND d.first_id = ANY(%(keys)s)
    UNION
    SELECT d.first_id, d.second_id FROM catalogue_duplicatecandidate d
    WHERE d.state = 'a-voir' AND d.second_id = ANY(%(keys)s)
)
"""
STORE = """
, likely AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.first ORDER BY s.score DESC, s.second) AS of_first,
           row_number() OVER (PARTITION BY s.second ORDER BY s.score DESC, s.first) AS of_second
    FROM scored s
    WHERE s.score >= %(least_score)s AND NOT EXISTS (
        SELECT FROM catalogue_merge m WHERE m.loser_id IN (s.first, s.second) AND m.undone_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM catalogue_record r WHERE r.id IN (s.first, s.second) AND r.state = 'brouillon'
    )
), written AS (
    INSERT INTO catalogue_duplicatecandidate AS d
        (first_id, second_id, kind, score, factors, state, reason, found_at)
    SELECT first, second, kind, score, factors, 'a-voir', '', now() FROM likely
    WHERE least(of_first, of_second) <= %(kept)s
    ORDER BY first, second
    ON CONFLICT (first_id, second_id) DO UPDATE
    SET score = excluded.score, factors = excluded.factors, found_at = now()
    RETURNING d.id
), gone AS (
    DELETE FROM catalogue_duplicatecandidate d
    WHERE d.state = 'a-voir' AND (d.first_id = ANY(%(keys)s) OR d.second_id = ANY(%(keys)s))
      AND NOT EXISTS (
        SELECT FROM likely l WHERE l.first = d.first_id AND l.second = d.second_id
          AND least(l.of_first, l.of_second) <= %(kept)s
      )
    RETURNING d.id
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM gone)
"""
FIND = scoring_statement(PAIRS, STORE)


def parameters(keys: Sequence[int]) -> dict[str, Any]:
    return {
        **scoring_parameters(CURATING),
        "keys": list(keys),
        "neighbours": NEIGHBOURS,
        "nearest": NEAREST,
        "of_organisation": OF_ORGANISATION,
        "like_minded": LIKE_MINDED if _may_compare_meanings(len(keys)) else 0,
        "kept": KEPT,
    }


def _may_compare_meanings(asked: int) -> bool:
    return encoder.is_enabled() and asked * RecordMeaning.objects.count() <= SIGNS_COMPARED


def refresh(keys: Sequence[int]) -> tuple[int, int]:
    """Search the pairs of these records anew; returns how many are kept and how many are gone.

    A pair that a curator judged keeps its judgement: only its score follows.
    """
    kept = gone = 0
    for start in range(0, len(keys), CHUNK):
        with long_transaction(LOCK), connection.cursor() as cursor:
            cursor.execute(FIND, parameters(keys[start : start + CHUNK]))
            row = cursor.fetchone()
        kept, gone = kept + row[0], gone + row[1]
    return kept, gone


def refresh_all() -> tuple[int, int]:
    """Search the pairs of the whole catalogue anew, slice by slice."""
    keys = Record.objects.exclude(state=Record.State.DRAFT).order_by("pk").values_list("pk", flat=True)
    return refresh(list(keys))
