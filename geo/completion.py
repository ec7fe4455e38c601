"""Complete a place while it is typed: by name, part of a name, former name, code or postal code.

Called by ``Territory.objects.complete``. Each look is taken only when the one before found nothing: the
prefix (prepared when it is crowded), the same as ``geo.place_names`` reads it (« mairie de Lyon »), the name
with that of the territory where it is, all the words in any order, and last the typing error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from django.db import connection

from geo.place_names import PlaceName, read_place_name

MOST_WORDS = 6
FEW = 3
"""Fewer suggestions than this, and a typing error is looked for as well."""
CLOSE = 0.75
"""Share of its letters that a name keeps when it is taken for a typing error of another."""
LETTERS = re.compile(r"[a-z].*[a-z]")

Found = tuple[int, str]
"""(territory id, former name that matched, or empty)."""

# The best terms of a prefix that more than twenty share, prepared by the import. Carried by the primary key.
CROWDED = """
SELECT t.territory_id, t.alias
FROM geo_completionprefix p
CROSS JOIN LATERAL unnest(p.terms) WITH ORDINALITY best(id, rank)
JOIN geo_completionterm t ON t.id = best.id
WHERE p.prefix = %(term)s
ORDER BY best.rank
"""

# Terms that begin with the query: big places first, a whole name being worth many inhabitants, so that the
# village of Y is seen among all that begins with it. Carried by completion_term_prefix.
BEGINNING = """
SELECT t.territory_id, t.alias, t.term = %(term)s AS is_whole
FROM geo_completionterm t
JOIN geo_territory place ON place.id = t.territory_id
WHERE t.term LIKE %(prefix)s
  AND (%(levels)s::text[] IS NULL OR place.level = ANY (%(levels)s::text[]))
  AND (%(locator)s::text IS NULL OR place.code LIKE %(locator)s
       OR EXISTS (SELECT FROM unnest(place.postal_codes) postal WHERE postal LIKE %(locator)s))
ORDER BY t.weight * CASE WHEN t.term = %(term)s AND t.kind <> 'mot' THEN 200 ELSE 1 END DESC, t.territory_id
LIMIT 80
"""

# Terms followed by the name, whole or begun, of the territory where their place is: « rennes ille et vil ».
# Carried by completion_term_prefix, then by the foreign key of the terms of a département and of a région.
WITHIN = """
SELECT t.territory_id, t.alias
FROM geo_completionterm t
JOIN geo_territory place ON place.id = t.territory_id
JOIN geo_completionterm area
    ON area.territory_id IN (place.departement_id, place.region_id) AND area.kind = 'nom'
WHERE t.term = ANY (%(heads)s) AND t.kind IN ('nom', 'ancien')
  AND t.term || ' ' || area.term LIKE %(qualified)s
  AND (%(levels)s::text[] IS NULL OR place.level = ANY (%(levels)s::text[]))
ORDER BY t.weight DESC, t.territory_id
LIMIT 80
"""

# Terms of which a word begins like each of the words, in any order. Carried by completion_term_typo; one
# condition a word.
HOLDING = """
SELECT t.territory_id, t.alias
FROM geo_completionterm t
JOIN geo_territory place ON place.id = t.territory_id
WHERE t.kind IN ('nom', 'ancien') AND {conditions}
  AND (%(levels)s::text[] IS NULL OR place.level = ANY (%(levels)s::text[]))
