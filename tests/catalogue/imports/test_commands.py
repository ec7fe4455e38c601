"""The two commands, as an operator meets them."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import Record
from tests import factories
from tests.catalogue.imports.conftest import DATA

CSV, TOML = DATA / "ecoquartiers_extrait.csv", DATA / "ecoquartiers_extrait.toml"


def run(*args):
    out = io.StringIO()
    call_command("import_records", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_dry_run_is_the_default_and_reports_everything(territories, tmp_path):
    rejects, report = tmp_path / "rejets.csv", tmp_path / "compte.json"
    output = run(CSV, "--mapping", TOML, "--rejects", rejects, "--report", report)
    assert "Rien n’a été écrit" in output
    assert "ligne 4 – douteuse – L’Arsenal" in output
    assert "ligne 17 – rejetée" in output
    assert not Record.objects.exists()
    lines = rejects.read_text(encoding="utf-8-sig")
    assert lines.splitlines()[0].startswith("N° Dept,Nom Dept,CODE INSEE")
    assert ",motif" in lines
    assert json.loads(report.read_text(encoding="utf-8"))["comptes"]["nouvelles"] == 7


def test_dry_run_can_be_explicit(territories):
    assert "Rien n’a été écrit" in run(CSV, "--mapping", TOML, "--dry-run")


def test_write_then_write_again(territories):
    assert "Écrit dans la base" in run(CSV, "--mapping", TOML, "--write")
    assert Record.objects.count() == 7
    assert "Rien n’a été écrit" in run(CSV, "--mapping", TOML, "--write")
    assert Record.objects.count() == 7


def test_details_on_request(territories):
    assert "lu 3,36 ha" in run(CSV, "--mapping", TOML, "-v", "2")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "vide"),
        (b'identifiant;titre\n1;"a\n2;b\n', "Ligne : 2"),
        (b"identifiant;titre\n1;a;b;c\n", "Ligne : 2"),
        (b"identifiant;titre\n1;a\x00\n", "Ligne : 2"),
        (b"titre;territoire\na;38185\n", "identifiant"),
    ],
)
def test_a_broken_file_ends_in_an_error_and_changes_nothing(territories, tmp_path, data, word):
    factories.source(code="essai")
    path = tmp_path / "essai.csv"
    path.write_bytes(data)
    with pytest.raises(CommandError, match=word):
        run(path, "--kind", "operation", "--source", "essai", "--write")
    assert not Record.objects.exists()


def test_a_missing_file_or_mapping(territories, tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path / "absent.csv", "--kind", "operation")
    with pytest.raises(CommandError):
        run(CSV, "--mapping", tmp_path / "absent.toml")
    broken = tmp_path / "faux.toml"
    broken.write_text("nature = ", encoding="utf-8")
    with pytest.raises(CommandError, match="TOML"):
        run(CSV, "--mapping", broken)
