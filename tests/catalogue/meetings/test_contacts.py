"""Messages to organisations: relayed, never an address, throttled, answered in the account, reported."""

from __future__ import annotations

import datetime
import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.meetings import contacts, limits
from catalogue.meetings.refusal import MeetingRefused
from catalogue.models import AudienceDay, ContactRequest, Message, OutgoingMail
from tests import factories
from tests.catalogue.meetings.scenes import Scene, client_of, counts, sent_to

pytestmark = pytest.mark.django_db

TEXT = "Bonjour, avez-vous mesuré la température ?"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def form(**fields: Any) -> dict[str, Any]:
    values = {"subject": "Vos mesures", "message": TEXT, "creation_key": str(uuid.uuid4())}
    return {**values, **fields}


def contact(user: Any, organisation: Any, query: str = "", **fields: Any) -> Any:
    return client_of(user).post(f"/organisations/{organisation.slug}/contact/{query}", form(**fields))


def test_the_page_of_a_record_leads_to_each_of_its_organisations(scene: Scene) -> None:
    scene.solution.organisation_links.create(organisation=scene.company)
    address = f"/organisations/{scene.company.slug}/contact/?fiche={scene.solution.slug}"
    assert f'href="{address}"' in Client().get(scene.solution.get_absolute_url()).content.decode()
    assert Client().get(address).status_code == 302
    page = client_of(scene.owner).get(address).content.decode()
    assert "Écrire à Fraîcheur SAS" in page
    assert scene.solution.title in page


def test_a_message_is_relayed_to_the_members_without_an_address(scene: Scene, run_jobs: Any) -> None:
    colleague = factories.member(scene.company, role="responsable")
    waiting = factories.account()
    factories.membership(waiting, scene.company, confirmed_at=None)
    response = contact(scene.owner, scene.company, f"?fiche={scene.solution.slug}")
    request = ContactRequest.objects.get()
    assert response["Location"] == f"/mon-espace/messages/{request.pk}/"
    assert request.record_id == scene.solution.pk
    assert AudienceDay.objects.get().contacts == 1
    kinds = list(OutgoingMail.objects.order_by("pk").values_list("kind", "to"))
    assert kinds == [
        ("contact-recu", colleague.email),
        ("contact-recu", scene.applicant.email),
        ("contact-envoye", scene.owner.email),
    ]
    run_jobs()
    [received] = sent_to(scene.applicant)
    assert received.subject == "Odile Hôte (Commune de Saint-Essai) vous écrit : Vos mesures"
    assert TEXT in received.body
    assert f"/mon-espace/messages/{request.pk}/" in received.body
    assert (received.reply_to, received.cc, received.bcc, received.extra_headers) == ([], [], [], {})
    assert not any("@" in one.text + one.subject for one in OutgoingMail.objects.all())
    assert sent_to(waiting) == []


def test_the_answer_goes_back_the_same_way(scene: Scene, run_jobs: Any) -> None:
    exchange = scene.contact()
    address = f"/mon-espace/messages/{exchange.pk}/"
    fields = {"action": "write", "message-text": "Oui.", "message-creation_key": str(uuid.uuid4())}
    for _click in range(2):
        client_of(scene.owner).post(address, fields)
    exchange.refresh_from_db()
    assert (exchange.state, Message.objects.count()) == ("repondue", 1)
    run_jobs()
    [received] = sent_to(scene.applicant)
    assert "Odile Hôte (Commune de Saint-Essai) a écrit" in received.body
    assert scene.owner.email not in received.body
    mine = client_of(scene.applicant).get("/mon-espace/messages/").content.decode()
    assert "À vous de répondre" in mine
    theirs = client_of(scene.owner).get("/mon-espace/messages/").content.decode()
    assert "Votre toit" in theirs
    assert "À vous de répondre" not in theirs
    for person in (scene.applicant, scene.owner):
        page = client_of(person).get(address).content.decode()
        assert "Oui." in page
        assert "@exemple.fr" not in page


