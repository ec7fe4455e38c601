"""A spatial file is a table: its attributes and its geometry are columns, its elements are rows."""

import base64
import datetime
import io
import json
import tempfile
import zipfile
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import LineString, Point, Polygon

from catalogue.imports.columns.mapping import build_mapping
from catalogue.imports.places.placement import place_candidates
from catalogue.imports.places.shapes import read_shape
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.read.files import read_file
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.rows.candidates import read_candidates

SQUARE = Polygon([(2, 47), (2.1, 47), (2.1, 47.1), (2, 47.1)])


@pytest.fixture(scope="module")
def frame():
    """Three elements with accents, numbers, yes and no, a date, an altitude, and one without geometry."""
    columns = {
        "Intitulé": ["Îlot d'Œuvre", "Quai à 12 €", "Sans lieu"],
        "surface": [1.5, None, 3.0],
        "vérifiée": [True, False, True],
        "début": [datetime.datetime(2020, 1, 1)] * 3,  # noqa: DTZ001
    }
    return geopandas.GeoDataFrame(columns, geometry=[Point(2.35, 48.85, 35), SQUARE, None], crs=4326)


def geopackage(*layers, srid=2154):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        for name, frame in layers:
            frame.to_crs(srid).to_file(path, layer=name, driver="GPKG")
        return path.read_bytes()


def shapefile(frame, *, encoding="cp1252", without=(), srid=2154):
    with tempfile.TemporaryDirectory() as folder:
        frame.to_crs(srid).to_file(Path(folder) / "Opérations.shp", encoding=encoding)
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in Path(folder).iterdir():
                if one.suffix not in without:
                    archive.write(one, f"export/{one.name}")
        return written.getvalue()


def placed(table, srid, column="emplacement", **fields):
    """The candidates of a table whose column of geometries is read in a system."""
    data = {"nature": "operation", "champs": {"emplacement": column, **fields}, "projection": srid}
    mapping = build_mapping(data)
    candidates = read_candidates(table, mapping)
    place_candidates(candidates, mapping.spec, TerritoryIndex(), mapping.srid)
    return candidates


def test_a_geopackage_in_lambert_93_is_a_table_with_a_column_of_geometries(frame):
    data = geopackage(("lieux", frame), ("autre couche", frame.iloc[:1]))
    table = read_file(data)
    assert table.headers == ["Intitulé", "surface", "vérifiée", "début", "emplacement"]
    assert (table.encoding, table.srid, table.shape) == ("GeoPackage", 2154, "emplacement")
    assert (table.layer, table.layers) == ("lieux", ["lieux", "autre couche"])
    first = table.rows[0]
    assert (first.line, first.cells["Intitulé"], first.cells["surface"]) == (1, "Îlot d'Œuvre", "1,5")
    assert (first.cells["vérifiée"], first.cells["début"]) == ("oui", "2020-01-01")
    assert first.cells["emplacement"].startswith("POINT (652")
    assert table.rows[2].cells["emplacement"] == ""
    assert any("altitudes" in notice for notice in table.notices)
    point, square, nowhere = placed(table, 2154)
    assert point.values["geometry"] == "POINT(2.35 48.85)"
    assert square.values["geometry"].startswith("POLYGON((2 47,")
    assert square.values["location_precision"] == "exacte"
    assert "geometry" not in nowhere.values
    assert len(read_file(data, layer="autre couche").rows) == 1
    with pytest.raises(FileRefused, match="couche"):
        read_file(data, layer="absente")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("cp1252", True), ("cp1252", False), ("utf-8", True), ("utf-8", False), ("iso-8859-15", True)],
)
def test_a_shapefile_keeps_its_accents_and_asks_for_the_projection_it_lost(frame, encoding, declared):
    flat = frame.iloc[:1].drop(columns="début")
    without = () if declared else (".prj", ".cpg")
    table = read_file(shapefile(flat, encoding=encoding, without=without))
    assert table.headers == ["Intitulé", "surface", "vérifiée", "emplacement"]
    assert table.rows[0].cells["Intitulé"] == "Îlot d'Œuvre"
    assert (table.srid, table.likely) == ((2154, None) if declared else (None, 2154))
    assert placed(table, 2154)[0].values["geometry"] == "POINT(2.35 48.85)"


def test_a_geojson_of_metres_without_a_projection_is_asked_about(frame):
    flat = frame.to_crs(2154).iloc[:2].drop(columns="début")
    data = json.loads(flat.to_json())
    assert read_file(json.dumps(data).encode()).srid == 2154
    del data["crs"]
    table = read_file(b"\xef\xbb\xbf" + json.dumps(data).encode())
    assert (table.srid, table.likely) == (None, 2154)
    assert any("mètres" in notice for notice in table.notices)
    assert table.headers == ["id", "Intitulé", "surface", "vérifiée", "emplacement"]


