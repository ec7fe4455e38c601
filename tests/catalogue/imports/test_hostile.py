"""Hundreds of hostile files: each is refused in French, quickly, and without filling the memory.

The files are made by ``tests/catalogue/imports/hostile``. What is not refused whole must be left out row
by row, with a reason: nothing of a hostile file reaches the catalogue unseen.
"""

import io
import os
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.imports.columns.mapping import build_mapping
from catalogue.imports.places.placement import place_candidates
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.read.files import read_file
from catalogue.imports.read.problems import FileRefused, Severity
from catalogue.imports.rows.candidates import read_candidates
from catalogue.models import ImportBatch
from catalogue.records.csv_files import safe_cell
from catalogue.records.file_types import recognise_file
from geo.uploads import UploadRefused, read_upload, sandbox
from tests import factories
from tests.catalogue.imports.hostile import (
    books,
    deposits,
    geojsons,
    geopackages,
    parquets,
    shapefiles,
    texts,
)

SECONDS, MEGABYTES = 5, 500
MOST_ROWS = 5_000
CONFINED = {"geopackage", "shapefile", "parquet"}
"""The families that reach a process of their own."""
CHILD = sandbox.CHILD
BETWEEN = """
import os, runpy, sys
child = os.fork()
if child == 0:
    runpy.run_path("{child}", run_name="__main__")
    sys.exit()
_, status, usage = os.wait4(child, 0)
with open("{written}", "a") as file:
    print(usage.ru_maxrss, file=file)
if os.WIFSIGNALED(status):
    os.kill(os.getpid(), os.WTERMSIG(status))
sys.exit(os.waitstatus_to_exitcode(status))
"""
FRENCH = re.compile(
    r"\b(le|la|les|l’|un|une|ce|cette|d’|de|du|des|n’|est|pas|au|aux)(\b|(?<=’))", re.IGNORECASE
)
ENGLISH = re.compile(
    r"\b(error|invalid|file|failed|cannot|unexpected|unable|not|bad|exception|traceback|expected|missing)\b",
    re.IGNORECASE,
)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1",
    "=cmd|'/C calc'!A0",
    "-",
    "+33 1 x",
    "+3",
)
NUMBERS = ("-12", "-1,5", "-1 234,5")


def imported(content):
    """What the wizard says of a file: the refusal, or why no row of it would be written as it is."""
    try:
        table = read_file(content, max_rows=MOST_ROWS)
    except FileRefused as refusal:
        return str(refusal)
    fields = {"emplacement": table.shape} if table.shape else {}
    mapping = build_mapping({"nature": "operation", "champs": fields, "projection": table.srid or 4326})
    candidates = read_candidates(table, mapping)
    place_candidates(candidates, mapping.spec, TerritoryIndex())
    said = []
    for candidate in candidates:
        column = mapping.rules["emplacement"].column if fields else ""
        found = [
            p
            for p in candidate.problems
            if p.severity is not Severity.NOTICE and p.column == column and column
        ]
        assert found, f"read as a table: {table.headers[:5]} {candidate.cells}"
        said.append(found[0].message)
    return said[0]


def given(content):
    """What the form of a place says of a file."""
    with pytest.raises(UploadRefused) as refusal:
        read_upload(SimpleUploadedFile("trace.geojson", content))
    return str(refusal.value)


def joined(content):
    """What the form of a document says of a file."""
    with pytest.raises(UploadRefused) as refusal:
        recognise_file(io.BytesIO(content), len(content))
    return str(refusal.value)


FAMILIES = {
    "texte": (texts.cases, imported, 115),
    "classeur": (books.cases, imported, 80),
    "geojson": (geojsons.cases, imported, 80),
    "geopackage": (geopackages.cases, imported, 55),
    "shapefile": (shapefiles.cases, imported, 65),
    "parquet": (parquets.cases, imported, 60),
    "lieu": (deposits.places, given, 30),
    "document": (deposits.documents, joined, 18),
}
"""The files of each family, what is asked to read them and how many there are at least."""


