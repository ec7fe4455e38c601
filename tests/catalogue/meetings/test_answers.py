"""Answering a need: who decides, what becomes public, and what does not."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.meetings import answers
from catalogue.meetings.refusal import MeetingRefused
from catalogue.models import AnswerProposal, NeedAnswer, OutgoingMail, Record
from tests import factories
from tests.catalogue.meetings.scenes import Scene, client_of, counts, sent_to

pytestmark = pytest.mark.django_db

HOW = "Elle rafraîchit sans eau."


@pytest.fixture
def scene() -> Scene:
    return Scene()


def form(scene: Scene, **fields: Any) -> dict[str, Any]:
    values = {
        "solution": scene.solution.slug,
        "organisation": scene.company.pk,
        "how": HOW,
        "message": "Nous venons quand vous voulez.",
        "creation_key": str(uuid.uuid4()),
    }
    return {**values, **fields}


def reply(scene: Scene, need: Any, **fields: Any) -> Any:
    return client_of(scene.applicant).post(f"/fiches/{need.slug}/repondre/", form(scene, **fields))


def test_an_accepted_answer_becomes_public(scene: Scene, run_jobs: Any) -> None:
    need = scene.need()
    assert f"/fiches/{need.slug}/repondre/" in Client().get(need.get_absolute_url()).content.decode()
    response = reply(scene, need)
    answer = AnswerProposal.objects.get()
    assert response["Location"] == f"/mon-espace/reponses/{answer.pk}/"
    assert HOW not in Client().get(need.get_absolute_url()).content.decode()
    client_of(scene.owner).post(response["Location"], {"action": "accept"})
    page = Client().get(need.get_absolute_url()).content.decode()
    assert HOW in page
    assert scene.solution.get_absolute_url() in page
    assert "Nous venons quand vous voulez." not in page
    run_jobs()
    [received, accepted] = sent_to(scene.owner)
    assert "Ali Candidat (Fraîcheur SAS) propose la solution « Toit frais »" in received.body
    assert accepted.subject == "Réponse acceptée : Toit frais"
    assert [one.subject.split(" ")[0] for one in sent_to(scene.applicant)] == ["Votre", "Réponse"]
    assert not any("@" in one.text for one in OutgoingMail.objects.all())


def test_an_accepted_answer_with_a_hidden_solution_waits_for_its_publication(scene: Scene) -> None:
    draft = factories.solution(title="Zéphyrinade", state="brouillon", created_by=scene.applicant)
    answer = scene.answer(solution=draft)
    answers.act(answer, "accept", scene.owner)
    assert NeedAnswer.objects.exists()
    assert "Zéphyrinade" not in Client().get(answer.need.get_absolute_url()).content.decode()


def test_curators_are_told_of_an_answer_to_a_need_without_owner(scene: Scene, run_jobs: Any) -> None:
    theme, other = factories.theme(), factories.theme()
    concerned, elsewhere = factories.curator(themes=[theme]), factories.curator(themes=[other])
    need = scene.need(owner=None)
    need.themes.add(theme)
    reply(scene, need)
    run_jobs()
    assert len(sent_to(concerned)) == 1
    assert sent_to(elsewhere) == sent_to(scene.owner) == []
    page = client_of(concerned).get("/mon-espace/candidatures/").content.decode()
    assert "Toit frais – Rafraîchir la cour" in page
    assert "Toit frais" not in client_of(elsewhere).get("/mon-espace/candidatures/").content.decode()


@pytest.mark.parametrize("state", [state for state in Record.State if state != Record.State.PUBLISHED])
def test_a_need_that_is_not_published_does_not_exist(scene: Scene, state: str) -> None:
    need = scene.need(state=state)
    before = counts()
    assert reply(scene, need).status_code == 404
    assert counts() == before


def test_a_double_click_answers_once(scene: Scene) -> None:
    need, key = scene.need(), str(uuid.uuid4())
    assert (
        reply(scene, need, creation_key=key)["Location"] == reply(scene, need, creation_key=key)["Location"]
    )
    assert AnswerProposal.objects.count() == 1


def test_a_solution_answers_a_need_once(scene: Scene) -> None:
    need = scene.need()
    reply(scene, need)
    assert "déjà proposée pour ce besoin" in reply(scene, need).content.decode()
    given = scene.need()
    NeedAnswer.objects.create(need=given, solution=scene.solution)
    assert "déjà donnée en réponse" in reply(scene, given).content.decode()
    assert AnswerProposal.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("how", ""),
        ("how", "a" * 301),
        ("how", "\0"),
        ("organisation", "x"),
        ("solution", "x y"),
        ("message", "a" * 5001),
    ],
)
def test_a_wrong_field_is_told_and_nothing_is_lost(scene: Scene, field: str, value: str) -> None:
    need = scene.need()
    before = counts()
    response = reply(scene, need, **{field: value})
    assert response.status_code == 200
    assert "Rien n’est envoyé" in response.content.decode()
    assert counts() == before


def test_a_declined_answer_says_why_and_may_come_back(scene: Scene, run_jobs: Any) -> None:
    need = scene.need()
    answer = scene.answer(need=need)
    address = f"/mon-espace/reponses/{answer.pk}/"
    client = client_of(scene.owner)
    assert "champ-erreur" in client.post(address, {"action": "decline"}).content.decode()
    client.post(address, {"action": "decline", "reason-reason": "Trop cher pour nous."})
    run_jobs()
    assert "Trop cher pour nous." in sent_to(scene.applicant)[-1].body
    assert "Trop cher pour nous." in client_of(scene.applicant).get(address).content.decode()
    assert not NeedAnswer.objects.exists()
    assert reply(scene, need).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_are_one() -> None:
    scene = Scene()
    answer = scene.answer()
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def decide(action: str) -> None:
        try:
            together.wait(20)
            answers.act(answer, action, scene.owner, reason="Non.")
            outcomes.append("done")
        except MeetingRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[action]) for action in ("accept", "decline")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["done", "refused"]
    answer.refresh_from_db()
    assert NeedAnswer.objects.exists() == (answer.state == "acceptee")


def test_the_pages_stay_within_their_queries(scene: Scene) -> None:
    need = scene.need()
    for _number in range(8):
        company = factories.organisation()
        answer = scene.answer(
            need=need,
            solution=factories.solution(),
            organisation=company,
            created_by=factories.member(company),
        )
    client = client_of(scene.owner)
    for address, most in (
        ("/mon-espace/candidatures/?vue=reponses-recues", 14),
        (f"/mon-espace/reponses/{answer.pk}/", 12),
    ):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        assert len(queries) <= most, [query["sql"][:150] for query in queries]
