"""The import: what it builds, what it writes, what it refuses, and that it can be run again."""

import json
import sqlite3
import struct
from pathlib import Path

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from shapely import box

from geo.importers import coverage
from geo.importers.admin_express import read_admin_express
from geo.importers.build import UNKNOWN, Ground, build
from geo.importers.coast import read_coastal
from geo.importers.nomenclature import Named, Nomenclature
from geo.importers.shapes import MissingSource, Shapes
from geo.importers.write import write
from geo.models import Level, Territory, TerritoryLoad

SQUARES = {"01001": box(0, 0, 1, 1), "01002": box(1, 0, 2, 1)}


def small(*extra: Named) -> Nomenclature:
    """Two communes of one département."""
    parents = {"departement": "01", "region": "84"}
    named = (
        Named("pays", "FR", "France", 3, 2000),
        Named("region", "84", "Auvergne-Rhône-Alpes", 1, 2000, {"pays": "FR"}),
        Named("departement", "01", "Ain", 5, 2000, {"region": "84"}, seat="01001"),
        Named("commune", "01001", "Ouest", 0, 1500, parents, ("01000",)),
        Named("commune", "01002", "Est", 0, 500, parents, ("01000",)),
    )
    return Nomenclature((*named, *extra), (), 2026)


def load(ground: Ground, **fields: object) -> TerritoryLoad:
    return write(ground, frozenset(), TerritoryLoad(fingerprint="essai", millesime=2026, **fields))


def test_what_has_no_match_is_rejected_with_its_reason() -> None:
    shapes = Shapes("essai", outlines={"01001": SQUARES["01001"], "99999": box(5, 5, 6, 6)})
    ground = build(small(), shapes)
    assert ground.rejects == [("99999", "", UNKNOWN), ("01002", "Est", "pas de contour dans la source")]
    assert ("commune", "01002") not in ground.geometries


def test_a_town_hall_outside_its_commune_gives_way_to_a_point_inside() -> None:
    inside, outside = shapely.Point(0.2, 0.2), shapely.Point(5, 5)
    ground = build(small(), Shapes("essai", dict(SQUARES), {"01001": inside, "01002": outside}))
    assert ground.points["commune", "01001"] == inside
    assert SQUARES["01002"].covers(ground.points["commune", "01002"])


def test_an_overlap_is_given_to_one_of_the_two() -> None:
    ground = build(small(), Shapes("essai", {"01001": box(0, 0, 1.01, 1), "01002": box(1, 0, 2, 1)}))
    west, east = ground.geometries["commune", "01001"], ground.geometries["commune", "01002"]
    assert west.intersection(east).area == 0
    assert west.area + east.area == pytest.approx(ground.geometries["departement", "01"].area)


@pytest.mark.parametrize("outlined", [("01001", "01201", "01202"), ("01001", "01201")])
def test_a_commune_keeps_its_outline_when_one_of_its_arrondissements_lacks(outlined: tuple[str, ...]) -> None:
    halves = {"01201": box(0, 0, 0.5, 1), "01202": box(0.5, 0, 1, 1)}
    inner = [Named("arrondissement", code, code, 0, 1, {"commune": "01001"}) for code in halves]
    known = {**SQUARES, **halves}
    ground = build(small(*inner), Shapes("essai", {code: known[code] for code in outlined}))
    assert ground.geometries["commune", "01001"].area == 1
    drawn = {code for level, code in ground.geometries if level == "arrondissement"}
    assert drawn == (set(halves) if len(outlined) == 3 else set())


@pytest.mark.django_db
class TestWriting:
    """On two communes drawn by hand."""

    def test_a_second_import_writes_nothing(self) -> None:
        first = load(build(small(), Shapes("essai", dict(SQUARES))))
        kept = dict(Territory.objects.values_list("code", "pk"))
        second = load(build(small(), Shapes("essai", dict(SQUARES))))
        assert (first.figures["written"], second.figures["written"], second.figures["outlines"]) == (5, 0, 0)
        assert dict(Territory.objects.values_list("code", "pk")) == kept

    def test_what_a_vintage_no_longer_has_is_kept_and_told(self) -> None:
        load(build(small(), Shapes("essai", dict(SQUARES))))
        without = Nomenclature(tuple(n for n in small().named if n.code != "01002"), (), 2027)
        figures = load(build(without, Shapes("essai", {"01001": SQUARES["01001"]}))).figures
        assert figures["retired"] == 1
        assert not Territory.objects.get(level="commune", code="01002").is_current

    def test_a_changed_name_changes_only_its_territory(self) -> None:
        load(build(small(), Shapes("essai", dict(SQUARES))))
        renamed = tuple(
            Named(n.level, n.code, "Levant", 0, n.population, n.parents, n.postal_codes)
            if n.code == "01002"
            else n
            for n in small().named
        )
        figures = load(build(Nomenclature(renamed, (), 2026), Shapes("essai", dict(SQUARES)))).figures
        assert figures["written"] == 1
        assert Territory.objects.get(code="01002").name == "Levant"

    def test_a_failure_leaves_the_base_untouched(self) -> None:
        broken = small(Named("commune", "01003", "N" * 200, 0, 1, {"departement": "01"}))
        with pytest.raises(Exception, match="too long"), transaction.atomic():
            load(build(broken, Shapes("essai", dict(SQUARES))))
        assert not Territory.objects.exists()

    def test_figures_of_a_territory_are_computed(self) -> None:
        load(build(small(), Shapes("essai", dict(SQUARES))))
        west = Territory.objects.get(code="01001")
        assert west.area_km2 == pytest.approx(12309, rel=1e-3)  # a square degree at the equator
        assert west.density == pytest.approx(1500 / west.area_km2)
        assert west.density_class == 5
        assert Territory.objects.get(level="departement").seat == west


