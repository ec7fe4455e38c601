"""A proposed change in the workshop: shown field by field, accepted whole or in part, or refused."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from catalogue.models import OutgoingMail, Record, Revision
from tests import factories

pytestmark = pytest.mark.django_db

State = Record.State


@pytest.fixture
def curator(client):
    one = factories.curator()
    client.force_login(one)
    return one


@pytest.fixture
def revision():
    author = factories.member()
    record = factories.need(
        title="Ancien titre",
        summary="Ancien résumé",
        owner=author.memberships.get().organisation,
        created_by=author,
        territory=factories.commune(),
        geometry=Point(2.3, 48.8, srid=4326),
    )
    changes = {
        "title": ["Ancien titre", "Nouveau titre"],
        "summary": ["Ancien résumé", "Nouveau résumé"],
        "geometry": ["POINT (2.3 48.8)", "POINT (2.4 48.9)"],
    }
    return Revision.objects.create(
        record=record, author=author, changes=changes, reason="Mise à jour", base_updated_at=record.updated_at
    )


def page(revision) -> str:
    return f"/atelier/changements/{revision.pk}/"


def token(revision) -> str:
    return Record.objects.get(pk=revision.record_id).updated_at.isoformat()


def test_both_versions_are_shown_and_the_place_on_a_map(client, curator, revision):
    text = client.get(page(revision)).content.decode()
    for words in (
        "Ancien titre",
        "</span>Nouveau<span",
        "Mise à jour",
        "48,80000",
        "48,90000",
        "changement-geojson",
    ):
        assert words in text
    assert revision.author.email not in text


def test_the_whole_change_is_accepted(client, curator, revision):
    data = {"decision": "accepter", "fields_kept": ["title", "summary", "geometry"], "seen": token(revision)}
    assert client.post(page(revision), data).status_code == 302
    record = Record.objects.get(pk=revision.record_id)
    assert (record.title, record.summary, record.geometry.coords) == (
        "Nouveau titre",
        "Nouveau résumé",
        (2.4, 48.9),
    )
    revision.refresh_from_db()
    assert (revision.state, revision.decided_by) == ("acceptee", curator)
    assert OutgoingMail.objects.get().kind == "changement-accepte"
    assert "Accepté par" in client.get(page(revision)).content.decode()


def test_one_field_is_accepted_and_the_others_are_set_aside(client, curator, revision):
    client.post(page(revision), {"decision": "accepter", "fields_kept": ["summary"], "seen": token(revision)})
    record = Record.objects.get(pk=revision.record_id)
    assert (record.title, record.summary) == ("Ancien titre", "Nouveau résumé")
    assert set(Revision.objects.get(state="refusee").changes) == {"title", "geometry"}


def test_it_is_refused_with_a_reason(client, curator, revision):
    refused = client.post(page(revision), {"decision": "refuser", "reason": " "})
    assert refused.status_code == 422
    assert "l’auteur doit pouvoir le comprendre" in refused.content.decode()
    assert client.post(page(revision), {"decision": "refuser", "reason": "Sans source."}).status_code == 302
    revision.refresh_from_db()
    assert (revision.state, revision.decision) == ("refusee", "Sans source.")
    assert Record.objects.get(pk=revision.record_id).title == "Ancien titre"
    assert "Sans source." in OutgoingMail.objects.get().text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": "publier"},
        {"decision": "accepter"},
        {"decision": "accepter", "fields_kept": ["state"]},
        {"decision": "accepter", "fields_kept": ["proof_level", "owner"]},
    ],
)
def test_a_decision_that_makes_no_sense_comes_back(client, curator, revision, data):
    assert client.post(page(revision), data).status_code == 422
    revision.refresh_from_db()
    assert revision.state == "proposee"


def test_what_changed_meanwhile_is_shown_before_it_is_overwritten(client, curator, revision):
    seen = token(revision)
    Record.objects.filter(pk=revision.record_id).update(title="Titre d’un autre", updated_at=timezone.now())
    data = {"decision": "accepter", "fields_kept": ["title"], "seen": seen}
    response = client.post(page(revision), data, follow=True)
    text = response.content.decode()
    assert "La fiche a changé depuis" in text
    assert "Titre d’un autre" in text
    assert Record.objects.get(pk=revision.record_id).title == "Titre d’un autre"
    client.post(page(revision), {**data, "seen": token(revision)})
    assert Record.objects.get(pk=revision.record_id).title == "Nouveau titre"


def test_the_second_curator_sees_that_it_is_decided(client, curator, revision):
    data = {"decision": "accepter", "fields_kept": ["title"], "seen": token(revision)}
    client.post(page(revision), data)
    text = client.post(page(revision), data, follow=True).content.decode()
    assert "ne sont plus à décider" in text


@pytest.mark.parametrize("state", ["preparation", "proposee"])
def test_what_is_in_preparation_or_of_another_field_does_not_exist(client, revision, state):
    Revision.objects.filter(pk=revision.pk).update(state=state)
    elsewhere = state == "proposee"
    client.force_login(factories.curator(regions=[factories.territory("region")] if elsewhere else []))
    for response in (client.get(page(revision)), client.post(page(revision), {"decision": "refuser"})):
        assert response.status_code == 404
    assert client.get("/atelier/changements/999999/").status_code == 404


def test_the_queue_lists_it_and_an_import(client, curator, revision):
    Revision.objects.create(record=factories.need(title="Fiche importée"), changes={"summary": ["", "x"]})
    text = client.get("/atelier/?voir=changements").content.decode()
    assert "Ancien titre" in text
    assert "Fiche importée" in text
    imported = Revision.objects.latest("pk")
    assert "Proposé par un import" in client.get(page(imported)).content.decode()
