"""What each result of the initial data set measures, and the level of each record: a table written by hand.

Each line of ``tests/data/preuve_attendue.csv`` has its reason: whoever changes one says why another is right.
"""

import csv
from pathlib import Path

import pytest
from django.test import TestCase

from catalogue.imports.fixtures import import_fixtures
from catalogue.models import Experiment, Indicator, Record
from catalogue.public.figures import living_figures
from catalogue.records.content import get_collections, read_items
from catalogue.records.proof import results_contradict
from catalogue.records.results import list_gaps
from tests.catalogue.imports.test_fixtures import make_ground

TABLE = Path(__file__).parents[2] / "data" / "preuve_attendue.csv"


def expected(kind):
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["sorte"] == kind]


class TestProofOfTheInitialDataSet(TestCase):
    @classmethod
    def setUpTestData(cls):
        make_ground()
        import_fixtures(is_strict=True)

    def test_each_measure_is_of_the_class_that_a_reader_gave_it(self):
        found = {
            (row.experiment.external_id, row.name): (row.subject, row.kind, row.reference, row.is_counted)
            for row in Indicator.objects.filter(nature="mesure").select_related("experiment")
        }
        wanted = {
            (row["fiche"], row["nom"]): (
                row["objet"],
                row["classe"],
                row["comparaison"],
                row["attendu"] == "compte",
            )
            for row in expected("mesure")
        }
        assert len(wanted) == 33
        assert found == wanted

    def test_each_experiment_and_each_solution_has_the_level_that_a_reader_gave_it(self):
        for kind, count in (("experimentation", 85), ("solution", 73)):
            rows = Record.objects.filter(kind=kind).values_list("external_id", "proof_level")
            wanted = {row["fiche"]: int(row["attendu"]) for row in expected(kind)}
            assert len(wanted) == count
            assert dict(rows) == wanted

    def test_every_line_has_its_reason(self):
        assert all(
            row["raison"] for kind in ("mesure", "experimentation", "solution") for row in expected(kind)
        )

    def test_four_solutions_are_proven_and_one_by_a_third_party(self):
        assert living_figures()["eprouvees"] == 4
        assert Indicator.objects.filter(is_third_party=True).get().experiment.title.startswith("Lumiroute")

    def test_nothing_contradicts(self):
        solutions = Record.objects.filter(kind=Record.Kind.SOLUTION)
        assert not [one.title for one in solutions if results_contradict(one)]

    def test_the_words_agree_with_the_database(self):
        """The rule in Python, which judges what is not written yet, is that of the generated column."""
        collection = get_collections("experimentation")["indicators"]
        for experiment in Experiment.objects.prefetch_related("indicators"):
            counted = {row.pk: row.is_counted for row in experiment.indicators.all()}
            for row in read_items(experiment, collection):
                assert (not list_gaps(row)) == counted[row["pk"]], row


@pytest.mark.parametrize("kind", ["mesure", "experimentation", "solution"])
def test_the_table_names_each_line_once(kind):
    keys = [(row["fiche"], row["nom"]) for row in expected(kind)]
    assert len(keys) == len(set(keys))
