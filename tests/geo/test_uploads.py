"""Spatial files that people give: honest ones are read, hostile ones refused in French and in time."""

import io
import json
import os
import stat
import tempfile
import time
import zipfile
from pathlib import Path

import geopandas
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from shapely.geometry import LineString, Point, Polygon

from geo.uploads import UploadRefused, merged, read_upload
from geo.uploads.projections import LABELS, NAMES, from_prj, from_urn

DEPOTS = Path(__file__).parents[1] / "data" / "depots"
SQUARE = Polygon([(2, 47), (2.1, 47), (2.1, 47.1), (2, 47.1)])
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


def given(content, name="nom-sans-rapport.txt"):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def refusal(content, **options):
    started = time.monotonic()
    with pytest.raises(UploadRefused) as refused:
        read_upload(given(content), **options)
    assert time.monotonic() - started < 10, "five seconds, on a machine that does nothing else"
    return str(refused.value)


def zipped(files):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


@pytest.fixture(scope="session")
def shapefile():
    """The members of a Shapefile of a square, in any of our reference systems."""

    def make(srid=4326, shape=SQUARE, **fields):
        frame = geopandas.GeoDataFrame({"nom": ["Îlot"], **fields}, geometry=[shape], crs=4326).to_crs(srid)
        with tempfile.TemporaryDirectory() as folder:
            frame.to_file(Path(folder) / "couche.shp")
            return {f"dossier/{one.name}": one.read_bytes() for one in Path(folder).iterdir()}

    return make


# Honest files.


def test_geojson_keeps_its_features_and_their_names():
    features = [
        {
            "type": "Feature",
            "properties": {"nom": "Un"},
            "geometry": {"type": "Point", "coordinates": [2, 47, 9]},
        },
        {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [3, 48]}},
        {"type": "Feature", "properties": {}, "geometry": None},
    ]
    layer = read_upload(given("\ufeff" + json.dumps({"type": "FeatureCollection", "features": features})))
    assert (layer.format, layer.srid) == ("GeoJSON", 4326)
    assert [one.name for one in layer.features] == ["Un", ""]
    assert not layer.features[0].geometry.hasz
    assert merged(layer.features).geom_type == "MultiPoint"


def test_geojson_in_lambert_93_is_converted():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    data = {"type": "Point", "coordinates": [652000, 6862000], "crs": crs}
    layer = read_upload(given(json.dumps(data)))
    assert layer.srid == 2154
    assert layer.features[0].geometry.coords == pytest.approx((2.346, 48.857), abs=0.001)


