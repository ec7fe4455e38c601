"""Results are brought to a shared indicator: proposed, previewed, given together, undone together."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import Experiment, Indicator, IndicatorType, RecordVersion, TypingBatch
from catalogue.workshop.capitalisation.shared_types import filter_untyped, give_types, guess_types, undo_batch
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def types() -> dict[str, IndicatorType]:
    made = (
        IndicatorType(code="economie", label="Économie d’énergie", unit="%"),
        IndicatorType(code="produite", label="Électricité produite", unit="MWh"),
        IndicatorType(code="eau", label="Économie d’eau", unit="m³"),
    )
    return {one.code: one for one in IndicatorType.objects.bulk_create(made)}


def result(name: str, unit: str, **fields: object) -> Indicator:
    return factories.indicator(factories.experiment(), name=name, unit=unit, **fields)


def test_the_proposal_has_a_name_that_resembles_and_a_unit_that_converts(
    types: dict[str, IndicatorType],
) -> None:
    rows = [
        result("Économies d'énergie constatées", "%"), result("Électricité produite en un an", "kWh"),
        result("Économie d’énergie", "arbres"), result("Passages par bac", "%"), result("économie d'eau", ""),
    ]  # fmt: skip
    found = guess_types(rows, types)
    assert {row.name: found[row.pk].code for row in rows if row.pk in found} == {
        "Économies d'énergie constatées": "economie",
        "Électricité produite en un an": "produite",
        "économie d'eau": "eau",
    }
    assert "unité convertible" in found[rows[1].pk].why
    assert "unité non dite" in found[rows[4].pk].why


def test_a_batch_is_previewed_given_and_undone(client: Client, types: dict[str, IndicatorType]) -> None:
    good, bad = result("Énergie économisée", "%"), result("Masse", "kg")
    client.force_login(factories.curator())
    url = reverse("catalogue:workshop-indicators")
    choice = {f"choix-{good.pk}": "on", f"type-{good.pk}": "economie"}
    wrong = {f"choix-{bad.pk}": "on", f"type-{bad.pk}": "economie"}

    page = client.get(url).content.decode()
    preview = client.post(url, {**choice, **wrong, "action": "apercu"}).content.decode()

    assert "Énergie économisée" in page
    assert "ne se convertit pas" in preview
    assert f'name="choix-{good.pk}"' in preview
    assert f'name="choix-{bad.pk}"' not in preview
    assert not TypingBatch.objects.exists()
    client.post(url, {**choice, **wrong, "action": "typer"})
    batch = TypingBatch.objects.get()
    assert batch.types == {str(good.pk): "economie"}
    good.refresh_from_db()
    assert good.type == types["economie"]
    versions = RecordVersion.objects.filter(record=good.experiment_id).order_by("number")
    assert [one.data["indicators"][0]["type"] for one in versions] == [None, "economie"]
    again = client.post(url, {**choice, "action": "typer"}, follow=True).content.decode()
    assert "rapprochés entre-temps" in again

    for _time in range(2):  # the second changes nothing and reports it
        done = client.post(reverse("catalogue:workshop-indicators-undo", args=[batch.pk]), follow=True)
    assert "déjà annulé" in done.content.decode()
    good.refresh_from_db()
    assert good.type is None
    assert client.get(f"{url}?page=abc").status_code == 400
    assert client.get(f"{url}?page=9").status_code == 404


def test_what_somebody_changed_since_is_not_undone(types: dict[str, IndicatorType]) -> None:
    user, one = factories.curator(), result("Énergie économisée", "")
    batch = give_types(user, {one.pk: "economie"})
    assert batch is not None
    Indicator.objects.filter(pk=one.pk).update(type=types["produite"])
    assert undo_batch(batch, user) == 0
    one.refresh_from_db()
    assert one.type == types["produite"]


def test_a_curator_types_in_their_field_alone(types: dict[str, IndicatorType]) -> None:
    one = result("Énergie économisée", "%")
    elsewhere = factories.curator(regions=[factories.territory("region")])
    assert not filter_untyped(elsewhere).exists()
    assert give_types(elsewhere, {one.pk: "economie"}) is None
    Experiment.objects.filter(pk=one.experiment_id).update(state="brouillon")
    assert not filter_untyped(factories.curator()).exists()


def test_the_list_reads_as_much_for_two_results_as_for_twenty(
    client: Client, types: dict[str, IndicatorType]
) -> None:
    user: User = factories.curator()
    client.force_login(user)
    counts = []
    for more in (2, 18):
        for number in range(more):
            result(f"Énergie {number}", "%")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("catalogue:workshop-indicators"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_unit_that_does_not_convert_is_refused_where_it_is_typed(types: dict[str, IndicatorType]) -> None:
    one = result("Énergie", "kg", type=types["economie"])
    with pytest.raises(ValidationError, match="ne se convertit pas"):
        one.full_clean()
    one.unit = " % "
    one.full_clean()
