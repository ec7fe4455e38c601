"""Hostile Parquet files: a footer is Thrift, and points to everything."""

import json
import struct
import zlib

GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
}
POINT = struct.pack("<BIdd", 1, 1, 2, 47)
INT, BINARY, LIST, STRUCT = 5, 8, 9, 12


def varint(number):
    """A number, seven bits a byte."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def value(what):
    """The kind and the bytes of a value."""
    if isinstance(what, bytes):
        return BINARY, varint(len(what)) + what
    if isinstance(what, dict):
        return STRUCT, thrift(what)
    if isinstance(what, list):
        kind = value(what[0])[0] if what else INT
        return LIST, bytes([0xF0 | kind]) + varint(len(what)) + b"".join(value(one)[1] for one in what)
    return INT, varint((what << 1) ^ (what >> 63))


def thrift(fields):
    """A struct of the compact protocol."""
    made, last = b"", 0
    for number, what in sorted(fields.items()):
        kind, content = value(what)
        step = number - last
        made += (bytes([step << 4 | kind]) if step < 16 else bytes([kind]) + varint(number << 1)) + content
        last = number
    return made + b"\x00"


def file(values, *, geo=GEO, page=None, meta=None, footer=None, head=None, name=b"geometry", body=None):
    """A file of one required column of bytes; what is given replaces it in the header."""
    plain = b"".join(struct.pack("<I", len(one)) + one for one in values) if body is None else body
    header = {1: 0, 2: len(plain), 3: len(plain), 5: {1: len(values), 2: 0, 3: 3, 4: 3}} | (page or {})
    content = thrift(header) + plain
    about = {1: 6, 2: [0], 3: [name], 4: 0, 5: len(values), 6: len(content), 7: len(content), 9: 4} | (
        meta or {}
    )
    whole = {
        1: 1,
        2: [{4: b"schema", 5: 1}, {1: 6, 3: 0, 4: name}],
        3: len(values),
        4: [{1: [{2: 4, 3: about}], 2: len(content), 3: len(values)}],
        5: [{1: b"geo", 2: json.dumps(geo).encode() if not isinstance(geo, bytes) else geo}],
    } | (footer or {})
    end = thrift(whole)
    return (head or b"PAR1") + content + end + struct.pack("<I", len(end)) + b"PAR1"


def cases():
    """The name and the bytes of each file; a function when they are heavy."""
    whole = file([POINT])
    yield "magie-seule", b"PAR1"
    yield "magie-deux-fois", b"PAR1PAR1"
    yield "pied-vide", b"PAR1" + bytes(4) + b"PAR1"
    for share in (2, 5, 8, 9):
        yield f"coupe-{share}0", whole[: len(whole) * share // 10]
    yield "sans-fin", whole[:-1]
    for name, size in (("trop-long", 0x7FFFFFFF), ("negatif", 0xFFFFFFFF), ("court", 3)):
        yield f"pied-{name}", whole[:-8] + struct.pack("<I", size) + b"PAR1"
    yield "chiffre", b"PARE" + whole[4:-4] + b"PARE"
    yield "colonnes-chiffrees", file([POINT], footer={8: {1: {}}})
    yield "hasard", b"PAR1" + bytes((n * 7919) % 256 for n in range(5000)) + struct.pack("<I", 4000) + b"PAR1"
    for name, content in {
        "imbrique": b"\x1c" * 5000,
        "liste-sans-fin": b"\x29\xfc" + varint(1 << 40),
        "texte-sans-fin": b"\x28" + varint(1 << 50),
        "nombre-sans-fin": b"\x15" + b"\xff" * 200,
    }.items():
        yield f"thrift-{name}", b"PAR1" + content + struct.pack("<I", len(content)) + b"PAR1"
    yield from _footers()
    yield from _pages()
    yield from _places()


def _footers():
    yield "sans-schema", file([POINT], footer={2: []})
    yield "schema-qui-ment", file([POINT], footer={2: [{4: b"schema", 5: 1000}, {1: 6, 4: b"geometry"}]})
    yield "type-inconnu", file([POINT], footer={2: [{4: b"schema", 5: 1}, {1: 77, 4: b"geometry"}]})
    yield "trop-de-lignes", file([POINT], footer={3: 10**12})
    yield "lignes-du-groupe", file([POINT], footer={4: [{1: [], 2: 0, 3: 10**9}]})
    yield "sans-groupe", file([POINT], footer={4: []})
    columns = [{4: b"schema", 5: 300}, *({1: 6, 4: b"c%d" % n} for n in range(300))]
    yield "300-colonnes", file([POINT], footer={2: columns})
    yield "codec-inconnu", file([POINT], meta={4: 3})
    yield "codec-999", file([POINT], meta={4: 999})
    yield "debut-loin", file([POINT], meta={9: 1 << 40})
    yield "debut-negatif", file([POINT], meta={9: -5})
    yield "chemin-inconnu", file([POINT], meta={3: [b"autre"]})
    yield "taille-folle", file([POINT], meta={6: 1 << 60})


def _pages():
    bomb = zlib.compress(bytes(60_000_000), 9)
    for name, page in {
        "taille-folle": {2: 1 << 40},
        "taille-negative": {2: -1},
        "longueur-folle": {3: 1 << 40},
        "un-milliard-de-valeurs": {5: {1: 10**9, 2: 0, 3: 3, 4: 3}},
        "ecriture-inconnue": {5: {1: 1, 2: 42, 3: 3, 4: 3}},
        "dictionnaire-absent": {5: {1: 1, 2: 8, 3: 3, 4: 3}},
    }.items():
        yield f"page-{name}", file([POINT], page=page)
    yield "page-texte-long", file([POINT], body=struct.pack("<I", 0x7FFFFFFF) + b"x")
    yield "snappy-faux", file([POINT], meta={4: 1}, body=b"\x0a\x05\xff\xff")
    yield (
        "snappy-qui-deborde",
        file(
            [POINT],
            meta={4: 1},
            page={2: 64_000_000},
            body=varint(64_000_000) + b"\x00a" + b"\xfe\x01\x00" * 9000,
        ),
    )
    yield "gzip-faux", file([POINT], meta={4: 2}, body=b"\x1f\x8b\x08\x00")
    yield "gzip-bombe", file([POINT], meta={4: 2}, page={2: 29, 3: len(bomb)}, body=bomb)
    yield "gzip-bombe-annoncee", file([POINT], meta={4: 2}, page={2: 900_000_000, 3: len(bomb)}, body=bomb)
    yield "zstd-faux", file([POINT], meta={4: 6}, body=b"\x28\xb5\x2f\xfd\x00\x00")
    yield "brotli-faux", file([POINT], meta={4: 4}, body=b"\xff\xff\xff")
    yield "lz4-faux", file([POINT], meta={4: 7}, body=b"\xf0\xff\xff")


def _places():
    for name, geo in {
        "pas-du-json": b"{",
        "liste": b"[]",
        "sans-colonne": {"columns": {}},
        "colonne-absente": {**GEO, "primary_column": "autre", "columns": {"autre": {"encoding": "WKB"}}},
        "encodage": {**GEO, "columns": {"geometry": {"encoding": "point"}}},
        "projection": {
            **GEO,
            "columns": {"geometry": {"encoding": "WKB", "crs": {"id": {"authority": "EPSG", "code": 27700}}}},
        },
        "projection-adresse": {
            **GEO,
            "columns": {"geometry": {"encoding": "WKB", "crs": {"name": "http://127.0.0.1/"}}},
        },
        "projection-nombre": {**GEO, "columns": {"geometry": {"encoding": "WKB", "crs": 2154}}},
    }.items():
        yield f"geo-{name}", file([POINT], geo=geo)
    for name, wkb in {
        "hasard": b"\xff" * 40,
        "vide": b"",
        "nan": struct.pack("<BIdd", 1, 1, float("nan"), float("nan")),
        "sommets": struct.pack("<BII", 1, 2, 0xFFFFFFF0),
        "inversee": struct.pack("<BIdd", 1, 1, 48.85, 2.35),
        "courbe": struct.pack("<BII6d", 1, 8, 3, 2, 47, 3, 48, 4, 47),
        "surface-courbe": struct.pack("<BIIBII6d", 1, 10, 1, 1, 8, 3, 2, 47, 3, 48, 2, 47),
        "collection": struct.pack("<BII", 1, 7, 1) + POINT,
        "type-999": struct.pack("<BII", 1, 999, 1),
        **{f"imbriquee-{kind}": struct.pack("<BII", 1, kind, 1) * 100_000 for kind in range(4, 13)},
    }.items():
        yield f"geometrie-{name}", file([wkb])
    yield (
        "un-million-de-sommets",
        lambda: file([struct.pack("<BII", 1, 2, 1_000_000) + struct.pack("<dd", 2, 47) * 1_000_000]),
    )
