"""A whole import: written once, in one go, undoable, never over what a curator corrected."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from catalogue.imports import run
from catalogue.imports.columns import mapping as mappings
from catalogue.imports.compare.diff import Status
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.report import import_report, rejected_rows_csv
from catalogue.imports.run import ImportOptions, dry_run, import_file
from catalogue.models import (
    Experiment,
    ImportBatch,
    LabelAward,
    Operation,
    Record,
    Revision,
    Source,
    Transition,
)
from catalogue.records.csv_files import safe_cell
from tests import factories
from tests.catalogue.imports.conftest import DATA

HEADER = "identifiant;titre;territoire;commune;logements;logements_sociaux;themes;porteur;debut;fin\n"
ROW = "1;Les Rives;38185;Grenoble;120;30;theme-eau;ville-test;2014;2016\n"


def job(*rows, header=HEADER, **options):
    options = {"kind": "operation", "source": "essai", **options}
    return ImportOptions("essai.csv", (header + "".join(rows)).encode(), **options)


def excerpt(**options):
    mapping = mappings.load_mapping((DATA / "ecoquartiers_extrait.toml").read_text(encoding="utf-8"))
    return ImportOptions(
        "extrait.csv", (DATA / "ecoquartiers_extrait.csv").read_bytes(), mapping=mapping, **options
    )


def test_a_dry_run_writes_nothing(ready):
    result = dry_run(job(ROW))
    assert result.plan.count(Status.NEW) == 1
    assert not Record.objects.exists()
    assert not ImportBatch.objects.exists()


def test_an_import_writes_the_record_and_its_links(ready):
    result = import_file(job(ROW, reason="essai", actor=factories.user()))
    operation = Operation.objects.get()
    assert (operation.title, operation.kind, operation.slug) == (
        "Les Rives",
        "operation",
        "les-rives-grenoble",
    )
    assert (operation.source.code, operation.external_id) == ("essai", "1")
    assert (operation.dwellings, operation.social_dwellings, operation.year_start) == (120, 30, 2014)
    assert operation.territory.code == "38185"
    assert operation.location_precision == "commune"
    assert operation.geometry.equals_exact(ready["38185"].point, 1e-7)
    assert [theme.code for theme in operation.themes.all()] == ["theme-eau"]
    assert [(link.role, link.organisation.slug) for link in operation.organisation_links.all()] == [
        ("porteur", "ville-test")
    ]
    assert operation.state == Record.State.SUBMITTED
    assert operation.import_batch == result.batch
    assert result.batch.created_count == 1
    transition = Transition.objects.get()
    assert (transition.from_state, transition.to_state, transition.reason) == (
        "brouillon",
        "soumise",
        "essai",
    )


def test_the_same_file_twice_changes_nothing(ready):
    import_file(job(ROW))
    before = Operation.objects.values().get()
    result = import_file(job(ROW))
    assert result.plan.count(Status.UNCHANGED) == 1
    assert result.batch is None
    assert Operation.objects.values().get() == before
    assert ImportBatch.objects.count() == 1
    assert Transition.objects.count() == 1


def test_a_newer_file_changes_only_what_it_contains(ready):
    import_file(job(ROW))
    first = Operation.objects.get()
    result = import_file(
        job(ROW.replace("120;30", "140;30").replace("theme-eau", "Eau").replace(";2016", ";"))
    )
    assert [(c.attribute, c.old, c.new) for c in result.plan.outcomes[0].changes] == [("dwellings", 120, 140)]
    again = Operation.objects.get()
    assert (again.dwellings, again.year_end, again.slug) == (140, 2016, first.slug)
    assert again.updated_at > first.updated_at
    assert result.batch.report["changes"] == {
        str(first.pk): {"fields": {"dwellings": [120, 140]}, "items": []}
    }


def test_what_a_curator_locked_is_proposed_once(ready):
    import_file(job(ROW))
    Record.objects.update(title="Les Rives du Drac", locked_fields=["title"])
    newer = job(ROW.replace("120", "150"))
    import_file(newer)
    operation = Operation.objects.get()
    assert (operation.title, operation.dwellings) == ("Les Rives du Drac", 150)
    revision = Revision.objects.get()
    assert revision.changes == {"title": ["Les Rives du Drac", "Les Rives"]}
    assert revision.state == "proposee"
    assert import_file(newer).plan.count(Status.UNCHANGED) == 1
    assert Revision.objects.count() == 1


def test_an_archived_record_keeps_its_state(ready):
    import_file(job(ROW))
    Record.objects.update(state=Record.State.ARCHIVED)
    import_file(job(ROW.replace("120", "150")))
    assert Record.objects.get().state == Record.State.ARCHIVED


def test_titles_alike_get_addresses_of_their_own(ready):
    import_file(
        job(
            "1;Cœur de ville;38185;;;;;;;\n",
            "2;Place du marché;38185;;;;;;;\n",
            "3;Cœur de ville;33063;;;;;;;\n",
        )
    )
    assert sorted(Record.objects.values_list("slug", flat=True)) == [
        "coeur-de-ville-bordeaux",
        "coeur-de-ville-grenoble",
        "place-du-marche-grenoble",
    ]
    factories.source(code="autre")
    import_file(job("1;Cœur de ville;38185;;;;;;;\n", source="autre", accepted=frozenset({"quasi-doublon"})))
    assert Record.objects.filter(slug="coeur-de-ville-grenoble-2").exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1;a;38185;;10;20;;;;\n", "logements-sociaux"),
        ("1;a;38185;;;;;;2016;2014\n", "dates-inversees"),
        ("1;a;38185;;;;licorne;;;\n", "reference-inconnue"),
        ("1;a;38185;;;;;inconnue-sa;;\n", "reference-inconnue"),
        ("1;a;21232;Dijon;;;;;;\n", "code-contredit-nom"),
    ],
)
def test_a_bad_row_is_left_out_and_the_good_ones_are_written(ready, row, code):
    result = import_file(job(row, ROW.replace("1;Les", "2;Les")))
    assert [p.code for p in result.plan.outcomes[0].reasons] == [code]
    assert Record.objects.values_list("external_id", flat=True).get() == "2"
    assert result.batch.rejected_count + result.batch.suspicious_count == 1


def test_an_unknown_word_proposes_what_is_close(ready):
    result = dry_run(job("1;a;38185;;;;theme eaux;;;\n"))
    assert "theme-eau" in result.plan.outcomes[0].reasons[0].message


def test_an_error_in_the_middle_leaves_nothing(ready, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("panne")

    monkeypatch.setattr("catalogue.imports.write.writer._write_items", fail)
    with pytest.raises(RuntimeError):
        import_file(job(ROW))
    assert not Record.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not Transition.objects.exists()


def test_what_the_database_alone_refuses_is_reported_and_undone(ready, monkeypatch):
    monkeypatch.setattr("catalogue.imports.rows.rules.check_values", lambda candidate: None)
    with pytest.raises(FileRefused, match="operation_social_within_dwellings"):
        import_file(job(ROW.replace("120;30", "10;30")))
    assert not Record.objects.exists()


def test_an_identifier_of_another_kind_is_rejected(ready):
    factories.solution(source=Source.objects.get(code="essai"), external_id="1")
    result = dry_run(job(ROW))
    assert [p.code for p in result.plan.outcomes[0].reasons] == ["identifiant-pris"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"source": ""}, "source"),
        ({"source": "inconnue"}, "Source inconnue"),
        ({"kind": ""}, "nature"),
        ({"kind": "licorne"}, "nature"),
    ],
)
def test_what_the_options_must_give(ready, options, word):
    with pytest.raises(FileRefused, match=word):
        dry_run(job(ROW, **options))


def test_a_file_without_identifier_is_refused(ready):
    with pytest.raises(FileRefused, match="identifiant"):
        dry_run(job("a;38185\n", header="titre;territoire\n"))


def test_a_mapping_may_not_name_what_does_not_exist(ready):
    toml = 'nature = "operation"\n[champs]\nidentifiant = "identifiant"\ntitre = "titre"\n'
    toml += '[champs.programmes]\nconstante = "ecoquartier"\n'
    with pytest.raises(FileRefused, match="ecoquartier"):
        dry_run(job(ROW, mapping=mappings.load_mapping(toml)))


def test_every_row_of_the_excerpt_is_accounted_for(ready):
    result = dry_run(excerpt())
    status = {o.candidate.line: o.status for o in result.plan.outcomes}
    reasons = {o.candidate.line: [p.code for p in o.reasons] for o in result.plan.outcomes}
    assert len(status) + len(result.table.blank_lines) + len(result.table.total_lines) == 15
    assert reasons[4] == ["code-contredit-nom"]  # 21232 typed for Dijon
    assert reasons[9] == ["code-inconnu"]  # 56350 typed for Lille
    assert reasons[8] == ["commune-fusionnee"]  # 93059 → 93066
    assert reasons[10] == ["code-postal"]
    assert reasons[11] == ["code-ancien"]  # 20313 → 2B313
    assert reasons[17] == ["obligatoire"]  # no name
    assert {line for line, s in status.items() if s is Status.NEW} == {3, 5, 6, 12, 13, 14, 15}


def test_the_excerpt_writes_its_source_and_its_awards(ready):
    import_file(excerpt())
    assert Source.objects.get(code="table-essai").name == "Table d’essai"
    bonne = Operation.objects.get(title="ZAC de Bonne")
    assert list(bonne.awards.values_list("regime", "step", "year").order_by("step")) == [
        ("2013-2016", "charte", 2013),
        ("2013-2016", "labellise", 2013),
    ]
    assert not LabelAward.objects.exclude(regime="2013-2016").exists()
    assert import_file(excerpt()).batch is None


def test_an_item_is_corrected_in_place(ready):
    import_file(excerpt())
    award = LabelAward.objects.filter(step="charte", year=2013).first()
    LabelAward.objects.filter(pk=award.pk).update(source_citation="ancienne")
    import_file(excerpt())
    award.refresh_from_db()
    assert award.source_citation.startswith("Table d’essai")
    assert LabelAward.objects.filter(operation=award.operation, step="charte").count() == 1


def test_an_abandoned_experiment_gives_its_reason(ready):
    factories.solution(slug="la-solution")
    header = "identifiant;titre;territoire;solution;avancement;raison_abandon\n"
    rows = ("1;a;38185;la-solution;Abandonné;\n", "2;b;33063;la-solution;abandonne;Trop cher\n")
    result = import_file(job(*rows, header=header, kind="experimentation"))
    assert [p.code for p in result.plan.outcomes[0].reasons] == ["abandon-sans-raison"]
    assert Experiment.objects.get().abandon_reason == "Trop cher"


def test_rejected_rows_come_back_with_their_reason(ready):
    result = dry_run(job("1;=cmd();38185;;;;licorne;;;\n", "2;b;21232;Dijon;-5,5;;;;;\n"))
    lines = rejected_rows_csv(result).splitlines()
    assert lines[0] == "\ufeff" + HEADER.strip() + ";motif"
    assert lines[1].startswith("1;'=cmd();38185")
    assert "« licorne » est inconnu" in lines[1]
    assert ";-5,5;" in lines[2]
    assert "Rejetée" not in lines[2]
    assert "Dijon (21231)" in lines[2]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|x", "+33", "-2+3", "@SUM(A1)", "\tx", "\rx"])
def test_a_formula_becomes_text(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "-1 234,5", "12", "École", "", "2-3", "a=b"])
def test_a_number_or_a_word_stays(text):
    assert safe_cell(text) == text


def test_the_account_is_complete(ready):
    data = import_report(dry_run(excerpt()))
    assert data["comptes"]["lues"] == 13
    assert data["comptes"]["vides"] == 1
    assert data["comptes"]["totaux"] == 1
    assert sum(data["comptes"][f"{status.value}s"] for status in Status) == 13


def test_a_dry_run_costs_the_same_queries_for_one_row_or_many(ready, django_assert_max_num_queries):
    ground = run.Lookups.load()
    rows = [f"{n};Opération numéro {n};38185;;;;theme-eau;ville-test;;\n" for n in range(200)]
    with django_assert_max_num_queries(14):
        dry_run(job(*rows, accepted=frozenset({"quasi-doublon"})), ground)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_twice_at_once_is_one_import(territories):
    factories.source(code="essai")
    rows = [f"{n};Opération numéro {n};38185;;;;;;;\n" for n in range(5)]
    wanted = job(*rows, accepted=frozenset({"quasi-doublon"}))

    def send():
        try:
            return import_file(wanted).plan.count(Status.NEW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as pool:
        created = sorted(future.result() for future in [pool.submit(send) for _ in range(3)])
    assert created == [0, 0, 5]
    assert Record.objects.count() == 5
    assert ImportBatch.objects.count() == 1