@pytest.mark.django_db
def test_the_database_refuses_what_is_not_a_territory() -> None:
    values = {"level": Level.COMMUNE, "code": "01001", "name": "Ici", "slug": "ici", "millesime": 2026}
    bow_tie = "SRID=4326;MULTIPOLYGON(((0 0, 1 1, 1 0, 0 1, 0 0)))"
    square = "SRID=4326;MULTIPOLYGON(((0 0, 1 0, 1 1, 0 1, 0 0)))"
    for wrong in (
        {"geometry": bow_tie},
        {"geometry": square, "point": "SRID=4326;POINT(5 5)"},
        {"population": -1},
        {"area_km2": 0},
        {"code": "ABC"},
        {"level": "canton"},
        {"density_class": 8},
        {"level": "arrondissement"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Territory.objects.create(**{**values, **wrong})


@pytest.mark.django_db
def test_a_wrong_departement_is_said() -> None:
    with pytest.raises(CommandError, match="Aucune commune"):
        call_command("import_territories", departements="00", verbosity=0)


def test_coastal_communes_are_those_one_expects() -> None:
    coastal = read_coastal()
    inland = {"57089", "74056", "74012", "06012", "75056"}  # Bitche, Chamonix, Annemasse, Beausoleil, Paris
    assert {"56260", "59183", "64260", "06083", "59107", "13055", "97411", "97302"} <= coastal
    assert not coastal & inland
    assert 850 < len(coastal) < 1000


def geojson(path: Path, crs: str = "") -> Path:
    """An ADMIN EXPRESS of two squares, the second given twice."""
    features = [
        {
            "type": "Feature",
            "properties": {"INSEE_COM": code, "NOM": code, "STATUT": "Commune simple", "POPULATION": 1},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, shape in [*SQUARES.items(), ("01002", SQUARES["01002"])]
    ]
    content = {"type": "FeatureCollection", "features": features}
    if crs:
        content["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def geopackage(path: Path) -> Path:
    """A GeoPackage of one commune in Lambert-93, and a layer of départements that is not read."""
    base = sqlite3.connect(path)
    base.executescript(
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);"
        "INSERT INTO gpkg_geometry_columns VALUES ('COMMUNE', 'geom', 2154), ('DEPARTEMENT', 'geom', 2154);"
        "CREATE TABLE COMMUNE (geom BLOB, INSEE_COM TEXT, NOM TEXT);"
        "CREATE TABLE DEPARTEMENT (geom BLOB, INSEE_DEP TEXT, NOM TEXT);"
    )
    shape = shapely.to_wkb(coverage.as_multi(box(351_000, 6_789_000, 352_000, 6_790_000)))
    blob = b"GP\x00\x01" + struct.pack("<i", 2154) + shape
    base.execute("INSERT INTO COMMUNE VALUES (?, '35238', 'Rennes')", [blob])
    base.execute("INSERT INTO COMMUNE VALUES (NULL, '35001', 'Acigné')")
    base.commit()
    base.close()
    return path


def test_admin_express_geojson_is_read(tmp_path: Path) -> None:
    shapes = read_admin_express(geojson(tmp_path / "communes.geojson"))
    assert shapes.outlines == SQUARES
    assert shapes.rejects == [("01002", "01002", "code présent deux fois : premier contour gardé")]


def test_admin_express_geopackage_in_lambert_is_read(tmp_path: Path) -> None:
    shapes = read_admin_express(geopackage(tmp_path / "admin.gpkg"))
    assert shapes.outlines["35238"].centroid.distance(shapely.Point(-1.68, 48.11)) < 0.05
    assert shapes.rejects == [("35001", "Acigné", "contour vide ou inutilisable dans la source")]


@pytest.mark.parametrize(
    "content", [b"", b"<kml/>", b"{]", b'{"features": []}', b"SQLite format 3\x00broken"]
)
def test_a_file_that_is_no_admin_express_is_refused_in_french(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fichier"
    path.write_bytes(content)
    with pytest.raises(MissingSource, match="fichier"):
        read_admin_express(path)
