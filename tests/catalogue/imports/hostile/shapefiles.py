"""Hostile zipped Shapefiles: what surrounds them, what they lack, what their headers claim."""

import stat
import struct
import zipfile

from tests.catalogue.imports.hostile.books import flagged, member, zipped

WGS84 = b'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0]]'
FIELD = b"NOM" + bytes(8) + b"C" + bytes(4) + bytes([10, 0]) + bytes(14)


def header(length, kind, code=9994):
    """The hundred bytes that open a .shp or a .shx of ``length`` bytes."""
    return struct.pack(">7i", code, 0, 0, 0, 0, 0, length // 2) + struct.pack("<2i8d", 1000, kind, *[0] * 8)


def dbf(records=1, *, fields=1, size=None, count=None):
    """A table of one text, ``fields`` times."""
    width = 1 + 10 * fields if size is None else size
    head = struct.pack(
        "<4BIHH20x", 3, 120, 1, 1, records if count is None else count, 33 + 32 * fields, width
    )
    return head + FIELD * fields + b"\r" + (b" " + b"Un        " * fields) * records + b"\x1a"


def layer(*contents, kind=1, prj=WGS84, **table):
    """The members of a Shapefile whose records hold these bytes."""
    body = index = b""
    at = 100
    for number, content in enumerate(contents, start=1):
        body += struct.pack(">2i", number, len(content) // 2) + content
        index += struct.pack(">2i", at // 2, len(content) // 2)
        at += 8 + len(content)
    made = {
        "c.shp": header(100 + len(body), kind) + body,
        "c.shx": header(100 + len(index), kind) + index,
        "c.dbf": dbf(len(contents), **table),
    }
    return {**made, "c.prj": prj} if prj is not None else made


def point(x=2.35, y=48.85):
    """The content of a record that is a point."""
    return struct.pack("<idd", 1, x, y)


def polygon(parts, *positions, kind=5, count=None, rings=None):
    """The content of a record that is a polygon, or a line."""
    flat = [number for position in positions for number in position]
    rings = len(parts) if rings is None else rings
    counts = struct.pack("<2i", rings, len(positions) if count is None else count)
    box = struct.pack("<4d", 2, 47, 3, 48)
    return struct.pack("<i", kind) + box + counts + struct.pack(f"<{len(parts)}i{len(flat)}d", *parts, *flat)


def cases():
    """The name and the bytes of each file; a function when they are heavy."""
    honest = layer(point())
    whole = zipped(honest)
    for share in (1, 3, 5, 7, 9):
        yield f"zip-coupe-{share}0", whole[: len(whole) * share // 10]
    yield from _archives(whole, honest)
    yield from _lacks(honest)
    yield from _headers(honest)
    yield from _systems()
    yield from _geometries()


def _archives(whole, honest):
    for name, path in (
        ("parent", "../../couche.shp"),
        ("racine", "/etc/couche.shp"),
        ("barre", "dossier\\..\\couche.shp"),
        ("lecteur", "C:/couche.shp"),
        ("lien", "lien.shp"),
    ):
        mode = stat.S_IFLNK | 0o777 if name == "lien" else 0
        yield f"nom-{name}", member(path, b"/etc/passwd", mode=mode, first=honest)
    yield "mot-de-passe", flagged(whole, flag=1)
    yield "compression-inconnue", flagged(whole, method=97)
    yield "compression-lzma", zipped(honest, zipfile.ZIP_LZMA)
    yield "tailles-fausses", flagged(whole, size=0x7FFFFFFF)
    yield "bombe", lambda: zipped({**honest, "c.dbf": bytes(50_000_000)})
    yield "trop-de-membres", zipped({**honest, **{f"{n}.txt": "" for n in range(100)}})
    yield "deux-fois-le-nom", zipped({**honest, "C.SHP": b""})
    yield "archive-dans-l-archive", zipped({"a.zip": whole})
    yield "sept-zip-dans-l-archive", zipped({"a.7z": b"7z\xbc\xaf"})
    yield "geodatabase", zipped({"a.gdb/a00000001.gdbtable": b""})
    yield "kmz", zipped({"doc.kml": b"<kml/>"})
    yield "csv-zippe", zipped({"a.csv": b"a;b\n1;2\n"})
    yield "gpkg-zippe", zipped({"a.gpkg": b"SQLite format 3"})
    yield "vrt-zippe", zipped({"a.vrt": b"<OGRVRTDataSource/>"})
    yield "texte-zippe", zipped({"lisezmoi.txt": b"bonjour"})


def _lacks(honest):
    for suffix in (".shx", ".dbf"):
        yield (
            f"sans{suffix}",
            zipped({name: one for name, one in honest.items() if not name.endswith(suffix)}),
        )
    for name in ("c.shp", "c.shx", "c.dbf"):
        yield f"vide-{name}", zipped({**honest, name: b""})
        yield f"abime-{name}", zipped({**honest, name: b"\xff" * 300})
    yield "shp-de-texte", zipped({**honest, "c.shp": b"/etc/passwd" * 20})
    yield "shp-vrt", zipped({**honest, "c.shp": b"<OGRVRTDataSource/>" * 10})
    yield "shp-coupe", zipped({**honest, "c.shp": honest["c.shp"][:110]})
    yield "shp-entete-seul", zipped({**honest, "c.shp": honest["c.shp"][:100]})


def _headers(honest):
    yield "index-loin", zipped({**honest, "c.shx": header(108, 1) + struct.pack(">2i", 0x3FFFFFFF, 10)})
    yield "index-negatif", zipped({**honest, "c.shx": header(108, 1) + struct.pack(">2i", -5, 10)})
    yield "index-long", zipped({**honest, "c.shx": header(0x7FFFFFFE, 1) + struct.pack(">2i", 50, 10)})
    yield "table-sans-fin-de-ligne", zipped({**honest, "c.dbf": dbf(1, size=65_535)})
    yield "table-de-lignes-vides", zipped({**honest, "c.dbf": dbf(1, size=0)})
    yield "table-de-1000-champs", zipped({**honest, "c.dbf": dbf(1, fields=1000)})
    yield "table-de-150-champs", zipped({**honest, "c.dbf": dbf(1, fields=150)})


def _systems():
    for name, prj in {
        "inconnue": b'PROJCS["OSGB 1936 / British National Grid",GEOGCS["OSGB"]]',
        "adresse": b'PROJCS["http://127.0.0.1/"]',
        "chemin": b"/vsicurl/http://127.0.0.1/a.prj",
        "hasard": bytes(range(256)),
        "vide": b"",
        "longue": b'PROJCS["' * 10_000,
        "autre": b'PROJCS["RGF93 / Lambert-93",GEOGCS["RGF93"]]',
    }.items():
        yield f"projection-{name}", zipped(layer(point(), prj=prj))


def _geometries():
    nan, inf = float("nan"), float("inf")
    square = ((2, 47), (2, 48), (3, 48), (2, 47))
    for name, content, kind in (
        ("nulle", struct.pack("<i", 0), 1),
        ("nan", point(nan, nan), 1),
        ("infini", point(inf, 48), 1),
        ("inversee", point(48.85, 2.35), 1),
        ("hors-du-monde", point(1e10, 1e10), 1),
        ("polygone-nan", polygon((0,), (nan, 47), *square[1:]), 5),
        ("ligne-sans-longueur", polygon((0,), (2, 47), (2, 47), kind=3), 3),
        ("noeud-papillon", polygon((0,), (2, 47), (3, 48), (3, 47), (2, 48), (2, 47)), 5),
        ("parties-negatives", polygon((-7,), *square), 5),
        ("parties-loin", polygon((100_000,), *square), 5),
        ("un-milliard-de-sommets", polygon((0,), *square, count=1_000_000_000), 5),
        ("un-milliard-de-parties", polygon((0,), *square, rings=1_000_000_000), 5),
        ("autre-type", polygon((0,), *square, kind=99), 5),
    ):
        yield f"geometrie-{name}", zipped(layer(content, kind=kind))
    million = b"".join(
        (struct.pack("<i", 5), struct.pack("<4d", 2, 47, 3, 48), struct.pack("<3i", 1, 1_000_000, 0))
    )
    yield (
        "un-million-de-sommets",
        lambda: zipped(
            layer(million + b"".join(struct.pack("<dd", 2 + n / 1e6, 47) for n in range(1_000_000)), kind=5),
            zipfile.ZIP_STORED,
        ),
    )
    yield "trop-d-elements", lambda: zipped(layer(*[point()] * 5_001))
