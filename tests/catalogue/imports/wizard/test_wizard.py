"""The wizard by HTTP: from a file to published records, and back."""

import csv
import io
import threading
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from catalogue.imports.wizard import batches as rules
from catalogue.imports.wizard import progress
from catalogue.models import ImportBatch, ImportRow, LabelAward, Operation, Record, Revision, Source
from tests import factories
from tests.catalogue.imports.conftest import DATA
from tests.catalogue.imports.test_undo import dump
from tests.catalogue.imports.wizard.conftest import HEADER, ROW

State = ImportBatch.BatchState
ACCOUNTS = {"catalogue_curatorship", "catalogue_source"}


def fates(batch):
    return dict(batch.rows.values_list("line", "fate"))


def test_from_a_file_to_published_records_and_back(wizard):
    before = dump(ACCOUNTS)
    batch = wizard.checked(ROW, ROW.replace("1;Les Rives", "2;Bords du lac"))
    assert not Record.objects.exists()
    assert (batch.state, batch.job, batch.created_count) == (State.CHECKED, "", 2)
    assert "Écrire 2 fiches" in wizard.page(batch).content.decode()
    confirm = wizard.client.get(reverse("catalogue:import-confirm", args=[batch.pk, "ecriture"]))
    assert "2 fiches seront créées" in confirm.content.decode()
    wizard.go(batch, "ecriture")
    assert (batch.state, batch.created_count) == (State.WRITTEN, 2)
    assert set(Record.objects.values_list("state", "import_batch")) == {("soumise", batch.pk)}
    assert Record.objects.filter(created_by__isnull=True).count() == 2
    page = wizard.page(batch)
    assert "Publier 2 fiches" in page.content.decode()
    assert len(page.context["written"].geojson["features"]) == 2
    wizard.go(batch, "publication")
    assert Record.objects.published().count() == 2
    assert "2 fiches créées sont publiées" in wizard.page(batch).content.decode()
    wizard.go(batch, "annulation")
    assert batch.state == State.UNDONE
    assert dump(ACCOUNTS) == before
    assert "2 fiches supprimées" in wizard.page(batch).content.decode()


def test_the_traps_of_the_table_of_2016_are_each_recognised(wizard):
    mapping = SimpleUploadedFile("c.toml", (DATA / "ecoquartiers_extrait.toml").read_bytes())
    data = (DATA / "ecoquartiers_extrait.csv").read_bytes()
    response = wizard.upload(data, nature="", source="", correspondance=mapping)
    assert response.status_code == 302, response.context["form"].errors
    batch = ImportBatch.objects.get()
    page = wizard.client.get(reverse("catalogue:import-columns", args=[batch.pk])).content.decode()
    assert "Semble personnelle" in page
    assert "elu@exemple.fr" not in page
    wizard.columns(batch)
    wizard.run_jobs()
    batch.refresh_from_db()
    assert batch.failure == ""
    check = batch.report["check"]
    assert len(fates(batch)) + len(check["blank"]) + len(check["total"]) == 15
    codes = dict(batch.rows.values_list("line", "codes"))
    assert codes[4] == ["code-contredit-nom"]
    assert codes[9] == ["code-inconnu"]
    assert codes[10] == ["code-postal"]
    wizard.decide(batch, "proposer", code="code-contredit-nom")
    assert "Vos décisions sont gardées" in wizard.page(batch).content.decode()
    wizard.go(batch, "essai")
    assert fates(batch)[4] == "nouvelle"
    wizard.go(batch, "ecriture")
    assert Operation.objects.get(title="L’Arsenal").territory.code == "21231"
    assert Source.objects.filter(code="table-essai").exists()
    wizard.go(batch, "annulation")
    assert not Record.objects.exists()
    assert not Source.objects.filter(code="table-essai").exists()


def test_the_same_file_again_changes_nothing_and_a_newer_one_shows_old_and_new(wizard):
    wizard.go(wizard.checked(ROW), "ecriture")
    again = wizard.checked(ROW)
    assert (again.unchanged_count, again.created_count) == (1, 0)
    assert "le catalogue dit déjà tout" in wizard.page(again).content.decode()
    newer = wizard.checked(ROW.replace("120;30", "140;30"))
    page = wizard.page(newer, "?voir=modifiee").content.decode()
    assert "<del>120</del>" in page
    assert "<ins>140</ins>" in page
    wizard.go(newer, "ecriture")
    assert Operation.objects.get().dwellings == 140


