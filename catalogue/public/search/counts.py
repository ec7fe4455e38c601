"""How many results bear each facet term, under every combination of filters, exactly and in one query.

Called by ``facets``. A facet is counted as if nothing were chosen in it, so that its counts say what
choosing each value alone would give.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db import connection

from catalogue.models.querysets import RecordQuerySet
from catalogue.public.search.record_search import RecordSearch

Counts = dict[str, int]

# A record bears a term when its bit is set: sets are met and joined by blocks of 2,048 records.
# ``found`` is what the other filters leave, each with the index that its method names; without them, the
# term "" says what is published. facetblock_term carries the masks of what is chosen; a million records
# make some thirty thousand blocks. Blocks that changed since they were made are counted record by record:
# one that misses no facet counts for all its terms, one that misses a single facet for that one.
BY_BLOCK = """
WITH changed AS MATERIALIZED (SELECT DISTINCT block FROM catalogue_facetchange),
clean AS (SELECT * FROM catalogue_facetblock WHERE block NOT IN (SELECT block FROM changed)),
found (id) AS MATERIALIZED ({records}),
kept AS ({kept}),
chosen AS (
    SELECT block, kept.bits AS kept{masks}
    FROM kept LEFT JOIN (SELECT * FROM clean WHERE term = ANY (%s)) AS clean USING (block)
    GROUP BY block, kept.bits
)
SELECT term, sum(n)::bigint FROM (
    SELECT term, sum(bit_count(bits & {mask})) AS n FROM clean JOIN chosen USING (block) GROUP BY term
    UNION ALL
    SELECT term, count(*)
    FROM (
        SELECT e.terms, array_remove(ARRAY[{missed}]::text[], NULL) AS missed
        FROM found JOIN changed ON block = (id >> 11)::int JOIN catalogue_searchentry e ON e.record_id = id
    ) judged, unnest(array_append(terms, '')) AS term
    WHERE missed = '{{}}' OR (cardinality(missed) = 1 AND starts_with(term, missed[1] || ':'))
    GROUP BY term
) counted
GROUP BY term HAVING sum(n) > 0
"""
EVERY = "SELECT block, bits FROM clean WHERE term = ''"
SOME = """
SELECT (id >> 11)::int AS block, bit_or(set_bit(repeat('0', 2048)::bit(2048), (id & 2047)::int, 1)) AS bits
FROM found GROUP BY 1
"""
PUBLISHED_CHANGED = """
SELECT r.id FROM changed c
JOIN catalogue_record r ON r.id >= c.block::bigint << 11 AND r.id < (c.block + 1)::bigint << 11
WHERE r.state = 'publiee'
"""
MASK = """,
    coalesce(bit_or(clean.bits) FILTER (WHERE term = ANY (%s)), repeat('0', 2048)::bit(2048))
    AS {name}_chosen"""
MISSED = "CASE WHEN NOT e.terms && %s::text[] THEN %s END"


def count_terms(search: RecordSearch, published: RecordQuerySet) -> Counts:
    """Count the results that bear each term, those at zero left out; ``""`` counts the results.

    Names in the SQL are those of the facets, never what a visitor typed.
    """
    chosen = search.terms
    records, parameters, kept = PUBLISHED_CHANGED, (), EVERY
    if search.criteria:
        found = search.narrow(published, without=chosen).order_by().values_list("pk")
        (records, parameters), kept = found.query.sql_with_params(), SOME
    statement = BY_BLOCK.format(
        records=records,
        kept=kept,
        masks="".join(MASK.format(name=name) for name in chosen),
        mask=_mask(list(chosen)),
        missed=", ".join([MISSED] * len(chosen)),
    )
    masked = list(chain.from_iterable(chosen.values()))
    missed: list[Any] = []
    for name, terms in chosen.items():
        missed += [terms, name]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *chosen.values(), masked, *missed])
        return dict(cursor.fetchall())


def _mask(names: list[str]) -> str:
    """The SQL of the records that a term is counted among: those that every facet but its own accepts."""
    if not names:
        return "kept"
    cases = [f"WHEN '{own}' THEN {_accepted_by([one for one in names if one != own])}" for own in names]
    return f"(CASE split_part(term, ':', 1) {' '.join(cases)} ELSE {_accepted_by(names)} END)"


def _accepted_by(names: list[str]) -> str:
    return " & ".join(["kept", *(f"{name}_chosen" for name in names)])
