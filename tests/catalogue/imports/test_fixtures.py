"""The initial data set loads whole, is published, and a second run changes nothing."""

import csv
import io
import re
import shutil

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.test import TestCase

from catalogue.imports.fixtures import FIXTURES, FOLDER, import_fixtures, refuse_incomplete
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.typography import apply_typography
from catalogue.models import (
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
from catalogue.records.kinds import KIND_SPECS
from geo.models import Level, Territory
from geo.names import slugify_name

ARRONDISSEMENT = re.compile(r"^(751|6938|132)\d+$")
CAPITALS = {"75": "75056", "69": "69123", "13": "13055"}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def make_ground():
    """The territories that the files name, each at a point of its own; no outline is needed."""
    rows = [row for path in FOLDER.rglob("*.csv") for row in rows_of(path) if row.get("territoire")]
    names = {}
    for row in sorted(rows, key=lambda row: not row.get("commune")):
        code = row["territoire"].removeprefix("commune:")
        names.setdefault(code, row.get("commune") or row.get("nom") or code)
    shared = {"millesime": 2025, "source": "essai"}
    communes, arrondissements = [], []
    for n, (code, name) in enumerate(sorted(names.items())):
        level, _sep, bare = code.rpartition(":")
        fields = {"code": bare, "name": name, "slug": slugify_name(name), **shared}
        if not level:
            fields["point"] = Point(2 + n / 1000, 47, srid=4326)
        (arrondissements if ARRONDISSEMENT.match(code) else communes).append((level or Level.COMMUNE, fields))
    created = {
        t.code: t for t in Territory.objects.bulk_create(Territory(level=level, **f) for level, f in communes)
    }
    Territory.objects.bulk_create(
        Territory(level=Level.ARRONDISSEMENT, commune=created[CAPITALS[fields["code"][:2]]], **fields)
        for _level, fields in arrondissements
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
