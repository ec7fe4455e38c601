"""The niveau de preuve: the database decides it, from what is known now."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from catalogue.models import (
    Document,
    Experiment,
    Indicator,
    IndicatorType,
    Organisation,
    Record,
    RecordOrganisation,
    Solution,
)
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
    factories.indicator(experiment, measurer=factories.organisation())
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
        {"subject": Indicator.Subject.OBSERVED},
        {"subject": ""},
        {"kind": Indicator.Kind.USAGE},
        {"kind": Indicator.Kind.MEANS},
        {"kind": ""},
        {"reference": Indicator.Reference.NONE},
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


# What is compared with what


def test_a_performance_counts_like_an_effect():
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, kind=Indicator.Kind.PERFORMANCE, reference=Indicator.Reference.CONTROL)
    assert level(experiment) == 3


def test_an_announced_target_is_a_reference_with_its_value():
    experiment = factories.experiment(status=Status.FINISHED)
    with pytest.raises(IntegrityError, match="indicator_target_has_value"), transaction.atomic():
        factories.indicator(experiment, reference=Indicator.Reference.TARGET)
    factories.indicator(experiment, reference=Indicator.Reference.TARGET, baseline=20)
    assert level(experiment) == 3


@pytest.mark.parametrize("value", [0, -3])
def test_a_nil_or_adverse_effect_is_a_result(value):
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, value=value)
    assert level(experiment) == 3


# Who is a third party


ROLES = RecordOrganisation.Role


@pytest.mark.parametrize("of", ["experiment", "solution"])
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (ROLES.HOLDER, 3),
        (ROLES.PARTNER, 3),
        (ROLES.FUNDER, 3),
        (ROLES.OWNER, 3),
        (ROLES.SUPPLIER, 3),
        (ROLES.HOST, 4),
        (ROLES.EVALUATOR, 4),
    ],
)
def test_whoever_has_an_interest_is_no_third_party(of, role, expected):
    """A role that comes, changes or goes has it judged again."""
    experiment, measurer = factories.experiment(status=Status.FINISHED), factories.organisation()
    record = experiment if of == "experiment" else experiment.solution
    factories.indicator(experiment, measurer=measurer)
    assert level(experiment) == 4
    link = RecordOrganisation.objects.create(record_id=record.pk, organisation=measurer, role=role)
    assert level(experiment) == level(experiment.solution) == expected
    RecordOrganisation.objects.filter(pk=link.pk).update(role=ROLES.EVALUATOR)
    assert level(experiment) == 4
    RecordOrganisation.objects.filter(pk=link.pk).update(role=role)
    link.delete()
    assert level(experiment) == 4


@pytest.mark.parametrize("of", ["experiment", "solution"])
def test_who_holds_the_sheet_is_no_third_party(of):
    experiment, measurer = factories.experiment(status=Status.FINISHED), factories.organisation()
    factories.indicator(experiment, measurer=measurer)
    record = experiment.pk if of == "experiment" else experiment.solution_id
    Record.objects.filter(pk=record).update(owner=measurer)
    assert level(experiment) == 3
    Record.objects.filter(pk=record).update(owner=None)
    assert level(experiment) == 4


@pytest.mark.parametrize(
    ("holder", "same"),
    [
        ({"siren": "552100554"}, {"siret": "55210055400013"}),
        ({"siret": "55210055400021"}, {"siret": "55210055400013"}),
        ({"name": "Éclairage SAS"}, {"name": "éclairage sas "}),
    ],
    ids=["siren", "two establishments", "name"],
)
def test_the_same_person_under_another_entry_is_no_third_party(holder, same):
    experiment = factories.experiment(status=Status.FINISHED)
    first = factories.organisation(**holder)
    RecordOrganisation.objects.create(record_id=experiment.pk, organisation=first, role=ROLES.HOLDER)
    measurer = factories.organisation()
    factories.indicator(experiment, measurer=measurer)
    assert level(experiment) == 4
    Organisation.objects.filter(pk=measurer.pk).update(**same)
    assert level(experiment) == 3


def test_a_name_alone_is_no_third_party():
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, measured_by="Bureau de contrôle")
    assert level(experiment) == 3


def test_nobody_grants_independence():
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, is_third_party=True)
    Indicator.objects.update(is_third_party=True)
    assert level(experiment) == 3
    assert not Indicator.objects.get().is_third_party


def test_a_curator_withdraws_it_with_a_reason():
    experiment = factories.experiment(status=Status.FINISHED)
    factories.indicator(experiment, measurer=factories.organisation())
    Indicator.objects.update(independence_refusal="Filiale du porteur.")
    assert level(experiment) == 3
    Indicator.objects.update(independence_refusal="")
    assert level(experiment) == 4


# The same indicator in the same sense


def two_places(first: dict, second: dict) -> Solution:
    solution = factories.solution()
    for given in (first, second):
        one = factories.experiment(solution=solution, status=Status.FINISHED)
        factories.indicator(one, **{"type": factories.saving(), **given})
    return solution


def shared(code: str, **fields: object) -> IndicatorType:
    return IndicatorType.objects.create(
        code=code, label=code, **{"unit": "%", "direction": "hausse", **fields}
    )


def test_two_different_indicators_confirm_nothing():
    assert level(two_places({}, {"type": shared("bruit")})) == 3
    assert level(two_places({"type": None}, {"type": None})) == 3


@pytest.mark.parametrize("value", [0, -5])
def test_results_that_contradict_stay_at_four(value):
    solution = two_places({"measurer": factories.organisation()}, {"value": value})
    assert level(solution) == 4
    third = factories.experiment(solution=solution, status=Status.FINISHED)
    factories.indicator(third, type=factories.saving())
    assert level(solution) == 4


def test_no_effect_in_two_places_is_confirmed_as_well():
    assert level(two_places({"value": 0}, {"value": 0})) == 5


@pytest.mark.parametrize(
    ("fields", "first", "second", "expected"),
    [
        ({"direction": "baisse"}, {"value": 4, "baseline": 9}, {"value": 5, "baseline": 9}, 5),
        ({"direction": "baisse"}, {"value": 4, "baseline": 9}, {"value": 9, "baseline": 4}, 3),
        ({}, {"value": 4}, {"value": 5}, 3),  # without the value of before, nothing says in which sense
        ({}, {"value": 60, "reference": "objectif", "baseline": 50}, {"value": 4, "baseline": 2}, 5),
        ({}, {"value": 40, "reference": "objectif", "baseline": 50}, {"value": 4, "baseline": 2}, 3),
    ],
)
def test_the_sense_of_a_value_is_that_of_its_distance_to_the_reference(fields, first, second, expected):
    kind = shared("attente", **fields)
    assert level(two_places({"type": kind, **first}, {"type": kind, **second})) == expected


def test_a_shared_indicator_that_is_turned_has_its_solutions_judged_again():
    kind = shared("attente")
    solution = two_places({"type": kind}, {"type": kind})
    assert level(solution) == 3
    IndicatorType.objects.filter(pk=kind.pk).update(is_difference=True)
    assert level(solution) == 5


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
                (experiment_id, name, nature, value, unit, text, year, period, method, measured_by,
                 subject, kind, reference, source_url, source_citation)
            SELECT id, 'Bruit', 'mesure', n, 'dB', '', 2022, '', '', '',
                   'solution', 'effet', 'avant', '', 'Bilan'
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
            factories.indicator(second, type=factories.saving())
        finally:
            connection.close()

    thread = threading.Thread(target=measure_second)
    thread.start()
    with transaction.atomic():
        factories.indicator(first, type=factories.saving())
        written.set()
        waiting.wait(10)
        thread.join(0.3)
    thread.join(10)
    assert level(solution) == 5
