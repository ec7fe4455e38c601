"""Jobs for the worker, stored in PostgreSQL with the transaction that defers them.

The tasks themselves are in ``catalogue.tasks``; whoever defers one only names it, so that rules need
not import what carries it out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app


def defer_task(task: str, *, at: datetime | None = None, **arguments: Any) -> None:
    """Defer the task of that name in the current transaction, not before ``at`` when it is given."""
    app.configure_task(task, allow_unknown=False, schedule_at=at).defer(**arguments)
