"""One action on many records: previewed, carried out once, with a result for each record."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.models import BulkRun, CaseFile, OutgoingMail, QualityFinding, Record, Transition
from catalogue.records import workflow
from catalogue.workshop.queue import assignment, bulk
from tests import factories
from tests.catalogue.workshop.queue.test_desk import contributed, somebody

pytestmark = pytest.mark.django_db

State = Record.State
LOTS = "/atelier/lots/"


@pytest.fixture
def curator(client):
    one = somebody("Camille")
    client.force_login(one)
    return one


def shown(client, action, records, **data):
    """The preview, and the fields that its form would post."""
    asked = {"geste": action, "fiche": [one.slug for one in records], **data}
    text = client.post(LOTS, asked).content.decode()
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', text):
        found.setdefault(name, []).append(value)
    found.pop("csrfmiddlewaretoken", None)
    return text, found


def confirmed(client, fields, **data):
    return client.post(LOTS, {**fields, "confirmer": "1", **data}, follow=True)


def states(records) -> list[str]:
    return [Record.objects.get(pk=one.pk).state for one in records]


def test_the_preview_says_what_would_happen_and_changes_nothing(client, curator):
    ready, blocked, draft = contributed(title="Prête"), contributed(title="Bloquée"), contributed(State.DRAFT)
    gone, elsewhere = contributed(State.REFUSED, title="Refusée"), "fiche-qui-n-existe-pas"
    QualityFinding.objects.create(
        record=blocked, code="essai", severity=1, since=timezone.now(), changed_at=timezone.now()
    )
    slugs = [ready.slug, blocked.slug, gone.slug, draft.slug, elsewhere]
    text = client.post(LOTS, {"geste": "publish", "fiche": slugs}).content.decode()
    for words in (
        "1 fiche changerait.",
        "1 courriel partirait.",
        "Soumise → publiée",
        "Un doute bloquant reste à lever",
        "la fiche est refusée.",
        "2 fiches n’existent plus dans votre champ.",
        "Confirmer pour cette fiche",
    ):
        assert words in text, words
    assert draft.title not in text
    assert not Transition.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_it_is_done_once_confirmed_and_reported(client, curator):
    records = [contributed(title=f"Fiche {n}") for n in range(3)]
    _text, fields = shown(client, "publish", records)
    mails = sum(
        effect.mails
        for effect in bulk.preview_effects(
            bulk.BulkRequest("publish", curator), bulk.select_records(curator, fields["fiche"])
        )
    )
    page = confirmed(client, fields)
    assert "3 fiches ont changé." in page.content.decode()
    assert states(records) == [State.PUBLISHED] * 3
    assert OutgoingMail.objects.count() == mails == 3
    again = confirmed(client, fields)
    assert again.redirect_chain == page.redirect_chain
    assert Transition.objects.count() == 3
    other = Client()
    other.force_login(somebody("Dominique"))
    assert other.get(page.redirect_chain[0][0]).status_code == 404


def test_what_changed_since_the_preview_is_set_apart(client, curator):
    records = [contributed(title=f"Fiche {n}") for n in range(3)]
    _text, fields = shown(client, "review", records)
    workflow.apply(records[0], "ask", curator, "Plus.")
    Record.objects.filter(pk=records[1].pk).update(title="Corrigée", updated_at=timezone.now())
    text = confirmed(client, fields).content.decode()
    assert states(records) == [State.TO_COMPLETE, State.SUBMITTED, State.IN_REVIEW]
    assert text.count("Quelqu’un l’a changée depuis l’aperçu") == 2
    assert CaseFile.objects.get(record=records[2]).handler == curator


def test_a_reason_is_asked_and_sent(client, curator):
    records = [contributed(), contributed()]
    text, fields = shown(client, "ask", records)
    assert "Donnez au moins un résultat mesuré" in text
    refused = confirmed(client, fields, reason=" ")
    assert refused.status_code == 422
    assert "Choisissez un motif type" in refused.content.decode()
    assert not Transition.objects.exists()
    confirmed(client, fields, ready="2", reason="Et une photo.")
    assert states(records) == [State.TO_COMPLETE] * 2
    assert all("Et une photo." in mail.text for mail in OutgoingMail.objects.all())


def test_many_are_given_in_one_mail(client, curator):
    region = factories.territory("region")
    inside = [contributed(territory=factories.commune(region=region)) for _ in range(2)]
    outside = contributed(territory=factories.commune(region=factories.territory("region")))
    other, third = somebody("Dominique", regions=[region]), somebody("Sacha")
    assignment.take_record(inside[1], third, None)
    text, fields = shown(client, "confier", [*inside, outside])
    assert "Confirmer" not in text
    text, fields = shown(client, "confier", [*inside, outside], a=other.pk)
    for words in ("Personne → Dominique Essai", "Sacha Essai → Dominique Essai", "1 courriel partirait."):
        assert words in text
    assert "n’est pas dans le champ de Dominique Essai" in text
    assert "Confirmer" in confirmed(client, fields, a=third.pk).content.decode()  # not what was shown
    assert CaseFile.objects.filter(handler=other).count() == 0
    confirmed(client, fields, a=other.pk)
    assert set(CaseFile.objects.filter(handler=other).values_list("record", flat=True)) == {
        r.pk for r in inside
    }
    mail = OutgoingMail.objects.get()
    assert mail.subject == "2 fiches confiées"
    assert all(one.title in mail.text for one in inside)


def test_only_what_nobody_handles_is_taken(client, curator):
    free, held = contributed(), contributed()
    assignment.take_record(held, somebody("Dominique"), None)
    text, fields = shown(client, "prendre", [free, held])
    assert "Dominique Essai s’en charge" in text
    confirmed(client, fields)
    assert list(CaseFile.objects.filter(handler=curator).values_list("record", flat=True)) == [free.pk]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"geste": "publish"},
        {"geste": "delete", "fiche": ["x"]},
        {"geste": "publish", "fiche": ["../x"]},
        {"geste": "publish", "fiche": [f"f{n}" for n in range(101)]},
        {"geste": "publish", "fiche": ["x"], "cle": "x", "confirmer": "1"},
        {"geste": "confier", "fiche": ["x"], "a": "999999"},
    ],
)
def test_what_makes_no_sense_leads_back_to_the_queue(client, curator, data):
    response = client.post(LOTS, {**data, "suite": "voir=moi&page=//exemple.fr"})
    assert response.status_code == 302
    assert response["Location"].startswith("/atelier/?voir=moi")
    assert not BulkRun.objects.exists()
    assert client.get(LOTS).status_code == 302


def test_a_forged_stamp_does_nothing(client, curator):
    record = contributed()
    forged = {"geste": "publish", "fiche": [record.slug], "vue": [f"{record.slug}:{'0' * 16}"],
              "cle": "5b6ae0fc-3f52-4a5e-b4e0-7f0f2f3c6a01", "confirmer": "1"}  # fmt: skip
    client.post(LOTS, forged)
    assert states([record]) == [State.SUBMITTED]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_act_once():
    records = [contributed(), contributed()]
    curator = somebody("Camille")
    clients = [Client(), Client()]
    for one in clients:
        one.force_login(curator)
    _text, fields = shown(clients[0], "publish", records)
    together = threading.Barrier(2)
    pages: list[str] = []

    def click(one: Client) -> None:
        try:
            together.wait(20)
            pages.append(confirmed(one, fields).content.decode())
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=[one]) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert all("2 fiches ont changé." in text for text in pages)
    assert len(pages) == 2
    assert Transition.objects.count() == OutgoingMail.objects.count() == 2


def test_the_queries_of_a_preview_do_not_grow_with_the_lot(client, curator):
    owner = factories.organisation()
    author = factories.member(owner)
    records = [factories.need(state=State.SUBMITTED, owner=owner, created_by=author) for _ in range(12)]
    counts = []
    for some in (records[:2], records):
        with CaptureQueriesContext(connection) as queries:
            shown(client, "publish", some)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
