"""A relation that is added to a record is versioned, digested, merged and undone, and named nowhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from catalogue.imports.columns import mapping as mappings
from catalogue.imports.run import import_file
from catalogue.imports.undo import ImportUndoRefused, undo_batch
from catalogue.models import Operation, Record, RecordVersion
from catalogue.records import shape, snapshots, versions
from catalogue.records.fields import Collection, Field
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.versions import reading
from catalogue.workshop.duplicates import merge
from catalogue.workshop.duplicates import undo as unmerge
from catalogue.workshop.duplicates.sides import FIRST, compare_records
from catalogue.workshop.history import revert
from tests import factories
from tests.catalogue.imports.conftest import ready, territories  # noqa: F401
from tests.catalogue.imports.test_run import ROW, job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ready")]
MAPPING = """
nature = "operation"
[champs]
identifiant = "identifiant"
titre = "titre"
[[remarques]]
colonne = "titre"
champ = "texte"
"""


@pytest.fixture
def remark() -> Iterator[Any]:
    """A table of remarks about records, made for one test: its model is forgotten with it."""

    class Remark(models.Model):
        record = models.ForeignKey(Record, models.CASCADE, related_name="remarks")
        text = models.CharField(max_length=250)

        class Meta:
            app_label = "catalogue"
            verbose_name_plural = "remarques"

        def __str__(self) -> str:
            return self.text

    _forget_shapes()
    with connection.schema_editor() as editor:
        editor.create_model(Remark)
    yield Remark
    del apps.all_models["catalogue"]["remark"]
    del Record.remarks  # type: ignore[attr-defined]
    apps.clear_cache()
    _forget_shapes()


def _forget_shapes() -> None:
    shape.tables.cache_clear()
    reading.build_statement.cache_clear()


def written(remark: Any) -> list[tuple[int, int, str]]:
    return list(remark.objects.order_by("pk").values_list("pk", "record_id", "text"))


def test_it_is_a_table_of_every_kind(remark: Any) -> None:
    for kind in Record.Kind.values:
        assert shape.parts(kind)["remarks"].model is remark


def test_a_digest_changes_with_its_rows(remark: Any) -> None:
    record = factories.solution()
    form = snapshots.digest_shape(record.kind)
    before = snapshots.digests(form, [record.pk])
    row = remark.objects.create(record=record, text="Vu sur place")
    assert snapshots.digests(form, [record.pk]) != before
    row.delete()
    assert snapshots.digests(form, [record.pk]) == before


def test_versions_hold_its_rows_and_bring_them_back(remark: Any) -> None:
    record, curator = factories.solution(), factories.curator()
    row = remark.objects.create(record=record, text="Vu sur place")
    versions.save_before([record.pk])
    row.text = "Revu"
    row.save()
    versions.save_after([record.pk], curator, versions.Origin.FORM)
    first, second = RecordVersion.objects.filter(record=record).order_by("number")
    assert (first.data["remarks"], second.data["remarks"]) == ([{"text": "Vu sur place"}], [{"text": "Revu"}])

    plan = revert.plan_revert(record, first)
    (line,) = plan.list_changes(record.kind)
    assert (line.label, [one.title for one in line.rows]) == ("Remarques", ["Revu", "Vu sur place"])
    revert.revert_record(record, first, curator, plan.seen, "Le bon mot.")
    assert [text for _pk, _record, text in written(remark)] == ["Vu sur place"]


def test_an_undone_import_looks_at_rows_that_somebody_added(remark: Any) -> None:
    batch = import_file(job(ROW)).batch
    row = remark.objects.create(record=Operation.objects.get(), text="Vu sur place")
    with pytest.raises(ImportUndoRefused, match="Les Rives"):
        undo_batch(batch)
    row.delete()
    undo_batch(batch)
    assert not Record.objects.exists()


def test_an_undone_import_puts_back_the_rows_that_it_wrote(remark: Any, monkeypatch: Any) -> None:
    spec = KIND_SPECS["operation"]
    columns = (Field("texte", "text", is_required=True),)
    collection = Collection("remarques", "remarks", remark, "record", "fiche", columns, ("text",))
    wider = dataclasses.replace(spec, collections=(*spec.collections, collection))
    monkeypatch.setitem(KIND_SPECS, "operation", wider)
    import_file(job(ROW))
    record = Operation.objects.get()
    remark.objects.create(record=record, text="Vu sur place")
    before = written(remark)
    batch = import_file(job(ROW, mapping=mappings.load_mapping(MAPPING))).batch
    assert {text for _pk, _record, text in written(remark)} == {"Vu sur place", "Les Rives"}
    undo_batch(batch)
    assert written(remark) == before


def test_a_merge_chooses_its_rows_and_its_undo_puts_them_back(remark: Any) -> None:
    one, other = (Record.objects.get(pk=factories.solution(title="Noues").pk) for _each in range(2))
    for record, text in ((one, "Vu sur place"), (other, "Revu"), (other, "Vu sur place")):
        remark.objects.create(record=record, text=text)
    before, curator = written(remark), factories.curator()
    sides = compare_records(one, other)
    (choices,) = [each for each in sides.lists if each.name == "remarks"]
    assert (choices.label, [option.ticked for option in choices.options]) == (
        "Remarques",
        [True, True, False],
    )

    lists = {each.name: [o.key for o in each.options if o.ticked] for each in sides.lists}
    done = merge.merge_records(one, other, merge.Plan(FIRST, lists=lists), sides.token, curator)
    assert [text for _pk, record, text in written(remark) if record == one.pk] == ["Vu sur place", "Revu"]
    moved = remark.objects.get(record=one.pk, text="Revu")
    pk = moved.pk
    moved.delete()
    with pytest.raises(unmerge.MergeUndoRefused) as refused:
        unmerge.undo_merge(done, curator)
    assert refused.value.lost == ["Remarques : une ligne a été supprimée."]
    remark.objects.create(pk=pk, record=one, text="Revu")
    unmerge.undo_merge(done, curator)
    assert written(remark) == before
