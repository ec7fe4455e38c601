"""Every cell of the table of rights on records, through HTTP: action × state × tie.

What is granted has its effect; what is not answers as what does not exist and changes nothing, whatever
the form says. One record goes through all the states; each try is rolled back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, models, transaction
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from catalogue.management import permission_table
from catalogue.models import (
    AnswerProposal,
    Application,
    CaseNote,
    ContactRequest,
    Document,
    Membership,
    Organisation,
    OutgoingMail,
    Record,
    Revision,
    Solution,
    TestSite,
    Transition,
)
from catalogue.records import permissions
from catalogue.records.permissions import TIES, Tie
from catalogue.workshop.duplicates.sides import compare_records
from tests import factories
from tests.catalogue.rights_table import read_table

pytestmark = pytest.mark.django_db

State = Record.State
SUMMARY = "Un terrain plat et clos, à l’écart des logements, pour essayer des revêtements de sol."
TITLE = "Titre d’un autre que moi"
FORGED = {
    "state": "publiee",
    "proof_level": "5",
    "owner_id": "1",
    "created_by": "1",
    "kind": "solution",
    "is_synthetic": "on",
    "published_at": "2020-01-01",
    "slug": "adresse-forgee",
}
"""What no form of a record has: said with every post."""
TARGETS = {
    "submit": State.SUBMITTED,
    "withdraw": State.DRAFT,
    "reopen": State.DRAFT,
    "retire": State.ARCHIVED,
    "review": State.IN_REVIEW,
    "ask": State.TO_COMPLETE,
    "publish": State.PUBLISHED,
    "refuse": State.REFUSED,
    "archive": State.ARCHIVED,
    "merge": State.ARCHIVED,
}
LETTERS = {
    "v": Tie.VISITOR,
    "s": Tie.STRANGER,
    "e": Tie.CURATOR_ELSEWHERE,
    "m": Tie.MEMBER,
    "a": Tie.AUTHOR,
    "c": Tie.CURATOR,
    "A": Tie.ADMINISTRATOR,
}
GRANTED = read_table(
    """
             brouillon  soumise  en-instruction  a-completer  publiee  refusee  archivee
    view     .          .        .               .            vsemacA  .        .
    preview  maA        macA     macA            macA         macA     macA     macA
    examine  .          cA       cA              cA           cA       cA       cA
    edit     maA        cA       cA              macA         cA       .        cA
    propose  .          .        .               .            ma       .        .
    delete   ma         .        .               .            .        .        .
    submit   ma         .        .               ma           .        .        .
    withdraw .          ma       ma              ma           .        .        .
    reopen   .          .        .               .            .        ma       .
    retire   .          .        .               .            ma       .        .
    review   .          cA       .               .            .        .        .
    ask      .          cA       cA              .            .        .        .
    publish  .          cA       cA              .            .        .        cA
    refuse   .          cA       cA              .            .        .        .
    archive  .          .        .               .            cA       .        .
    handle   .          cA       cA              cA           cA       .        .
    comment  .          cA       cA              cA           cA       cA       cA
    decide   .          .        .               .            cA       .        .
    merge    .          cA       cA              cA           cA       cA       cA
    history  maA        macA     macA            macA         macA     macA     macA
    figures  .          .        .               .            macA     .        macA
    contact  .          .        .               .            semacA   .        .
    apply    .          .        .               .            semacA   .        .
    answer   .          .        .               .            semacA   .        .
    """,
    LETTERS,
)
"""What is wanted, written by hand: the table under test says it otherwise."""
READ = {"view", "preview", "examine", "history", "figures"}
OF_THE_SPACE = ("withdraw", "reopen", "retire")
KEPT = ("kind", "slug", "owner_id", "created_by_id", "proof_level", "is_synthetic")
COUNTED: tuple[type[models.Model], ...] = (
    Transition,
    Revision,
    OutgoingMail,
    Application,
    AnswerProposal,
    ContactRequest,
    Document,
    Membership,
    Record,
    CaseNote,
)


@dataclass
class World:
    """A ground with its people, one logged-in client for each tie; all are members of the company too, so
    that each may apply or answer with its solution.
    """

    site: TestSite
    need: Record
    twin: TestSite
    revision: Revision
    company: Organisation
    solution: Solution
    clients: dict[Tie, Client]

    def in_state(self, state: str) -> None:
        Record.objects.filter(pk__in=[self.site.pk, self.need.pk]).update(state=state)


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """What every test of this module starts from: made once, each test gives back what it changed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _scene()
        transaction.set_rollback(True)


