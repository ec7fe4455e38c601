"""What the subject of a wish adds to it: needs near it; of a description, sites and solutions like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection

from catalogue.models import Record, SearchEntry
from catalogue.public.search import words
from catalogue.rankings.grounds.wish import Wish
from catalogue.records import affinity, encoder, meaning
from catalogue.records.affinity import Subject

MOST_LIKE = 5
"""Solutions of the catalogue that stand in for one that is only described."""
LIKE_FLOOR = 0.45
"""Cosine from which a solution, or a site, is like a description."""
RARE = 0.02
"""Share of the records that have a word, up to which it says by itself what a solution is about."""

# searchentry_document carries each count, and the solutions; a word that no record has finds nothing.
TITLED = """
WITH word AS MATERIALIZED (
    SELECT query::tsquery AS query, (
        SELECT count(*) FROM catalogue_searchentry e WHERE e.document @@ query::tsquery
    ) AS count
    FROM unnest(%(queries)s::text[]) AS query
)
SELECT e.record_id FROM word
JOIN catalogue_searchentry e ON e.document @@ word.query
    AND e.terms @> '{type:solution}' AND ts_filter(e.document, '{a}') @@ word.query
JOIN catalogue_record r ON r.id = e.record_id AND r.state = 'publiee'
WHERE word.count <= greatest(3, %(rare)s * (SELECT count(*) FROM catalogue_searchentry))
GROUP BY e.record_id ORDER BY min(word.count), e.record_id LIMIT %(limit)s
"""


class Likeness(NamedTuple):
    """Why a solution may be the one described: its meaning, or a rare word in common in its title."""

    solution: int
    by_meaning: bool


@dataclass(frozen=True)
class Likely:
    """What is near the subject of a wish; nothing for a wish that names themes alone."""

    needs: Mapping[int, float] = field(default_factory=dict)
    """By keys, with their cosine, nearest first."""
    sites: Sequence[int] = ()
    like: Sequence[Likeness] = ()
    """The solutions like one that is only described, the surest first."""
    themes: Sequence[str] = ()
    """Those asked for; else, of a description, those of its stand-ins: as terms of the search."""

    @property
    def stand_ins(self) -> list[int]:
        """The solutions whose places are models, whose themes stand in: a word is not enough."""
        return [one.solution for one in self.like if one.by_meaning]


def subject_of(wish: Wish) -> Subject | None:
    """What the wish is about; None when it names themes alone."""
    if wish.solution_id is not None:
        return affinity.subject_of_record(wish.solution_id)
    if not wish.description:
        return None
    return affinity.subject_of_text(wish.description) if encoder.is_enabled() else Subject()


def likely(wish: Wish) -> Likely:
    """What is near the subject of a wish: three statements; a dozen for a description."""
    subject = subject_of(wish)
    if subject is None:
        return Likely()
    themes: Sequence[str] = wish.parameters["theme_terms"]
    if subject.vector is None or not wish.description:
        return Likely(affinity.near_records(subject, Record.Kind.NEED, themes), themes=themes)
    solutions = _alike(meaning.nearest(subject.vector, kinds=[Record.Kind.SOLUTION]))[:MOST_LIKE]
    titled = [key for key in _titled(wish.description) if key not in solutions][: MOST_LIKE - len(solutions)]
    like = [*(Likeness(key, True) for key in solutions), *(Likeness(key, False) for key in titled)]
    found = Likely(like=like, themes=themes)
    themes = themes or _themes(found.stand_ins)
    return Likely(
        affinity.near_records(subject, Record.Kind.NEED, themes),
        _alike(meaning.nearest(subject.vector, kinds=[Record.Kind.SITE])),
        like,
        themes,
    )


def _alike(found: Mapping[int, float]) -> list[int]:
    """Those like a description."""
    return [key for key, cosine in found.items() if cosine >= LIKE_FLOOR]


def _titled(description: str) -> list[int]:
    """The solutions whose title has a rare word of the description, the rarest first."""
    terms = words.read(description).terms
    arguments: dict[str, Any] = {
        "queries": [term.query for term in terms],
        "rare": RARE,
        "limit": MOST_LIKE,
    }
    with connection.cursor() as cursor:
        cursor.execute(TITLED, arguments)
        return [key for (key,) in cursor.fetchall()]


def _themes(solutions: Sequence[int]) -> list[str]:
    """The themes of the solutions, as terms of the search."""
    terms = SearchEntry.objects.filter(pk__in=solutions).values_list("terms", flat=True)
    return sorted(term for term in set(chain.from_iterable(terms)) if term.startswith("theme:"))
