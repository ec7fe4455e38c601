"""Slugs that no other row has, made from a title or a name: « Halle des mobilités » → halle-des-mobilites-2.

Contributions, imports, meetings, accounts and the reference lists make theirs here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.text import slugify

from geo.names import normalise

NUMBER_LENGTH = 7
"""Characters left for « -123456 »."""
TRIES = 5

# The highest number taken after each base, 1 for the base itself: through the pattern index of the slug,
# in which what follows « base- » ends before « base. ».
HIGHEST = """
SELECT b.base, max(n.number)
FROM unnest(%s::text[]) AS b(base)
CROSS JOIN LATERAL (
    SELECT 1 AS number FROM {table} t WHERE t.{column} = b.base
    UNION ALL
    SELECT substr(t.{column}, length(b.base) + 2)::int FROM {table} t
    WHERE t.{column} ~>=~ (b.base || '-') AND t.{column} ~<~ (b.base || '.')
      AND substr(t.{column}, length(b.base) + 2) ~ '^[1-9][0-9]{{0,5}}$'
) n
GROUP BY b.base
"""


def save_with_free_slug(
    row: models.Model,
    text: str,
    *,
    fallback: str,
    field: str = "slug",
    save: Callable[[], Any] | None = None,
) -> None:
    """Save a row under a slug made from the text, by its own method or by ``save``."""
    save_with_free_slugs([row], [text], save or row.save, fallback=fallback, field=field)


def save_with_free_slugs(
    rows: Sequence[models.Model],
    texts: Sequence[str],
    save: Callable[[], Any],
    *,
    fallback: str,
    field: str = "slug",
) -> None:
    """Give each row a slug made from its text and call ``save``; again when somebody took one meanwhile."""
    if not rows:
        return
    model = type(rows[0])
    for attempt in range(1, TRIES + 1):
        for row, slug in zip(rows, _free_slugs(model, texts, fallback, field), strict=True):
            setattr(row, field, slug)
        try:
            with transaction.atomic():
                save()
        except IntegrityError as error:
            if attempt == TRIES or field not in _violated_constraint(error):
                raise
        else:
            return


def _free_slugs(model: type[models.Model], texts: Sequence[str], fallback: str, field: str) -> list[str]:
    column: Any = model._meta.get_field(field)
    longest = column.max_length - NUMBER_LENGTH
    bases = [_slug_base(text, fallback, longest) for text in texts]
    highest = _highest_numbers(column, bases)
    slugs: dict[str, None] = {}
    for base in bases:
        number = highest.get(base, 0) + 1
        while (slug := f"{base}-{number}" if number > 1 else base) in slugs:
            number += 1
        highest[base] = number
        slugs[slug] = None
    return list(slugs)


def _slug_base(text: str, fallback: str, longest: int) -> str:
    return slugify(normalise(text.replace("Ø", "o")))[:longest].strip("-") or fallback


def _highest_numbers(column: Any, bases: list[str]) -> dict[str, int]:
    quote = connection.ops.quote_name
    statement = HIGHEST.format(table=quote(column.model._meta.db_table), column=quote(column.column))
    with connection.cursor() as cursor:
        cursor.execute(statement, [sorted(set(bases))])
        return dict(cursor.fetchall())


def _violated_constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")