@pytest.mark.parametrize(
    ("text", "codes", "geometry"),
    [
        ("POINT (2.35 48.85)", [], "POINT(2.35 48.85)"),
        ('{"type": "MultiPoint", "coordinates": [[2, 47], [3, 48]]}', [], "MULTIPOINT((2 47),(3 48))"),
        ("LINESTRING Z (2 47 1, 3 48 2)", [], "LINESTRING(2 47,3 48)"),
        ("POINT (48.85 2.35)", ["axes-a-echanger"], "POINT(2.35 48.85)"),
        (
            "POLYGON ((2 47, 3 48, 3 47, 2 48, 2 47))",
            ["trace-a-reparer"],
            "MULTIPOLYGON(((2 48,2.5 47.5,2 47,2 48)),((3 47,2.5 47.5,3 48,3 47)))",
        ),
        ("POINT (652000 6862000)", ["geometrie-refusee"], ""),
        ("POINT (2 95)", ["geometrie-refusee"], ""),
        ("POINT EMPTY", [], ""),
        ("n’importe quoi", ["coordonnees-illisibles"], ""),
        ("GEOMETRYCOLLECTION (POINT (2 47))", ["coordonnees-illisibles"], ""),
        ("LINESTRING (2 47, 2 47)", ["geometrie-refusee"], ""),
    ],
)
def test_a_geometry_is_taken_doubted_or_refused(text, codes, geometry):
    shape = read_shape(text, 4326, "emplacement", in_france=True)
    assert [problem.code for problem in shape.problems] == codes
    assert shape.text == geometry


GEOPARQUET = (
    "P(e~L6$BL`6(&p-1Qh@h000p{1poj5!;WlkbOZnZ08w>eX%zq!5)~FK6$BL!6$TXs8~^|S2_OOh000C50RsXR1Qj3^Buo_q6#x<d"
    "01!L@0000000002000000000L02LAy7AzG66%Z8$6$Tst000Rf0ssI21OWj90u=-mG8HgP6#^9i5&!@h7!?2j009922>~p?<s(4="
    "0000iEm}bp02LAy7AzG66%Z8$6$Tst000Rf0ssI20|5a702KroOf>))26JO*Wo=;<1^^WdB?1@&Zf|WR08AVJ000#PB?1@$ZU7Yw"
    "B?1@-XJv0~Wpr|R02Txp92q<&02~zz88rX~5E&Q)Zf|WB0u}@ob{2jnN+t*?EENP502KlN6#x|w6#@V}77`f-872S(0000c02~zr"
    "88rX~5E&Q&ZWRI+1Qv7_d?v;LCWZkiEENP502KlN6#x|w6#@V}DFzuP00aO4044w&6$}|Q00s~l7zk%&Z*66Ca(NX376cZC0Tze>"
    "Ce8vTf&wWl6$BLk6#@Vi02L4w0suS~Dj5bDCISKg000*70u}@&2o{0^02v$@17~G#7|Q{BB6ekRb7^mGB03-<F)lGKFd{4<B5-nP"
    "ZDDeGUt@1<b!~1UIv^rvWp8a|baHtjEFdCdZ)|mKZgV0!AbTQbWp8a|baHtjIv{%@Wo~0{WNB_^B03-<S4%=7EFdChWp8a|baHuL"
    "ba`-Pb0Rt*TU{(5B4cuMB03;@B5q-AWg<EtB2q_2IWr)3F(5A>Okr(eWpZ>aIWr<GAR=jGB03;@B4KrOXm4_9ba^5=AR<LjQ%52!"
    "AR=RLWMv{cATlvEG<|)2eSH8JAaG%Fadl;MEn{$SEn#wUZ+9SeWpZ<AZ*CwmHZCwOF&R7@000~S02}}S0Q>;}08l|vF#"
)
"""Two elements in Lambert-93, the second without geometry, packed with Snappy; written by PyArrow."""


def test_a_geoparquet_is_read_in_its_projection():
    data = base64.b85decode(GEOPARQUET)
    table = read_file(data)
    assert (table.encoding, table.srid) == ("GeoParquet", 2154)
    assert [row.cells for row in table.rows] == [
        {"nom": "Îlot", "n": "1", "emplacement": "POINT (652000 6862000)"},
        {"nom": "Quai", "n": "2", "emplacement": ""},
    ]


def test_swapped_axes_are_found_in_metres_and_forgotten_abroad():
    turned = read_shape("POINT (6862000 652000)", 2154, "emplacement", in_france=True)
    assert [problem.code for problem in turned.problems] == ["axes-a-echanger"]
    assert turned.position == pytest.approx((2.346, 48.857), abs=0.001)
    assert read_shape("POINT (45.34 2.04)", 4326, "emplacement", in_france=False).problems == []


def test_lines_and_sheets_of_honest_files_stay_what_they_were():
    lines = geopandas.GeoDataFrame({"nom": ["Tram"]}, geometry=[LineString([(2, 47), (3, 48)])], crs=4326)
    (tram,) = placed(read_file(geopackage(("l", lines), srid=3948)), 3948)
    assert tram.values["geometry"].startswith("LINESTRING(2 47,3 48)")
