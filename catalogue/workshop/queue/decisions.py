"""A decision on a record, the choices of a page, and who handles the record afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction

from catalogue.models import Record
from catalogue.records import workflow
from catalogue.workshop.queue import assignment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Choice:
    """An action that may be taken now, with the form of its reason."""

    action: str
    label: StrOrPromise
    needs_reason: bool
    form: Any
    is_open: bool


def list_choices(actions: Iterable[str], make_form: Callable[[str], Any], failed: Any = None) -> list[Choice]:
    """Return the choices of a page; ``failed`` is a form to show with its errors."""
    choices = []
    for action in actions:
        rule = workflow.RULES[action]
        is_open = failed is not None and failed.action == action
        form = failed if is_open else make_form(action)
        choices.append(Choice(action, rule.label, rule.needs_reason, form, is_open))
    return choices


@transaction.atomic
def take_decision(record: Record, action: str, actor: User, reason: str = "") -> None:
    """Take a decision; a curator who starts a review becomes the handler, unless there is one already."""
    workflow.apply(record, action, actor, reason)
    if action == "review":
        assignment.take_unhandled_record(record, actor)
