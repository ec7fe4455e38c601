"""Every cell of the rights table through HTTP: what is granted has its effect, the rest has none."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models, transaction

from catalogue.meetings.rights import GRANTS, Side, find_side
from catalogue.models import AnswerProposal, Application, ContactRequest, Message, NeedAnswer
from tests import factories
from tests.catalogue.meetings.scenes import Scene, client_of, counts
from tests.catalogue.rights_table import read_table

pytestmark = pytest.mark.django_db

LETTERS = {
    "v": Side.VISITOR,
    "s": Side.STRANGER,
    "c": Side.CURATOR,
    "A": Side.ADMINISTRATOR,
    "o": Side.OWNER,
    "a": Side.APPLICANT,
}
APPLICATION = read_table(
    """
             envoyee  en-examen  acceptee  declinee  retiree
    view     cAoa     cAoa       cAoa      cAoa      cAoa
    examine  o        .          .         .         .
    write    oa       oa         oa        .         .
    accept   o        o          .         .         .
    decline  o        o          .         .         .
    withdraw a        a          .         .         .
    """,
    LETTERS,
)
ANSWER = read_table(
    """
             envoyee  acceptee  declinee  retiree
    view     cAoa     cAoa      cAoa      cAoa
    accept   o        .         .         .
    decline  o        .         .         .
    withdraw a        .         .         .
    """,
    LETTERS,
)
CONTACT = read_table(
    """
             envoyee  repondue  signalee  close
    view     oa       oa        cAoa      oa
    write    oa       oa        .         .
    close    oa       oa        .         .
    report   oa       oa        .         oa
    """,
    LETTERS,
)
TARGETS = {
    "examine": "en-examen",
    "accept": "acceptee",
    "decline": "declinee",
    "withdraw": "retiree",
    "close": "close",
    "report": "signalee",
}
ADDRESSES = {
    Application: "/mon-espace/candidatures/{}/",
    AnswerProposal: "/mon-espace/reponses/{}/",
    ContactRequest: "/mon-espace/messages/{}/",
}


def cells(table: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(action, state, id=f"{action}-{state}") for action in table for state in table[action]
    ]


def test_every_action_and_every_state_has_a_cell() -> None:
    for model, table in ((Application, APPLICATION), (AnswerProposal, ANSWER), (ContactRequest, CONTACT)):
        assert set(table) == set(GRANTS[model])
        states = {value for value, _label in model._meta.get_field("state").choices}
        assert all(set(line) == states for line in table.values())


def each_side(scene: Scene, meeting: models.Model, table: dict[str, Any], action: str) -> Iterator[None]:
    """Each side tries the action on the same scene, which is put back behind it."""
    for one in Side:
        with transaction.atomic():
            try_out(scene, meeting, table, action, one)
            yield
            transaction.set_rollback(True)
        meeting.refresh_from_db()


def fields(action: str) -> dict[str, str]:
    return {
        "action": action,
        "message-text": "Bonjour.",
        "message-creation_key": str(uuid.uuid4()),
        "reason-reason": "Parce que.",
    }


def try_out(scene: Scene, meeting: models.Model, table: dict[str, Any], action: str, one: Side) -> None:
    state = meeting.state  # type: ignore[attr-defined]
    granted = one in table[action][state]
    sees = one in table["view"][state]
    client = client_of(scene.people[one])
    address = ADDRESSES[type(meeting)].format(meeting.pk)
    before = counts()
    response = client.get(address) if action == "view" else client.post(address, fields(action))
    meeting.refresh_from_db()
    if action == "view":
        wanted = 302 if one == Side.VISITOR else 200 if granted else 404
        assert response.status_code == wanted
        return
    if granted:
        assert response.status_code == 302
        assert response["Location"] == address
        if action == "write":
            assert Message.objects.get().author == scene.people[one]
        else:
            assert meeting.state == TARGETS[action]  # type: ignore[attr-defined]
        return
    assert counts() == before
    assert meeting.state == state  # type: ignore[attr-defined]
    if one == Side.VISITOR:
        assert response["Location"].startswith("/compte/connexion/")
        return
    ever = sees and any(one in sides for sides in table[action].values())
    late = 200 if action == "write" else 302  # a text is given back on the page, to be copied
    assert response.status_code == (late if ever else 404)
    if ever:  # the refusal stands in words, on a page that this side may read
        page = (
            client.get(address).content.decode() if response.status_code == 302 else response.content.decode()
        )
        assert "alerte-erreur" in page


@pytest.mark.parametrize(("action", "state"), cells(APPLICATION))
def test_applications(action: str, state: str) -> None:
    scene = Scene()
    for _side in each_side(scene, scene.application(state=state), APPLICATION, action):
        pass


@pytest.mark.parametrize(("action", "state"), cells(ANSWER))
def test_answers(action: str, state: str) -> None:
    scene = Scene()
    answer = scene.answer(state=state)
    for _side in each_side(scene, answer, ANSWER, action):
        answer.refresh_from_db()
        assert NeedAnswer.objects.exists() == (answer.state == "acceptee" and state != "acceptee")


@pytest.mark.parametrize(("action", "state"), cells(CONTACT))
def test_messages(action: str, state: str) -> None:
    scene = Scene()
    reason = "Démarchage." if state == "signalee" else ""
    for _side in each_side(scene, scene.contact(state=state, report_reason=reason), CONTACT, action):
        pass


@pytest.mark.parametrize("action", ["view", "delete", "", "__class__", "send"])
def test_an_action_that_is_none_is_not_found(action: str) -> None:
    scene = Scene()
    client = client_of(scene.applicant)
    for meeting in (scene.application(), scene.answer(), scene.contact()):
        address = ADDRESSES[type(meeting)].format(meeting.pk)
        assert client.post(address, {"action": action}).status_code == 404


def test_the_author_loses_the_right_with_the_place_in_the_organisation() -> None:
    scene = Scene()
    application = scene.application()
    scene.applicant.memberships.all().delete()
    assert find_side(scene.applicant, application) == Side.STRANGER


def test_a_waiting_member_sees_what_they_sent_and_nothing_else() -> None:
    scene = Scene()
    newcomer = factories.account()
    factories.membership(newcomer, scene.company, confirmed_at=None)
    assert find_side(newcomer, scene.application()) == Side.STRANGER
    theirs = scene.application(created_by=newcomer)
    assert find_side(newcomer, theirs) == Side.APPLICANT


def test_a_waiting_member_of_the_host_decides_nothing() -> None:
    scene = Scene()
    newcomer = factories.account()
    factories.membership(newcomer, scene.host, confirmed_at=None)
    assert find_side(newcomer, scene.application()) == Side.STRANGER
    assert find_side(newcomer, scene.contact()) == Side.STRANGER


def test_who_is_on_both_sides_does_not_accept_their_own_application() -> None:
    scene = Scene()
    factories.membership(scene.applicant, scene.host)
    assert find_side(scene.applicant, scene.application()) == Side.APPLICANT


def test_curators_of_another_field_read_nothing() -> None:
    scene = Scene()
    elsewhere = factories.curator(regions=[factories.territory("region")])
    site = scene.site(territory=factories.commune())
    assert find_side(elsewhere, scene.application(site=site)) == Side.STRANGER


def test_curators_stand_in_for_a_need_without_owner() -> None:
    scene = Scene()
    answer = scene.answer(need=scene.need(owner=None))
    assert find_side(scene.people[Side.CURATOR], answer) == Side.OWNER
    assert find_side(scene.people[Side.ADMINISTRATOR], answer) == Side.OWNER
    assert find_side(scene.owner, answer) == Side.STRANGER
    response = client_of(scene.people[Side.CURATOR]).post(
        ADDRESSES[AnswerProposal].format(answer.pk), fields("accept")
    )
    assert response.status_code == 302
    assert NeedAnswer.objects.get().how == answer.how


def test_curators_stand_in_for_an_organisation_that_nobody_has_joined() -> None:
    scene = Scene()
    contact = scene.contact(organisation=factories.organisation())
    assert find_side(scene.people[Side.CURATOR], contact) == Side.OWNER
    assert find_side(scene.owner, contact) == Side.STRANGER


def test_a_disabled_account_is_nobody() -> None:
    scene = Scene()
    application = scene.application()
    scene.applicant.is_active = False
    assert find_side(scene.applicant, application) == Side.VISITOR


def test_every_form_of_the_pages_carries_its_token() -> None:
    scene = Scene()
    site, need = scene.site(), scene.need()
    pages = {
        scene.owner: [scene.application(site=site), scene.answer(need=need), scene.contact()],
        scene.applicant: [
            f"/fiches/{scene.site().slug}/candidater/?solution={scene.solution.slug}",
            f"/fiches/{scene.need().slug}/repondre/?solution={scene.solution.slug}",
            f"/organisations/{scene.host.slug}/contact/",
        ],
    }
    for person, addresses in pages.items():
        for one in addresses:
            address = one if isinstance(one, str) else ADDRESSES[type(one)].format(one.pk)
            page = client_of(person).get(address).content.decode()
            forms = page.count('method="post"')
            assert forms > 0, address
            assert page.count("csrfmiddlewaretoken") == forms, address
