"""A curator or an administrator without the second factor that the role requires is an ordinary account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.accounts import rights
from catalogue.meetings import rights as meeting_rights
from catalogue.models import Document, Membership, Record
from catalogue.records import permissions
from catalogue.workshop.queue import assignment
from catalogue.workshop.reference import rights as reference_rights
from tests import factories
from tests.catalogue.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
MAKERS = [factories.curator, factories.administrator]
SIDE = meeting_rights.Side


@pytest.fixture(params=MAKERS, ids=["curator", "administrator"])
def person(request: pytest.FixtureRequest, settings: Any) -> User:
    settings.REQUIRE_TOTP = True
    one: User = request.param()
    return one


def with_factor(one: User) -> User:
    """The account as a request reads it, once it has a second factor."""
    TOTP.activate(one, "JBSWY3DPEHPK3PXP")
    return User.objects.get(pk=one.pk)


def check(one: User, powers: Callable[[User], bool]) -> None:
    assert not powers(one)
    assert powers(with_factor(one))


def test_records_are_out_of_reach(person: User) -> None:
    record = factories.solution()
    check(person, lambda one: permissions.may(one, "edit", record))


def test_lists_are_those_of_an_ordinary_account(person: User) -> None:
    factories.solution(state=Record.State.SUBMITTED)
    check(person, lambda one: Record.objects.filter(permissions.in_field(one)).exists())


def test_organisations_are_those_of_others(person: User) -> None:
    organisation = factories.organisation()
    check(person, lambda one: rights.may(one, "confirm", organisation))


def test_reference_lists_are_not_changed(person: User) -> None:
    check(person, reference_rights.may_change)


def test_applications_and_messages_are_those_of_others(person: User) -> None:
    scene = Scene()
    application, reported = scene.application(), scene.contact(state="signalee")
    assert meeting_rights.find_side(person, application) == SIDE.STRANGER
    assert meeting_rights.find_side(person, reported) == SIDE.STRANGER
    check(person, lambda one: meeting_rights.find_side(one, application) != SIDE.STRANGER)


def test_nothing_is_given_to_who_cannot_open_it(person: User) -> None:
    check(person, lambda one: one in assignment.list_curators())


@pytest.mark.parametrize("path", ["application", "document", "preview", "members"])
def test_pages_of_others_do_not_exist(client: Client, person: User, path: str) -> None:
    scene = Scene()
    waiting = factories.solution(state=Record.State.SUBMITTED, owner=scene.host)
    content = ContentFile(b"%PDF-1.4", name="bilan.pdf")
    held: Document = factories.document(waiting, url="", file=content, content_type="application/pdf", size=8)
    where = {
        "application": reverse("catalogue:application-detail", args=[scene.application().pk]),
        "document": reverse("catalogue:document-file", args=[held.key, "bilan.pdf"]),
        "preview": reverse("catalogue:record-preview", args=[waiting.slug]),
        "members": reverse("catalogue:organisation-detail", args=[scene.host.slug]),
    }[path]
    client.force_login(person)
    assert client.get(where).status_code == 404
    with_factor(person)
    assert client.get(where).status_code in {200, 302}


def test_nobody_is_confirmed_and_nobody_invited(client: Client, person: User) -> None:
    organisation = factories.organisation()
    asked = factories.membership(factories.account(), organisation, confirmed_at=None)
    member = reverse("catalogue:member-action", args=[organisation.slug, asked.pk, "confirmer"])
    client.force_login(person)
    assert client.post(member).status_code == 404
    assert Membership.objects.get(pk=asked.pk).confirmed_at is None
    with_factor(person)
    client.post(member)
    assert Membership.objects.get(pk=asked.pk).confirmed_at is not None


def test_an_ordinary_account_costs_no_more(settings: Any) -> None:
    one, record = factories.account(), factories.solution()
    counts = []
    for settings.REQUIRE_TOTP in (False, True):
        with CaptureQueriesContext(connection) as queries:
            permissions.list_actions(User(pk=one.pk), record)
            permissions.is_curator(one)
            permissions.in_field(one)
        counts.append(len(queries))
    assert counts[0] == counts[1]