@pytest.mark.parametrize("prefix", ["", '<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_kml_gives_each_geometry_of_each_placemark(prefix):
    ring = "<LinearRing><coordinates>2,47,0 2.1,47,0 2.1,47.1,0 2,47,0</coordinates></LinearRing>"
    placemarks = (
        "<Placemark><name>Point</name><Point><coordinates>2,47,12</coordinates></Point></Placemark>"
        "<Placemark><name>Deux</name><MultiGeometry>"
        f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
        "<LineString><coordinates>2,47 2.1,47.1</coordinates></LineString></MultiGeometry></Placemark>"
        "<Placemark><name>Rien</name></Placemark>"
    )
    layer = read_upload(given(prefix + KML.format(placemarks)))
    assert [(one.name, one.family) for one in layer.features] == [
        ("Point", "Point"),
        ("Deux", "Polygon"),
        ("Deux", "LineString"),
    ]


def test_kmz_is_a_kml_in_a_zip():
    placemark = "<Placemark><Point><coordinates>2,47</coordinates></Point></Placemark>"
    layer = read_upload(given(zipped({"doc.kml": KML.format(placemark), "images/a.png": b"x"})))
    assert (layer.format, len(layer.features)) == ("KML", 1)


def test_gpx_gives_points_routes_and_tracks():
    points = '<trkpt lat="47" lon="2"/><trkpt lat="47.1" lon="2.1"/>'
    layer = read_upload(
        given(
            '<gpx xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="47" lon="2"><name>Halte</name>'
            f"</wpt><trk><name>Tracé</name><trkseg>{points}</trkseg><trkseg>{points}</trkseg></trk>"
            '<rte><rtept lat="47" lon="2"/><rtept lat="47.2" lon="2"/></rte></gpx>'
        )
    )
    assert [(one.name, one.geometry.geom_type) for one in layer.features] == [
        ("Halte", "Point"),
        ("Tracé", "MultiLineString"),
        ("", "LineString"),
    ]


@pytest.mark.parametrize("srid", [4326, 2154, 3857, 4171])
def test_a_zipped_shapefile_is_read_in_its_own_projection(shapefile, srid):
    layer = read_upload(given(zipped(shapefile(srid))))
    (feature,) = layer.features
    assert (layer.format, feature.name) == ("Shapefile", "Îlot")
    assert feature.geometry.extent == pytest.approx((2, 47, 2.1, 47.1), abs=1e-6)


@pytest.mark.parametrize(
    ("srid", "lon", "lat"),
    [
        (5490, -61.5, 16.2), (2972, -52.3, 4.9), (2975, 55.5, -21.0), (4471, 45.2, -12.8),
        (4467, -56.2, 46.8), (3163, 166.4, -22.2), (3296, -151.5, -16.5), (3297, -149.5, -17.6),
        (3298, -140.1, -8.9), (3299, -134.9, -23.1), (8903, -176.2, -13.3),
    ],
)  # fmt: skip
def test_the_legal_projections_of_overseas_are_read(shapefile, srid, lon, lat):
    layer = read_upload(given(zipped(shapefile(srid, Point(lon, lat)))))
    assert layer.srid == srid
    assert layer.features[0].geometry.coords == pytest.approx((lon, lat), abs=1e-6)


@pytest.mark.parametrize(
    ("written", "read"), [(32620, 5490), (4559, 5490), (32631, 25831), (32706, 3297), (32740, 2975)]
)
def test_a_system_named_after_wgs84_is_the_legal_one_of_its_place(shapefile, written, read):
    lon, lat = {5490: (-61.5, 16.2), 25831: (2, 47), 3297: (-149.5, -17.6), 2975: (55.5, -21.0)}[read]
    layer = read_upload(given(zipped(shapefile(written, Point(lon, lat)))))
    assert layer.srid == read
    assert layer.features[0].geometry.coords == pytest.approx((lon, lat), abs=1e-5)


@pytest.mark.parametrize("srid", [27561, 27562, 27563, 27571, 27572, 27573, 27574, 27564])
def test_the_old_lambert_zones_are_read_to_a_few_metres(shapefile, srid):
    place = (9.1, 42.1) if srid in {27574, 27564} else (2.35, 48.85)
    (feature,) = read_upload(given(zipped(shapefile(srid, Point(*place))))).features
    assert feature.geometry.coords == pytest.approx(place, abs=5e-5)


def test_every_projection_bears_a_name_for_readers():
    assert {srid for systems in LABELS.values() for srid in systems} == set(NAMES)


def test_a_shapefile_without_projection_is_asked_about(shapefile):
    members = {name: content for name, content in shapefile(2154).items() if not name.endswith(".prj")}
    assert ".prj" in refusal(zipped(members))
    layer = read_upload(given(zipped(members)), srid=2154)
    assert layer.features[0].geometry.extent == pytest.approx((2, 47, 2.1, 47.1), abs=1e-6)


def test_every_name_of_a_projection_leads_to_its_srid():
    for srid, names in NAMES.items():
        for name in names:
            assert from_prj(f'PROJCS["{name}",GEOGCS["x"]]') == srid
    assert from_prj('PROJCS["NAD27 / Montana",GEOGCS["WGS 84"]]') is None
    assert from_prj("http://exemple.fr/2154") is None
    assert from_urn("http://exemple.fr/2154") is None
    assert from_urn("urn:ogc:def:crs:OGC:1.3:CRS84") == 4326


# Hostile files.

LAUGHS = '<!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><kml>&b;</kml>'
VRT = "<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>"
COLLECTION = '{"type":"GeometryCollection","geometries":['


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ni du GeoJSON"),
        (b"bonjour", "ni du GeoJSON"),
        (b"\x89PNG\r\n\x1a\n", "ni du GeoJSON"),
        (b"SQLite format 3\0" + b"\0" * 100, "GeoPackage"),
        (b"\x00\x00\x27\x0a" + b"\0" * 100, "zippez ensemble"),
        ("/vsicurl/http://127.0.0.1/a.geojson", "ni du GeoJSON"),
        (VRT + "</OGRVRTDataSource>", "ni du KML ni du GPX"),
        ("<html><body/></html>", "ni du KML ni du GPX"),
        ('<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>', "entités"),
        ('<!DOCTYPE kml SYSTEM "http://127.0.0.1/a.dtd"><kml/>', "entités"),
        (LAUGHS, "entités"),
        ("<kml><Document>", "tronqué"),
        (KML.format(""), "aucun point"),
        (KML.format("<NetworkLink><Link><href>http://127.0.0.1/</href></Link></NetworkLink>"), "aucun point"),
        (KML.format("<Placemark><Point><coordinates>x,y</coordinates></Point></Placemark>"), "ne se lit pas"),
        (KML.format("<Placemark><Point><coordinates/></Point></Placemark>"), "ne se lit pas|vide"),
        (
            KML.format("<Placemark><Point><coordinates>nan,inf</coordinates></Point></Placemark>"),
            "pas un nombre|vide",
        ),
        ("<gpx><wpt/></gpx>", "ne se lit pas"),
        ("<kml>" + "<a>" * 20_000 + "</a>" * 20_000 + "</kml>", "aucun point"),
        ("{", "tronqué"),
        ('{"a": 1}', "pas du GeoJSON"),
        ("[1, 2]", "pas du GeoJSON"),
        ('{"type": "FeatureCollection", "features": 3}', "mal formé"),
        ('{"type": "FeatureCollection", "features": []}', "aucun point"),
        ('{"type": "Feature", "geometry": {"type": "Point"}}', "ne se lit pas"),
        ('{"type": "Point", "coordinates": [NaN, 2]}', "mal formé"),
        ('{"type": "Point", "coordinates": [1e400, 2]}', "pas un nombre"),
        ('{"type": "Point", "coordinates": [48.1, -1.6]}', "inversées"),
        ('{"type": "Point", "coordinates": [652000, 6862000]}', "Lambert-93"),
        ('{"type": "Point", "coordinates": ' + "[" * 20_000, "tronqué"),
        (COLLECTION * 20_000 + "]}" * 20_000, "tronqué|trop de sommets"),
        (
            '{"type": "Point", "coordinates": [2, 47], "crs": {"type": "link", "properties": {"href": "http://127.0.0.1/"}}}',
            "projection",
        ),
        (
            '{"type": "Point", "coordinates": [2, 47], "crs": {"properties": {"name": "http://127.0.0.1/2154"}}}',
            "projection",
        ),
        ('{"type": "Polygon", "coordinates": [[[2, 47], [3, 48], [3, 47], [2, 48], [2, 47]]]}', "recoupe"),
        ('{"type": "Point", "coordinates": [2, 47]}'.encode("utf-16"), "XML|ni du GeoJSON|mal formé"),
        ("\u00e9".encode("latin-1").join([b'{"type": "', b'"}']), "UTF-8"),
    ],
)
def test_what_is_not_a_place_is_refused(content, said):
    assert any(words in refusal(content) for words in said.split("|")), refusal(content)


