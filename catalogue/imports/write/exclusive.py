"""The advisory lock under which one import at a time is written."""

from __future__ import annotations

from contextlib import AbstractContextManager

from catalogue.records.long_transactions import long_transaction

LOCK = 7_340_032
"""Key of the advisory lock that imports take, whatever they import."""


def exclusive_import() -> AbstractContextManager[None]:
    """Open a transaction in which no other import runs."""
    return long_transaction(LOCK)
