"""A batch undone: the database as it was, row by row, and nobody's work lost."""

import io

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import connection

from catalogue.imports.run import import_file
from catalogue.imports.undo import ImportUndoRefused, review_undo, undo_batch
from catalogue.models import (
    Document,
    ImportBatch,
    LabelAward,
    Operation,
    Record,
    Revision,
    Source,
    Transition,
)
from catalogue.records import workflow
from tests import factories
from tests.catalogue.imports.test_run import ROW, excerpt, job

HISTORY = {
    "catalogue_importbatch",
    "catalogue_importrow",
    "catalogue_recordversion",
    "catalogue_transition",
}
"""The tables of history, which an undo does not shorten."""
ADDED_TO = {
    "catalogue_cataloguechange",
    "catalogue_facetblock",
    "catalogue_facetchange",
    "catalogue_mapcell",
    "catalogue_searchword",
    "catalogue_outgoingmail",
}
"""What the database derives from the records, and only ever adds to; compared by its sum."""


def dump(but=frozenset()):
    """Every row of every table of the catalogue, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'catalogue_%'")
        tables = sorted({name for (name,) in cursor.fetchall()} - HISTORY - ADDED_TO - but)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = [text for (text,) in cursor.fetchall()]
        cursor.execute(
            "SELECT zoom, x, y, col, line, sum(n), sum(operation) FROM catalogue_mapcell"
            " GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5"
        )
        found["cells"] = cursor.fetchall()
    return found


@pytest.fixture
def lived_in(ready):
    """A database with records of every sort, one of which a file will change."""
    factories.theme(code="theme-air", label="Air")
    other = factories.organisation(slug="agence-test", name="Agence test")
    factories.experiment()
    operation = factories.operation(
        title="Les Rives",
        source=Source.objects.get(code="essai"),
        external_id="1",
        geometry=Point(5.712345678901234, 45.123456789012345, srid=4326),
        location_precision="exacte",
        territory=ready["38185"],
        dwellings=100,
        area_ha="4.10",
    )
    operation.organisation_links.create(organisation=other, role="porteur")
    operation.organisation_links.create(organisation=other, role="financeur")
    factories.award(operation)
    return operation


def test_a_whole_file_comes_and_goes(lived_in):
    before = dump()
    batch = import_file(excerpt()).batch
    assert dump() != before
    assert batch.created_count == 7
    undo_batch(batch, factories.administrator())
    assert dump() == before
    batch.refresh_from_db()
    assert batch.state == ImportBatch.BatchState.UNDONE
    assert batch.undone_by is not None
    assert batch.report["undone"]["deleted"] == 7
    assert not Source.objects.filter(code="table-essai").exists()


def test_what_a_file_changed_is_put_back_to_the_last_digit(lived_in):
    before = dump()
    row = ROW.replace("120;30", "150;30").replace("38185;Grenoble", "38421;Saint-Martin-d’Hères")
    batch = import_file(job(row)).batch
    changed = Operation.objects.get(pk=lived_in.pk)
    assert (changed.dwellings, changed.territory.code) == (150, "38421")
    assert changed.geometry != lived_in.geometry
    undo_batch(batch)
    assert dump() == before


def test_labels_added_and_corrected_are_put_back(lived_in):
    from catalogue.imports.columns import mapping as mappings

    toml = 'nature = "operation"\n[champs]\nidentifiant = "identifiant"\ntitre = "titre"\n'
    for year in ("2018", "2019"):
        toml += '[[labels]]\ncolonne = "titre"\nchamp = "remarque"\nconstantes = { label = "ÉcoQuartier"'
        toml += f', regime = "2016-2022", etape = "etape-2", annee = "{year}" }}\n'
    before = dump()
    batch = import_file(job(ROW, mapping=mappings.load_mapping(toml))).batch
    assert set(LabelAward.objects.values_list("year", "note")) == {(2018, "Les Rives"), (2019, "Les Rives")}
    undo_batch(batch)
    assert dump() == before


def test_published_then_undone(lived_in):
    before = dump()
    batch = import_file(excerpt()).batch
    curator = factories.administrator()
    before_accounts = {"catalogue_curatorship"}
    for record in Record.objects.filter(import_batch=batch):
        workflow.apply(record, "publish", curator)
    undo_batch(batch, curator)
    assert dump(before_accounts) == {k: v for k, v in before.items() if k not in before_accounts}
    assert not Transition.objects.exclude(record=lived_in).exists()


def test_what_was_locked_is_proposed_then_withdrawn(lived_in):
    Record.objects.filter(pk=lived_in.pk).update(title="Rives du Drac", locked_fields=["title"])
    before = dump()
    batch = import_file(job(ROW)).batch
    assert Revision.objects.count() == 1
    undo_batch(batch)
    assert dump() == before
    assert import_file(job(ROW)).batch is not None
    assert Revision.objects.count() == 1


def touch_title(record):
    Record.objects.filter(pk=record.pk).update(title="Corrigé à la main")


def touch_theme(record):
    record.themes.add(factories.theme())


def touch_document(record):
    factories.document(record)


def touch_award(record):
    factories.award(record, year=2020)


def touch_proposal(record):
    Revision.objects.create(record=record, changes={"title": ["a", "b"]})


@pytest.mark.parametrize("touch", [touch_title, touch_theme, touch_document, touch_award, touch_proposal])
def test_what_somebody_touched_stops_the_undo_and_is_named(lived_in, touch):
    batch = import_file(excerpt()).batch
    touched = Operation.objects.get(title__startswith="ZAC Daudet")
    touch(touched)
    before = dump()
    with pytest.raises(ImportUndoRefused, match=r"ZAC Daudet|Corrigé") as refusal:
        undo_batch(batch)
    assert [one.pk for one in refusal.value.touched] == [touched.pk]
    assert dump() == before
    undo_batch(batch, keep_touched=True)
    assert set(Record.objects.filter(import_batch=batch)) == {Record.objects.get(pk=touched.pk)}
    batch.refresh_from_db()
    assert [one["slug"] for one in batch.report["undone"]["kept"]] == [touched.slug]


def test_a_changed_record_touched_since_keeps_both_works(lived_in):
    batch = import_file(job(ROW.replace("120", "150"))).batch
    touch_document(lived_in)
    touch_title(lived_in)
    with pytest.raises(ImportUndoRefused):
        undo_batch(batch)
    undo_batch(batch, keep_touched=True)
    lived_in.refresh_from_db()
    assert (lived_in.title, lived_in.dwellings) == ("Corrigé à la main", 150)
    assert Document.objects.count() == 1


def test_two_batches_are_undone_the_last_first(lived_in):
    before = dump()
    first = import_file(job(ROW.replace("120", "150"), ROW.replace("1;Les", "2;Bords"))).batch
    second = import_file(job(ROW.replace("120", "180"), ROW.replace("1;Les Rives", "2;Bords du lac"))).batch
    with pytest.raises(ImportUndoRefused):
        undo_batch(first)
    undo_batch(second)
    undo_batch(first)
    assert dump() == before


def test_an_undo_happens_once(lived_in):
    batch = import_file(excerpt()).batch
    undo_batch(batch)
    with pytest.raises(ImportUndoRefused, match="déjà"):
        undo_batch(batch)
    open_one = ImportBatch.objects.create(filename="a.csv", sha256="0" * 64, state="preparation")
    with pytest.raises(ImportUndoRefused, match="pas été écrit"):
        undo_batch(open_one)
    old = ImportBatch.objects.create(filename="a.csv", sha256="0" * 64)
    with pytest.raises(ImportUndoRefused, match="avant les annulations"):
        undo_batch(old)


def test_a_failure_in_the_middle_undoes_nothing(lived_in, monkeypatch):
    batch = import_file(excerpt()).batch
    after = dump()

    def fail(*args):
        raise RuntimeError("panne")

    monkeypatch.setattr("catalogue.records.restoring.restore", fail)
    with pytest.raises(RuntimeError):
        undo_batch(batch)
    assert dump() == after


def test_the_review_costs_the_same_queries_whatever_the_rows(lived_in, django_assert_max_num_queries):
    rows = [f"{n};Opération numéro {n};38185;;;;theme-eau;ville-test;;\n" for n in range(2, 60)]
    batch = import_file(job(*rows, accepted=frozenset({"quasi-doublon"}))).batch
    with django_assert_max_num_queries(25):
        assert len(review_undo(batch).created) == 58


def test_the_command(lived_in):
    batch = import_file(excerpt()).batch
    out = io.StringIO()
    call_command("undo_import", str(batch.pk), stdout=out)
    assert "7 fiche(s) supprimée(s)" in out.getvalue()
    with pytest.raises(CommandError, match="déjà"):
        call_command("undo_import", str(batch.pk))
    with pytest.raises(CommandError, match="Aucun lot"):
        call_command("undo_import", "0")
