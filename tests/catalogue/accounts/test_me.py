"""Mon compte: one's name, sessions, data and erasure; what becomes of accounts that are not used."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.accounts import personal, retention
from catalogue.models import (
    Curatorship,
    InactivityNotice,
    Invitation,
    Membership,
    Message,
    Organisation,
    OutgoingMail,
    Record,
    SavedSearch,
)
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SETTINGS = "/mon-espace/compte/"
EXPORT = "/mon-espace/compte/mes-donnees.json"
ERASE = "/mon-espace/compte/supprimer/"


@pytest.fixture
def me(client: Client) -> User:
    """An account that logged in with its password a moment ago."""
    one = factories.account(first_name="Ada", last_name="Lovelace")
    client.post(reverse("account_login"), {"login": one.email, "password": PASSWORD})
    return one


def vouch(client: Client, path: str) -> None:
    """Give the password again."""
    data = {"password": PASSWORD, "next": path}
    assert client.post(reverse("account_reauthenticate"), data).status_code == 302


@pytest.mark.parametrize("path", [SETTINGS, EXPORT, ERASE])
def test_a_visitor_is_asked_to_log_in(client: Client, path: str):
    assert client.get(path).headers["Location"].startswith(reverse("account_login"))


def test_the_name_is_changed_and_nothing_else(client: Client, me: User):
    page = client.get(SETTINGS)
    assert "Lovelace" in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"
    data = {"first_name": "Augusta", "last_name": "King", "email": "x@exemple.fr", "is_superuser": "1"}
    client.post(SETTINGS, data)
    before = me.email
    me.refresh_from_db()
    assert (me.first_name, me.email, me.is_superuser) == ("Augusta", before, False)


def test_a_name_too_long_is_no_error(client: Client, me: User):
    assert client.post(SETTINGS, {"first_name": "x" * 500}).status_code == 200


def test_the_other_sessions_are_closed_from_here(client: Client, me: User):
    other = Client()
    other.post(reverse("account_login"), {"login": me.email, "password": PASSWORD})
    assert "un autre navigateur" in client.get(SETTINGS).content.decode()
    assert client.get(SETTINGS + "sessions/").status_code == 405
    client.post(SETTINGS + "sessions/")
    assert client.get(SETTINGS).status_code == 200
    assert other.get(SETTINGS).status_code == 302


def test_the_page_costs_little(client: Client, me: User, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        client.get(SETTINGS)


# Export


def full(one: User) -> Organisation:
    """Give the account something of everything."""
    organisation = factories.organisation()
    factories.membership(one, organisation, role=Membership.Role.MANAGER)
    boss = factories.member(organisation)
    factories.solution(title="Ma solution", created_by=one, owner=organisation)
    factories.solution(title="Mon brouillon", created_by=one, state=Record.State.DRAFT)
    SavedSearch.objects.create(user=one, name="Ma recherche", query_string="q=eau")
    Invitation.objects.create(
        organisation=organisation,
        email="invitee@exemple.fr",
        token_digest="empreinte-secrete",
        created_by=one,
        expires_at=timezone.now(),
    )
    contact = one.contact_requests.create(organisation=organisation, message="Bonjour à vous")
    Message.objects.create(contact=contact, author=one, text="Ma réponse")
    Message.objects.create(contact=contact, author=boss, text="La réponse d’un autre")
    OutgoingMail.objects.create(kind="x", to=one.email, subject="Un courriel", text="x")
    return organisation


def test_everything_about_the_account_is_handed_over(client: Client, me: User):
    organisation = full(me)
    assert client.get(EXPORT).headers["Location"].startswith(reverse("account_reauthenticate"))
    vouch(client, EXPORT)
    answer = client.get(EXPORT)
    assert "attachment" in answer.headers["Content-Disposition"]
    told = json.dumps(json.loads(answer.content), ensure_ascii=False)
    for word in (
        "Lovelace", me.email, organisation.name, "Ma solution", "Mon brouillon", "Ma recherche",
        "Bonjour à vous", "Ma réponse", "Un courriel",
    ):  # fmt: skip
        assert word in told, word


def test_no_secret_and_nobody_else_is_handed_over(me: User):
    organisation = full(me)
    other = factories.member(organisation)
    told = json.dumps(personal.export_account(me), default=str)
    for word in ("empreinte-secrete", me.password, "La réponse d’un autre", other.email, other.username):
        assert word not in told


def test_every_table_that_names_an_account_is_walked():
    named = {field.model.__name__ for field in personal.user_foreign_keys()}
    assert {"Membership", "Record", "Message", "SavedSearch", "EmailAddress", "Revision"} <= named


# Erasure


def test_the_account_is_erased_when_its_owner_says_so(client: Client, me: User):
    organisation = full(me)
    email, name = me.email, me.username
    assert client.get(ERASE).headers["Location"].startswith(reverse("account_reauthenticate"))
    vouch(client, ERASE)
    page = client.get(ERASE).content.decode()
    assert "1 brouillon" in page.replace("\u00a0", " ")
    assert client.post(ERASE, {}).status_code == 200
    assert User.objects.filter(email=email).exists(), "not without the box"
    assert client.post(ERASE, {"confirm": "on"}).headers["Location"] == "/"
    assert client.get(SETTINGS).status_code == 302
    me.refresh_from_db()
    assert (me.email, me.first_name, me.last_name, me.is_active) == ("", "", "", False)
    assert me.username != name
    assert not me.has_usable_password()
    assert Record.objects.get(title="Ma solution").owner == organisation
    assert not Record.objects.filter(title="Mon brouillon").exists()
    assert Message.objects.get(text="Ma réponse").author == me
    for model in (EmailAddress, Membership, SavedSearch):
        assert not model.objects.filter(user=me).exists()
    assert not OutgoingMail.objects.filter(to=email).exists()
    assert Membership.objects.get().role == Membership.Role.MANAGER, "the one who stays takes over"
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_an_erased_account_leaves_its_address_free(client: Client, me: User):
    personal.erase_account(me)
    client.post(reverse("account_signup"), {"email": me.email, "password1": "une phrase assez longue 7"})
    assert User.objects.filter(email=me.email, is_active=True).exists()


def test_roles_go_with_the_account():
    one = factories.curator()
    personal.erase_account(one)
    assert not Curatorship.objects.exists()


def test_commands_do_the_same():
    one = factories.account(first_name="Ada")
    out = StringIO()
    call_command("export_account", one.email, stdout=out)
    assert json.loads(out.getvalue())["identité"]["prénom"] == "Ada"
    with pytest.raises(CommandError, match="--oui"):
        call_command("erase_account", one.email, stdout=out)
    call_command("erase_account", one.email, "--oui", stdout=out)
    one.refresh_from_db()
    assert not one.is_active
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("export_account", "personne@exemple.fr")


# Retention


def unused_for(days: int, **fields) -> User:
    one = factories.account(**fields)
    User.objects.filter(pk=one.pk).update(last_login=timezone.now() - timedelta(days=days))
    return one


def test_an_unused_account_is_warned_then_erased_a_month_later():
    one, recent = unused_for(735), unused_for(600)
    assert retention.tidy_accounts() == {"warned": 1, "erased": 0, "forgotten": 0}
    assert retention.tidy_accounts()["warned"] == 0, "told once"
    mail = OutgoingMail.objects.get()
    assert mail.to == one.email
    assert "sera effacé le" in mail.subject
    InactivityNotice.objects.update(sent_at=timezone.now() - timedelta(days=31))
    assert retention.tidy_accounts()["erased"] == 1
    one.refresh_from_db()
    recent.refresh_from_db()
    assert (one.is_active, recent.is_active) == (False, True)


def test_the_warning_comes_a_month_before_the_two_years():
    one = unused_for(705)
    assert retention.tidy_accounts()["warned"] == 1
    InactivityNotice.objects.update(sent_at=timezone.now() - timedelta(days=31))
    User.objects.filter(pk=one.pk).update(last_login=timezone.now() - timedelta(days=729))
    assert retention.tidy_accounts()["erased"] == 0


def test_who_comes_back_is_kept():
    one = unused_for(735)
    retention.tidy_accounts()
    InactivityNotice.objects.update(sent_at=timezone.now() - timedelta(days=31))
    User.objects.filter(pk=one.pk).update(last_login=timezone.now())
    assert retention.tidy_accounts()["erased"] == 0
    assert not InactivityNotice.objects.exists()


def test_an_account_never_confirmed_is_forgotten():
    one = factories.account()
    EmailAddress.objects.filter(user=one).update(verified=False)
    assert retention.tidy_accounts()["forgotten"] == 0
    User.objects.filter(pk=one.pk).update(date_joined=timezone.now() - timedelta(days=31))
    out = StringIO()
    call_command("tidy_accounts", stdout=out)
    assert "supprimées : 1." in out.getvalue()
    assert not User.objects.exists()


def test_the_worker_tidies(run_jobs):
    from procrastinate.contrib.django import app

    one = unused_for(735)
    app.tasks["tidy_accounts"].func(0)
    assert OutgoingMail.objects.get().to == one.email


# Demonstration


def test_demo_accounts_open_every_role(client: Client, settings):
    settings.LOCAL = True
    settings.REQUIRE_TOTP = False
    factories.commune(code="38185", name="Grenoble")
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    assert f"{settings.SITE_URL}/compte/connexion/" in out.getvalue()
    assert not settings.SITE_URL.endswith("/")
    lines = [line.split() for line in out.getvalue().splitlines() if "@exemple.fr" in line]
    assert len(lines) == 4
    for _role, email, password in lines:
        one = Client()
        one.post(reverse("account_login"), {"login": email, "password": password})
        assert one.get(SETTINGS).status_code == 200, email
    town = Organisation.objects.get(kind="collectivite")
    assert town.territory.code == "38185"
    assert all("(démonstration)" in name for name in Organisation.objects.values_list("name", flat=True))
    again = StringIO()
    call_command("demo_accounts", stdout=again)
    assert User.objects.count() == 4
    assert lines[0][2] not in again.getvalue()


def test_demo_accounts_are_for_a_local_instance(settings):
    settings.LOCAL = False
    with pytest.raises(CommandError, match="locale"):
        call_command("demo_accounts")
    assert not User.objects.exists()
