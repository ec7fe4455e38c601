"""E-mails go out once, whatever happens to the worker."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction

from catalogue import mailing
from catalogue.models import OutgoingMail

pytestmark = pytest.mark.django_db


def test_an_email_is_queued_then_sent_once(run_jobs):
    queued = mailing.queue_text("essai", "a@exemple.fr", "Bonjour\nvous", "Texte.\n")
    assert mail.outbox == []
    assert run_jobs() == ["send_mail"]
    [sent] = mail.outbox
    assert (sent.subject, sent.to, sent.body) == ("Bonjour vous", ["a@exemple.fr"], "Texte.\n")
    assert mailing.send(queued.pk) is False
    assert len(mail.outbox) == 1


def test_an_email_vanishes_with_its_transaction(run_jobs):
    with transaction.atomic():
        mailing.queue_text("essai", "a@exemple.fr", "Bonjour", "Texte")
        transaction.set_rollback(True)
    assert run_jobs() == []


def test_a_failure_is_kept_and_told_to_the_queue(monkeypatch):
    def refuse(self):
        raise ConnectionRefusedError("fermé")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    queued = mailing.queue_text("essai", "a@exemple.fr", "Bonjour", "Texte")
    with pytest.raises(ConnectionRefusedError):
        mailing.send(queued.pk)
    queued.refresh_from_db()
    assert (queued.attempts, queued.sent_at) == (1, None)
    assert "ConnectionRefusedError" in queued.last_error


def test_every_text_has_a_subject_and_a_body():
    for file in Path(settings.BASE_DIR, "templates", "courriels").glob("*.txt"):
        subject, _newline, body = file.read_text(encoding="utf-8").strip().partition("\n")
        assert subject, file.name
        assert body.strip(), file.name
        assert OutgoingMail._meta.get_field("kind").max_length >= len(file.stem)
