"""The contributor's space: what awaits, the records of the account, one of them, and what may be done."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import AudienceDay, ContactRequest, Membership, Record, Revision, Transition
from catalogue.records import workflow
from tests import factories

pytestmark = pytest.mark.django_db

State = Record.State
HOME = "/mon-espace/"
LIST = "/mon-espace/fiches/"


def page(record) -> str:
    return f"{LIST}{record.slug}/"


def act(record, action) -> str:
    return f"{page(record)}{action}/"


@pytest.fixture
def organisation():
    return factories.organisation(name="Ville d’Essai")


@pytest.fixture
def author(organisation):
    return factories.member(organisation)


@pytest.fixture
def need(organisation, author):
    """Makes a record of the organisation in the state given."""

    def make(state=State.DRAFT, **fields):
        return factories.need(state=state, **{"owner": organisation, "created_by": author, **fields})

    return make


@pytest.mark.parametrize("url", [HOME, LIST, f"{LIST}rien/", f"{LIST}rien/apercu/"])
def test_a_visitor_is_asked_to_log_in(client, url):
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_newcomer_is_guided(client):
    client.force_login(factories.account())
    text = client.get(HOME).content.decode()
    assert "Vous portez une solution" in text
    assert "Vous êtes une collectivité" in text
    assert "Ce qui vous attend" not in text


def test_home_shows_first_what_is_asked(client, author, need, organisation):
    record = need(State.IN_REVIEW, title="Cour d’école à l’ombre")
    workflow.apply(record, "ask", factories.curator(), "Quelle surface ?")
    need(State.DRAFT, title="Un brouillon")
    ContactRequest.objects.create(sender=factories.account(), organisation=organisation, message="Bonjour")
    client.force_login(author)
    text = client.get(HOME).content.decode()
    assert "Ce qui vous attend" in text
    assert text.index("Quelle surface ?") < text.index("Un brouillon")
    assert "1 message sans réponse" in text
    assert "Ville d’Essai" in text


def test_home_shows_that_a_membership_waits(client, organisation):
    user = factories.account()
    factories.membership(user, organisation, confirmed_at=None)
    client.force_login(user)
    assert "attend d’être confirmée" in client.get(HOME).content.decode()


@pytest.mark.parametrize(("url", "most"), [(HOME, 32), (LIST, 12)])
def test_queries_do_not_grow_with_the_records(client, author, need, url, most):
    def fill():
        for state in State:
            for _ in range(4):
                need(state)

    fill()
    client.force_login(author)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    fill()
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(many) <= len(few) <= most, [one["sql"][:100] for one in many]


def test_the_list_shows_mine_and_those_of_my_organisations_alone(client, author, need, organisation):
    mine = need(State.DRAFT)
    colleague = factories.need(state=State.DRAFT, owner=organisation, created_by=factories.account())
    other = factories.need(state=State.DRAFT, owner=factories.organisation())
    client.force_login(author)
    text = client.get(LIST).content.decode()
    assert mine.title in text
    assert colleague.title in text
    assert other.title not in text


def test_who_waits_to_be_confirmed_sees_only_their_own(client, need, organisation):
    user = factories.account()
    factories.membership(user, organisation, confirmed_at=None)
    own = need(State.DRAFT, created_by=user, title="Besoin à moi")
    other = need(State.DRAFT, title="Besoin des autres")
    client.force_login(user)
    text = client.get(LIST).content.decode()
    assert own.title in text
    assert other.title not in text


def test_who_left_the_organisation_sees_nothing_of_it(client, author, need):
    record = need(State.PUBLISHED)
    Membership.objects.all().delete()
    client.force_login(author)
    assert record.title not in client.get(LIST).content.decode()
    assert client.get(page(record)).status_code == 404


def test_the_list_filters_by_state_and_pages(client, author, need):
    for number in range(21):
        need(State.DRAFT, title=f"Brouillon numéro {number:02d}")
    need(State.PUBLISHED, title="Déjà publié")
    client.force_login(author)
    drafts = client.get(LIST, {"etat": "brouillon"}).content.decode()
    assert drafts.count("dossier-titre") == 20
    assert "Déjà publié" not in drafts
    assert "etat=brouillon&amp;page=2" in drafts
    assert client.get(LIST, {"etat": "brouillon", "page": "2"}).content.decode().count("dossier-titre") == 1
    assert client.get(LIST, {"page": "3"}).status_code == 404


@pytest.mark.parametrize("query", ["etat=nulle", "page=abc", "page=0"])
def test_a_wrong_filter_is_reported(client, author, query):
    client.force_login(author)
    assert client.get(f"{LIST}?{query}").status_code == 400


def test_the_page_shows_the_whole_story_without_names_of_curators(client, author, need, organisation):
    curator = factories.curator()
    type(curator).objects.filter(pk=curator.pk).update(first_name="Claire", last_name="Le Goff")
    colleague = factories.member(organisation)
    type(colleague).objects.filter(pk=colleague.pk).update(first_name="Paul", last_name="Nédélec")
    record = need(State.DRAFT)
    for action, actor in (
        ("submit", author),
        ("review", curator),
        ("ask", curator),
        ("submit", colleague),
        ("refuse", curator),
    ):
        actor.refresh_from_db()
        workflow.apply(record, action, actor, f"Motif de {action}")
    client.force_login(author)
    text = client.get(page(record)).content.decode()
    assert "l’équipe de curation" in text
    assert "Paul Nédélec" in text
    assert "par vous" in text
    assert "Motif de refuse" in text
    assert "Claire" not in text
    assert "@exemple.fr" not in text
    assert 'aria-current="step"' in text
    client.force_login(curator)
    assert "@exemple.fr" not in client.get(page(record)).content.decode()


def test_the_page_shows_the_fate_of_the_changes(client, author, need):
    record = need(State.PUBLISHED)
    Revision.objects.create(
        record=record, author=author, changes={}, state="refusee", decision="Sans source."
    )
    Revision.objects.create(record=record, author=author, changes={}, state="preparation", reason="Secret")
    client.force_login(author)
    text = client.get(page(record)).content.decode()
    assert "Sans source." in text
    assert "Secret" not in text


@pytest.mark.parametrize(
    ("action", "state", "target"),
    [
        ("withdraw", State.SUBMITTED, State.DRAFT),
        ("reopen", State.REFUSED, State.DRAFT),
        ("retire", State.PUBLISHED, State.ARCHIVED),
    ],
)
def test_actions_change_the_state_and_leave_a_line(client, author, need, action, state, target):
    record = need(state)
    client.force_login(author)
    assert act(record, action) in client.get(page(record)).content.decode()
    response = client.post(act(record, action), {"reason": "Le marché est fini.", "state": "publiee"})
    assert (response.status_code, response["Location"]) == (302, page(record))
    record.refresh_from_db()
    assert record.state == target
    line = Transition.objects.get()
    assert (line.action, line.actor) == (action, author)


def test_a_reason_is_asked_for_on_the_page_itself(client, author, need):
    record = need(State.PUBLISHED)
    client.force_login(author)
    response = client.post(act(record, "retire"), {"reason": "  "})
    assert response.status_code == 422
    text = response.content.decode()
    assert '<details class="decision" open>' in text
    assert 'aria-invalid="true"' in text
    assert Record.objects.get(pk=record.pk).state == State.PUBLISHED


def test_an_action_that_comes_too_late_is_a_404(client, author, need):
    record = need(State.DRAFT)
    client.force_login(author)
    assert client.post(act(record, "withdraw")).status_code == 404


@pytest.mark.parametrize("action", ["publish", "archive", "ask", "view", "nothing", "__class__"])
def test_what_is_not_an_action_of_the_space_does_not_exist(client, author, need, action):
    client.force_login(author)
    record = need(State.SUBMITTED)
    assert client.post(f"{page(record)}{action}/", {"reason": "x"}).status_code == 404
    assert Record.objects.get(pk=record.pk).state == State.SUBMITTED


def test_methods(client, author, need):
    record = need(State.SUBMITTED)
    client.force_login(author)
    assert client.get(act(record, "withdraw")).status_code == 405
    for url in (HOME, LIST, page(record), f"{page(record)}apercu/"):
        assert client.post(url).status_code == 405


@pytest.mark.parametrize(
    "make",
    [factories.solution, factories.experiment, factories.operation, factories.test_site, factories.need],
)
def test_the_preview_is_the_public_page_and_is_not_cached(client, author, organisation, make):
    record = make(state=State.DRAFT, owner=organisation, created_by=author, summary="Un résumé.")
    client.force_login(author)
    response = client.get(reverse("catalogue:record-preview", args=[record.slug]))
    text = response.content.decode()
    assert response.status_code == 200
    assert "Aperçu, non publiée" in text
    assert "Un résumé." in text
    assert f"/fiches/{record.slug}.geojson" not in text
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, no-store"
    assert not AudienceDay.objects.exists()


def test_the_preview_of_another_does_not_exist(client, need):
    client.force_login(factories.account())
    assert client.get(reverse("catalogue:record-preview", args=[need().slug])).status_code == 404
