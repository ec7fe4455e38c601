"""The niveau de preuve: the database decides it, from what is known now."""

import threading

import pytest
from django.db import connection, transaction

from catalogue.models import Document, Experiment, Indicator, Record, Solution
from geo.models import Level, Territory
from tests import factories

pytestmark = pytest.mark.django_db

Status = Experiment.Status


def level(record: Record) -> int | None:
    """The level at rest, whatever the object in hand says."""
    return Record.objects.values_list("proof_level", flat=True).get(pk=record.pk)


# Six levels


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.EXPLORING, 0),
        (Status.RUNNING, 1),
        (Status.DEPLOYING, 1),
        (Status.FINISHED, 2),
        (Status.ABANDONED, 2),
    ],
)
def test_without_a_measure_the_progress_decides(status, expected):
    experiment = factories.experiment(status=status, abandon_reason="Plus de financement.")
    assert level(experiment) == expected
    assert level(experiment.solution) == expected


def test_a_solution_nobody_tried_is_declared():
    assert level(factories.solution()) == 0


def test_a_measure_makes_three_and_an_independent_one_four():
    experiment = factories.measured_experiment()
    assert level(experiment) == level(experiment.solution) == 3
    factories.indicator(experiment, is_independent=True)
    assert level(experiment) == level(experiment.solution) == 4


def test_measures_in_two_epci_make_five():
    solution = factories.solution()
    first = factories.measured_experiment(solution=solution)
    second = factories.measured_experiment(solution=solution)
    assert level(solution) == 5
    assert (level(first), level(second)) == (3, 3)


def test_other_kinds_have_no_level():
    assert level(factories.operation()) is None
    assert level(factories.test_site()) is None
    assert level(factories.need()) is None


@pytest.mark.parametrize(
    "missing",
    [
        {"nature": Indicator.Nature.ANNOUNCED},
        {"value": None, "text": "Nette baisse"},
        {"unit": ""},
        {"unit": " "},
        {"year": None},
        {"source_citation": ""},
    ],
)
def test_an_indicator_that_lacks_something_is_no_measure(missing):
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, **missing)
    assert level(experiment) == 2


@pytest.mark.parametrize("where", ["address", "document"])
def test_an_address_or_a_document_is_a_source(where):
    experiment = factories.experiment(status=Status.FINISHED)
    given = {
        "address": {"source_url": "https://exemple.fr"},
        "document": {"document": factories.document(experiment)},
    }
    factories.indicator(experiment, source_citation="", **given[where])
    assert level(experiment) == 3


# Failures are knowledge


def test_a_failed_experiment_keeps_its_standing():
    experiment = factories.measured_experiment(is_independent=True, outcome=Experiment.Outcome.NEGATIVE)
    Experiment.objects.filter(pk=experiment.pk).update(status=Status.ABANDONED, abandon_reason="Trop cher.")
    assert level(experiment) == level(experiment.solution) == 4


# What counts as another territory


def test_two_communes_of_one_epci_are_not_two_proofs():
    epci, solution = factories.territory(Level.EPCI), factories.solution()
    for _ in range(2):
        factories.measured_experiment(solution=solution, territory=factories.commune(epci=epci))
    assert level(solution) == 3


@pytest.mark.parametrize("has_epci", [True, False])
def test_arrondissements_of_one_commune_are_not_two_proofs(has_epci):
    paris = factories.commune() if has_epci else factories.commune(epci=None)
    solution = factories.solution()
    for place in (paris, *(factories.territory(Level.ARRONDISSEMENT, commune=paris) for _ in range(2))):
        factories.measured_experiment(solution=solution, territory=place)
    assert level(solution) == 3


def test_an_epci_and_its_commune_are_not_two_proofs():
    commune, solution = factories.commune(), factories.solution()
    for place in (commune, commune.epci):
        factories.measured_experiment(solution=solution, territory=place)
    assert level(solution) == 3


@pytest.mark.parametrize("wide", [Level.DEPARTEMENT, Level.REGION, Level.COUNTRY])
def test_a_commune_and_what_encloses_it_are_not_two_proofs(wide):
    around, solution = factories.territory(wide), factories.solution()
    parents = {} if wide == Level.COUNTRY else {str(wide): around}
    for place in (around, factories.commune(**parents)):
        factories.measured_experiment(solution=solution, territory=place)
    assert level(solution) == 3


def test_two_departements_are_two_proofs():
    solution = factories.solution()
    for _ in range(2):
        factories.measured_experiment(solution=solution, territory=factories.territory(Level.DEPARTEMENT))
    assert level(solution) == 5


def test_an_unknown_place_is_not_another_territory():
    solution = factories.solution()
    factories.measured_experiment(solution=solution)
    factories.measured_experiment(solution=solution, territory=None)
    assert level(solution) == 3


# Updates that lower the level


