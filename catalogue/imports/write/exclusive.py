"""The advisory lock under which one import at a time is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

LOCK = 7_340_032
"""Key of the advisory lock that imports take, whatever they import."""
STATEMENT_TIMEOUT = "300s"


@contextmanager
def patient() -> Iterator[None]:
    """A transaction with time enough for a large file."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [STATEMENT_TIMEOUT])
        yield


@contextmanager
def alone() -> Iterator[None]:
    """The same, in which no other import runs."""
    with patient():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
