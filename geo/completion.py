"""Complete a place while it is typed: by name, part of a name, former name, code or postal code.

Called by ``Territory.objects.complete``. Each look is taken only when the one before found nothing: the
prefix (prepared when it is crowded), the prefix with a place after it (« saint denis 974 »), all the words in
any order, and last the typing error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from django.db import connection

from geo.names import normalise

LONGEST = 100
"""Characters of a query that are read; no name is longer."""
MOST_WORDS = 6
FEW = 3
"""Fewer suggestions than this, and a typing error is looked for as well."""
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

# Terms that hold all the words, in any order. Carried by completion_term_typo; one condition a word.
HOLDING = """
SELECT t.territory_id, t.alias
FROM geo_completionterm t
JOIN geo_territory place ON place.id = t.territory_id
WHERE t.kind IN ('nom', 'ancien') AND {conditions}
  AND (%(levels)s::text[] IS NULL OR place.level = ANY (%(levels)s::text[]))
ORDER BY t.weight DESC, t.territory_id
LIMIT 80
"""
HOLDING_WORD = "replace(t.term, 'saint', 's') LIKE %(word{number})s"

# Terms that resemble the query. Carried by completion_term_typo, inside the function (migration 0004).
SIMILAR = """
SELECT t.territory_id, t.alias, t.term, t.weight
FROM geo_similar_terms(%(term)s) t
JOIN geo_territory place ON place.id = t.territory_id
WHERE %(levels)s::text[] IS NULL OR place.level = ANY (%(levels)s::text[])
"""

LOCATOR = re.compile(r"^(?P<name>.*[a-z].*) (?P<place>\d{2,5}|2[ab])$")


def find_territories(query: str, limit: int, levels: Sequence[str] = ()) -> list[Found]:
    """Return the territories that complete ``query``, the best first, each once."""
    term = normalise(query[:LONGEST])
    if not term or limit < 1:
        return []
    arguments = {"term": term, "prefix": f"{term}%", "levels": list(levels) or None, "locator": None}
    with connection.cursor() as cursor:
        rows = [] if levels else run_statement(cursor, CROWDED, arguments)
        return first_of_each(rows or find_less_common(cursor, arguments), limit)


def find_less_common(cursor: Any, arguments: dict[str, Any]) -> list[Any]:
    """Return rows for a query that is not the beginning of many terms."""
    rows = run_statement(cursor, BEGINNING, arguments)
    if len(rows) >= FEW or any(is_whole for *_row, is_whole in rows):
        return rows
    if not rows:
        rows = run_statement(cursor, BEGINNING, locate_homonym(arguments)) or find_holding(cursor, arguments)
        if rows:
            return rows
    if LETTERS.search(arguments["term"]):
        rows += sort_by_closeness(arguments["term"], run_statement(cursor, SIMILAR, arguments))
    return rows


def find_holding(cursor: Any, arguments: dict[str, Any]) -> list[Any]:
    """Return rows of the terms that hold every word of the query; none when it is a single word."""
    words = [word for word in arguments["term"].split(" ") if len(word) >= 3][:MOST_WORDS]
    if len(words) < 2:
        return []
    conditions = " AND ".join(HOLDING_WORD.format(number=number) for number in range(len(words)))
    patterns = {f"word{number}": f"%{word.replace('saint', 's')}%" for number, word in enumerate(words)}
    return run_statement(cursor, HOLDING.format(conditions=conditions), {**arguments, **patterns})


def run_statement(cursor: Any, sql: str, arguments: dict[str, Any] | None) -> list[Any]:
    """Return rows of the statement; none when it has no arguments."""
    if arguments is None:
        return []
    cursor.execute(sql, arguments)
    rows: list[Any] = cursor.fetchall()
    return rows


def locate_homonym(arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Return the arguments with a code at the end read as a place, None when there is none."""
    match = LOCATOR.match(arguments["term"])
    if match is None:
        return None
    name = match["name"]
    return {**arguments, "term": name, "prefix": f"{name}%", "locator": f"{match['place'].upper()}%"}


def sort_by_closeness(term: str, rows: list[tuple[int, str, str, float]]) -> list[Found]:
    """Return candidates by how little must be corrected, a big place being forgiven a little more."""

    def score(row: tuple[int, str, str, float]) -> float:
        candidate, weight = row[2], row[3]
        whole = SequenceMatcher(None, term, candidate).ratio()
        begun = SequenceMatcher(None, term, candidate[: len(term)]).ratio() - 0.05
        return max(whole, begun) + 0.03 * math.log10(weight + 1)

    return [(row[0], row[1]) for row in sorted(rows, key=score, reverse=True)]


def first_of_each(rows: Iterable[Sequence[Any]], limit: int) -> list[Found]:
    """Return the first row of each territory, at most ``limit`` of them."""
    found: dict[int, str] = {}
    for territory, alias, *_rest in rows:
        if len(found) == limit and territory not in found:
            break
        found.setdefault(territory, alias)
    return list(found.items())
