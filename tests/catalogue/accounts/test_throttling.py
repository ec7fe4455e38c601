"""Failures are counted through HTTP: ten for an account, fifty for an address, whatever the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalogue.models import OutgoingMail
from tests import factories
from tests.factories import PASSWORD

ROOT = Path(__file__).resolve().parents[3]
WRONG = "ce n’est pas le bon"


def log_in(client: Client, email: str, password: str, **headers):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **headers)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture(autouse=True)
def _not_the_limit_of_a_minute(settings):
    """The pages are not asked at the pace of these tests: only failures count here."""
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1000/m/ip"}


@pytest.mark.django_db
def test_ten_failures_close_an_account_even_to_the_right_password(client: Client):
    one = factories.account()
    for _attempt in range(10):
        log_in(client, one.email, WRONG)
    answer = log_in(client, one.email, PASSWORD)
    assert not is_in(client)
    assert "Trop d’essais manqués" in answer.content.decode()
    other = factories.account()
    log_in(client, other.email, PASSWORD)
    assert is_in(client), "others are not concerned"


@pytest.mark.django_db
def test_the_account_opens_again_after_a_quarter_of_an_hour(client: Client, monkeypatch):
    from allauth.core.internal import ratelimit

    one = factories.account()
    for _attempt in range(10):
        log_in(client, one.email, WRONG)
    now = ratelimit.time.time()
    monkeypatch.setattr(ratelimit.time, "time", lambda: now + 14 * 60)
    log_in(client, one.email, PASSWORD)
    assert not is_in(client)
    monkeypatch.setattr(ratelimit.time, "time", lambda: now + 15 * 60 + 1)
    log_in(client, one.email, PASSWORD)
    assert is_in(client)


@pytest.mark.django_db
def test_no_way_of_writing_the_address_or_the_host_gives_ten_more(client: Client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    one = factories.account(email="connue@exemple.fr")
    for attempt in range(10):
        typed = ["connue@exemple.fr", "Connue@Exemple.fr", " connue@exemple.fr "][attempt % 3]
        log_in(client, typed, WRONG, headers={"host": f"testserver:{8000 + attempt}"})
    log_in(client, one.email, PASSWORD)
    assert not is_in(client)


@pytest.mark.django_db
def test_unknown_addresses_are_counted_alike(client: Client):
    for _attempt in range(10):
        log_in(client, "personne@exemple.fr", WRONG)
    assert "Trop d’essais manqués" in log_in(client, "personne@exemple.fr", WRONG).content.decode()


@pytest.mark.django_db
def test_fifty_failures_close_an_address_of_the_network(client: Client):
    one = factories.account()
    for attempt in range(50):
        log_in(client, f"compte{attempt}@exemple.fr", WRONG)
    log_in(client, one.email, PASSWORD)
    assert not is_in(client)
    log_in(client, one.email, PASSWORD, REMOTE_ADDR="192.0.2.7")
    assert is_in(client), "from elsewhere it opens"


@pytest.mark.django_db
def test_a_changed_password_opens_the_account_and_not_the_network(client: Client):
    one = factories.account()
    for _attempt in range(10):
        log_in(client, one.email, WRONG)
    for attempt in range(40):
        log_in(client, f"compte{attempt}@exemple.fr", WRONG)
    client.post(reverse("account_reset_password"), {"email": one.email})
    text = OutgoingMail.objects.get(to=one.email).text
    link = next(word for word in text.split() if "/oublie/" in word).removeprefix(settings.SITE_URL)
    target = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(target, {"password1": "une phrase assez longue 7", "password2": "une phrase assez longue 7"})
    log_in(client, one.email, "une phrase assez longue 7")
    assert not is_in(client), "fifty failures came from here"
    log_in(client, one.email, "une phrase assez longue 7", REMOTE_ADDR="192.0.2.7")
    assert is_in(client)


@pytest.mark.django_db
def test_one_address_is_not_flooded_with_links(client: Client):
    answers = [
        client.post(reverse("account_reset_password"), {"email": "personne@exemple.fr"}) for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert OutgoingMail.objects.count() == 5


@pytest.mark.django_db
def test_a_forged_header_is_not_another_address(client: Client):
    one = factories.account()
    for attempt in range(50):
        forged = {"x-forwarded-for": f"192.0.2.{attempt}"}
        log_in(client, f"compte{attempt}@exemple.fr", WRONG, headers=forged)
    log_in(client, one.email, PASSWORD, headers={"x-forwarded-for": "192.0.2.200"})
    assert not is_in(client)


@pytest.mark.django_db
def test_behind_a_trusted_proxy_the_address_that_it_adds_counts(client: Client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    one = factories.account()
    for attempt in range(50):
        said = {"x-forwarded-for": f"10.0.0.{attempt}, 192.0.2.1"}
        log_in(client, f"compte{attempt}@exemple.fr", WRONG, headers=said)
    log_in(client, one.email, PASSWORD, headers={"x-forwarded-for": "10.0.0.99, 192.0.2.1"})
    assert not is_in(client)
    log_in(client, one.email, PASSWORD, headers={"x-forwarded-for": "192.0.2.2"})
    assert is_in(client)


@pytest.mark.django_db
def test_asking_too_fast_is_answered_in_french(client: Client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    answers = [log_in(client, "personne@exemple.fr", WRONG) for _attempt in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Trop d’essais en peu de temps" in answers[-1].content.decode()


ANOTHER_PROCESS = """
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
settings.SECURE_SSL_REDIRECT = False
from django.test import Client
for attempt in range(5):
    answer = Client().post("/compte/connexion/", {"login": "%s", "password": "faux"})
    assert answer.status_code == 200, answer.status_code
"""


@pytest.mark.django_db(transaction=True)
def test_processes_count_together():
    """Five failures in each of two processes make ten."""
    one = factories.account()
    name = connection.settings_dict["NAME"]
    place = settings.DATABASES["default"]
    query = "&".join(
        f"{key}={place[value]}"
        for key, value in (("host", "HOST"), ("port", "PORT"), ("user", "USER"))
        if place[value]
    )
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql:///{name}?{query}",
        "PGPASSWORD": str(place["PASSWORD"]),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOCAL": "1",
        "DEBUG": "1",
    }
    for _process in range(2):
        subprocess.run(
            [sys.executable, "-c", ANOTHER_PROCESS % one.email], cwd=ROOT, env=environment, check=True
        )
    client = Client()
    log_in(client, one.email, PASSWORD)
    assert not is_in(client)
