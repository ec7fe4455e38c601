"""What is sent once however often its form is posted, and what is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from catalogue.meetings import limits, rights
from catalogue.meetings.refusal import MeetingRefused
from catalogue.models import AnswerProposal, Application, Message

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User
    from django_stubs_ext import StrOrPromise

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class ActionRule:
    """What an action makes of a meeting; the states that allow it are in ``rights``."""

    label: StrOrPromise
    target: str
    mail: str
    needs_reason: bool = False


def send_once(
    sent: models.QuerySet[M], sender: User, check_limit: Callable[[User], None], send: Callable[[], M]
) -> M:
    """Return what ``send`` makes, or the row of ``sent`` that the same form made before.

    The sendings of an account take turns; ``check_limit`` bounds those of an hour.
    """
    with transaction.atomic():
        limits.wait_for_turn(sender)
        twin = sent.first()
        if twin is not None:
            return twin
        check_limit(sender)
        return send()


def insert(row: M, explain: Callable[[], str] = str) -> M:
    """Save a new row; MeetingRefused, for the reason that ``explain`` finds, when there is one already."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        used = _("Ce formulaire a déjà servi : rechargez la page pour en obtenir un autre.")
        raise MeetingRefused(explain() or used) from error
    return row


def write_once(
    author: User, creation_key: UUID, write: Callable[[], Message], **meeting: models.Model
) -> Message:
    """Return the message that ``write`` makes in a meeting, or the one that the same form made before."""
    sent = Message.objects.filter(creation_key=creation_key, author=author, **meeting)
    return send_once(sent, author, limits.check_messages, write)


def apply_rule(
    meeting: Application | AnswerProposal, action: str, rule: ActionRule, reason: str, refusal: StrOrPromise
) -> None:
    """Give a locked meeting the state and the reason of an action, unsaved; MeetingRefused if it may not."""
    if meeting.state not in rights.allowed_states(type(meeting), action):
        raise MeetingRefused(refusal % {"action": rule.label, "state": meeting.get_state_display()})
    if rule.needs_reason and not reason.strip():
        raise MeetingRefused(_("Dites pourquoi : l’autre partie en a besoin pour la suite."))
    meeting.state = rule.target
    meeting.reason = reason.strip()