def test_what_was_corrected_by_hand_is_only_proposed(wizard):
    wizard.go(wizard.checked(ROW), "ecriture")
    Record.objects.update(title="Les Rives du Drac", locked_fields=["title"])
    newer = wizard.checked(ROW)
    assert "proposé sans être écrit" in wizard.page(newer, "?voir=modifiee").content.decode()
    wizard.go(newer, "ecriture")
    assert Record.objects.get().title == "Les Rives du Drac"
    revision = Revision.objects.get()
    assert revision.import_batch == newer
    page = wizard.page(newer).content.decode()
    assert "1 changement proposé" in page
    assert reverse("catalogue:workshop-revision", args=[revision.pk]) in page
    again = wizard.checked(ROW)
    assert (again.unchanged_count, again.changed_count) == (1, 0)
    wizard.go(newer, "annulation")
    assert not Revision.objects.exists()


def test_headers_of_others_are_recognised_and_personal_columns_left_out(wizard):
    header = "Intitulé;Code INSEE;Nom commune;Contact;Suivi\n"
    row = "Les Rives;38185;Grenoble;Jean Dupont;jean@exemple.fr\n"
    batch = wizard.rows(row, header=header)
    form = wizard.client.get(reverse("catalogue:import-columns", args=[batch.pk])).context["form"]
    found = {line["column"]["header"]: line["field"].value() for line in form.rows()}
    assert found == {
        "Intitulé": "titre",
        "Code INSEE": "territoire",
        "Nom commune": "commune",
        "Contact": "",
        "Suivi": "",
    }
    assert [c["personal"] for c in batch.setup["columns"]] == [False, False, False, True, True]
    assert "jean@exemple.fr" not in str(batch.setup)
    wizard.columns(batch)
    wizard.run_jobs()
    batch.refresh_from_db()
    assert batch.rows.get().key == "38185-grenoble-les-rives"
    assert "jean" not in str(list(batch.rows.values()))


def test_headers_that_only_begin_alike_are_recognised(wizard):
    header = "CODE INSEE;Ville;Nom Dept;Nom EcoQuartier;Superficie du quartier (ha)\n"
    batch = wizard.rows("38185;Grenoble;Isère;Bonne;15,5\n", header=header)
    form = wizard.client.get(reverse("catalogue:import-columns", args=[batch.pk])).context["form"]
    found = [line["field"].value() for line in form.rows()]
    assert found == ["territoire", "commune", "", "titre", "surface_ha"]


def test_what_the_content_alone_suggests(wizard):
    rows = [f"Lieu {n};{code}\n" for n, code in enumerate(("38185", "21231", "2B313", "1053"))]
    batch = wizard.rows(*rows, header="titre;zone\n")
    form = wizard.client.get(reverse("catalogue:import-columns", args=[batch.pk])).context["form"]
    assert form.rows()[1]["field"].value() == "territoire"


def test_columns_are_remembered_for_the_source(wizard):
    header = "Nom du lieu;Zone\n"
    batch = wizard.rows("Les Rives;38185\n", header=header)
    wizard.columns(batch, **{"Nom du lieu": "titre", "Zone": "territoire"})
    wizard.run_jobs()
    again = wizard.rows("Bords du lac;38185\n", header=header)
    form = wizard.client.get(reverse("catalogue:import-columns", args=[again.pk])).context["form"]
    assert [line["field"].value() for line in form.rows()] == ["titre", "territoire"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"titre": ""}, "obligatoire : Titre"),
        ({"commune": "titre"}, "déjà rempli par la colonne"),
        ({"commune": "licorne"}, "Sélectionnez un choix valide"),
    ],
)
def test_columns_that_make_no_record_are_refused(wizard, changes, message):
    batch = wizard.rows(ROW)
    response = wizard.columns(batch, **changes)
    assert response.status_code == 422
    assert message in response.content.decode()
    batch.refresh_from_db()
    assert batch.job == ""


def test_a_doubt_is_decided_line_by_line(wizard):
    batch = wizard.checked(
        "1;Les Rives;21232;Dijon;;;;;;\n", "2;Bords;38185;Grenoble;beaucoup;;;;;\n", ROW.replace("1;", "3;")
    )
    assert fates(batch) == {2: "douteuse", 3: "douteuse", 4: "nouvelle"}
    page = wizard.page(batch).content.decode()
    assert "Prendre Dijon (21231)" in page
    wizard.decide(batch, "corriger", ligne=2, colonne="territoire", valeur="commune:21231")
    wizard.decide(batch, "accepter", ligne=3)
    assert "Sera importée malgré le doute" in wizard.page(batch).content.decode()
    wizard.go(batch, "essai")
    assert set(fates(batch).values()) == {"nouvelle"}
    wizard.go(batch, "ecriture")
    assert Operation.objects.get(external_id="1").territory.code == "21231"
    assert Operation.objects.get(external_id="2").dwellings is None