def memory(field):
    """A figure of this process, in megabytes."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(field))
    return int(line.split()[1]) // 1024


def measured(content, ask):
    """The message, the seconds of processor, children included, and the megabytes that a file took."""
    if callable(content):
        content = content()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before = memory("VmRSS")
    started = sum(os.times()[:4])
    said = ask(content)
    return said, sum(os.times()[:4]) - started, memory("VmHWM") - before


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """The megabytes that each confined process took at most.

    A process is weighed with the one that it was born of: a small one comes between it and this one.
    """
    written = tmp_path / "weights"
    written.touch()
    between = tmp_path / "child.py"
    between.write_text(BETWEEN.format(child=sandbox.CHILD, written=written))
    monkeypatch.setattr(sandbox, "CHILD", between)
    return lambda: [int(line) // 1024 for line in written.read_text().split()]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_hostile_file_is_refused_in_french_in_time_and_in_little_memory(
    family, weights, record_testsuite_property
):
    cases, ask, least = FAMILIES[family]
    faults, slowest, largest, count = [], (0.0, ""), (0, ""), 0
    for name, content in cases():
        count += 1
        try:
            said, seconds, megabytes = measured(content, ask)
        except BaseException as error:
            faults.append(f"{name}: {type(error).__name__} {str(error)[:200]}")
            continue
        slowest, largest = max(slowest, (seconds, name)), max(largest, (megabytes, name))
        if not FRENCH.search(said) or ENGLISH.search(said) or not said.endswith((".", "?", "!")):
            faults.append(f"{name}: « {said} »")
        if seconds > SECONDS or megabytes > MEGABYTES:
            faults.append(f"{name}: {seconds:.1f} s, {megabytes} MB")
    child = max(weights(), default=0)
    for what, figure in (("files", count), ("slowest", slowest), ("largest", largest), ("child", child)):
        record_testsuite_property(f"{family}: {what}", str(figure))
    assert not faults, "\n".join(faults)
    assert bool(child) is (family in CONFINED)
    assert child < MEGABYTES
    assert count >= least


def test_the_weight_of_a_confined_process_is_its_own(weights, tmp_path):
    ours = bytearray(400 * 1024 * 1024)
    heavy = tmp_path / "heavy.py"
    sandbox.CHILD.write_text(sandbox.CHILD.read_text().replace(str(CHILD), str(heavy)))
    for megabytes in (1, 150):
        heavy.write_text(
            f"held = bytearray({megabytes} * 1024 * 1024)\nheld[::4096] = b'x' * len(held[::4096])"
        )
        with pytest.raises(UploadRefused):
            sandbox.read(tmp_path / "a.geojson", "GeoJSON")
    light, loaded = weights()
    assert len(ours) > light * 1024 * 1024
    assert light < 100
    assert 150 <= loaded < 250


def test_no_cell_of_an_export_starts_a_formula():
    for formula in FORMULAS:
        assert safe_cell(formula)[0] not in "=+-@\t\r", formula
    assert [safe_cell(number) for number in NUMBERS] == list(NUMBERS)
    assert [safe_cell(number) for number in (-12, -1.5)] == ["-12", "-1.5"]


@pytest.mark.django_db
def test_the_wizard_refuses_them_on_its_page(client):
    client.force_login(factories.curator())
    lambert = {"type": "link", "properties": {"href": "http://127.0.0.1/"}}
    named = {
        "vrt.csv": texts.MAGICS["vrt"],
        "macros.xlsx": books.book(parts={"xl/vbaProject.bin": b"x"}),
        "vue.gpkg": geopackages.viewed(geopackages.ENDLESS),
        "parent.zip": books.member("../../couche.shp"),
        "lien.geojson": geojsons.collection(geojsons.POINT, crs=lambert),
        "pied.parquet": b"PAR1" + bytes(4) + b"PAR1",
    }
    for name, content in named.items():
        data = {"fichier": SimpleUploadedFile(name, content), "nature": "operation", "nom": "Source d’essai"}
        response = client.post(reverse("catalogue:import-new"), data)
        assert response.status_code == 422, name
        assert FRENCH.search(response.context["form"].errors["fichier"][0]), name
    assert not ImportBatch.objects.exists()
