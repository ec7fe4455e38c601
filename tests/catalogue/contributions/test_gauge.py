"""How complete a record is said to be, and what is asked before it is sent, alone or with its solution."""

import pytest

from catalogue.contributions.criteria import CRITERIA
from catalogue.contributions.editing import open_copy
from catalogue.contributions.gauge import measure_gauge
from catalogue.contributions.steps import PROPOSALS
from catalogue.models import Document, Record, RecordOrganisation, Transition
from tests import factories
from tests.catalogue.contributions.journey import SUMMARY, TEXT, draft, page, step

pytestmark = pytest.mark.django_db
State = Record.State


def gauge(record, user):
    return measure_gauge(open_copy(user, record.slug))


@pytest.mark.parametrize("kind", list(PROPOSALS))
def test_every_criterion_leads_to_a_step_of_its_kind(kind):
    assert all(PROPOSALS[kind].step(one.step) for one in CRITERIA[kind])
    assert all(one.why and one.label and one.weight > 0 for one in CRITERIA[kind])


def test_an_empty_draft_lacks_all_that_is_required_but_its_organisation(author):
    found = gauge(draft(author), author)
    assert [one.step for one in found.missing] == ["essentiel", "detail", "themes"]
    assert not found.is_ready
    assert 0 < found.percent < 20


def test_a_whole_solution_fills_the_gauge(author):
    record = draft(
        author,
        summary=SUMMARY,
        description=TEXT,
        trl=8,
        costs="x",
        reuse_conditions="x",
        obstacles_lifted="x",
    )
    record.themes.add(factories.theme())
    RecordOrganisation.objects.create(record=record, organisation=record.owner)
    factories.document(record)
    factories.document(record, kind=Document.Kind.PHOTO)
    found = gauge(record, author)
    assert [str(one.label) for one in found.recommended] == ["Un enjeu"]
    assert found.is_ready
    assert found.percent > 90


def test_a_measured_result_needs_its_unit_year_and_source(author):
    record = draft(author, maker=factories.experiment)
    row = factories.indicator(record, source_citation="")
    before = gauge(record, author)
    row.source_citation = "Bilan"
    row.save()
    assert gauge(record, author).percent - before.percent >= 10


def test_the_reader_is_told_why_and_where(logged, author):
    record = draft(author)
    shown = page(logged.get(step(record, "verifier")))
    assert "Sans thème, aucun filtre ne la trouve." in shown
    assert f'href="{step(record, "themes")}"' in shown
    assert "Envoyer</span></button>" not in shown


def ready_experiment(author, solution):
    record = draft(
        author,
        maker=factories.experiment,
        solution=solution,
        summary=SUMMARY,
        description=TEXT,
        year_start=2020,
    )
    record.themes.add(factories.theme())
    return record


def test_an_experiment_says_what_becomes_of_its_unpublished_solution(logged, author):
    solution = draft(author, title="Pavé")
    record = ready_experiment(author, solution)
    shown = page(logged.get(step(record, "verifier")))
    assert "ne paraîtra pas avant elle" in shown
    assert "Compléter la solution" in shown
    logged.post(step(record, "verifier"), {"avec_solution": "on"})
    solution.refresh_from_db()
    record.refresh_from_db()
    assert (solution.state, record.state) == (State.DRAFT, State.SUBMITTED)


def test_an_experiment_is_sent_with_its_ready_solution_when_asked(logged, author):
    solution = draft(author, summary=SUMMARY, description=TEXT)
    solution.themes.add(factories.theme())
    record = ready_experiment(author, solution)
    logged.post(step(record, "verifier"), {"avec_solution": "on"})
    solution.refresh_from_db()
    record.refresh_from_db()
    assert (solution.state, record.state) == (State.SUBMITTED, State.SUBMITTED)


def test_what_a_curator_asked_is_on_every_step(logged, author):
    record = draft(author, state=State.TO_COMPLETE)
    Transition.objects.create(
        record=record, from_state="soumise", to_state="a-completer", action="ask", reason="Précisez le coût."
    )
    for code in ("essentiel", "themes", "verifier"):
        assert "Précisez le coût." in page(logged.get(step(record, code)))


def test_a_curator_sees_the_gauge_and_cannot_send_for_the_author(client, author):
    record = draft(author, state=State.TO_COMPLETE, summary=SUMMARY, description=TEXT)
    record.themes.add(factories.theme())
    client.force_login(factories.curator())
    shown = page(client.get(step(record, "verifier")))
    assert "Envoyer aux curateurs" not in shown
    assert client.post(step(record, "verifier"), {}).status_code == 404
    record.refresh_from_db()
    assert record.state == State.TO_COMPLETE
