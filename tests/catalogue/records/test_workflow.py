"""Publication states: what is allowed from where, and the line of history that it leaves."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from catalogue.models import Record, Transition
from catalogue.records import workflow
from tests import factories

pytestmark = pytest.mark.django_db

State = Record.State
ALLOWED = {
    ("submit", State.DRAFT): State.SUBMITTED,
    ("submit", State.TO_COMPLETE): State.SUBMITTED,
    ("review", State.SUBMITTED): State.IN_REVIEW,
    ("ask", State.SUBMITTED): State.TO_COMPLETE,
    ("ask", State.IN_REVIEW): State.TO_COMPLETE,
    ("publish", State.SUBMITTED): State.PUBLISHED,
    ("publish", State.IN_REVIEW): State.PUBLISHED,
    ("publish", State.ARCHIVED): State.PUBLISHED,
    ("refuse", State.SUBMITTED): State.REFUSED,
    ("refuse", State.IN_REVIEW): State.REFUSED,
    ("archive", State.PUBLISHED): State.ARCHIVED,
    ("withdraw", State.SUBMITTED): State.DRAFT,
    ("withdraw", State.IN_REVIEW): State.DRAFT,
    ("withdraw", State.TO_COMPLETE): State.DRAFT,
    ("reopen", State.REFUSED): State.DRAFT,
    ("retire", State.PUBLISHED): State.ARCHIVED,
}
EVERY_PAIR = [(action, state) for action in workflow.RULES for state in State]
WITH_REASON = ["ask", "refuse", "archive", "retire"]


@pytest.mark.parametrize(("action", "state"), EVERY_PAIR)
def test_every_action_from_every_state(action, state):
    record, actor = factories.need(state=state), factories.user()
    target = ALLOWED.get((action, state))
    if target is None:
        with pytest.raises(workflow.TransitionRefused, match="n’est pas possible"):
            workflow.apply(record, action, actor, "Motif")
        assert Record.objects.get(pk=record.pk).state == state
        assert not Transition.objects.exists()
        return
    line = workflow.apply(record, action, actor, "Motif")
    assert Record.objects.get(pk=record.pk).state == record.state == target
    assert (line.from_state, line.to_state, line.action, line.reason) == (state, target, action, "Motif")
    assert line.actor == actor
    assert Transition.objects.count() == 1


@pytest.mark.parametrize("action", WITH_REASON)
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_these_need_a_reason(action, reason):
    state = next(state for (name, state) in ALLOWED if name == action)
    record = factories.need(state=state)
    with pytest.raises(workflow.TransitionRefused, match="motif"):
        workflow.apply(record, action, None, reason)
    assert Record.objects.get(pk=record.pk).state == state


@pytest.mark.parametrize("action", sorted(set(workflow.RULES) - set(WITH_REASON)))
def test_the_others_do_not(action):
    state = next(state for (name, state) in ALLOWED if name == action)
    assert workflow.apply(factories.need(state=state), action, None).reason == ""


def test_publishing_dates_the_record_and_feeds_the_public_chain():
    record = factories.need(state=State.SUBMITTED)
    assert record not in Record.objects.published()
    before = timezone.now()
    workflow.apply(record, "publish", None)
    published = Record.objects.published().get(pk=record.pk)
    assert published.published_at >= before
    assert published.updated_at >= before


def test_publishing_an_experiment_raises_its_solution():
    experiment = factories.experiment(status="termine", state=State.SUBMITTED)
    solution = Record.objects.get(pk=experiment.solution_id)
    assert solution.proof_level == 0
    workflow.apply(experiment, "publish", None)
    solution.refresh_from_db()
    assert solution.proof_level == 2


def test_a_stale_object_is_no_way_round():
    record = factories.need(state=State.SUBMITTED)
    Record.objects.filter(pk=record.pk).update(state=State.REFUSED)
    with pytest.raises(workflow.TransitionRefused):
        workflow.apply(record, "publish", None)


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_leaves_one_line():
    record = factories.need(state=State.SUBMITTED)
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def publish() -> None:
        try:
            together.wait(10)
            workflow.apply(Record.objects.get(pk=record.pk), "publish", None)
            outcomes.append("published")
        except workflow.TransitionRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["published", "refused", "refused", "refused"]
    assert Transition.objects.filter(record=record).count() == 1
