"""The thesaurus as a query meets it: which concepts the words name, and what else these are called.

Called by ``words``; ``ConceptName`` is kept by the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from django.db import connection

LONGEST_NAME = 6
"""Words of a name that are looked for, those that say nothing included."""
MOST_NAMES = 40
"""Names that one concept brings into a query."""

# Runs of words that are the name of a concept (conceptname_key), and the names of that concept, of the
# narrower and of the broader ones. A name is met by its words without accents nor plural: its stems are those
# of other words too (« concertation », « concert »).
NAMED = """
WITH RECURSIVE run AS MATERIALIZED (
    SELECT start, length, catalogue_name_key(words) AS key
    FROM unnest(%(starts)s::int[], %(lengths)s::int[], %(words)s::text[]) AS given (start, length, words)
), met AS MATERIALIZED (
    SELECT DISTINCT run.start, run.length, n.concept_id
    FROM run JOIN catalogue_conceptname n USING (key) WHERE run.key <> ''
), related AS (
    SELECT start, length, concept_id, 'same' AS relation, 0 AS depth FROM met
    UNION
    SELECT start, length, c.id, 'narrower', depth + 1
    FROM related JOIN catalogue_concept c ON c.broader_id = related.concept_id
    WHERE relation IN ('same', 'narrower') AND depth < 3 AND c.is_active AND c.merged_into_id IS NULL
), every AS (
    SELECT start, length, concept_id, relation, depth FROM related
    UNION
    SELECT met.start, met.length, c.broader_id, 'broader', 1
    FROM met JOIN catalogue_concept c ON c.id = met.concept_id WHERE c.broader_id IS NOT NULL
)
SELECT every.start, every.length, every.relation, c.label, '(' || n.phrase || ')'
FROM every
JOIN catalogue_concept c ON c.id = every.concept_id
JOIN catalogue_conceptname n ON n.concept_id = c.id
ORDER BY every.start, every.length DESC, every.depth, n.id
"""


@dataclass
class Named:
    """A run of ``length`` words that names a concept; the rest are queries, one a name."""

    length: int
    labels: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    narrower: list[str] = field(default_factory=list)
    broader: list[str] = field(default_factory=list)

    def add(self, relation: str, label: str, query: str) -> None:
        names: list[str] = getattr(self, relation)
        if len(names) < MOST_NAMES and query not in names:
            names.append(query)
        if relation == "same" and label not in self.labels:
            self.labels.append(label)


def find(words: Sequence[str]) -> dict[int, Named]:
    """Find the concepts that the words name, by the place of their first word; the longest name wins."""
    runs = [
        (start, length)
        for start, length in product(range(len(words)), range(1, LONGEST_NAME + 1))
        if start + length <= len(words)
    ]
    if not runs:
        return {}
    starts, lengths = (list(column) for column in zip(*runs, strict=True))
    texts = [" ".join(words[start : start + length]) for start, length in runs]
    found: dict[int, Named] = {}
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"starts": starts, "lengths": lengths, "words": texts})
        for start, length, relation, label, query in cursor.fetchall():
            named = found.setdefault(start, Named(length))
            if named.length == length:
                named.add(relation, label, query)
    return found