def test_an_organisation_without_members_is_told_honestly(scene: Scene, run_jobs: Any) -> None:
    alone = factories.organisation(name="Personne SA")
    curator = scene.people["curator"]
    assert (
        "n’a encore personne ici"
        in client_of(scene.owner).get(f"/organisations/{alone.slug}/contact/").content.decode()
    )
    response = contact(scene.owner, alone)
    page = client_of(scene.owner).get(response["Location"]).content.decode()
    assert "les curateurs sont prévenus" in page
    run_jobs()
    [told] = sent_to(curator)
    assert told.subject.startswith("Un message pour Personne SA, qui n’a pas de membre")
    [kept] = sent_to(scene.owner)
    assert "n’a encore personne ici pour le lire" in kept.body
    fields = {
        "action": "write",
        "message-text": "Essayez leur site.",
        "message-creation_key": str(uuid.uuid4()),
    }
    client_of(curator).post(response["Location"], fields)
    run_jobs()
    assert "équipe du catalogue a écrit" in sent_to(scene.owner)[-1].body
    assert "Vos mesures" in client_of(curator).get("/mon-espace/messages/").content.decode()


def test_a_hidden_record_is_not_named(scene: Scene) -> None:
    hidden = factories.solution(title="Zéphyrinade", state="brouillon")
    address = f"/organisations/{scene.company.slug}/contact/?fiche={hidden.slug}"
    assert "Zéphyrinade" not in client_of(scene.owner).get(address).content.decode()
    contact(scene.owner, scene.company, f"?fiche={hidden.slug}")
    assert ContactRequest.objects.get().record is None


def test_the_sixth_of_an_hour_is_refused_and_keeps_its_text(scene: Scene) -> None:
    for _number in range(5):
        assert contact(scene.owner, scene.company).status_code == 302
    before = counts()
    page = contact(scene.owner, factories.organisation(), message="Mon long texte.").content.decode()
    assert "c’est la limite" in page
    assert "Mon long texte." in page
    assert counts() == before
    assert contact(scene.applicant, scene.host).status_code == 302
    ContactRequest.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=61))
    assert contact(scene.owner, scene.company).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_five() -> None:
    scene = Scene()
    outcomes: list[str] = []
    together = threading.Barrier(20)

    def send() -> None:
        try:
            together.wait(30)
            contacts.send(
                scene.owner, scene.company, None, subject="Bonjour", message=TEXT, creation_key=uuid.uuid4()
            )
            outcomes.append("sent")
        except MeetingRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (outcomes.count("sent"), outcomes.count("refused")) == (5, 15)
    assert ContactRequest.objects.count() == 5


def test_a_thread_is_no_way_round(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MESSAGES_AN_HOUR", 2)
    exchange = scene.contact()
    client = client_of(scene.applicant)
    for number in range(3):
        fields = {"action": "write", "message-text": f"n°{number}", "message-creation_key": str(uuid.uuid4())}
        response = client.post(f"/mon-espace/messages/{exchange.pk}/", fields)
    assert "réessayez plus tard" in response.content.decode()
    assert "n°2" in response.content.decode()
    assert Message.objects.count() == 2


def test_a_double_click_sends_one(scene: Scene) -> None:
    key = str(uuid.uuid4())
    first = contact(scene.owner, scene.company, creation_key=key)
    second = contact(scene.owner, scene.company, creation_key=key)
    assert first["Location"] == second["Location"]
    assert ContactRequest.objects.count() == 1
    theirs = contact(scene.applicant, scene.host, creation_key=key)
    assert "a déjà servi" in theirs.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""),
        ("subject", "a" * 151),
        ("message", ""),
        ("message", "a" * 5001),
        ("message", "a\0"),
        ("creation_key", "1"),
    ],
)
def test_a_wrong_field_is_told(scene: Scene, field: str, value: str) -> None:
    before = counts()
    response = contact(scene.owner, scene.company, **{field: value})
    assert response.status_code == 200
    assert "Rien n’est envoyé" in response.content.decode()
    assert counts() == before


