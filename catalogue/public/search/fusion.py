"""The order of what words find: the reciprocal ranks of the words and of the meaning.

They are added (Cormack, Clarke and Büttcher, SIGIR 2009), a little more for a proven record. What has all the
words comes first, and a solution before its experiments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from catalogue.public.search.words import Term

SMOOTHING = 20
"""The constant of the reciprocal ranks."""
NEAR, BROAD = 0.8, 0.4
"""Weight of a word of the same family or of the thesaurus, and of a broader notion."""
BY_FIELD = [0.2, 0.5, 0.2, 1.0]
"""Weight of a word in the texts, the summary, the names and the title: D, C, B, A."""
OF_EXPERIMENT = 0.5
"""Weight of an experiment whose solution answers as well: it comes after."""
OF_PROOF = 0.01
"""What a level of proof adds to a rank."""

# How well the words stand in each of some records, by primary key: where, and how often. ts_rank of a word is
# at most its weight; it is divided by how many lexemes a query has, hence the product.
SCORES = """
SELECT r.id, r.proof_level, r.expires_on < current_date, e.solution_id, coalesce((
    SELECT sum(wanted.weight * greatest(
        least(1, ts_rank(%(fields)s::float4[], s.document, exact) * (numnode(exact) + 1) / 2),
        CASE WHEN s.document @@ near
             THEN %(near_weight)s * least(1, ts_rank(%(fields)s::float4[], s.document, near) * (numnode(near)
             + 1) / 2) END, CASE WHEN s.document @@ broad THEN %(broad_weight)s * least(1,
             ts_rank(%(fields)s::float4[], s.document, broad) * (numnode(broad) + 1) / 2) END )) FROM ( SELECT
             weight, exact::tsquery, near::tsquery, broad::tsquery FROM unnest(%(weights)s::float8[],
             %(exact)s::text[], %(near)s::text[], %(broad)s::text[]) AS wanted (weight, exact, near, broad) )
             wanted ), 0) FROM catalogue_record r JOIN catalogue_searchentry s ON s.record_id = r.id LEFT JOIN
             catalogue_experiment e ON e.record_ptr_id = r.id WHERE r.id = ANY (%(records)s)
"""


class Scored(NamedTuple):
    """How well the words stand in a record, and what else decides of its rank."""

    record: int
    proof: int | None
    is_stale: bool
    solution: int | None
    score: float


@dataclass(frozen=True)
class Ranking:
    """The order of what answers: reciprocal ranks of the words and of the meaning."""

    terms: tuple[Term, ...]
    weights: list[float]
    near: Mapping[int, float]

    def order(self, complete: list[int], joining: list[int]) -> list[int]:
        """The keys, those with all the words first."""
        scored = self.score([*complete, *joining])
        by_words = ranks({one.record: one.score for one in scored})
        by_meaning = ranks({one.record: self.near[one.record] for one in scored if one.record in self.near})
        points = {one.record: self.points(one, by_words, by_meaning) for one in scored}
        points = solutions_first(points, {one.record: one.solution for one in scored if one.solution})
        first = set(complete)
        proof = {one.record: one.proof or 0 for one in scored}
        return sorted(points, key=lambda key: (key not in first, -points[key], -proof[key], key))

    def points(self, one: Scored, by_words: Mapping[int, int], by_meaning: Mapping[int, int]) -> float:
        both = (ranking.get(one.record) for ranking in (by_words, by_meaning))
        rank = sum(1 / (SMOOTHING + place) for place in both if place is not None)
        trust = 1 + OF_PROOF * (one.proof or 0) - (OF_PROOF if one.is_stale else 0)
        return rank * trust

    def score(self, records: list[int]) -> list[Scored]:
        if not records:
            return []
        arguments: dict[str, Any] = {
            "records": records,
            "fields": BY_FIELD,
            "weights": self.weights,
            "exact": [term.exact for term in self.terms],
            "near": [term.near for term in self.terms],
            "broad": [term.broad for term in self.terms],
            "near_weight": NEAR,
            "broad_weight": BROAD,
        }
        with connection.cursor() as cursor:
            cursor.execute(SCORES, arguments)
            return [Scored(*row) for row in cursor.fetchall()]


def ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """The rank of each that scores, from 1; equals share one."""
    found: dict[int, int] = {}
    ordered = sorted((score, key) for key, score in scores.items() if score > 0)
    last, rank = None, 0
    for place, (score, key) in enumerate(reversed(ordered), 1):
        if score != last:
            last, rank = score, place
        found[key] = rank
    return found


def solutions_first(points: Mapping[int, float], solutions: Mapping[int, int]) -> dict[int, float]:
    """A solution takes the best place of its experiments, which then come after it."""
    found = dict(points)
    for experiment, solution in solutions.items():
        if solution in points:
            found[solution] = max(found[solution], points[experiment])
            found[experiment] = points[experiment] * OF_EXPERIMENT
    return found
