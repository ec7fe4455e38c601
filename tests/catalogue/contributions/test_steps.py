"""The pages of a proposal: from /proposer/ to a record that is submitted."""

import uuid

import pytest

from catalogue.contributions.steps import PROPOSALS
from catalogue.models import Record
from tests import factories
from tests.catalogue.contributions.journey import SUMMARY, TEXT, draft, hidden, page, post, step

pytestmark = pytest.mark.django_db
State = Record.State


def test_the_five_kinds_are_offered_to_everybody(client):
    response = client.get("/proposer/")
    assert response.status_code == 200
    assert [f"/proposer/{kind}/" in page(response) for kind in PROPOSALS] == [True] * 5
    assert "Créer un compte" in page(response)


def test_a_solution_goes_from_the_first_page_to_the_curators(logged, author):
    theme = factories.theme()
    response = logged.get("/proposer/solution/")
    posted = {
        "cle": hidden(response, "cle"), "title": "Pavé drainant", "summary": SUMMARY, "owner": "atelier-nord",
    }  # fmt: skip
    response = logged.post("/proposer/solution/", posted)
    record = Record.objects.get()
    assert (record.state, record.slug, record.created_by) == (State.DRAFT, "pave-drainant", author)
    assert response.url == step(record, "detail")
    assert post(logged, record, "detail", description=TEXT, trl="8").url == step(record, "themes")
    assert post(logged, record, "themes", themes=[theme.code]).url == step(record, "acteurs")
    review = step(record, "verifier")
    assert "Il manque" not in page(logged.get(review))
    response = logged.post(review, {"reason": "Voir le site"})
    record.refresh_from_db()
    assert record.state == State.SUBMITTED
    assert record.transitions.get().reason == "Voir le site"
    assert response.status_code == 302


@pytest.mark.parametrize("kind", list(PROPOSALS))
def test_every_step_of_every_kind_can_be_read_and_saved_empty(logged, author, kind):
    makers = {
        "solution": factories.solution,
        "experimentation": factories.experiment,
        "operation": factories.operation,
        "site": factories.test_site,
        "besoin": factories.need,
    }
    record = draft(author, maker=makers[kind])
    for one in PROPOSALS[kind].steps:
        assert logged.get(step(record, one.code)).status_code == 200, one.code


def test_a_record_that_lacks_something_is_not_sent(logged, author):
    record = draft(author, summary="")
    response = logged.post(step(record, "verifier"), {})
    assert response.status_code == 400
    assert "n’est pas encore prête" in page(response)
    record.refresh_from_db()
    assert record.state == State.DRAFT


def test_twice_the_same_first_page_makes_one_record(logged):
    key = str(uuid.uuid4())
    posted = {"cle": key, "title": "Pavé", "summary": "", "owner": ""}
    first, second = (logged.post("/proposer/solution/", posted) for _ in range(2))
    assert first.url == second.url
    assert Record.objects.count() == 1