def test_a_subject_adds_no_header(scene: Scene, run_jobs: Any) -> None:
    contact(scene.owner, scene.company, subject="Bonjour\r\nBcc: tous@exemple.fr")
    run_jobs()
    [received] = sent_to(scene.applicant)
    assert received.subject.endswith("Bonjour Bcc: tous@exemple.fr")
    assert received.bcc == []
    assert "\n" not in received.subject


def test_a_reported_exchange_is_read_by_curators_and_frozen(scene: Scene, run_jobs: Any) -> None:
    exchange = scene.contact(message="<script>alert(1)</script> Achetez !")
    address = f"/mon-espace/messages/{exchange.pk}/"
    curator = client_of(scene.people["curator"])
    assert curator.get(address).status_code == 404
    assert "champ-erreur" in client_of(scene.owner).post(address, {"action": "report"}).content.decode()
    client_of(scene.owner).post(address, {"action": "report", "reason-reason": "Démarchage."})
    exchange.refresh_from_db()
    assert (exchange.state, exchange.report_reason) == ("signalee", "Démarchage.")
    run_jobs()
    [told] = sent_to(scene.people["curator"])
    assert "Démarchage." in told.body
    assert sent_to(scene.applicant) == []
    page = curator.get(address).content.decode()
    assert "Démarchage." in page
    assert "&lt;script&gt;alert(1)" in page
    theirs = client_of(scene.applicant).get(address).content.decode()
    assert "Démarchage." not in theirs
    assert 'name="message-text"' not in theirs


def test_a_closed_exchange_takes_nothing_more(scene: Scene) -> None:
    exchange = scene.contact()
    contacts.close(exchange)
    with pytest.raises(MeetingRefused, match="ne reçoit plus"):
        contacts.write(exchange, scene.applicant, "Encore ?", uuid.uuid4())


def test_the_erased_are_called_so_and_the_disabled_are_not_written_to(scene: Scene, run_jobs: Any) -> None:
    exchange = scene.contact()
    exchange.messages.create(author=None, text="Adieu.")
    scene.applicant.is_active = False
    scene.applicant.save(update_fields=["is_active"])
    page = client_of(scene.owner).get(f"/mon-espace/messages/{exchange.pk}/").content.decode()
    assert "Ali Candidat" not in page
    assert "compte supprimé" in page
    contacts.write(exchange, scene.owner, "Bonjour ?", uuid.uuid4())
    run_jobs()
    assert sent_to(scene.applicant) == []


@pytest.mark.parametrize("parameters", ["vue=autre", "page=-1", "page=1e9"])
def test_a_list_parameter_that_makes_no_sense_is_a_400(scene: Scene, parameters: str) -> None:
    assert client_of(scene.owner).get(f"/mon-espace/messages/?{parameters}").status_code == 400


def test_the_pages_stay_within_their_queries(scene: Scene) -> None:
    for _number in range(8):
        sender = factories.member()
        exchange = scene.contact(sender=sender, record=scene.need())
        exchange.messages.create(author=scene.owner, text="Bonjour.")
        exchange.messages.create(author=sender, text="Bonjour.")
    client = client_of(scene.owner)
    for address, most in (("/mon-espace/messages/", 12), (f"/mon-espace/messages/{exchange.pk}/", 18)):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        assert len(queries) <= most, [query["sql"][:150] for query in queries]


def test_a_long_thread_opens_at_its_end(scene: Scene) -> None:
    exchange = scene.contact()
    for number in range(55):
        exchange.messages.create(author=scene.owner, text=f"Message n°{number:02}.")
    address = f"/mon-espace/messages/{exchange.pk}/"
    client = client_of(scene.applicant)
    last = client.get(address).content.decode()
    assert "Message n°54." in last
    assert "Message n°00." not in last
    assert "Message n°00." in client.get(f"{address}?page=1").content.decode()
    assert client.get(f"{address}?page=3").status_code == 404