def _scene() -> World:
    organisation, elsewhere = factories.organisation(), factories.territory("region")
    author = factories.member(organisation)
    place = factories.commune()
    fields = {"owner": organisation, "created_by": author, "territory": place, "summary": SUMMARY}
    site = factories.test_site(
        site_state="ouvert", allowed_tests="Des revêtements de sol drainants", ground_kinds=["parc"], **fields
    )
    site.themes.add(factories.theme())
    stranger = factories.member()
    factories.solution(created_by=stranger, owner=stranger.memberships.get().organisation)
    people = {
        Tie.STRANGER: stranger,
        Tie.CURATOR_ELSEWHERE: factories.curator(regions=[elsewhere]),
        Tie.MEMBER: factories.member(organisation),
        Tie.AUTHOR: author,
        Tie.CURATOR: factories.curator(),
        Tie.ADMINISTRATOR: factories.administrator(),
    }
    company = factories.organisation()
    clients = {Tie.VISITOR: Client()}
    for tie, person in people.items():
        factories.membership(person, company)
        clients[tie] = Client()
        clients[tie].force_login(person)
    revision = Revision.objects.create(
        record=site, author=author, changes={"summary": [SUMMARY, "Résumé proposé"]}
    )
    twin = factories.test_site(**fields)
    need, solution = factories.need(**fields), factories.solution(owner=company)
    return World(site, need, twin, revision, company, solution, clients)


@pytest.fixture
def world(scene: World, settings: Any) -> World:
    """The scene, read again, with clients of one's own."""
    settings.REQUIRE_TOTP = False
    clients = {tie: Client() for tie in scene.clients}
    for tie, client in clients.items():
        client.cookies = copy(scene.clients[tie].cookies)
    kept = {
        name: type(one).objects.get(pk=one.pk)
        for name, one in vars(scene).items()
        if isinstance(one, models.Model)
    }
    return World(**kept, clients=clients)


def address(world: World, action: str) -> str:
    """Where the action is done."""
    slug = world.site.slug
    named: dict[str, tuple[str, list[Any]]] = {
        "view": ("record-detail", [slug]),
        "preview": ("record-preview", [slug]),
        "examine": ("workshop-record", [slug]),
        "edit": ("propose-step", [slug, "essentiel"]),
        "propose": ("propose-step", [slug, "essentiel"]),
        "delete": ("propose-delete", [slug]),
        "submit": ("propose-review", [slug]),
        "merge": ("workshop-merge", [slug, world.twin.slug]),
        "decide": ("workshop-revision", [world.revision.pk]),
        "handle": ("workshop-assign", [slug]),
        "comment": ("workshop-comment", [slug]),
        "history": ("space-record", [slug]),
        "figures": ("space-record", [slug]),
        "contact": ("contact-new", [world.site.owner.slug]),
        "apply": ("application-new", [slug]),
        "answer": ("answer-new", [world.need.slug]),
    }
    if action in named:
        name, arguments = named[action]
    else:
        area = "space" if action in OF_THE_SPACE else "workshop"
        name, arguments = f"{area}-record-action", [slug, action]
    query = f"?fiche={slug}" if action == "contact" else ""
    return reverse(f"catalogue:{name}", args=arguments) + query


def posted(world: World, action: str) -> dict[str, Any] | None:
    """What is posted; None for what is only read."""
    if action in READ:
        return None
    if action == "merge":
        return merging(world) | FORGED
    coming = {
        "solution": world.solution.slug,
        "organisation": world.company.pk,
        "creation_key": str(uuid.uuid4()),
    }
    data = {
        "apply": {"motivation": "Mesurer la fraîcheur gagnée.", **coming},
        "answer": {"how": "Elle fait de l’ombre.", **coming},
        "edit": {"title": TITLE, "summary": SUMMARY, "owner": world.site.owner.slug},
        "propose": {"title": TITLE, "summary": SUMMARY, "owner": world.site.owner.slug},
        "decide": {"decision": "accepter", "fields_kept": ["summary"]},
        "handle": {"geste": "prendre"},
        "comment": {"texte": "Entre nous.", "cle": str(uuid.uuid4())},
        "contact": {"subject": "Bonjour", "message": "Bonjour.", "creation_key": str(uuid.uuid4())},
    }.get(action, {"reason": "Parce que."})
    return data | FORGED


