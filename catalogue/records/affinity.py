"""Which needs a solution may answer, and which solutions may answer a need: one rule for the pages, the
grounds and the alerts.

A curator's or an owner's answer (``NeedAnswer``) says so by itself. Otherwise the subjects must be near: the
cosine of what both mean reaches SUBJECT_FLOOR, or THEMED_FLOOR when they have a theme in common. A theme
alone says nothing.

A subject whose meaning is not known (not computed yet, or the search by meaning turned off) is near what has
a theme in common with it and a word of its title in the title. The floors are measured: docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from catalogue.models import Record
from catalogue.records import encoder, meaning
from catalogue.records.encoder import Vectors
from catalogue.records.meaning import Stored

SUBJECT_FLOOR = 0.5
"""Cosine from which a solution and a need have near subjects, whatever their themes."""
THEMED_FLOOR = 0.42
"""The same when they have a theme in common."""
ALIKE_FLOOR = 0.5
"""Cosine from which two records that have a theme in common are said to be about the same."""
BY_WORDS = 0.4
"""What stands for the cosine of records that are near by a theme and a word alone."""

# What a record is about, by primary keys: its vector, and the words of its title as a query of titles.
OF_RECORD = """
SELECT m.numbers, coalesce((
    SELECT string_agg(quote_literal(lexeme) || ':A', ' | ' ORDER BY lexeme)
    FROM unnest(ts_filter(e.document, '{a}')) WHERE length(lexeme) >= 3
), '')
FROM catalogue_searchentry e LEFT JOIN catalogue_recordmeaning m USING (record_id)
WHERE e.record_id = %s
"""
# Which of some records bear one of these themes, by primary key.
SHARING = "SELECT record_id FROM catalogue_searchentry WHERE record_id = ANY (%s) AND terms && %s::text[]"
# searchentry_document carries it.
WORDED = """
SELECT e.record_id FROM catalogue_searchentry e
JOIN catalogue_record r ON r.id = e.record_id AND r.state = 'publiee' AND r.kind = %(kind)s
WHERE e.document @@ %(words)s::tsquery AND e.terms && %(themes)s::text[]
ORDER BY e.record_id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Subject:
    """What a solution, a need or a description is about: its vector; else ``words``, a query of titles."""

    vector: Vectors | None = field(default=None, compare=False)
    words: str = ""

    @property
    def stored(self) -> Stored | None:
        """The vector as the database keeps it."""
        return None if self.vector is None else meaning.to_stored(self.vector)


def subject_of_record(record: int) -> Subject:
    with connection.cursor() as cursor:
        cursor.execute(OF_RECORD, [record])
        numbers, words = cursor.fetchone() or (None, "")
    if numbers is None or not encoder.is_enabled():
        return Subject(words=words)
    return Subject(meaning.from_stored([numbers])[0])


def vector_of(record: Record) -> Vectors | None:
    """The vector of a record, best fetched with its ``meaning``; None when it is not known."""
    if not encoder.is_enabled() or not hasattr(record, "meaning"):
        return None
    vector: Vectors = meaning.from_stored([bytes(record.meaning.numbers)])[0]
    return vector


def subject_of_text(text: str) -> Subject:
    """The subject of a description; the search by meaning must be on."""
    return Subject(encoder.encode([text])[0])


def is_near(cosine: float, *, shares_theme: bool) -> bool:
    """True when a solution and a need whose meanings have this cosine have near subjects."""
    return cosine >= (THEMED_FLOOR if shares_theme else SUBJECT_FLOOR)


def near_records(subject: Subject, kind: str, themes: Sequence[str]) -> dict[int, float]:
    """The published records of a kind that are near a subject, nearest first, with their cosine.

    ``themes`` are those of the subject, as terms of the search (``theme:eau``). At most meaning.CANDIDATES.
    """
    if subject.vector is None:
        return _near_by_words(subject.words, kind, themes)
    found = meaning.nearest(subject.vector, kinds=[kind])
    return keep_near(
        found, sharing_theme([key for key, cosine in found.items() if cosine >= THEMED_FLOOR], themes)
    )


def keep_near(cosines: dict[int, float], sharing: Iterable[int]) -> dict[int, float]:
    """Those that are near, of records with their cosine; ``sharing`` have a theme in common."""
    shared = set(sharing)
    return {key: cosine for key, cosine in cosines.items() if is_near(cosine, shares_theme=key in shared)}


def sharing_theme(records: Sequence[int], themes: Sequence[str]) -> set[int]:
    """Which of these records bear one of these themes."""
    if not records or not themes:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(SHARING, [list(records), list(themes)])
        return {key for (key,) in cursor.fetchall()}


def _near_by_words(words: str, kind: str, themes: Sequence[str]) -> dict[int, float]:
    if not words or not themes:
        return {}
    arguments: dict[str, Any] = {
        "kind": kind,
        "words": words,
        "themes": list(themes),
        "limit": meaning.CANDIDATES,
    }
    with connection.cursor() as cursor:
        cursor.execute(WORDED, arguments)
        return {key: BY_WORDS for (key,) in cursor.fetchall()}
