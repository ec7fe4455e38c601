"""What a query in words finds: one set for the list, its counts, the tiles and the exports.

All the words first: a record that matches every one is always in the set. When these are fewer than ENOUGH,
those that have most of the words join them, a rare word counting more than a common one; then those whose
meaning is near, above a floor. What joins is bounded, and depends on the words alone: the other filters
narrow the set, they never change it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from catalogue.models import Record
from catalogue.models.querysets import TextAnswer
from catalogue.public.search.fusion import Ranking
from catalogue.public.search.version import read_version
from catalogue.public.search.words import Term, Words, read
from catalogue.records import encoder, meaning

ENOUGH = 20
"""A page of records that have all the words: nothing joins them."""
MOST_RANKED = 500
"""Records with all the words that are ranked, best proof first; the others follow by proof."""
MOST_OTHERS = 60
"""Records that join, at most."""
MOST_COVERED = 300
"""Records that have some of the words, looked at to see which join."""
COMMON = 20
"""A word that more than one record in so many has is common: it finds nothing by itself."""

MOST_WORDS = 0.8
"""Share of the weight of the words from which a record has most of them."""
HALF_THE_WORDS = 0.45
"""The same when the thesaurus knows what is asked."""
FLOOR = 0.5
"""Cosine from which a record answers by its meaning alone, whatever is asked; and that of an alert."""
AROUND = 15
"""The records nearest in meaning whose mean cosine says whether the catalogue speaks of what is asked."""
SUBJECT = 0.215
"""That mean cosine from which it does."""
TOGETHER = 0.4
"""Then, the sum of the share of the words and of the cosine from which a record answers."""
LOW_FLOOR = 0.12
"""Cosine under which some of the words are not enough."""

# How many records have each word, up to the twentieth of them all: searchentry_document carries each count.
FREQUENCIES = """
WITH entries AS MATERIALIZED (
    SELECT CASE WHEN c.reltuples > 20000 THEN c.reltuples::bigint
                ELSE (SELECT count(*) FROM catalogue_searchentry) END AS total
    FROM pg_class c WHERE c.oid = 'catalogue_searchentry'::regclass
)
SELECT total, ARRAY(
    SELECT (
        SELECT count(*) FROM (
            SELECT FROM catalogue_searchentry e WHERE e.document @@ wanted.query::tsquery
            LIMIT greatest((SELECT total FROM entries) / %(common)s, 100)
        ) bounded
    )
    FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS wanted (query, turn) ORDER BY turn
)
FROM entries
"""
# Published records that have some of the words: those that have the rarest, by a scan of searchentry_document
# each, and those near in meaning; for each, which of all the words it has, by primary key.
COVERED = """
WITH wanted AS MATERIALIZED (
    SELECT query::tsquery AS query, weight, is_rare, turn
    FROM unnest(%(queries)s::text[], %(weights)s::float8[], %(rare)s::boolean[])
         WITH ORDINALITY AS given (query, weight, is_rare, turn)
), hit AS MATERIALIZED (
    SELECT e.record_id, sum(wanted.weight) AS weight
    FROM wanted JOIN catalogue_searchentry e ON e.document @@ wanted.query
    WHERE wanted.is_rare GROUP BY e.record_id
), looked_at AS (
    (SELECT hit.record_id FROM hit JOIN catalogue_record r ON r.id = hit.record_id AND r.state = 'publiee'
     ORDER BY hit.weight DESC, coalesce(r.proof_level, -1) DESC, hit.record_id LIMIT %(limit)s)
    UNION SELECT unnest(%(near)s::bigint[])
)
SELECT e.record_id, sum(wanted.weight), array_agg(wanted.turn ORDER BY wanted.turn)
FROM looked_at JOIN catalogue_searchentry e USING (record_id) JOIN wanted ON e.document @@ wanted.query
WHERE %(restriction)s = '' OR e.document @@ %(restriction)s::tsquery
GROUP BY e.record_id
"""
# Those of some records that keep to the phrases and to the excluded words.
ALLOWED = """
SELECT record_id FROM catalogue_searchentry WHERE record_id = ANY (%s) AND document @@ %s::tsquery
"""


class Covered(NamedTuple):
    """The share of the weight of the words that a record has, and which words, from 1."""

    share: float
    turns: tuple[int, ...]


@dataclass(frozen=True)
class Floors:
    """What a record must have to answer: less when the question is one of the catalogue's subjects.

    ``density`` is the mean cosine of the AROUND nearest records, ``is_known`` whether the thesaurus has a
    name of what is asked, or the catalogue each of the words. Measured on two hundred questions and eighty
    that have nothing to do with the catalogue.
    """

    density: float
    named: frozenset[int]
    is_known: bool

    def admit(self, has: Covered, cosine: float) -> bool:
        """True for a record that has these words, and that cosine."""
        if has.share >= MOST_WORDS or cosine >= FLOOR:
            return True
        if (
            self.is_known
            and has.share >= HALF_THE_WORDS
            and (len(has.turns) > 1 or self.named & {*has.turns})
        ):
            return True
        return self.density >= SUBJECT and cosine >= LOW_FLOOR and has.share + cosine >= TOGETHER


@dataclass(frozen=True)
class Answer:
    """The records that words find: those with all of them, and ``others``; ``ranked`` are the best."""

    words: Words
    with_all: int = 0
    """How many have all the words; MOST_RANKED stands for that or more."""
    others: tuple[int, ...] = ()
    by_meaning: frozenset[int] = frozenset()
    """Those of the others that have none of the words."""
    ranked: tuple[int, ...] = ()
    shared: tuple[str, ...] = ()
    """The words, most of those asked, that some of the others have together."""
    with_shared: frozenset[int] = frozenset()
    """Those of the others that have these words."""
    by_broader: frozenset[int] = frozenset()
    """Those of the others that have all the words, some by a broader notion."""
    nearest: tuple[int, ...] = ()
    """When nothing answers, what comes nearest in meaning."""

    @property
    def found(self) -> TextAnswer:
        return TextAnswer(self.words.query, self.others)


def find_answer(typed: str) -> Answer:
    """What was typed finds, kept by the process until the public state of the catalogue changes."""
    return _kept(typed, read_version(), by_meaning=encoder.is_enabled())


@lru_cache(maxsize=512)
def _kept(typed: str, version: str, *, by_meaning: bool) -> Answer:
    return answer(read(typed))


def answer(words: Words) -> Answer:
    """Find what the words ask for: six statements at most, each bounded."""
    if words.says_nothing or not words.all_words:
        return Answer(words)
    matching = Record.objects.published().matching(TextAnswer(words.query))
    complete = list(matching.best_proven_first(few=True).values_list("pk", flat=True)[:MOST_RANKED])
    if words.alternatives or not words.terms:
        return Answer(words, len(complete), ranked=tuple(complete))
    weights = weigh(words.terms)
    near = meaning.nearest_to_text(words.meant)
    covered: dict[int, Covered] = {}
    joining: list[int] = []
    if len(complete) < ENOUGH:
        near = _allowed(near, words.restriction)
        covered = _covered(words, weights, [*near], len(complete))
        named = frozenset(turn for turn, term in enumerate(words.terms, 1) if term.is_named)
        floors = Floors(_density(near), named, is_known=bool(named) or not words.unknown)
        joining = _joining(covered, near, set(complete), floors)
    order = Ranking(words.terms, weights, near).order(complete, joining)
    by_broader = frozenset(
        key for key in joining if key in covered and len(covered[key].turns) == len(words.terms)
    )
    shared, with_shared = _shared(words, covered, [key for key in joining if key not in by_broader])
    return Answer(
        words,
        len(complete),
        others=tuple(joining),
        by_meaning=frozenset(key for key in joining if key not in covered),
        ranked=tuple(order),
        shared=shared,
        with_shared=with_shared,
        by_broader=by_broader,
        nearest=() if order else tuple(list(near)[:3]),
    )


def weigh(terms: Iterable[Term]) -> list[float]:
    """The weight of each word: the rarer it is in the catalogue, the more it says.

    It is the inverse document frequency of BM25 (Robertson and Zaragoza, 2009); past one record in COMMON,
    words weigh alike.
    """
    queries = [term.with_broader for term in terms]
    with connection.cursor() as cursor:
        cursor.execute(FREQUENCIES, {"queries": queries, "common": COMMON})
        total, counts = cursor.fetchone()
    return [math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in counts]


def _covered(words: Words, weights: list[float], near: list[int], complete: int) -> dict[int, Covered]:
    """The records that have some of the words, those near in meaning among them."""
    total = sum(weights) or 1.0
    least = min(max(weights), math.log(COMMON))
    arguments: dict[str, Any] = {
        "queries": [term.with_broader for term in words.terms],
        "weights": weights,
        "rare": [weight >= least for weight in weights],
        "near": near,
        "restriction": words.restriction,
        "limit": MOST_COVERED + complete,
    }
    with connection.cursor() as cursor:
        cursor.execute(COVERED, arguments)
        return {key: Covered(weight / total, tuple(turns)) for key, weight, turns in cursor.fetchall()}


def _density(near: Mapping[int, float]) -> float:
    """The mean cosine of the nearest records."""
    return sum(sorted(near.values(), reverse=True)[:AROUND]) / AROUND


def _allowed(near: dict[int, float], restriction: str) -> dict[int, float]:
    """Those that keep to the phrases and to the excluded words."""
    if not restriction or not near:
        return near
    with connection.cursor() as cursor:
        cursor.execute(ALLOWED, [list(near), restriction])
        kept = {key for (key,) in cursor.fetchall()}
    return {key: cosine for key, cosine in near.items() if key in kept}


def _joining(
    covered: Mapping[int, Covered], near: Mapping[int, float], complete: set[int], floors: Floors
) -> list[int]:
    """The records that join those with all the words, the surest first."""
    sure: dict[int, float] = {}
    for key in {*covered, *near} - complete:
        has = covered.get(key, Covered(0.0, ()))
        cosine = near.get(key, 0.0)
        if floors.admit(has, cosine):
            sure[key] = has.share + cosine
    return sorted(sure, key=lambda key: (-sure[key], key))[:MOST_OTHERS]


def _shared(
    words: Words, covered: Mapping[int, Covered], joining: list[int]
) -> tuple[tuple[str, ...], frozenset[int]]:
    """The words that the best covered of those joining has, and which of them have these words."""
    by_words = {key: covered[key] for key in joining if key in covered}
    if not by_words:
        return (), frozenset()
    best = max(by_words.values(), key=lambda one: one.share)
    having = frozenset(key for key, one in by_words.items() if set(best.turns) <= set(one.turns))
    return tuple(words.terms[turn - 1].typed for turn in best.turns), having
