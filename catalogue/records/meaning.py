"""What the records mean: vectors kept beside the search entries, and the records nearest to a text.

A record means its title and its summary. The database forgets the vector of a record whose title or summary
changes (migration 0040); the worker computes what lacks. A vector is kept as 512 signed bytes, and as the 512
signs of its numbers: the signs find the nearest few hundred, the bytes order them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from catalogue.records import encoder
from catalogue.records.encoder import Vectors

AT_ONCE = 500
"""Records encoded in one go: two seconds of one core."""
CANDIDATES = 300
"""Records compared exactly with a text, nearest by their signs."""

# Records that have no vector, in the order of their keys; the primary keys carry it.
LACKING = """
SELECT r.id, r.title, r.summary FROM catalogue_record r
WHERE r.id > %(after)s AND (%(records)s::bigint[] IS NULL OR r.id = ANY (%(records)s))
  AND NOT EXISTS (SELECT FROM catalogue_recordmeaning m WHERE m.record_id = r.id)
ORDER BY r.id LIMIT %(limit)s
"""
# A text that changed meanwhile will be encoded anew; one that another process just encoded is left alone.
STORE = """
INSERT INTO catalogue_recordmeaning (record_id, signs, numbers)
SELECT r.id, v.signs::bit(512), v.numbers
FROM unnest(%(ids)s::bigint[], %(titles)s::text[], %(summaries)s::text[], %(signs)s::text[],
            %(numbers)s::bytea[])
     v(id, title, summary, signs, numbers)
JOIN catalogue_record r ON r.id = v.id AND r.title = v.title AND r.summary = v.summary
ON CONFLICT DO NOTHING
"""
# A scan of the signs: 40 ms at 100,000 records on two cores.
NEAREST = """
SELECT m.record_id, m.numbers
FROM (
    SELECT m.record_id FROM catalogue_recordmeaning m
    JOIN catalogue_record r ON r.id = m.record_id AND r.state = 'publiee'
    WHERE %(kinds)s::text[] IS NULL OR r.kind = ANY (%(kinds)s)
    ORDER BY bit_count(m.signs # %(signs)s::bit(512)), m.record_id LIMIT %(limit)s
) nearest JOIN catalogue_recordmeaning m USING (record_id)
"""


class Stored(NamedTuple):
    """A vector as the database keeps it."""

    signs: str
    numbers: bytes


def to_stored(vector: Vectors) -> Stored:
    """The signs of the numbers, and the numbers as signed bytes, the largest 127."""
    scaled = np.rint(vector * (127 / max(float(np.abs(vector).max()), 1e-9))).astype(np.int8)
    return Stored("".join("1" if number > 0 else "0" for number in vector), scaled.tobytes())


def from_stored(rows: Sequence[bytes]) -> Vectors:
    """The vectors of length 1 of these bytes, a row each."""
    numbers = np.frombuffer(b"".join(bytes(row) for row in rows), np.int8)
    vectors = numbers.reshape(len(rows), encoder.DIMENSIONS).astype(np.float32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit


def text_of(title: str, summary: str) -> str:
    return f"{title}. {summary}" if summary else title


def encode_lacking(records: Iterable[int] | None = None) -> int:
    """Compute the vectors that lack, of these records or of all; return how many were computed."""
    if not encoder.is_enabled():
        return 0
    wanted = None if records is None else list(records)
    done = 0
    for rows in _lacking(wanted):
        ids, titles, summaries = (list(column) for column in zip(*rows, strict=True))
        texts = [text_of(title, summary) for title, summary in zip(titles, summaries, strict=True)]
        stored = [to_stored(vector) for vector in encoder.encode(texts)]
        signs, numbers = (list(column) for column in zip(*stored, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                STORE,
                {"ids": ids, "titles": titles, "summaries": summaries, "signs": signs, "numbers": numbers},
            )
        done += len(ids)
    return done


def _lacking(records: list[int] | None) -> Iterator[list[tuple[Any, ...]]]:
    """Yield batches of (id, title, summary)."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LACKING, {"after": after, "records": records, "limit": AT_ONCE})
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def stored_text(text: str) -> Stored | None:
    """The vector of a text as the database keeps it; None when meaning is off."""
    return to_stored(encoder.encode([text])[0]) if encoder.is_enabled() and text.strip() else None


def most_signs(cosine: float) -> int:
    """How many signs may differ between vectors of that cosine: the share of the angle, with a margin."""
    share = math.acos(cosine) / math.pi
    return round(encoder.DIMENSIONS * share + 4 * math.sqrt(encoder.DIMENSIONS * share * (1 - share)))


def nearest_to_text(text: str, *, kinds: Sequence[str] = ()) -> dict[int, float]:
    """The published records nearest in meaning to a text, with their cosine; none when meaning is off."""
    if not encoder.is_enabled() or not text.strip():
        return {}
    return nearest(encoder.encode([text])[0], kinds=kinds)


def nearest(vector: Vectors, *, kinds: Sequence[str] = ()) -> dict[int, float]:
    """The CANDIDATES published records nearest to a vector, with their cosine, nearest first."""
    with connection.cursor() as cursor:
        arguments = {"signs": to_stored(vector).signs, "kinds": list(kinds) or None, "limit": CANDIDATES}
        cursor.execute(NEAREST, arguments)
        rows = cursor.fetchall()
    if not rows:
        return {}
    keys, numbers = zip(*rows, strict=True)
    cosines = from_stored(numbers) @ vector
    found = sorted(zip(keys, map(float, cosines), strict=True), key=lambda pair: (-pair[1], pair[0]))
    return dict(found)