def test_a_doubt_is_decided_for_the_whole_file_and_taken_back(wizard):
    row = "{};Quartier {};38185;Grenoble;;;licorne;;;\n"
    batch = wizard.checked(*[row.format(n, "abcdefgh"[n] * 9) for n in range(4)])
    assert batch.suspicious_count == 4
    assert batch.report["check"]["vocabulary"][0]["words"][0]["count"] == 4
    wizard.decide(batch, "ecarter", code="reference-inconnue")
    wizard.go(batch, "essai")
    assert (batch.rejected_count, batch.suspicious_count) == (4, 0)
    wizard.decide(batch, "annuler", code="reference-inconnue")
    wizard.decide(batch, "corriger", colonne="themes", texte="licorne", valeur="theme-eau")
    wizard.go(batch, "essai")
    assert batch.created_count == 4
    wizard.go(batch, "ecriture")
    assert all(o.themes.count() == 1 for o in Operation.objects.all())


LABELLED = "Titre;Code INSEE;Type d’opération;Résultats 2014;Charte\n"


def test_words_are_read_once_for_the_source_and_no_regime_as_another(wizard):
    rows = (
        "Rives;38185;RU;Label;2013\n",
        "Bonne;38421;RU;Ajourné;x\n",
        "Halle;21231;Extension;Étape 2;en cours\n",
        "Quais;76351;Mixte (6ha RU);Engagé;\n",
    )
    batch = wizard.checked(*rows, header=LABELLED)
    page = wizard.page(batch)
    columns = page.context["words"].columns
    assert [f"{column.column} {len(column.words)}" for column in columns] == [
        "Type d’opération 2",
        "Résultats 2014 3",
        "Charte 2",
    ]
    words = {word.text: word for column in columns for word in column.words}
    assert (words["RU"].count, words["RU"].proposed) == (2, "renouvellement")
    assert words["Étape 2"].proposed == ""
    steps = dict(words["Étape 2"].field.field.choices)
    assert set(steps) == {"", "charte", "engage", "labellise", "~"}
    url = reverse("catalogue:import-words", args=[batch.pk])
    given = {word.field.html_name: word.proposed for word in words.values()}
    wrong = {**given, "version": batch.version, words["Étape 2"].field.html_name: "etape-2"}
    assert "rien n’a été gardé" in wizard.client.post(url, wrong, follow=True).content.decode()
    answer = {**given, "version": batch.version, words["Étape 2"].field.html_name: "~"}
    wizard.client.post(url, answer)
    wizard.run_jobs()
    batch.refresh_from_db()
    assert (batch.created_count, batch.suspicious_count) == (4, 0)
    wizard.go(batch, "ecriture")
    awards = LabelAward.objects.values_list("operation__title", "regime", "step", "year")
    assert set(awards) == {
        ("Rives", "2013-2016", "labellise", 2014),
        ("Rives", "2013-2016", "charte", 2013),
        ("Bonne", "2013-2016", "charte", None),
        ("Quais", "2013-2016", "engage", 2014),
    }
    newer = wizard.checked("Verger;38338;RU;Label;x\n", header=LABELLED)
    assert (newer.created_count, newer.suspicious_count) == (1, 0)
    assert "déjà traduits" in wizard.page(newer).content.decode()
    stale = wizard.client.post(url, answer, follow=True).content.decode()
    assert "a changé depuis que vous avez ouvert la page" in stale


