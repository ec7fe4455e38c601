"""The curators' workshop: its queue, one record with its decisions, the people part."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.models import ContactRequest, Membership, Message, OutgoingMail, Record, Revision, Transition
from catalogue.records import permissions, workflow
from tests import factories

pytestmark = pytest.mark.django_db

State = Record.State
QUEUE = "/atelier/"
MEMBERS = "/atelier/membres/"
REPORTS = "/atelier/signalements/"
MOST_QUERIES = 16


@pytest.fixture
def curator(client):
    one = factories.curator()
    client.force_login(one)
    return one


def contributed(state=State.SUBMITTED, make=factories.need, **fields):
    organisation = fields.pop("owner", None) or factories.organisation()
    author = factories.member(organisation)
    return make(state=state, **{"owner": organisation, "created_by": author, **fields})


def page(record) -> str:
    return f"/atelier/fiches/{record.slug}/"


@pytest.mark.parametrize("url", [QUEUE, MEMBERS, REPORTS, "/atelier/fiches/x/", "/atelier/changements/1/"])
def test_the_workshop_exists_for_curators_alone(client, url):
    assert client.get(url).status_code == 302
    client.force_login(factories.member())
    assert client.get(url).status_code == 404


def test_a_curator_needs_a_second_factor_where_it_is_required(client, curator, settings):
    settings.REQUIRE_TOTP = True
    assert client.get(QUEUE).status_code == 302


def test_the_queue_shows_what_waits_longest_first(client, curator):
    newer, older = contributed(State.DRAFT, title="Le plus récent"), contributed(State.DRAFT, title="L’aîné")
    for record in (older, newer):
        workflow.apply(record, "submit", record.created_by)
    contributed(State.DRAFT, title="Un brouillon")
    contributed(State.PUBLISHED, title="Une publiée")
    text = client.get(QUEUE).content.decode()
    assert text.index("L’aîné") < text.index("Le plus récent")
    assert "Un brouillon" not in text
    assert "Une publiée" not in text


def test_the_queue_filters(client, curator):
    contributed(State.SUBMITTED, title="Un besoin")
    contributed(State.IN_REVIEW, make=factories.solution, title="Une solution")
    contributed(State.TO_COMPLETE, title="Incomplète")
    assert "Une solution" not in client.get(QUEUE, {"etat": "soumise"}).content.decode()
    assert "Un besoin" not in client.get(QUEUE, {"type": "solution"}).content.decode()
    waiting = client.get(QUEUE, {"voir": "a-completer"}).content.decode()
    assert "Incomplète" in waiting
    assert "Un besoin" not in waiting
    assert "Rien ne répond" in client.get(QUEUE, {"type": "site"}).content.decode()


@pytest.mark.parametrize("query", ["voir=tout", "etat=publiee", "type=maison", "page=x"])
def test_a_wrong_filter_is_reported(client, curator, query):
    assert client.get(f"{QUEUE}?{query}").status_code == 400


def test_the_queue_is_paged(client, curator):
    for _ in range(21):
        factories.need(state=State.SUBMITTED)
    assert client.get(QUEUE).content.decode().count("dossier-titre") == 20
    assert client.get(QUEUE, {"page": "2"}).content.decode().count("dossier-titre") == 1
    assert client.get(QUEUE, {"page": "3"}).status_code == 404


def test_an_empty_queue_shows_a_message(client, curator):
    assert "La file est vide" in client.get(QUEUE).content.decode()


def test_a_curator_sees_their_field_alone(client):
    region, theme = factories.territory("region"), factories.theme()
    inside = contributed(territory=factories.commune(region=region), title="Dedans")
    inside.themes.add(theme)
    themeless = contributed(territory=factories.commune(region=region), title="Autre thème")
    elsewhere = contributed(territory=factories.commune(), title="Ailleurs")
    elsewhere.themes.add(theme)
    nowhere = contributed(title="Sans lieu")
    nowhere.themes.add(theme)
    client.force_login(factories.curator(regions=[region], themes=[theme]))
    text = client.get(QUEUE).content.decode()
    assert [one.title in text for one in (inside, themeless, elsewhere, nowhere)] == [
        True,
        False,
        False,
        True,
    ]
    assert [client.get(page(one)).status_code for one in (inside, themeless, elsewhere, nowhere)] == [
        200,
        404,
        404,
        200,
    ]


def test_the_field_in_sql_is_the_field_in_python():
    region, other = factories.territory("region"), factories.territory("region")
    theme = factories.theme()
    records = []
    for place in (None, factories.commune(region=region), factories.commune(region=other), region):
        for bears in (False, True):
            record = factories.need(territory=place)
            if bears:
                record.themes.add(theme)
            records.append(Record.objects.get(pk=record.pk))
    for regions in ([], [region]):
        for themes in ([], [theme]):
            user = factories.curator(regions=regions, themes=themes)
            found = set(Record.objects.filter(permissions.in_field(user)).values_list("pk", flat=True))
            assert found == {one.pk for one in records if permissions.covers(user.curatorship, one)}


@pytest.mark.parametrize("url", [QUEUE, f"{QUEUE}?voir=changements", MEMBERS, REPORTS])
def test_queries_do_not_grow_with_the_queue(client, curator, url):
    def fill(times):
        for _ in range(times):
            place = factories.commune(departement=factories.territory("departement"))
            record = contributed(territory=place)
            published = contributed(State.PUBLISHED)
            Revision.objects.create(
                record=published, author=published.created_by, changes={"title": ["a", "b"]}
            )
            Membership.objects.create(user=factories.account(), organisation=factories.organisation())
            ContactRequest.objects.create(
                sender=factories.account(),
                organisation=record.owner,
                record=record,
                message="x",
                state="signalee",
            )

    fill(1)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    fill(4)
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(many) <= len(few) <= MOST_QUERIES, [one["sql"][:100] for one in many]


@pytest.mark.parametrize(
    "make",
    [factories.solution, factories.experiment, factories.operation, factories.test_site, factories.need],
)
def test_the_record_is_shown_as_the_public_will_see_it_with_its_data(client, curator, make):
    record = contributed(make=make, summary="Un résumé public.", source_citation="Bilan de 2024")
    with CaptureQueriesContext(connection) as queries:
        response = client.get(page(record))
    text = response.content.decode()
    assert response.status_code == 200
    assert "Un résumé public." in text
    assert "Toutes les données" in text
    assert "Tenue à jour par" in text
    assert "Non renseignés" in text
    assert "@exemple.fr" not in text
    assert len(queries) <= 2 * MOST_QUERIES, [one["sql"][:120] for one in queries]


def test_a_draft_is_not_for_curators(client, curator):
    record = contributed(State.DRAFT)
    assert client.get(page(record)).status_code == 404
    assert client.post(f"{page(record)}publish/").status_code == 404
    assert Record.objects.get(pk=record.pk).state == State.DRAFT


@pytest.mark.parametrize(
    ("action", "state", "target"),
    [
        ("review", State.SUBMITTED, State.IN_REVIEW),
        ("ask", State.IN_REVIEW, State.TO_COMPLETE),
        ("publish", State.IN_REVIEW, State.PUBLISHED),
        ("publish", State.ARCHIVED, State.PUBLISHED),
        ("refuse", State.SUBMITTED, State.REFUSED),
        ("archive", State.PUBLISHED, State.ARCHIVED),
    ],
)
def test_decisions(client, curator, action, state, target):
    record = contributed(state)
    assert f"{page(record)}{action}/" in client.get(page(record)).content.decode()
    response = client.post(f"{page(record)}{action}/", {"reason": "Parce que.", "ready": ""}, follow=True)
    assert response.redirect_chain == [(page(record), 302)]
    record.refresh_from_db()
    assert record.state == target
    assert Transition.objects.get().actor == curator
    assert OutgoingMail.objects.count() == 1


def test_a_ready_made_reason_comes_before_ones_own_words(client, curator):
    record = contributed(State.IN_REVIEW)
    client.post(f"{page(record)}ask/", {"ready": "1", "reason": "Et la largeur ?"})
    reason = Transition.objects.get().reason
    assert reason.startswith("Complétez le résumé")
    assert reason.endswith("\nEt la largeur ?")


@pytest.mark.parametrize(
    "data", [{}, {"reason": "  "}, {"ready": "99"}, {"ready": "x"}, {"reason": "x" * 4001}]
)
def test_a_decision_without_a_reason_comes_back(client, curator, data):
    record = contributed(State.IN_REVIEW)
    response = client.post(f"{page(record)}ask/", data)
    assert response.status_code == 422
    assert "champ-erreur" in response.content.decode()
    assert Record.objects.get(pk=record.pk).state == State.IN_REVIEW


def test_what_the_state_does_not_allow_does_not_exist(client, curator):
    record = contributed(State.PUBLISHED)
    for action in ("publish", "review", "submit", "withdraw", "retire", "delete", "nothing"):
        assert client.post(f"{page(record)}{action}/", {"reason": "x"}).status_code == 404
    assert not Transition.objects.exists()


def test_methods(client, curator):
    record = contributed()
    assert client.get(f"{page(record)}publish/").status_code == 405
    assert client.get("/atelier/membres/1/").status_code == 405
    assert client.get("/atelier/signalements/1/").status_code == 405
    for url in (QUEUE, MEMBERS, REPORTS, page(record)):
        assert client.post(url).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_fifteen_simultaneous_publish_leave_one_line():
    record, curator = contributed(), factories.curator()
    clients = [Client() for _ in range(15)]
    for one in clients:
        one.force_login(curator)
    together = threading.Barrier(15)
    answers: list[int] = []

    def publish(one: Client) -> None:
        try:
            together.wait(20)
            answers.append(one.post(f"{page(record)}publish/").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[one]) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert len(answers) == 15
    assert set(answers) <= {302, 404}
    assert Transition.objects.filter(record=record.pk).count() == 1
    assert OutgoingMail.objects.filter(kind="fiche-publiee").count() == 1


def test_the_first_member_of_an_organisation_is_confirmed(client, curator):
    user = factories.account(email="elue@mairie-essai.fr", first_name="Anne", last_name="Auffret")
    membership = factories.membership(user, confirmed_at=None)
    text = client.get(MEMBERS).content.decode()
    assert "Anne Auffret" in text
    assert "mairie-essai.fr" in text
    assert "elue@" not in text
    assert client.post(f"{MEMBERS}{membership.pk}/", {"decision": "confirmer"}).status_code == 302
    membership.refresh_from_db()
    assert membership.confirmed_by == curator
    assert membership.role == Membership.Role.MANAGER


def test_a_member_is_refused_with_a_reason(client, curator):
    membership = factories.membership(factories.account(), confirmed_at=None)
    refused = client.post(f"{MEMBERS}{membership.pk}/", {"decision": "refuser", "reason": ""})
    assert refused.status_code == 422
    assert Membership.objects.exists()
    client.post(f"{MEMBERS}{membership.pk}/", {"decision": "refuser", "reason": "Adresse personnelle."})
    assert not Membership.objects.exists()
    assert "Adresse personnelle." in OutgoingMail.objects.get().text


def test_who_has_a_responsable_is_not_for_curators(client, curator):
    organisation = factories.organisation()
    factories.member(organisation, role=Membership.Role.MANAGER)
    factories.membership(
        factories.account(first_name="Zoé", last_name="Quid"), organisation, confirmed_at=None
    )
    assert "Zoé" not in client.get(MEMBERS).content.decode()


def reported(**fields):
    values = {
        "sender": factories.account(first_name="Max", last_name="Vente"),
        "organisation": factories.organisation(),
        "message": "Achetez nos panneaux.",
        "state": "signalee",
        "report_reason": "Démarchage.",
    }
    return ContactRequest.objects.create(**{**values, **fields})


def test_a_reported_exchange_is_read_and_closed(client, curator):
    report = reported()
    text = client.get(REPORTS).content.decode()
    for words in ("Max Vente", "Achetez nos panneaux.", "Démarchage."):
        assert words in text
    assert "@exemple.fr" not in text
    assert client.post(f"{REPORTS}{report.pk}/", {"decision": "clore"}).status_code == 302
    report.refresh_from_db()
    assert report.state == "close"
    assert client.post(f"{REPORTS}{report.pk}/", {"decision": "clore"}).status_code == 404


def test_an_exchange_reported_wrongly_is_reopened(client, curator):
    first, second = reported(), reported()
    Message.objects.create(contact=second, author=factories.account(), text="Merci.")
    for one in (first, second):
        client.post(f"{REPORTS}{one.pk}/", {"decision": "rouvrir"})
        one.refresh_from_db()
    assert (first.state, second.state) == ("envoyee", "repondue")


def test_reports_and_exchanges_of_others_do_not_exist(client):
    region = factories.territory("region")
    elsewhere = reported(record=factories.need(territory=factories.commune()))
    quiet = reported(state="envoyee")
    client.force_login(factories.curator(regions=[region]))
    for one in (elsewhere, quiet):
        assert client.post(f"{REPORTS}{one.pk}/", {"decision": "clore"}).status_code == 404
        one.refresh_from_db()
        assert one.state != "close"
