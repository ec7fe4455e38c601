"""Who handles a record, the comments of curators, the filters of the queue, and who never knows."""

from __future__ import annotations

import datetime
import json
import threading
import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalogue.accounts import personal
from catalogue.models import CaseFile, CaseNote, Curatorship, OutgoingMail, QualityFinding, Record, Revision
from catalogue.records import workflow
from catalogue.workshop.queue import assignment
from tests import factories

pytestmark = pytest.mark.django_db

State = Record.State
QUEUE = "/atelier/"
SECRET = "Zinzolin entre nous"


def somebody(first_name: str, **field) -> User:
    person = factories.account(first_name=first_name, last_name="Essai")
    curatorship = Curatorship.objects.create(user=person)
    curatorship.regions.set(field.get("regions", []))
    return person


@pytest.fixture
def curator(client):
    one = somebody("Camille")
    client.force_login(one)
    return one


def contributed(state=State.SUBMITTED, make=factories.need, **fields):
    organisation = fields.pop("owner", None) or factories.organisation()
    author = factories.member(organisation)
    return make(state=state, **{"owner": organisation, "created_by": author, **fields})


def page(record) -> str:
    return f"/atelier/fiches/{record.slug}/"


def assign(client, record, **data):
    return client.post(f"{page(record)}prise-en-charge/", data, follow=True).content.decode()


def test_a_record_is_taken_given_and_put_back(client, curator):
    record, other = contributed(title="Une cour"), somebody("Dominique")
    assert "Vous vous chargez de « Une cour »." in assign(client, record, geste="prendre", suite="")
    assert CaseFile.objects.get().handler == curator
    assert "Une cour" in client.get(QUEUE, {"voir": "moi"}).content.decode()
    assert "Une cour" not in client.get(QUEUE, {"voir": "personne"}).content.decode()

    given = assign(client, record, geste="confier", a=other.pk, vu=curator.pk, mot="Tu connais la ville.")
    assert "est confiée à Dominique Essai" in given
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to) == ("fiches-confiees", other.email)
    for words in ("Camille Essai vous confie", "Une cour", page(record), "Tu connais la ville."):
        assert words in mail.text

    for who, listed in ((other, True), (curator, False)):
        queue = client.get(QUEUE, {"chez": who.pk}).content.decode()
        assert ("Une cour" in queue, "selected>Dominique Essai" in queue) == (listed, listed)
    assert "Dominique Essai s’en charge" in assign(client, record, geste="prendre", suite="voir=moi")
    assert CaseFile.objects.get().handler == other
    assign(client, record, geste="rendre", vu=other.pk)
    assert CaseFile.objects.get().handler is None
    assert list(CaseNote.objects.values_list("kind", flat=True)) == ["prise", "confiee", "rendue"]
    thread = client.get(page(record)).content.decode()
    for words in ("prise en charge", "confiée à Dominique Essai", "remise dans la file"):
        assert words in thread


def test_it_is_given_to_a_curator_of_its_field_alone(client, curator):
    record = contributed(territory=factories.commune(region=factories.territory("region")))
    elsewhere = somebody("Sacha", regions=[factories.territory("region")])
    answer = assign(client, record, geste="confier", a=elsewhere.pk)
    assert "n’est pas dans le champ de Sacha Essai" in answer
    for wrong in (factories.member().pk, 999999, ""):
        assign(client, record, geste="confier", a=wrong)
    assert not CaseNote.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_who_takes_a_record_under_review_handles_it(client, curator):
    record, held, other = contributed(), contributed(), somebody("Dominique")
    assignment.take_record(held, other, None)
    for one in (record, held):
        client.post(f"{page(one)}review/")
    assert CaseFile.objects.get(record=record).handler == curator
    assert CaseFile.objects.get(record=held).handler == other