def test_a_place_in_doubt_is_drawn_for_its_row_and_with_all_the_others(wizard):
    header = "identifiant;titre;territoire;commune;lon;lat\n"
    rows = (
        "1;Les Rives;21232;Dijon;;\n",
        "2;Le Port;38185;Grenoble;5.05;47.35\n",
        "3;La Halle;93059;Pierrefitte-sur-Seine;;\n",
        "4;Le Verger;38185;Grenoble;5.75;45.12\n",
    )
    batch = wizard.checked(*rows, header=header)
    assert batch.suspicious_count == 3
    page = wizard.client.get(reverse("catalogue:import-map", args=[batch.pk]))
    assert [row.line for row in page.context["rows"]] == [2, 3, 4]
    assert page.context["rows"][1].names.startswith("Grenoble (38185), à ")
    marks = [
        f["properties"] for f in page.context["geojson"]["features"] if f["properties"]["role"] == "point"
    ]
    assert [(m["slug"], m.get("hollow", False), m.get("ring", False)) for m in marks] == [
        ("2", True, False),
        ("2", False, True),
        ("3", False, False),
        ("3", False, True),
        ("4", False, True),
    ]
    row = wizard.client.get(reverse("catalogue:import-row", args=[batch.pk, 3]))
    assert {f["properties"]["role"] for f in row.context["geojson"]["features"]} >= {"ecart", "point"}
    assert "Ligne douteuse suivante" in row.content.decode()
    wizard.decide(batch, "ecarter", ligne=3, seule="1")
    assert wizard.client.get(reverse("catalogue:import-row", args=[batch.pk, 999])).status_code == 404
    for line in (2, 4):
        wizard.decide(batch, "ecarter", ligne=line)
    wizard.go(batch, "essai")
    page = wizard.client.get(reverse("catalogue:import-map", args=[batch.pk]))
    assert page.url == reverse("catalogue:import-detail", args=[batch.pk])


def test_a_place_in_doubt_is_never_accepted_without_a_place(wizard):
    batch = wizard.checked("1;Les Rives;21232;Dijon;;;;;;\n")
    assert "C’est exact : importer" not in wizard.page(batch).content.decode()
    wizard.decide(batch, "accepter", code="code-contredit-nom")
    wizard.decide(batch, "accepter", ligne=2)
    wizard.go(batch, "essai")
    assert fates(batch) == {2: "douteuse"}


def test_decisions_must_be_tried_before_they_are_written(wizard):
    batch = wizard.checked(ROW, "2;a;21232;Dijon;;;;;;\n")
    wizard.decide(batch, "ecarter", ligne=3)
    wizard.go(batch, "ecriture")
    assert batch.state == State.CHECKED
    assert not Record.objects.exists()


def test_what_changed_in_the_catalogue_since_the_trial_is_not_written_unseen(wizard):
    wizard.go(wizard.checked(ROW), "ecriture")
    newer = wizard.checked(ROW.replace("120;30", "140;30"))
    Record.objects.filter(kind="operation").update(summary="x")
    Operation.objects.update(dwellings=99)
    wizard.go(newer, "ecriture")
    assert Operation.objects.get().dwellings == 99
    assert newer.rows.get().codes == ["perimee"]
    assert newer.suspicious_count == 1


def test_two_trials_of_one_file_write_it_once(wizard):
    first, other = wizard.checked(ROW), factories.curator()
    wizard.client.force_login(other)
    second = wizard.checked(ROW)
    assert second.pk != first.pk
    wizard.go(first, "ecriture")
    wizard.go(second, "ecriture")
    assert Record.objects.count() == 1
    assert (second.created_count, second.unchanged_count) == (0, 1)


