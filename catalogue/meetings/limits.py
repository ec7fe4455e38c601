"""What protects inboxes: how many messages of one account are relayed in an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.meetings.refusal import MeetingRefused
from catalogue.models import AnswerProposal, Application, ContactRequest, Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WINDOW = timedelta(hours=1)
CONTACTS_AN_HOUR = 5
SENDINGS_AN_HOUR = 20
"""Applications and answers together."""
MESSAGES_AN_HOUR = 30
"""Messages in threads that exist already."""
TURN = 0x6D656574
"""First key of the advisory lock that the sendings of one account take in turn."""


def wait_for_turn(user: User) -> None:
    """Wait for the other sendings of the account, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TURN, user.pk % 2**31])


def check_contacts(user: User) -> None:
    """Refuse the sixth relayed message of an hour; call it under ``wait_for_turn``."""
    recent = ContactRequest.objects.filter(sender=user, created_at__gt=timezone.now() - WINDOW)
    if recent.count() >= CONTACTS_AN_HOUR:
        raise MeetingRefused(
            _(
                "Vous avez déjà écrit à %(n)d organisations en une heure : c’est la limite, pour que ce "
                "formulaire ne serve pas à démarcher. Réessayez plus tard, votre texte reste ici."
            )
            % {"n": CONTACTS_AN_HOUR}
        )


def check_sendings(user: User) -> None:
    """Refuse an application or an answer that comes after too many in an hour."""
    since = timezone.now() - WINDOW
    sent = (
        Application.objects.filter(created_by=user, created_at__gt=since).count()
        + AnswerProposal.objects.filter(created_by=user, created_at__gt=since).count()
    )
    if sent >= SENDINGS_AN_HOUR:
        raise MeetingRefused(
            _("Vous avez envoyé %(n)d propositions en une heure : réessayez plus tard.")
            % {"n": SENDINGS_AN_HOUR}
        )


def check_messages(user: User) -> None:
    """Refuse a message that comes after too many in an hour."""
    recent = Message.objects.filter(author=user, created_at__gt=timezone.now() - WINDOW)
    if recent.count() >= MESSAGES_AN_HOUR:
        raise MeetingRefused(
            _("Vous avez écrit %(n)d messages en une heure : réessayez plus tard, votre texte reste ici.")
            % {"n": MESSAGES_AN_HOUR}
        )