ORDER BY t.weight DESC, t.territory_id
LIMIT 80
"""
HOLDING_WORD = "replace(t.term, 'saint', 's') ~ %(word{number})s"

# Terms that resemble the query. Carried by completion_term_typo, inside the function (migration 0004).
SIMILAR = """
SELECT t.territory_id, t.alias, t.term, t.weight
FROM geo_similar_terms(%(term)s) t
JOIN geo_territory place ON place.id = t.territory_id
WHERE %(levels)s::text[] IS NULL OR place.level = ANY (%(levels)s::text[])
"""


def find_territories(query: str, limit: int, levels: Sequence[str] = ()) -> list[Found]:
    """Return the territories that complete ``query``, the best first, each once."""
    names = read_place_name(query)
    if not names or limit < 1:
        return []
    with connection.cursor() as cursor:
        rows = [] if levels else run_statement(cursor, CROWDED, {"term": names[0].name})
        return first_of_each(rows or find_less_common(cursor, names, levels), limit)


def find_less_common(cursor: Any, names: Sequence[PlaceName], levels: Sequence[str]) -> list[Any]:
    """Return rows for a query that is not the beginning of many terms."""
    readings = [arguments_of(name, levels) for name in names]
    literal, likeliest = readings[0], readings[-1]
    rows = run_statement(cursor, BEGINNING, literal)
    if len(rows) >= FEW or any(is_whole for *_row, is_whole in rows):
        return rows
    if not rows:
        rows = find_otherwise(cursor, readings)
        if rows:
            return rows
    if LETTERS.search(likeliest["term"]):
        rows += sort_by_closeness(likeliest["term"], run_statement(cursor, SIMILAR, likeliest))
    return rows


def find_otherwise(cursor: Any, readings: Sequence[dict[str, Any]]) -> list[Any]:
    """Return rows of the first look that finds some, for a query that begins no term as it is written."""
    looks = [(BEGINNING, arguments) for arguments in readings[1:]]
    looks += [(WITHIN, arguments) for arguments in (readings[0], readings[-1]) if arguments["heads"]]
    for statement, arguments in looks:
        rows = run_statement(cursor, statement, arguments)
        if rows:
            return rows
    return find_holding(cursor, readings[-1])


def arguments_of(name: PlaceName, levels: Sequence[str]) -> dict[str, Any]:
    """Return what the statements take of a name; ``levels`` are those that the caller wants."""
    kept = [level for level in levels if level in name.levels] or levels or name.levels
    return {
        "term": name.name,
        "prefix": f"{name.name}%",
        "levels": list(kept) or None,
        "locator": f"{name.code}%" if name.code else None,
        "heads": name.heads,
        "qualified": f"{name.unqualified}%",
    }


def find_holding(cursor: Any, arguments: dict[str, Any]) -> list[Any]:
    """Return rows of the terms that have every word of the query, or its end; none for a single word."""
    words = [word for word in arguments["term"].split(" ") if len(word) >= 3][:MOST_WORDS]
    if len(words) < 2:
        return []
    conditions = " AND ".join(HOLDING_WORD.format(number=number) for number in range(len(words)))
    patterns = {f"word{number}": rf"\m{word.replace('saint', 's')}" for number, word in enumerate(words)}
    return run_statement(cursor, HOLDING.format(conditions=conditions), {**arguments, **patterns})


def run_statement(cursor: Any, sql: str, arguments: dict[str, Any]) -> list[Any]:
    cursor.execute(sql, arguments)
    rows: list[Any] = cursor.fetchall()
    return rows


def sort_by_closeness(term: str, rows: list[tuple[int, str, str, float]]) -> list[Found]:
    """Return candidates by how little must be corrected, a big place being forgiven a little more."""
    scored = [(closeness(term, row[2]), row) for row in rows]
    close = [(score + 0.03 * math.log10(row[3] + 1), row) for score, row in scored if score >= CLOSE]
    return [(row[0], row[1]) for _score, row in sorted(close, key=lambda one: one[0], reverse=True)]


def closeness(term: str, candidate: str) -> float:
    """How little must be corrected, 1 for nothing; a little more when the candidate goes on."""
    whole = SequenceMatcher(None, term, candidate).ratio()
    begun = SequenceMatcher(None, term, candidate[: len(term)]).ratio() - 0.05
    return max(whole, begun)


def first_of_each(rows: Iterable[Sequence[Any]], limit: int) -> list[Found]:
    """Return the first row of each territory, at most ``limit`` of them."""
    found: dict[int, str] = {}
    for territory, alias, *_rest in rows:
        if len(found) == limit and territory not in found:
            break
        found.setdefault(territory, alias)
    return list(found.items())