def test_a_record_comes_back_to_who_asked_for_more(client, curator):
    record = contributed()
    assignment.take_record(record, curator, None)
    workflow.apply(record, "ask", curator, "Plus.")
    workflow.apply(record, "submit", record.created_by)
    case = CaseFile.objects.get()
    assert (case.state, case.handler, case.completeness is not None) == (State.SUBMITTED, curator, True)
    workflow.apply(record, "publish", curator)
    assert "à moi" not in client.get(QUEUE, {"voir": "moi"}).content.decode()
    assert CaseFile.objects.get().state == State.PUBLISHED


def test_what_a_former_curator_handled_comes_back_to_the_queue(client, curator):
    still_open, left, closed = contributed(), contributed(), contributed()
    former, gone = somebody("Dominique"), somebody("Sacha")
    for record, person in ((still_open, curator), (left, former), (closed, gone)):
        assignment.take_record(record, person, None)
    former.curatorship.delete()
    personal.erase_account(gone)
    assert assignment.release_abandoned_records() == 2
    assert list(CaseFile.objects.filter(handler__isnull=False).values_list("record", flat=True)) == [
        still_open.pk
    ]
    assert "remise dans la file" in client.get(page(left)).content.decode()
    assert assignment.release_abandoned_records() == 0


@pytest.mark.django_db(transaction=True)
def test_two_curators_claim_at_once_one_wins_the_other_sees_who():
    record = contributed()
    people = [somebody(name) for name in ("Camille", "Dominique")]
    clients = [Client() for _ in people]
    for one, person in zip(clients, people, strict=True):
        one.force_login(person)
    together = threading.Barrier(2)
    answers: list[str] = []

    def claim(one: Client) -> None:
        try:
            together.wait(20)
            answers.append(assign(one, record, geste="prendre", suite=""))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[one]) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    winner = CaseFile.objects.select_related("handler").get().handler
    assert winner is not None
    assert CaseNote.objects.count() == 1
    assert sum("Vous vous chargez de" in text for text in answers) == 1
    assert sum(f"{winner.get_full_name()} s’en charge" in text for text in answers) == 1


def test_comments_are_added_once_and_can_be_deleted_for_a_while(client, curator):
    record, key = contributed(), str(uuid.uuid4())
    url = f"{page(record)}commentaires/"
    for _ in range(2):
        assert client.post(url, {"texte": "Le plan est faux.", "cle": key}).status_code == 302
    note = CaseNote.objects.get()
    assert "Le plan est faux." in client.get(page(record)).content.decode()
    assert "1 commentaire" in client.get(QUEUE).content.decode()
    assert client.post(url, {"texte": "  ", "cle": key}).status_code == 422
    other = Client()
    other.force_login(somebody("Dominique"))
    other.post(f"{url}{note.pk}/retirer/")
    assert CaseNote.objects.exists()
    CaseNote.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=16))
    assert "ne se retire plus" in client.post(f"{url}{note.pk}/retirer/", follow=True).content.decode()
    CaseNote.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=14))
    client.post(f"{url}{note.pk}/retirer/")
    assert not CaseNote.objects.exists()


def test_what_was_typed_survives_the_end_of_a_session(curator):
    record, late = contributed(), Client()
    url = f"{page(record)}commentaires/"
    assert late.post(url, {"texte": SECRET, "cle": str(uuid.uuid4())}).status_code == 302
    late.force_login(curator)
    assert SECRET in late.get(url).content.decode()
    assert not CaseNote.objects.exists()


