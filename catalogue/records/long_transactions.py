"""Transactions of the worker and of imports, that may last longer than those of a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

TIMEOUT = "300s"
"""Longest statement, and longest wait for a lock."""


@contextmanager
def long_transaction(lock: int | None = None) -> Iterator[None]:
    """Open a transaction with time for the whole table; it holds the advisory ``lock`` until its end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [TIMEOUT])
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [TIMEOUT])
            if lock is not None:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        yield
