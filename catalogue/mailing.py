"""E-mails: written in the transaction of what they announce, sent by the worker, one job for each.

A text is ``templates/courriels/<kind>.txt``: its first line is the subject, the rest the body. Nothing
is escaped there: it is plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from catalogue.models import OutgoingMail
from catalogue.queue import defer_task

RETENTION = timedelta(days=30)
"""How long a sent e-mail is stored."""
LATE = timedelta(minutes=15)
LONGEST_ERROR = 500


def absolute_url(path: str) -> str:
    return settings.SITE_URL + path


def queue_mail(
    kind: str, to: str, context: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> OutgoingMail:
    """Write an e-mail and queue its sending; both vanish if the transaction does."""
    written = render_to_string(
        f"{kind}.txt",
        {**context, "site": settings.SITE_NAME, "site_url": settings.SITE_URL},
        using="courriels",
    )
    subject, _newline, text = written.strip().partition("\n")
    return queue_text(kind, to, subject, text.strip() + "\n", headers)


def queue_text(
    kind: str, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None
) -> OutgoingMail:
    """Queue an e-mail that is written already."""
    with transaction.atomic():
        mail = OutgoingMail.objects.create(
            kind=kind, to=to, subject=" ".join(subject.split())[:250], text=text, headers=dict(headers or {})
        )
        defer_task("send_mail", mail=mail.pk)
    return mail


def send(pk: int) -> bool:
    """Send one e-mail unless it left already; False when it did or is no longer there.

    The row stays locked while the server is spoken to: of two workers one sends, and a worker killed in
    the middle leaves it unsent, to be sent again.
    """
    try:
        with transaction.atomic():
            mail = OutgoingMail.objects.select_for_update().filter(pk=pk, sent_at__isnull=True).first()
            if mail is None:
                return False
            EmailMessage(mail.subject, mail.text, to=[mail.to], headers=mail.headers).send()
            mail.sent_at = timezone.now()
            mail.save(update_fields=["sent_at"])
    except Exception as error:
        # The failure is stored for the administration, then raised for the queue, which tries again.
        OutgoingMail.objects.filter(pk=pk).update(
            attempts=F("attempts") + 1, last_error=f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
        )
        raise
    return True


def is_late() -> bool:
    """Return True when an e-mail has been waiting for LATE: nobody sends, or the server refuses."""
    return OutgoingMail.objects.filter(sent_at__isnull=True, created_at__lt=timezone.now() - LATE).exists()


def delete_old_mails() -> int:
    """Delete what was sent long ago; return how many."""
    return OutgoingMail.objects.filter(sent_at__lt=timezone.now() - RETENTION).delete()[0]
