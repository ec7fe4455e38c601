"""Hostile GeoPackages: what SQLite would run, what is not one, what its geometries hold."""

import sqlite3
import struct
import tempfile
from pathlib import Path

CONTENTS = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
 organization_coordsys_id INTEGER, definition TEXT, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT,
 last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,
 srs_id INTEGER, z INTEGER, m INTEGER);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326,
 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],
 PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]', '');
"""
LAYER = """
CREATE TABLE lieux (fid INTEGER PRIMARY KEY, geom BLOB, nom TEXT);
INSERT INTO gpkg_contents VALUES ('lieux', 'features', 'lieux', '', '2020-01-01T00:00:00Z', 0, 0, 1, 1, 4326);
INSERT INTO gpkg_geometry_columns VALUES ('lieux', 'geom', 'GEOMETRY', 4326, 0, 0);
"""
ENDLESS = (
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS fid, x'' AS geom FROM r"
)


def blob(wkb, srid=4326):
    """A geometry as a GeoPackage stores it, without its box."""
    return b"GP\x00\x01" + struct.pack("<i", srid) + wkb


def point(x, y):
    """The WKB of a point."""
    return struct.pack("<BIdd", 1, 1, x, y)


def gpkg(script, *geometries, layer=LAYER, contents=CONTENTS):
    """The bytes of a GeoPackage made by SQL, with rows of these geometries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        made = sqlite3.connect(path)
        made.execute("PRAGMA journal_mode = OFF")
        made.execute("PRAGMA synchronous = OFF")
        made.execute("PRAGMA application_id = 1196444487")
        made.execute("PRAGMA user_version = 10300")
        made.executescript(contents + layer)
        made.executemany("INSERT INTO lieux (geom, nom) VALUES (?, 'Un')", [[one] for one in geometries])
        made.executescript(script)
        made.commit()
        made.close()
        return path.read_bytes()


def viewed(select):
    """A GeoPackage whose layer is a view."""
    return gpkg(
        f"ALTER TABLE lieux RENAME TO autres; CREATE VIEW lieux AS {select};"
        "UPDATE gpkg_geometry_columns SET geometry_type_name = 'POINT'"
    )


