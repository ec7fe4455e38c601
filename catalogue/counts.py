"""How many results bear each facet term, under every combination of filters, exactly and in one query.

Called by ``facets``. A facet is counted as if nothing were chosen in it, so that its counts say what
choosing each value alone would give.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from catalogue.filters import FACETS, RecordFilterForm
from catalogue.querysets import RecordQuerySet

Counts = dict[str, int]

# One pass over the terms of the records that the other filters leave (searchentry_pkey joins them).
# A record that misses no facet counts for all its terms, one that misses a single facet for that one.
# The empty term, which no facet owns, counts the results themselves.
BY_RECORD = """
SELECT term, count(*) AS n
FROM (
    SELECT terms, array_remove(ARRAY[{missed}]::text[], NULL) AS missed FROM ({records}) found (terms)
) judged,
unnest(array_append(terms, '')) AS term
WHERE missed = '{{}}' OR (cardinality(missed) = 1 AND starts_with(term, missed[1] || ':'))
GROUP BY term
"""
MISSED = "CASE WHEN NOT terms && %s::text[] THEN %s END"

# facetblock_term carries the masks of what is chosen; a million records make some thirty thousand blocks.
# The records of the few blocks that changed since are counted one by one.
BY_BLOCK = """
WITH changed AS MATERIALIZED (SELECT DISTINCT block FROM catalogue_facetchange),
clean AS (SELECT * FROM catalogue_facetblock WHERE block NOT IN (SELECT block FROM changed)),
chosen AS (
    SELECT block, bit_or(bits) FILTER (WHERE term = '') AS published{masks}
    FROM clean WHERE term = ANY (%s) GROUP BY block
),
counted AS (
    SELECT term, sum(bit_count(bits & {mask})) AS n FROM clean JOIN chosen USING (block) GROUP BY term
    UNION ALL ({by_record})
)
SELECT term, sum(n)::bigint FROM counted GROUP BY term HAVING sum(n) > 0
"""
MASK = ", coalesce(bit_or(bits) FILTER (WHERE term = ANY (%s)), repeat('0', 2048)::bit(2048)) AS {name}"
CHANGED = """
SELECT e.terms FROM changed c
JOIN catalogue_searchentry e
  ON e.record_id >= c.block::bigint << 11 AND e.record_id < (c.block + 1)::bigint << 11
JOIN catalogue_record r ON r.id = e.record_id AND r.state = 'publiee'
"""


def count_terms(form: RecordFilterForm, published: RecordQuerySet) -> Counts:
    """How many results bear each term, none left out but those at zero; ``""`` counts the results."""
    chosen = form.facet_terms()
    if form.has_facets_alone:
        statement, parameters = _by_block(chosen)
    else:
        found = form.narrow(published, without=FACETS).order_by().values_list("search__terms")
        statement, parameters = _by_record(chosen, *found.query.sql_with_params())
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return dict(cursor.fetchall())


def _by_record(chosen: dict[str, list[str]], records: str, parameters: Any) -> tuple[str, list[Any]]:
    missed = [part for name, terms in chosen.items() for part in (terms, name)]
    statement = BY_RECORD.format(records=records, missed=", ".join([MISSED] * len(chosen)))
    return statement, [*missed, *parameters]


def _by_block(chosen: dict[str, list[str]]) -> tuple[str, list[Any]]:
    """Names in the SQL are those of FACETS, never what a visitor typed."""
    masks = "".join(MASK.format(name=f"{name}_chosen") for name in chosen)
    every = " & ".join(["published", *(f"{name}_chosen" for name in chosen)])
    others = {
        name: " & ".join(["published", *(f"{other}_chosen" for other in chosen if other != name)])
        for name in chosen
    }
    cases = "".join(f" WHEN '{name}' THEN {mask}" for name, mask in others.items())
    mask = f"(CASE split_part(term, ':', 1){cases} ELSE {every} END)" if chosen else "published"
    by_record, missed = _by_record(chosen, CHANGED, [])
    read = ["", *(term for terms in chosen.values() for term in terms)]
    return (
        BY_BLOCK.format(masks=masks, mask=mask, by_record=by_record),
        [*chosen.values(), read, *missed],
    )