def test_too_many_vertices_are_refused_before_they_are_built():
    line = {"type": "LineString", "coordinates": [[n / 1e6, 47] for n in range(400_000)]}
    assert "20000" in refusal(json.dumps(line))
    line["coordinates"] = line["coordinates"][:20_001]
    assert "20000" in refusal(json.dumps(line))
    assert "20 Mo" in refusal(b"{" + b" " * (20 * 1024 * 1024))


def member(name, content=b"x", *, mode=0, flags=0):
    """An archive with one member whose header says what it should not."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (member("../../couche.shp"), "hors de son dossier"),
        (member("/etc/couche.shp"), "hors de son dossier"),
        (member("dossier\\..\\couche.shp"), "hors de son dossier"),
        (member("C:/couche.shp"), "hors de son dossier"),
        (member("couche.shp", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "lien"),
        (member("couche.shp", b"\0" * 3_000_000), "anormalement compressée"),
        (member("couche.shp", os.urandom(10)), "manque"),
        (member("lisezmoi.txt"), "ni Shapefile"),
        (zipped({f"{n}.txt": b"" for n in range(100)}), "trop de fichiers"),
        (zipped({"a.shp": b"", "b.shp": b""}), "plusieurs couches"),
        (zipped({"A.shp": b"", "a.SHP": b""}), "deux fois le même nom"),
        (
            zipped({"a.shp": b"texte", "a.shx": b"", "a.dbf": b"", "a.prj": b'GEOGCS["WGS 84"]'}),
            "n’en est pas un",
        ),
        (member("couche.shp")[:-20], "tronquée"),
    ],
)
def test_an_archive_is_judged_before_it_is_opened(content, said):
    assert said in refusal(content)


def test_an_archive_of_terabytes_is_refused_by_what_it_declares():
    whole = zipped({f"{n}.shp": b"\0" * 900_000 for n in range(3)})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        size = archive.infolist()[0].file_size
    lying = whole.replace(size.to_bytes(4, "little"), (0x7FFFFFFF).to_bytes(4, "little"))
    assert "volumineuse" in refusal(lying)


def test_a_shapefile_that_is_damaged_or_lies_is_refused(shapefile):
    members = shapefile()
    cut = {name: content[:110] if name.endswith(".shp") else content for name, content in members.items()}
    assert refusal(zipped(cut))
    unknown = {
        name: b'PROJCS["http://127.0.0.1/"]' if name.endswith(".prj") else content
        for name, content in members.items()
    }
    assert "projection" in refusal(zipped(unknown))
    wrong = {
        name: b'PROJCS["RGF93 / Lambert-93"]' if name.endswith(".prj") else content
        for name, content in members.items()
    }
    message = refusal(zipped(wrong))
    assert message
    assert "gdal" not in message.lower()


def test_a_shapefile_with_a_line_that_has_no_length_says_which(shapefile):
    assert "« Îlot »" in refusal(zipped(shapefile(shape=LineString([(2, 47), (2, 47)]))))


@pytest.mark.parametrize("file", sorted(DEPOTS.glob("*")), ids=lambda file: file.name)
def test_no_hostile_file_of_the_collection_is_read(file):
    assert refusal(file.read_bytes())
