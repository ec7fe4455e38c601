"""The initial data set loads whole, is published, and a second run changes nothing."""

import io
import re
import shutil

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TestCase, override_settings

from catalogue.imports.fixtures import FIXTURES, FOLDER, import_fixtures, refuse_incomplete
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.typography import apply_typography
from catalogue.models import (
    Concept,
    ConceptName,
    DuplicateCandidate,
    Experiment,
    ImportBatch,
    Indicator,
    LabelAward,
    Need,
    NeedAnswer,
    Operation,
    Record,
    Solution,
    Source,
    Theme,
    Transition,
    Zonage,
)
from catalogue.models import TestSite as Site
from catalogue.records import meaning
from catalogue.records.kinds import KIND_SPECS
from catalogue.workshop.duplicates import candidates
from geo.models import Territory
from tests.catalogue.fixture_ground import make_ground, rows_of

PLACES = (
    "Ain Aisne Allier Ardèche Ardennes Ariège Aube Aude Aveyron Calvados Cantal Charente Cher Corrèze "
    "Creuse Dordogne Doubs Drôme Eure Finistère Gard Gers Gironde Hérault Indre Isère Jura Landes "
    "Loire Lot Lozère Manche Marne Mayenne Meuse Morbihan Moselle Nièvre Nord Oise Orne Rhône Paris "
    "Sarthe Savoie Somme Tarn Var Vaucluse Vendée Vienne Vosges Yonne Bretagne Normandie Occitanie "
    "Corse Guadeloupe Martinique Guyane Réunion Mayotte"
)


def state():
    """Everything the fixtures write, in a form that can be compared."""
    models = (
        Record,
        Solution,
        Experiment,
        Operation,
        Site,
        Need,
        LabelAward,
        Indicator,
        NeedAnswer,
        Transition,
        Concept,
    )
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


class TestInitialDataSet(TestCase):
    """What a visitor finds on the first day."""

    @classmethod
    def setUpTestData(cls):
        make_ground()
        import_fixtures(is_strict=True)

    def test_every_row_is_loaded_and_published(self):
        files = {
            Solution: "solutions.csv",
            Experiment: "experimentations.csv",
            Operation: "operations.csv",
            Site: "sites.csv",
            Need: "besoins.csv",
            LabelAward: "labels.csv",
            Indicator: "mesures.csv",
            NeedAnswer: "reponses.csv",
            Theme: "themes.csv",
            Concept: "notions.csv",
        }
        for model, name in files.items():
            assert model.objects.count() == len(rows_of(FOLDER / name)), name
        assert Zonage.objects.get().members.count() == 244
        assert Record.objects.published().count() == Record.objects.count() >= 500
        assert not Record.objects.filter(published_at=None).exists()
        initial = Transition.objects.filter(reason="Jeu de données initial", to_state=Record.State.PUBLISHED)
        assert initial.count() == Record.objects.count()

    def test_a_second_run_changes_nothing(self):
        before, batches = state(), ImportBatch.objects.count()
        out = io.StringIO()
        call_command("import_fixtures", strict=True, stdout=out)
        assert "inchangées" in out.getvalue()
        assert state() == before
        assert ImportBatch.objects.count() == batches

    def test_its_only_likely_duplicates_are_one_need_said_twice(self):
        meaning.encode_lacking()
        candidates.refresh_all()
        pairs = DuplicateCandidate.objects.values_list("first__title", "second__title")
        assert list(pairs) == [
            ("Connaître les horaires des parcs", "Savoir quand les espaces verts sont ouverts")
        ]
        with override_settings(SEARCH_BY_MEANING=False):
            candidates.refresh_all()
        assert not pairs.all().exists()

    def test_every_record_names_its_source(self):
        assert not Record.objects.filter(source=None).exists()
        for model in (Record, LabelAward, Indicator):
            assert not model.objects.filter(source_url="", source_citation="").exists()

    def test_failure_and_proof_are_shown(self):
        abandoned = Experiment.objects.filter(status=Experiment.Status.ABANDONED)
        assert abandoned.filter(abandon_reason__contains="bruit").exists()
        independent = Experiment.objects.filter(indicators__is_third_party=True)
        assert independent.values_list("proof_level", flat=True).get() == 4
        assert not Site.objects.exclude(site_state="historique").exists()
        assert not Need.objects.filter(geometry__isnull=False).exists()


