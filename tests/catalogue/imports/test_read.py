"""Any honest file is read, any broken one is refused with its lines."""

import io
import zipfile

import openpyxl
import pytest

from catalogue.imports.read.files import read_file
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.read.table import MAX_CELL
from tests.catalogue.imports.conftest import DATA

PLAIN = "titre;commune;année\nÉcole;Le Havre;2019\nMarché;Bègles;2020\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_every_encoding_gives_the_same_rows(encoding):
    table = read_file(PLAIN.encode(encoding))
    assert table.headers == ["titre", "commune", "année"]
    assert [row.cells["titre"] for row in table.rows] == ["École", "Marché"]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found(separator):
    table = read_file(PLAIN.replace(";", separator).encode())
    assert table.separator == separator
    assert table.rows[1].cells["commune"] == "Bègles"


def test_the_excerpt_of_the_ministry_is_sorted_and_numbered():
    table = read_file((DATA / "ecoquartiers_extrait.csv").read_bytes())
    assert "Candidat potentiel 2017" in table.headers  # a line break in the header itself
    assert table.rows[0].line == 3
    assert table.rows[3].cells["Ville"].startswith("Bordeaux\n")
    assert table.blank_lines == [16]
    assert table.total_lines == [18]
    assert len(table.rows) == 13


def test_lines_before_the_header_are_reported():
    table = read_file(b"Extraction du 3 mai\n\ncode;nom;type\n1;a;b\n2;c;d\n")
    assert table.headers == ["code", "nom", "type"]
    assert table.notices
    assert [row.line for row in table.rows] == [4, 5]


def test_a_firm_called_total_is_not_a_total():
    table = read_file(b"identifiant,nom,type\nsuez,Suez,grande\ntotal,Total,grande\n")
    assert len(table.rows) == 2
    assert table.total_lines == []


def test_trailing_cells_that_a_spreadsheet_drops_are_empty():
    table = read_file(b"a;b;c\n1;x\n2;y;z\n")
    assert table.rows[0].cells == {"a": "1", "b": "x", "c": ""}


def test_twin_headers_are_numbered():
    assert read_file(b"nom;nom;\nx;y;\n").headers == ["nom", "nom (2)"]


@pytest.mark.parametrize(
    ("data", "lines", "word"),
    [
        (b"", (), "vide"),
        (b"   \n\n", (), "vide"),
        (b"titre;commune\n", (), "aucune ligne"),
        (b"1;2;3\n4;5;6\n", (1,), "en-tête manque"),
        (b"nom\nun\ndeux\n", (), "colonne"),
        (b'a;b\n1;"ouvert\n2;x\n', (2,), "tronqué"),
        (b'a;b\n1;"x"y\n', (2,), "guillemets"),
        (b"a;b\n1;x\n2;y;z;t\n", (3,), "plus de cellules"),
        (b"a;b;c\n1;x;y\n2;y", (3,), "coupée"),
        (b"a;b\n1;x\x00y\n", (2,), "octets nuls"),
        ("a;b\néèà;è\nà;çéé\n".encode() + b"\xe9;x\n", (4,), "abîmés"),
        (b"%PDF-1.7 a;b", (), "PDF"),
        (b'{"type":"FeatureCollection"}', (), "aucun élément"),
        (b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>", (), "VRT"),
        (b"SQLite format 3\x00", (), "abîmé"),
    ],
)
def test_a_broken_file_is_refused_with_its_lines(data, lines, word):
    with pytest.raises(FileRefused) as refusal:
        read_file(data)
    assert word in str(refusal.value)
    assert refusal.value.lines == lines


def test_a_huge_cell_names_its_line():
    with pytest.raises(FileRefused) as refusal:
        read_file(b"a;b\n1;x\n2;" + b"y" * (MAX_CELL + 1) + b"\n")
    assert refusal.value.lines == (3,)


def test_too_many_rows_or_columns():
    with pytest.raises(FileRefused):
        read_file(b"a;b\n" + b"1;2x\n" * 11, max_rows=10)
    with pytest.raises(FileRefused):
        read_file(";".join(f"c{n}" for n in range(150)).encode() + b"\n1\n")


def workbook(*rows, title="Feuille"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_reads_as_a_person_would_type_it():
    table = read_file(
        workbook(["code", "année", "surface", "vu"], ["01053", 2019, 1.5, True], [38185.0, None, None, False])
    )
    assert table.rows[0].cells == {"code": "01053", "année": "2019", "surface": "1,5", "vu": "oui"}
    assert table.rows[1].cells["code"] == "38185"
    assert table.rows[1].line == 3


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", workbook(["a", "b"], ["1", "x"])[:-200]])
def test_a_damaged_workbook_is_refused(data):
    with pytest.raises(FileRefused):
        read_file(data)


def archive(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (archive(autre="rien"), "XLSX"),
        (archive(**{"xl/workbook.xml": "<x/>", "xl/vbaProject.bin": "x"}), "macros"),
        (archive(**{"xl/workbook.xml": "0" * 30_000_000}), "compressée"),
        (
            archive(
                **{"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}
            ),
            "ne se lit pas",
        ),
    ],
)
def test_a_hostile_workbook_is_refused(data, word):
    with pytest.raises(FileRefused) as refusal:
        read_file(data)
    assert word in str(refusal.value)