def test_the_left_out_rows_come_back_as_a_csv_without_formula_or_personal_data(wizard):
    header = "identifiant;titre;territoire;commune;debut;courriel\n"
    batch = wizard.checked("1;=2+3;21232;Dijon;2014;a@b.fr\n", "1;b;38185;;2014;a@b.fr\n", header=header)
    response = wizard.client.get(reverse("catalogue:import-rejects", args=[batch.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["identifiant", "titre", "territoire", "commune", "debut", "motif"]
    assert rows[1][1] == "'=2+3"
    assert rows[1][-1].startswith("Douteuse : territoire : Le code 21232")
    assert rows[2][-1].startswith("Rejetée : Même identifiant")
    assert "a@b.fr" not in text
    assert 'filename="essai-rejets.csv"' in response["Content-Disposition"]


def test_a_record_of_another_field_is_left_out_and_not_published(wizard, ready):
    wizard.go(wizard.checked(ROW), "ecriture")
    written = ImportBatch.objects.get()
    wizard.client.force_login(factories.curator(regions=[ready["21231"]]))
    newer = wizard.checked(ROW.replace("120", "140"))
    assert newer.rows.get().codes == ["hors-champ"]
    wizard.go(written, "publication")
    assert not Record.objects.published().exists()
    url = reverse("catalogue:import-start", args=[written.pk, "annulation"])
    assert wizard.client.post(url, {"version": written.version}).status_code == 404
    confirm = reverse("catalogue:import-confirm", args=[written.pk, "annulation"])
    assert wizard.client.get(confirm).status_code == 404


def test_an_undo_shows_and_keeps_what_was_touched(wizard):
    batch = wizard.checked(ROW, ROW.replace("1;Les Rives", "2;Bords du lac"))
    wizard.go(batch, "ecriture")
    Record.objects.filter(external_id="2").update(summary="Complété à la main.")
    page = wizard.client.get(reverse("catalogue:import-confirm", args=[batch.pk, "annulation"]))
    assert "Bords du lac" in page.content.decode()
    wizard.go(batch, "annulation")
    assert "Bords du lac" in batch.failure
    assert (batch.state, Record.objects.count()) == (State.WRITTEN, 2)
    wizard.go(batch, "annulation", garder="1")
    assert (batch.state, Record.objects.get().external_id) == (State.UNDONE, "2")
    assert "Gardées telles quelles" in wizard.page(batch).content.decode()


def test_an_abandoned_import_leaves_no_file(wizard, django_capture_on_commit_callbacks):
    batch = wizard.checked(ROW)
    storage, name = batch.file.storage, batch.file.name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        response = wizard.client.post(
            reverse("catalogue:import-discard", args=[batch.pk]), {"version": batch.version}
        )
    assert response.status_code == 302
    assert not ImportBatch.objects.exists()
    assert not ImportRow.objects.exists()
    assert not storage.exists(name)


def test_a_failure_is_shown_and_can_be_tried_again(wizard, monkeypatch):
    batch = wizard.checked(ROW)
    with monkeypatch.context() as patch:
        patch.setattr("catalogue.imports.write.writer._write_items", lambda *a: 1 / 0)
        wizard.go(batch, "ecriture")
    assert "Erreur inattendue" in wizard.page(batch).content.decode()
    assert not Record.objects.exists()
    wizard.go(batch, "ecriture")
    assert Record.objects.count() == 1
    assert batch.failure == ""


def test_a_lost_job_is_asked_for_again(wizard):
    batch = wizard.checked(ROW)
    rules.start_job(batch.pk, ImportBatch.Job.WRITE, factories.curator())
    again = reverse("catalogue:import-again", args=[batch.pk])
    assert "en cours" in wizard.client.post(again, follow=True).content.decode()
    ImportBatch.objects.update(job_at=None)
    assert "attend son tour" in wizard.page(batch).content.decode()
    ImportBatch.objects.update(job_step="Lecture du fichier")
    assert "ne donne plus signe de vie" in wizard.page(batch).content.decode()
    wizard.client.post(again)
    assert wizard.run_jobs().count("import_step") == 2
    assert Record.objects.count() == 1
    assert "déjà finie" in wizard.client.post(again, follow=True).content.decode()


def test_a_spreadsheet_is_read_as_well(wizard):
    book = openpyxl.Workbook()
    for row in (HEADER.strip().split(";"), ROW.strip().split(";")):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    response = wizard.upload(file.getvalue(), name="fiches.xlsx")
    batch = ImportBatch.objects.get()
    assert response.url == reverse("catalogue:import-columns", args=[batch.pk])
    assert batch.file.name.endswith(".xlsx")
    wizard.columns(batch)
    wizard.run_jobs()
    assert wizard.go(batch, "ecriture").created_count == 1


def test_files_are_not_stored_for_ever(wizard):
    written, waiting, recent = (
        wizard.checked(ROW),
        wizard.rows("2;a;38185;;;;;;;\n"),
        wizard.rows("3;b;38185;;;;;;;\n"),
    )
    wizard.go(written, "ecriture")
    ImportBatch.objects.exclude(pk=recent.pk).update(created_at=timezone.now() - timedelta(days=91))
    names = [written.file.name, waiting.file.name]
    assert rules.delete_old_files() == 2
    assert not any(written.file.storage.exists(name) for name in names)
    assert set(ImportBatch.objects.values_list("pk", flat=True)) == {written.pk, recent.pk}
    assert wizard.page(written).status_code == 200
    assert recent.file.storage.exists(recent.file.name)


def test_a_long_job_gives_signs_of_life(wizard, monkeypatch):
    beats = threading.Event()
    monkeypatch.setattr(progress, "BEAT_S", 0.001)
    monkeypatch.setattr(progress, "STORE_HEARTBEAT", "SELECT %s")
    batch = wizard.checked(ROW)
    monkeypatch.setattr(threading.Event, "wait", _counted(threading.Event.wait, beats))
    wizard.go(batch, "ecriture")
    assert batch.state == State.WRITTEN
    assert beats.is_set()


def _counted(wait, seen):
    def counted(self, timeout=None):
        if timeout == 0.001:
            seen.set()
        return wait(self, timeout)

    return counted


def test_the_header_alone_is_refused(wizard):
    response = wizard.upload(HEADER.encode())
    assert response.status_code == 422
    assert "aucune ligne de données" in response.content.decode()
