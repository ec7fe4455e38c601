"""The synthesis of a solution: computed from what is published, failures included, nothing mixed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.models import Experiment, IndicatorType, Solution
from catalogue.models.units import UNITS, conversion_factor, normalise_unit
from catalogue.public.synthesis import SPELLING, synthesis_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def energy() -> IndicatorType:
    return IndicatorType.objects.create(
        code="energie", label="Énergie produite", unit="MWh", direction="hausse"
    )


def trial(
    solution: Solution, energy: IndicatorType, value: str, unit: str = "MWh", **fields: object
) -> Experiment:
    known = {name: fields.pop(name) for name in ("status", "abandon_reason", "outcome") if name in fields}
    one = factories.experiment(solution=solution, **{"status": "termine", **known})
    factories.indicator(one, type=energy, value=value, unit=unit, **fields)
    return one


def test_failures_count_units_convert_and_the_rest_is_listed(client: Client, energy: IndicatorType) -> None:
    solution = factories.solution()
    trial(solution, energy, "2", measurer=factories.organisation(), baseline="1")
    trial(solution, energy, "3 000".replace(" ", ""), " kWh ")
    last = trial(solution, energy, "-1", status="abandonne", abandon_reason="Panne")
    factories.indicator(last, type=energy, name="Plus ancienne", value=50, unit="MWh", year=2010)
    twice = trial(solution, energy, "7")
    factories.indicator(twice, type=energy, name="La même année", value=900, unit="MWh")
    trial(solution, energy, "4", "tonnes")
    other = trial(solution, energy, "5", nature="annonce")
    factories.indicator(other, name="Sans type")
    factories.indicator(other, type=energy, name="Sans année", value=8, unit="MWh", year=None)
    factories.indicator(other, type=energy, name="La rue", value=9, unit="MWh", subject="observation")
    factories.indicator(other, type=energy, name="Non lue", value=9, unit="MWh", kind="")
    hidden = trial(solution, energy, "1000")
    Experiment.objects.filter(pk=hidden.pk).update(state="soumise")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = synthesis_of(solution)

    assert len(queries) == 1
    assert found.statuses == {"termine": 5, "abandonne": 1}
    assert (found.failures, found.places, found.communes, found.epcis) == (1, 6, 6, 6)
    [one] = found.comparisons
    assert (one.n, one.independent, one.with_change) == (3, 1, 1)
    assert [one.median, one.low, one.high, one.change] == [Decimal(n) for n in (2, -1, 3, 100)]
    assert [value.failed for value in one.values] == [True, False, False]
    assert found.left_out == {
        "annonce": 1, "sans-type": 1, "sans-source": 1, "unite": 1, "plus-ancienne": 1, "ambigue": 2,
        "autre-objet": 1, "sans-classe": 1,
    }  # fmt: skip
    page = client.get(solution.get_absolute_url()).content.decode()
    assert "Dont 1 abandonnée ou non concluante" in page
    assert "\u22121 à 3\u00a0MWh" in page
    assert "1 résultat sans unité comparable" in page
    assert last.get_absolute_url() in page
    assert hidden.title not in page


def test_one_value_has_no_median_and_no_value_is_shown_as_such(client: Client, energy: IndicatorType) -> None:
    alone, silent = factories.solution(), factories.solution()
    trial(alone, energy, "2")
    factories.experiment(solution=silent)
    assert synthesis_of(alone).comparisons[0].median is None
    page = client.get(alone.get_absolute_url()).content.decode()
    assert "une seule mesure" in page
    assert "synthese-dessin" not in page
    assert "Aucun résultat comparable" in client.get(silent.get_absolute_url()).content.decode()
    assert "Ce que montrent" not in client.get(factories.solution().get_absolute_url()).content.decode()


def test_many_values_are_all_counted_and_some_shown(
    energy: IndicatorType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogue.public.synthesis.SHOWN", 4)
    solution = factories.solution()
    for number in range(7):
        trial(solution, energy, str(number))
    [one] = synthesis_of(solution).comparisons
    assert one.n == 7
    assert [str(value.value) for value in one.values] == ["0.0000", "2.0000", "4.0000", "6.0000"]
    assert str(one.median) == "3"


def test_units_are_spelt_alike_by_the_database_and_by_python() -> None:
    given = ["MWh / an", "m²", "t CO₂/an", " Kilo  Euros ", "Degrés", "kWhep/m².an", "dB ( A )", *UNITS]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SPELLING} FROM unnest(%s::text[]) WITH ORDINALITY x (unit, n) ORDER BY n",
            [given],
        )
        spelled = [row[0] for row in cursor.fetchall()]
    assert spelled == [normalise_unit(unit) for unit in given]
    assert set(UNITS) == {normalise_unit(unit) for unit in UNITS}


CONVERSIONS = {
    ("kWh", "MWh"): "0.001", ("ha", "m²"): "10000", ("kg CO₂e", "t CO2"): "0.001", ("arbres", "Arbres"): "1",
    ("k€", "€"): "1000", ("%", "MWh"): None, ("kWh", "kWh/an"): None, ("", ""): None, ("K", "°C"): None,
}  # fmt: skip


def test_only_what_measures_the_same_converts() -> None:
    for (unit, to), expected in CONVERSIONS.items():
        assert conversion_factor(unit, to) == (None if expected is None else Decimal(expected)), (unit, to)


def test_usage_stands_apart_from_effect(client: Client, energy: IndicatorType) -> None:
    solution = factories.solution()
    trial(solution, energy, "2")
    trial(solution, energy, "900", kind="usage", reference="aucune")
    trial(solution, energy, "40", kind="moyens", reference="aucune")

    found = synthesis_of(solution)

    assert {one.kind: one.low for one in found.comparisons} == {"effet": 2, "usage": 900, "moyens": 40}
    page = client.get(solution.get_absolute_url()).content.decode()
    effects, _title, counts = page.partition("Usage et moyens</h3>")
    assert "2\u00a0MWh" in effects
    assert "900\u00a0MWh" not in effects
    assert "900\u00a0MWh" in counts
    assert "40\u00a0MWh" in counts
