"""What was stored when independence was ticked (``is_independent``) is still undone and reverted to."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from catalogue.contributions import revisions
from catalogue.imports.undo import review_undo, undo_batch
from catalogue.models import Experiment, ImportBatch, Indicator, Merge, Record, RecordVersion, Revision
from catalogue.records import versions
from catalogue.records.snapshots import digests, is_readable
from catalogue.workshop.duplicates import undo as unmerge
from catalogue.workshop.history import revert
from tests import factories

pytestmark = pytest.mark.django_db
migration = import_module("catalogue.migrations.0045_results_as_they_were")


@pytest.fixture
def curator() -> User:
    return factories.administrator()


@pytest.fixture
def trial() -> Experiment:
    one = factories.experiment(status="termine")
    factories.indicator(one, name="Énergie", value=70, measured_by="Cerema")
    return one


def former_row(row: Indicator, **changes: Any) -> dict[str, Any]:
    """The row as an import or a merge stored it: texts, the tick and none of the columns of today."""
    texts = {
        "id": str(row.pk), "experiment_id": str(row.experiment_id), "type_id": None, "name": row.name,
        "nature": "mesure", "baseline": None, "value": "60.0000", "unit": "%", "text": "", "year": "2023",
        "period": "", "method": "", "measured_by": "Cerema", "is_independent": "true", "document_id": None,
        "source_url": "", "source_citation": "Bilan de 2023",
    }  # fmt: skip
    return {**texts, **changes}


def shape(*more: str) -> list[list[Any]]:
    return [
        ["catalogue_record", "id", ["kind", "title"]],
        ["catalogue_experiment", "record_ptr_id", ["status"]],
        ["catalogue_indicator", "experiment_id", ["name", "value", *more]],
    ]


def test_an_import_is_undone(curator: User, trial: Experiment) -> None:
    """A row that it changed comes back, one that it deleted too; what was said since of the first stays."""
    row, pk = trial.indicators.get(), str(trial.pk)
    gone = former_row(row, id=str(10**6), name="Bruit")
    rows = {"owner": "experiment_id", "of": {pk: [former_row(row), gone]}}
    report = {
        "before": {"rows": {"catalogue_indicator": rows}},
        "changes": {pk: {"fields": {}, "items": []}},
        "shape": shape(),
        "digests": digests(shape(), [trial.pk]),
    }
    batch = ImportBatch.objects.create(
        filename="mesures.csv", sha256="0" * 64, state="ecrit", nature="experimentation", report=report
    )
    undo_batch(batch, curator)
    row.refresh_from_db()
    assert (row.value, row.kind, row.reference) == (60, "effet", "avant")
    other = Indicator.objects.get(pk=10**6)
    assert (other.name, other.kind, other.subject, other.reference) == ("Bruit", "", "", "aucune")
    assert not other.is_counted


@pytest.mark.parametrize("touched", [False, True])
def test_the_digests_of_an_import_are_renewed(trial: Experiment, touched: bool) -> None:
    """With the column of the tick, as the migration finds it: what nobody touched is still undone."""
    other = factories.experiment()
    factories.indicator(other)
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_indicator ADD is_independent boolean NOT NULL DEFAULT true")
    pks = [trial.pk, other.pk]
    stored = digests(shape("is_independent"), pks)
    report = {"shape": shape("is_independent"), "digests": stored, "changes": {str(pk): {} for pk in pks}}
    batch = ImportBatch.objects.create(
        filename="mesures.csv", sha256="0" * 64, state="ecrit", nature="experimentation", report=report
    )
    if touched:
        Indicator.objects.filter(experiment=trial).update(value=1)

    with connection.schema_editor() as editor:
        migration.renew_digests(apps, editor)
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_indicator DROP is_independent")

    batch.refresh_from_db()
    assert is_readable(batch.report["shape"], "experimentation")
    assert [one.pk for one in review_undo(batch).touched] == ([trial.pk] if touched else [])


def test_a_merge_is_undone(curator: User, trial: Experiment) -> None:
    gone = factories.experiment(solution=trial.solution, state="archivee")
    row = trial.indicators.get()
    trace = {
        "rows": {
            "catalogue_indicator": {
                str(row.pk): [
                    {"experiment_id": str(gone.pk), "is_independent": "true"},
                    {"experiment_id": str(trial.pk), "is_independent": "false"},
                ]
            }
        },
        "moved": {},
        "audience": [],
    }
    merge = Merge.objects.create(survivor=trial, loser=gone, choices={}, trace=trace)
    unmerge.undo_merge(merge, curator)
    row.refresh_from_db()
    assert row.experiment_id == gone.pk
    assert Record.objects.get(pk=trial.pk).proof_level == 2


def test_an_earlier_version_comes_back(curator: User, trial: Experiment) -> None:
    """Its result has the value of then; what the version does not know stays as it is today."""
    data = versions.read_current([trial.pk])[trial.pk]
    (row,) = data["indicators"]
    today = ("subject", "kind", "reference", "measurer", "independence_refusal")
    former = {name: value for name, value in row.items() if name not in today}
    data["indicators"] = [{**former, "value": "60", "is_independent": True}]
    version = RecordVersion.objects.create(
        record_id=trial.pk, number=1, made_at=timezone.now(), origin="trouvee", data=data, digest="0" * 32
    )
    plan = revert.plan_revert(Record.objects.get(pk=trial.pk).proper, version)
    assert plan.impossible == []
    revert.revert_record(trial, version, curator, plan.seen, "essai")
    now = trial.indicators.get()
    assert (now.value, now.kind, now.reference, now.is_counted) == (60, "effet", "avant", True)


def test_a_proposed_change_of_before_is_accepted(curator: User, trial: Experiment) -> None:
    row = trial.indicators.get()
    old = {"pk": row.pk, "name": "Énergie", "value": "70", "unit": "%", "is_independent": False}
    new = {**old, "value": "65", "is_independent": True}
    revision = Revision.objects.create(
        record_id=trial.pk, state="proposee", changes={"indicators": [[old], [new]]},
        base_updated_at=trial.updated_at,
    )  # fmt: skip
    assert revisions.find_conflicts(revision) == []
    revisions.accept(revision, curator)
    row.refresh_from_db()
    assert (row.value, row.kind, row.is_third_party) == (65, "effet", False)