class TestThesaurus(TestCase):
    """What the concepts of the first day must be for a search to rely on them."""

    @classmethod
    def setUpTestData(cls):
        call_command(
            "import_records", FOLDER / "notions.csv", kind="notion", write=True, stdout=io.StringIO()
        )

    def test_each_name_leads_to_one_concept(self):
        owners = {}
        for phrase, label in ConceptName.objects.values_list("phrase", "concept__label"):
            owners.setdefault(phrase, set()).add(label)
        assert {phrase: labels for phrase, labels in owners.items() if len(labels) > 1} == {}

    def test_each_synonym_adds_a_name(self):
        for concept in Concept.objects.prefetch_related("names"):
            names = {one.name for one in concept.names.all()}
            assert names == {concept.label, *concept.synonyms}, concept
            assert len(names) > 1, concept

    def test_everyday_words_lead_to_those_of_the_administration(self):
        asked = {
            "nids-de-poule": "état des chaussées",
            "trou dans la route": "état des chaussées",
            "vélos": "vélo",
            "cantines": "restauration scolaire",
            "lampadaires": "éclairage public",
            "poubelles": "déchets ménagers",
            "QPV": "quartier prioritaire",
            "PMR": "handicap",
            "seniors": "personnes âgées",
            "surchauffe urbaine": "îlot de chaleur urbain",
            "sites désaffectés": "friche",
            "tiers lieux": "tiers-lieu",
        }
        statement = "SELECT phraseto_tsquery('francais', replace(%s, '-', ' '))::text"
        for words, label in asked.items():
            with connection.cursor() as cursor:
                cursor.execute(statement, [words])
                (phrase,) = cursor.fetchone()
            found = ConceptName.objects.filter(phrase=phrase)
            assert list(found.values_list("concept__label", flat=True)) == [label], words

    def test_no_name_draws_a_whole_departement_in(self):
        """A record bears the names of its territories: « aînés » would be the stem of the Ain."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT tsvector_to_array(to_tsvector('francais', %s))", [PLACES])
            (stems,) = cursor.fetchone()
        alone = [f"'{stem}'" for stem in stems]
        assert list(ConceptName.objects.filter(phrase__in=alone).values_list("name", flat=True)) == []

    def test_a_broader_concept_may_come_after_in_the_file(self):
        assert Concept.objects.get(code="velo").broader.label == "mobilité active"
        assert Concept.objects.get(code="bus").broader.label == "transport en commun"
        for concept in Concept.objects.exclude(broader=None):
            concept.full_clean()

    def test_a_second_run_changes_nothing_and_says_so(self):
        before, out = list(Concept.objects.order_by("pk").values()), io.StringIO()
        call_command("import_records", FOLDER / "notions.csv", kind="notion", write=True, stdout=out)
        assert "Rien n’a été écrit" in out.getvalue()
        assert list(Concept.objects.order_by("pk").values()) == before


@pytest.fixture
def ground(db):
    """The territories alone."""
    make_ground()


def test_a_territory_that_is_missing_is_reported_and_the_rest_loads(ground):
    Territory.objects.filter(code="61491").delete()
    results = import_fixtures()
    reasons = {
        str(problem) for result in results for outcome in result.plan.outcomes for problem in outcome.reasons
    }
    assert any("61491" in reason for reason in reasons)
    assert Record.objects.count() > 600
    with pytest.raises(FileRefused, match="experimentations"):
        refuse_incomplete(results)


def test_a_mistyped_link_stops_everything(ground, tmp_path):
    shutil.copytree(FOLDER, tmp_path / "fixtures")
    with (tmp_path / "fixtures" / "themes_correspondances.csv").open("a", encoding="utf-8") as stream:
        stream.write("energi,Liste,Énergie\n")
    with pytest.raises(FileRefused, match="themes_correspondances"):
        import_fixtures(tmp_path / "fixtures")
    assert not Source.objects.exists()


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.csv")), ids=lambda path: path.name)
def test_a_person_can_read_the_files(path):
    """UTF-8, our own headers, French typography, no formula, nothing personal."""
    text = path.read_text(encoding="utf-8")
    assert not text.startswith("\ufeff")
    for row in rows_of(path):
        for name, cell in row.items():
            assert cell is not None, (path.name, row)
            assert "'" not in cell or cell.startswith("http"), (name, cell)
            assert not re.match(r"[=+\-@]", cell), (name, cell)
            assert cell.startswith("http") or "@" not in cell, (name, cell)
            if not cell.startswith("http") and name not in {"unite"}:
                assert apply_typography(cell) == cell, (name, cell)


def test_every_file_has_the_headers_that_the_importer_knows():
    for fixture in FIXTURES:
        spec = KIND_SPECS[fixture.kind]
        (first, *_rest) = rows_of(FOLDER / fixture.filename)
        assert set(first) <= set(spec.by_name), fixture.filename