def merging(world: World) -> dict[str, Any]:
    """The confirmation of a merge into the twin, as the page that compares them gives it."""
    site, twin = Record.objects.get(pk=world.site.pk), Record.objects.get(pk=world.twin.pk)
    token = "" if site.state == State.DRAFT else compare_records(site, twin).token
    return {"etape": "fusionner", "garde": "b", "jeton": token}


def send(world: World, action: str, tie: Tie) -> HttpResponse:
    where, data = address(world, action), posted(world, action)
    client = world.clients[tie]
    client.cookies.pop("messages", None)  # what a former try was told
    return client.get(where) if data is None else client.post(where, data)


def row(record: Record) -> dict[str, Any] | None:
    return Record.objects.filter(pk=record.pk).values("state", "title", "summary", *KEPT).first()


COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM {model._meta.db_table})" for model in COUNTED)


def snapshot(world: World) -> tuple[Any, ...]:
    """What a refused try must leave as it was."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        counts = cursor.fetchone()
    return (
        row(world.site),
        row(world.need),
        Revision.objects.values_list("state", flat=True).get(pk=world.revision.pk),
        counts,
    )


def changed(world: World, action: str, response: HttpResponse) -> bool:
    """True when the action had its own effect, seen in the base or, for what is read, on the page."""
    now = row(world.site)
    if action == "delete":
        return now is None
    found: dict[str, Callable[[], bool]] = {
        "edit": lambda: now is not None and now["title"] == TITLE,
        "propose": lambda: Revision.objects.filter(state="preparation", changes__has_key="title").exists(),
        "decide": lambda: now is not None and now["summary"] == "Résumé proposé",
        "handle": lambda: CaseNote.objects.filter(kind="prise", author=F("record__case__handler")).exists(),
        "comment": lambda: CaseNote.objects.filter(kind="commentaire", text="Entre nous.").exists(),
        "contact": lambda: ContactRequest.objects.filter(record=world.site.pk).exists(),
        "apply": lambda: Application.objects.filter(site=world.site.pk, solution=world.solution).exists(),
        "answer": lambda: AnswerProposal.objects.filter(need=world.need, solution=world.solution).exists(),
        "figures": lambda: response.status_code == 200 and "Les douze dernières semaines" in text(response),
    }
    if action in found:
        return found[action]()
    if action in TARGETS:
        return Transition.objects.filter(action=action, to_state=TARGETS[action]).exists()
    return response.status_code == 200


def text(response: HttpResponse) -> str:
    return response.content.decode()


def opens_too(action: str, state: str, tie: Tie) -> bool:
    """True when the address serves another action that the tie has: the page answers, this one fails."""
    others = {
        "edit": ("propose",),
        "propose": ("edit",),
        "submit": ("edit", "propose"),
        "figures": ("history",),
        "contact": ("contact",),
    }.get(action, ())
    if action == "contact":  # to the organisation, whatever the record
        return tie != Tie.VISITOR
    return any(tie in GRANTED[other][state] for other in others)


def check_granted(world: World, action: str, state: str, response: HttpResponse) -> None:
    assert response.status_code == (200 if action in READ else 302)
    assert changed(world, action, response)
    now = row(world.site)
    if now is not None:
        assert now["state"] == TARGETS.get(action, state)
        assert all(now[name] == getattr(world.site, name) for name in KEPT)


def check_refused(
    world: World, action: str, state: str, tie: Tie, before: tuple[Any, ...], response: HttpResponse
) -> None:
    if opens_too(action, state, tie):
        now = row(world.site)
        assert not changed(world, action, response)
        assert now is not None
        assert now["state"] == state
        assert all(now[name] == getattr(world.site, name) for name in KEPT)
        return
    assert snapshot(world) == before
    if tie == Tie.VISITOR and action != "view":
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))
    else:
        assert response.status_code == 404
        assert world.site.title not in text(response)


@pytest.mark.parametrize("action", GRANTED)
def test_every_cell(world: World, action: str) -> None:
    wrong = []
    for state in State:
        world.in_state(state)
        before = snapshot(world)
        for tie in TIES:
            granted = tie in GRANTED[action][state]
            with transaction.atomic():
                response = send(world, action, tie)
                try:
                    if granted:
                        check_granted(world, action, state, response)
                    else:
                        check_refused(world, action, state, tie, before, response)
                except AssertionError as problem:
                    expected = "granted" if granted else "refused"
                    wrong.append(f"{state} × {tie} ({expected}, {response.status_code}): {problem}")
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_the_ties_are_what_they_are_said_to_be(world: World) -> None:
    for tie, client in world.clients.items():
        person = client.session.get("_auth_user_id")
        if person is not None:
            user = User.objects.get(pk=person)
            assert permissions.get_ties(user, world.site) == {tie} | (
                {Tie.MEMBER} if tie == Tie.AUTHOR else set()
            )


def test_who_waits_to_be_confirmed_is_a_stranger(world: World) -> None:
    user = factories.account()
    factories.membership(user, world.site.owner, confirmed_at=None)
    assert permissions.get_ties(user, world.site) == {Tie.STRANGER}
    world.in_state(State.DRAFT)
    client = Client()
    client.force_login(user)
    for action in ("preview", "edit", "delete", "submit", "history"):
        world.clients[Tie.STRANGER] = client
        assert send(world, action, Tie.STRANGER).status_code == 404, action


def test_a_curator_who_is_the_author_has_both_rights() -> None:
    curator = factories.curator()
    record = factories.need(state=State.DRAFT, created_by=curator)
    assert permissions.get_ties(curator, record) == {Tie.AUTHOR, Tie.CURATOR}
    assert permissions.may(curator, "submit", record)
    record.state = State.SUBMITTED
    assert permissions.may(curator, "publish", record)


def test_a_closed_account_is_nobody(world: World) -> None:
    author = world.site.created_by
    author.is_active = False
    assert permissions.get_ties(author, world.site) == {Tie.VISITOR}


def test_every_action_has_a_name_and_a_known_state() -> None:
    assert set(permissions.ACTIONS) == set(permissions.GRANTS) == set(GRANTED)
    assert set(TIES) == set(Tie)
    assert all(set(states) == set(State) for states in GRANTED.values())


def test_own_and_ties_agree(world: World) -> None:
    mine = {Tie.AUTHOR, Tie.MEMBER}
    for tie, client in world.clients.items():
        person = client.session.get("_auth_user_id")
        user = User.objects.get(pk=person) if person else AnonymousUser()
        found = Record.objects.filter(permissions.own_records(user), pk=world.site.pk).exists()
        assert found == bool(permissions.get_ties(user, world.site) & mine), tie


@pytest.mark.parametrize("action", [name for name in GRANTED if name not in READ])
def test_a_post_without_its_token_is_refused(world: World, action: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.clients[Tie.ADMINISTRATOR].cookies
    assert client.post(address(world, action), posted(world, action)).status_code == 403


def test_the_document_is_up_to_date() -> None:
    assert permission_table.FILE.read_text(encoding="utf-8") == permission_table.render_document(), (
        "docs/permissions.md : lancez « manage.py write_permissions »"
    )


@pytest.mark.parametrize("action", GRANTED)
def test_without_its_second_factor_a_role_is_an_ordinary_account(
    world: World, settings: Any, action: str
) -> None:
    settings.REQUIRE_TOTP = True
    ordinary = Tie.STRANGER
    for state in State:
        world.in_state(state)
        before = snapshot(world)
        for tie in (Tie.CURATOR, Tie.CURATOR_ELSEWHERE, Tie.ADMINISTRATOR):
            with transaction.atomic():
                response = send(world, action, tie)
                if ordinary in GRANTED[action][state]:
                    check_granted(world, action, state, response)
                elif response.headers.get("Location") == reverse("mfa_activate_totp"):
                    assert address(world, action).startswith("/atelier/")
                    assert snapshot(world) == before
                else:
                    check_refused(world, action, state, ordinary, before, response)
                transaction.set_rollback(True)


@pytest.mark.parametrize("tie", [Tie.CURATOR, Tie.ADMINISTRATOR])
def test_with_its_second_factor_a_role_is_exercised(world: World, settings: Any, tie: Tie) -> None:
    settings.REQUIRE_TOTP = True
    TOTP.activate(User.objects.get(pk=world.clients[tie].session["_auth_user_id"]), "JBSWY3DPEHPK3PXP")
    for action in ("preview", "examine", "edit", "decide", "comment", "history", "archive"):
        state = State.PUBLISHED
        world.in_state(state)
        with transaction.atomic():
            check_granted(world, action, state, send(world, action, tie))
            transaction.set_rollback(True)