@pytest.mark.parametrize("state", [State.SUBMITTED, State.TO_COMPLETE, State.PUBLISHED])
def test_contributors_never_see_the_thread_nor_who_handles(client, curator, run_jobs, state):
    record = contributed(state, title="Une cour")
    other = somebody("Dominique")
    assignment.give_record(record, other, curator, None, SECRET)
    client.post(f"{page(record)}commentaires/", {"texte": SECRET, "cle": str(uuid.uuid4())})
    assert SECRET in client.get(page(record)).content.decode()
    if state == State.SUBMITTED:
        client.post(f"{page(record)}ask/", {"reason": "Une photo, s’il vous plaît."})
    author = Client()
    author.force_login(record.created_by)
    urls = [
        "/mon-espace/",
        "/mon-espace/fiches/",
        f"/mon-espace/fiches/{record.slug}/",
        f"/mon-espace/fiches/{record.slug}/apercu/",
        f"/proposer/fiche/{record.slug}/essentiel/",
        f"/proposer/fiche/{record.slug}/verifier/",
        f"/fiches/{record.slug}/",
        f"/fiches/{record.slug}.geojson",
        "/fiches.csv",
    ]
    read = [author.get(url, follow=True) for url in urls]
    texts = [response.getvalue().decode() for response in read]
    texts.append(json.dumps(personal.export_account(record.created_by), default=str))
    texts += [mail.text for mail in OutgoingMail.objects.exclude(kind="fiches-confiees")]
    assert sum("Une cour" in text for text in texts) > 3
    for text in texts:
        assert SECRET not in text
        assert "Dominique" not in text
        assert "Camille" not in text
    assert SECRET in json.dumps(personal.export_account(curator), default=str)


def test_the_queue_is_filtered_and_ordered(client, curator):
    region, theme = factories.territory("region"), factories.theme()
    place = factories.commune(region=region)
    old = contributed(title="Éclairer la place", territory=place, summary="Un résumé assez long. " * 4)
    old.themes.add(theme)
    new = contributed(title="Ombrager la cour", make=factories.solution)
    CaseFile.objects.filter(record=old).update(
        since=timezone.now() - datetime.timedelta(days=40), completeness=85
    )
    CaseFile.objects.filter(record=new).update(completeness=20)
    QualityFinding.objects.create(
        record=new, code="essai", severity=2, since=timezone.now(), changed_at=timezone.now()
    )

    def titles(**query) -> list[str]:
        text = client.get(QUEUE, query).content.decode()
        return sorted(
            (one.title for one in (old, new) if f'id="fiche-{one.slug}"' in text),
            key=lambda title: text.index(f">{title}</a>"),
        )

    both, first, second = [old.title, new.title], [old.title], [new.title]
    assert titles() == both
    assert titles(tri="recentes") == both[::-1]
    assert titles(tri="incompletes") == titles(tri="doutes") == both[::-1]
    assert titles(tri="completes") == both
    assert titles(q="eclairer PLACE") == titles(theme=theme.code) == titles(region=region.code) == first
    assert titles(age="30") == titles(complet="bonne") == titles(doutes="sans") == first
    assert titles(type="solution") == titles(complet="faible") == titles(doutes="avec") == second
    assert titles(age="90") == titles(complet="moyenne") == []
    text = client.get(QUEUE).content.decode()
    assert "Complète à 85\u00a0%" in text
    assert "1 doute" in text


def test_every_record_but_drafts_is_found(client, curator):
    states = [state for state in State if state != State.DRAFT]
    for state in State:
        factories.need(title=f"Fiche {state}", state=state)
    text = client.get(QUEUE, {"voir": "toutes"}).content.decode()
    assert all(f"Fiche {state}" in text for state in states)
    assert "Fiche brouillon" not in text
    found = client.get(QUEUE, {"voir": "toutes", "etat": "archivee", "q": "fiche"}).content.decode()
    assert "Fiche archivee" in found
    assert "Fiche publiee" not in found


def test_the_changes_show_who_handles_their_record(client, curator):
    record = contributed(State.PUBLISHED)
    Revision.objects.create(record=record, author=record.created_by, changes={"title": ["a", "b"]})
    assignment.take_record(record, somebody("Dominique"), None)
    assert "À Dominique Essai" in client.get(QUEUE, {"voir": "changements"}).content.decode()


@pytest.mark.parametrize(
    "query",
    ["region=99", "theme=rien", "age=8", "complet=x", "doutes=1", "tri=x", "voir=toutes&etat=brouillon"],
)
def test_a_filter_that_makes_no_sense_is_reported(client, curator, query):
    assert client.get(f"{QUEUE}?{query}").status_code == 400