@pytest.fixture
def proven() -> tuple[Solution, Experiment, Experiment]:
    """A solution proven in two EPCI, and its two experiments."""
    solution = factories.solution()
    return (
        solution,
        factories.measured_experiment(solution=solution),
        factories.measured_experiment(solution=solution),
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda indicators: indicators.delete(),
        lambda indicators: indicators.update(value=None, text="Valeur retirée"),
        lambda indicators: indicators.update(source_citation=""),
        lambda indicators: indicators.update(nature=Indicator.Nature.ANNOUNCED),
    ],
    ids=["deleted", "emptied", "source removed", "only announced"],
)
def test_a_measure_withdrawn_lowers_the_level(proven, spoil):
    solution, first, second = proven
    spoil(Indicator.objects.filter(experiment=second))
    assert (level(second), level(solution)) == (2, 3)
    spoil(Indicator.objects.filter(experiment=first))
    assert level(solution) == 2


def test_a_document_deleted_takes_its_measure_along():
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, source_citation="", document=factories.document(experiment))
    Document.objects.all().delete()
    assert level(experiment) == 2


def test_an_indicator_moved_counts_where_it_is(proven):
    solution, first, second = proven
    Indicator.objects.filter(experiment=second).update(experiment=first)
    assert (level(first), level(second), level(solution)) == (3, 2, 3)


def test_an_unpublished_experiment_no_longer_counts(proven):
    solution, first, second = proven
    Record.objects.filter(pk=second.pk).update(state=Record.State.ARCHIVED)
    assert (level(second), level(solution)) == (3, 3)
    Record.objects.filter(pk=first.pk).update(state=Record.State.ARCHIVED)
    assert level(solution) == 0


def test_a_deleted_experiment_no_longer_counts(proven):
    solution, _, second = proven
    second.delete()
    assert level(solution) == 3


def test_an_experiment_given_to_another_solution_changes_both(proven):
    solution, _, second = proven
    other = factories.solution()
    Experiment.objects.filter(pk=second.pk).update(solution=other)
    assert (level(solution), level(other)) == (3, 3)


def test_an_experiment_moved_to_the_same_epci_is_one_proof(proven):
    solution, first, second = proven
    second.territory = factories.commune(epci=first.territory.epci)
    second.save()
    assert level(solution) == 3


def test_a_commune_that_joins_the_epci_of_the_other_is_one_proof(proven):
    solution, first, second = proven
    Territory.objects.filter(pk=second.territory_id).update(epci=first.territory.epci)
    assert level(solution) == 3


def test_the_epci_of_an_arrondissement_is_its_commune_s(proven):
    solution, first, second = proven
    city = factories.commune()
    second.territory = factories.territory(Level.ARRONDISSEMENT, commune=city)
    second.save()
    assert level(solution) == 5
    Territory.objects.filter(pk=city.pk).update(epci=first.territory.epci)
    assert level(solution) == 3


def test_an_experiment_put_back_to_exploration_falls():
    experiment = factories.experiment(status=Status.FINISHED)
    experiment.status = Status.EXPLORING
    experiment.save()
    assert level(experiment) == level(experiment.solution) == 0


# Nobody types it


def test_an_update_by_hand_is_ignored():
    experiment = factories.experiment(status=Status.RUNNING)
    Record.objects.filter(pk=experiment.pk).update(proof_level=5)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalogue_record SET proof_level = 5, title = 'Changé' WHERE id = %s", [experiment.pk]
        )
    experiment.refresh_from_db()
    assert (experiment.proof_level, experiment.title) == (1, "Changé")


def test_a_level_given_at_creation_is_ignored():
    assert level(factories.solution(proof_level=5)) == 0
    assert level(factories.operation(proof_level=5)) is None


def test_a_stale_save_does_not_bring_an_old_level_back():
    experiment = factories.experiment(status=Status.FINISHED)
    stale = Record.objects.get(pk=experiment.pk)
    factories.indicator(experiment)
    stale.title = "Corrigé"
    stale.save()
    assert level(experiment) == 3


# Cost


def test_a_bulk_insert_costs_one_computation():
    experiments = [factories.experiment(status=Status.FINISHED) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            EXPLAIN (ANALYZE, FORMAT JSON)
            INSERT INTO catalogue_indicator
                (experiment_id, name, nature, value, unit, text, year, period, method,
                                             measured_by, is_independent, source_url, source_citation)
            SELECT id, 'Bruit', 'mesure', n, 'dB', '', 2022, '', '', '', false, '', 'Bilan'
            FROM unnest(%s::bigint[]) AS id, generate_series(1, 20) AS n
            """,
            [[one.pk for one in experiments]],
        )
        (plan,) = cursor.fetchone()[0]
    calls = {one["Trigger Name"]: one["Calls"] for one in plan["Triggers"]}
    assert calls["indicator_proof_insert"] == 1
    assert [level(one) for one in experiments] == [3, 3, 3]


# Two people at once


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_measures_are_both_counted():
    solution = factories.solution()
    first, second = (factories.experiment(solution=solution, status=Status.FINISHED) for _ in range(2))
    written, waiting = threading.Event(), threading.Event()

    def measure_second() -> None:
        try:
            written.wait(10)
            waiting.set()
            factories.indicator(second)
        finally:
            connection.close()

    thread = threading.Thread(target=measure_second)
    thread.start()
    with transaction.atomic():
        factories.indicator(first)
        written.set()
        waiting.wait(10)
        thread.join(0.3)
    thread.join(10)
    assert level(solution) == 5