def cases():
    """The name and the bytes of each file; a function when they are heavy."""
    whole = gpkg("", blob(point(2, 47)))
    for share in (1, 2, 3, 5, 7, 8, 9):
        yield f"coupe-{share}0", whole[: len(whole) * share // 10]
    yield "entete-seul", b"SQLite format 3\x00"
    yield "texte", b"SQLite format 3\x00" + b"bonjour " * 600
    yield "chiffre", b"SQLite format 3\x00" + bytes((n * 7919 + n // 256) % 256 for n in range(20_000))
    yield "page-de-zero", whole[:16] + b"\x00\x00" + whole[18:]
    yield "schema-abime", whole[:100] + b"\xff" * 8 + whole[108:]
    yield "pages-abimees", whole[:4096] + bytes(len(whole) - 4096)
    yield from _layers()
    yield from _views()
    yield from _systems()
    yield from _geometries()
    yield from _sizes()


def _layers():
    yield "sqlite", gpkg("DROP TABLE gpkg_contents; DROP TABLE gpkg_geometry_columns")
    yield "sans-couche", gpkg("DELETE FROM gpkg_contents")
    yield "tuiles", gpkg("UPDATE gpkg_contents SET data_type = 'tiles'")
    yield "mbtiles", gpkg("", layer="CREATE TABLE lieux (geom, nom); CREATE TABLE tiles (a)", contents="")
    yield "sans-element", gpkg("")
    yield "table-absente", gpkg("DROP TABLE lieux")
    yield "nom-de-requete", gpkg("UPDATE gpkg_contents SET table_name = 'lieux; DROP TABLE lieux'")
    yield "nom-de-chemin", gpkg("UPDATE gpkg_contents SET table_name = '/vsicurl/http://127.0.0.1/a'")
    yield "colonne-de-geometrie-absente", gpkg("UPDATE gpkg_geometry_columns SET column_name = 'x'")
    yield "contenu-sans-colonnes", gpkg("DROP TABLE gpkg_contents; CREATE TABLE gpkg_contents (a)")


def _views():
    yield "vue-sans-fin", viewed(ENDLESS)
    yield "vue", viewed("SELECT * FROM autres")
    yield (
        "vue-des-contenus",
        gpkg("ALTER TABLE gpkg_contents RENAME TO c; CREATE VIEW gpkg_contents AS SELECT * FROM c"),
    )
    yield (
        "vue-des-projections",
        gpkg(
            "ALTER TABLE gpkg_spatial_ref_sys RENAME TO s;CREATE VIEW gpkg_spatial_ref_sys AS SELECT * FROM s"
        ),
    )
    yield "vue-sans-fin-a-cote", gpkg(f"CREATE VIEW gpkg_ogr_contents AS {ENDLESS}", blob(point(2, 47)))
    yield "table-virtuelle", gpkg("CREATE VIRTUAL TABLE v USING fts5(a)", blob(point(2, 47)))
    yield (
        "table-virtuelle-de-fichier",
        gpkg(
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, "
            "'CREATE VIRTUAL TABLE v USING VirtualOGR(''/etc/passwd'')')"
        ),
    )
    yield (
        "couche-virtuelle",
        gpkg(
            "DROP TABLE lieux; PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('table',"
            " 'lieux', 'lieux', 0, 'CREATE VIRTUAL TABLE lieux USING VirtualShape(''/vsicurl/http://127.0.0.1/a'')')"
        ),
    )
    yield (
        "schema-de-requete",
        gpkg(
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'SELECT load_extension(1)' "
            "WHERE name = 'lieux'"
        ),
    )


def _systems():
    for name, values in {
        "inconnue": "('OSGB', 27700, 'EPSG', 27700, 'PROJCS[\"OSGB36 / British National Grid\"]', '')",
        "adresse": "('x', 27700, 'NONE', 1, 'http://127.0.0.1/', '')",
        "vsi": "('x', 27700, 'NONE', 1, '/vsicurl/http://127.0.0.1/a.prj', '')",
        "longue": "('x', 27700, 'NONE', 1, '" + "PROJCS[" * 5000 + "', '')",
    }.items():
        yield (
            f"projection-{name}",
            gpkg(
                f"INSERT INTO gpkg_spatial_ref_sys VALUES {values};"
                "UPDATE gpkg_geometry_columns SET srs_id = 27700; UPDATE gpkg_contents SET srs_id = 27700",
                blob(point(2, 47), 27700),
            ),
        )


def _geometries():
    nan, inf = float("nan"), float("inf")
    for name, content in {
        "nulle": None,
        "texte": b"POINT(2 47)",
        "vide": b"",
        "coupee": blob(point(2, 47))[:-3],
        "sans-corps": blob(b""),
        "nan": blob(point(nan, nan)),
        "infini": blob(point(inf, 2)),
        "type-inconnu": blob(struct.pack("<BIdd", 1, 99, 2, 47)),
        "ligne-nan": blob(struct.pack("<BIIdddd", 1, 2, 2, nan, 47, 2, 47)),
        "nombre-de-sommets": blob(struct.pack("<BII", 1, 2, 0xFFFFFFF0)),
        "nombre-d-anneaux": blob(struct.pack("<BII", 1, 3, 0x7FFFFFFF)),
        "collections-imbriquees": blob(struct.pack("<BII", 1, 7, 1) * 20_000 + struct.pack("<BII", 1, 7, 0)),
        "collection": blob(struct.pack("<BII", 1, 7, 1) + point(2, 47)),
        "axes-inverses": blob(point(48.85, 2.35)),
        "hors-du-monde": blob(point(500, 200)),
    }.items():
        yield f"geometrie-{name}", gpkg("", content)


def _sizes():
    yield (
        "un-million-de-sommets",
        lambda: gpkg(
            "",
            blob(struct.pack("<BIII", 1, 3, 1, 1_000_000) + struct.pack("<dddd", 2, 47, 2.1, 47.1) * 500_000),
        ),
    )
    yield (
        "1500-colonnes",
        gpkg(
            "INSERT INTO lieux (nom) VALUES ('Un')",
            layer=LAYER.replace("nom TEXT", "nom TEXT, " + ", ".join(f"c{n} TEXT" for n in range(1500))),
        ),
    )
    yield (
        "150-colonnes",
        gpkg(
            "",
            blob(point(2, 47)),
            layer=LAYER.replace("nom TEXT", "nom TEXT, " + ", ".join(f"c{n} TEXT" for n in range(150))),
        ),
    )
    yield "trop-d-elements", lambda: gpkg("", *[blob(point(2, 47))] * 5_001)
    yield "cellule-enorme", lambda: gpkg(f"UPDATE lieux SET nom = '{'y' * 3_000_000}'", blob(point(2, 47)))
