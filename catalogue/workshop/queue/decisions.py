"""A decision on a record, and whose record it becomes by it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from catalogue.models import Record
from catalogue.records import workflow
from catalogue.workshop.queue import handling


@transaction.atomic
def decide(record: Record, action: str, actor: User, reason: str = "") -> None:
    """Take a decision; who takes a record under review handles it, unless somebody does already."""
    workflow.apply(record, action, actor, reason)
    if action == "review":
        handling.take_if_free(record, actor)
