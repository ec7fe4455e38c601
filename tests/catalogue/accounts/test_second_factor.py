"""A code after the password: set up, asked, used once; required from curators and administrators."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.urls import reverse

from catalogue.accounts.sealing import unseal_secret
from catalogue.models import OutgoingMail
from tests import factories
from tests.factories import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str) -> str:
    """The code that an application shows now."""
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def protected(user: User) -> list[str]:
    """Give the account a second factor; its recovery codes."""
    auth.TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).generate_codes()


def start(client: Client, user: User):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.django_db
def test_one_sets_it_up_and_gets_recovery_codes(client: Client):
    one = factories.account()
    start(client, one)
    path = reverse("mfa_activate_totp")
    asked = client.get(path)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked.headers["Location"], {"password": PASSWORD, "next": path})
    page = client.get(path)
    assert "data:image/svg+xml;base64," in page.content.decode()
    secret = client.session[auth.SECRET_SESSION_KEY]
    refused = client.post(path, {"code": "000000"})
    assert "pas le bon" in refused.content.decode()
    done = client.post(path, {"code": code_of(secret)})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(done.headers["Location"]).content.decode()
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0] in codes
    download = client.get(reverse("mfa_download_recovery_codes"))
    assert 'filename="codes-de-secours.txt"' in download.headers["Content-Disposition"]


@pytest.mark.django_db
def test_the_code_is_asked_after_the_password(client: Client):
    one = factories.account()
    protected(one)
    assert start(client, one).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert "pas le bon" in client.post(reverse("mfa_authenticate"), {"code": "123456"}).content.decode()
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert is_in(client)


@pytest.mark.django_db
def test_the_base_keeps_no_secret_that_opens_an_account(client: Client, settings: Any):
    one = factories.account()
    recovery = protected(one)[0]
    kept = Authenticator.objects.get(type="totp").data["secret"]
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert SECRET not in kept
    assert unseal_secret(seed) not in seed
    former = settings.SECRET_KEY

    settings.SECRET_KEY = "an-other-key-" * 8
    start(client, one)
    for lost in (code_of(SECRET), recovery):
        assert "pas le bon" in client.post(reverse("mfa_authenticate"), {"code": lost}).content.decode()
    settings.SECRET_KEY_FALLBACKS = [former]
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert is_in(client)


@pytest.mark.django_db
def test_a_secret_of_before_remains_good(client: Client):
    one = factories.account()
    protected(one)
    Authenticator.objects.filter(type="totp").update(data={"secret": SECRET})
    start(client, one)
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert is_in(client)


@pytest.mark.django_db
def test_a_code_serves_once(client: Client):
    one = factories.account()
    recovery, *_others = protected(one)
    code = code_of(SECRET)
    for spent in (code, recovery):
        first, second = Client(), Client()
        for each in (first, second):
            start(each, one)
            each.post(reverse("mfa_authenticate"), {"code": spent})
        assert is_in(first)
        assert not is_in(second)


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_sent_twice_at_once_serves_once():
    one = factories.account()
    code = protected(one)[0]
    clients = [Client(), Client(), Client()]
    for each in clients:
        start(each, one)

    def send(each: Client) -> None:
        each.post(reverse("mfa_authenticate"), {"code": code})
        connections.close_all()

    threads = [threading.Thread(target=send, args=[each]) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(is_in(each) for each in clients) == 1


@pytest.mark.django_db
def test_codes_are_not_tried_for_ever(client: Client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1000/m/ip"}
    one = factories.account()
    protected(one)
    start(client, one)
    for attempt in range(10):
        client.post(reverse("mfa_authenticate"), {"code": f"{attempt:06d}"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert not is_in(client)
    assert "Trop d’essais" in answer.content.decode()


@pytest.mark.django_db
def test_a_right_code_forgets_nobody_s_failures(client: Client):
    one = factories.account()
    protected(one)
    for attempt in range(50):
        client.post(reverse("account_login"), {"login": f"x{attempt % 7}@exemple.fr", "password": "faux"})
    other = Client(REMOTE_ADDR="192.0.2.9")
    start(other, one)
    other.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)}, REMOTE_ADDR="127.0.0.1")
    start(client, factories.account())
    assert not is_in(client)


@pytest.mark.django_db
def test_taking_it_away_asks_who_one_is_and_is_told(client: Client):
    one = factories.account()
    codes = protected(one)
    start(client, one)
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    path = reverse("mfa_deactivate_totp")
    asked = client.get(path)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("mfa_reauthenticate"), {"code": codes[0], "next": path})
    client.post(path)
    assert not Authenticator.objects.filter(user=one).exists()
    assert OutgoingMail.objects.filter(to=one.email, subject="Double authentification désactivée").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/administration/", "/administration/catalogue/solution/"])
def test_the_administration_asks_for_it(client: Client, settings, path: str):
    settings.REQUIRE_TOTP = True
    one = factories.administrator()
    client.force_login(one)
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith((reverse("mfa_activate_totp"), "/compte/verification/"))
    protected(one)
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_the_workshop_asks_for_it(client: Client, settings):
    settings.REQUIRE_TOTP = True
    client.force_login(factories.curator())
    assert client.get(reverse("catalogue:workshop")).headers["Location"] == reverse("mfa_activate_totp")


@pytest.mark.django_db
def test_the_administration_has_no_login_of_its_own(client: Client):
    for path in ("/administration/", "/administration/login/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith(
            reverse("account_login") + "?next=%2Fadministration%2F"
        )
    client.force_login(factories.account())
    assert client.get("/administration/", follow=True).status_code == 404
    client.force_login(factories.administrator())
    assert client.get("/administration/password_change/").headers["Location"].startswith("/compte/")
    assert client.get("/administration/login/").headers["Location"] == "/administration/"
    client.post("/administration/logout/")
    assert not is_in(client)
