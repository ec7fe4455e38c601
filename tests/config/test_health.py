"""``/sante/`` and ``/sante/vie/``."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import OutgoingMail
from config import health


@pytest.mark.django_db
def test_ready_when_the_database_has_every_migration(client: Client) -> None:
    response = client.get(reverse("health-readiness"))

    assert response.status_code == 200
    assert response.json() == {"etat": "ok", "courriels": "ok"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_emails_that_wait_are_said_and_the_site_stays_up(client: Client) -> None:
    OutgoingMail.objects.create(kind="essai", to="a@exemple.fr", subject="Essai", text="Bonjour")
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1))

    response = client.get(reverse("health-readiness"))

    assert response.status_code == 200
    assert response.json() == {"etat": "ok", "courriels": "en retard"}


def _refuse(*args: object, **kwargs: object) -> None:
    raise OperationalError("connection to server at db.internal failed")


def test_not_ready_and_no_detail_when_the_database_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ensure_connection", _refuse)

    for migrated in (False, True):
        monkeypatch.setattr(health, "_migrated", migrated)
        response = client.get(reverse("health-readiness"))
        assert response.status_code == 503
        assert response.json() == {"etat": "base de données injoignable"}


def test_alive_without_a_database(client: Client) -> None:
    assert client.get(reverse("health-liveness")).status_code == 200


@pytest.mark.django_db
def test_not_ready_when_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'sessions'")

    response = client.get(reverse("health-readiness"))

    assert response.status_code == 503
    assert response.json() == {"etat": "migrations à appliquer"}
