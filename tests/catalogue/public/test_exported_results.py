"""The results of an experiment leave with it: in words in a table, attribute by attribute in GeoJSON."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    one = factories.experiment()
    measurer = factories.organisation(name="Cerema", slug="cerema")
    factories.indicator(
        one,
        name="Énergie",
        value=70,
        reference="objectif",
        baseline=80,
        measured_by="Cerema",
        measurer=measurer,
    )
    return one


def test_a_table_says_class_reference_and_independence(client, trial):
    table = client.get("/fiches.csv").getvalue().decode("utf-8-sig")
    rows = {row["slug"]: row["resultats"] for row in csv.DictReader(io.StringIO(table), delimiter=";")}
    assert "70 %, pour un objectif de 80 (2023, effet, mesure indépendante, mesuré par Cerema)" in rows[
        trial.slug
    ].replace("\u00a0", " ")
    assert rows[trial.solution.slug] == ""


def test_geojson_has_them_under_the_names_of_an_import(client, trial):
    answer = client.get("/fiches.geojson").json()
    found = {one["id"]: one["properties"]["resultats"] for one in answer["features"]}
    (result,) = found[trial.slug]
    assert {name: result[name] for name in ("classe", "comparaison", "valeur_reference", "valeur")} == {
        "classe": "effet",
        "comparaison": "objectif",
        "valeur_reference": 80,
        "valeur": 70,
    }
    assert (result["mesureur"], result["independante"], result["compte_comme_preuve"]) == (
        "cerema",
        True,
        True,
    )


def test_more_results_cost_no_more_queries(client, trial):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/fiches.geojson")
        return len(queries)

    client.get("/fiches.geojson")
    before = count()
    for _each in range(3):
        other = factories.experiment(solution=trial.solution)
        factories.indicator(other, type=factories.saving(), measurer=factories.organisation())
    assert count() <= before + 1  # the shared indicators, of which there was none
