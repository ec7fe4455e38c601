"""How far the job of an import is: written beside its transaction, so that a page sees it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

Say = Callable[[str, int, int], None]

# through the primary key; the row is not locked by the job before its end
SAY = """
UPDATE catalogue_importbatch SET job_step = %s, job_done = %s, job_total = %s, job_at = now() WHERE id = %s
"""


@contextmanager
def reporting(batch: int) -> Iterator[Say]:
    """A function that says a step, how many are done and of how many, on a connection of its own."""
    own = connection.copy()

    def say(step: str, done: int, total: int) -> None:
        with own.cursor() as cursor:
            cursor.execute(SAY, [step[:80], done, total, batch])

    try:
        yield say
    finally:
        own.close()
