"""A decision on a record, and who handles the record afterwards."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from catalogue.models import Record
from catalogue.records import workflow
from catalogue.workshop.queue import handling


@transaction.atomic
def take_decision(record: Record, action: str, actor: User, reason: str = "") -> None:
    """Take a decision; a curator who starts a review becomes the handler, unless there is one already."""
    workflow.apply(record, action, actor, reason)
    if action == "review":
        handling.take_unhandled_record(record, actor)
