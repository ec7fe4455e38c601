"""Hostile files that claim to be tables of text: encodings, quotes, lengths, and what they really are."""

import codecs

MANY = 5_001
PLAIN = "titre;commune\nÉcole;Le Havre\nMarché;Bègles\n"
MAGICS = {
    "pdf": b"%PDF-1.7\n1 0 obj\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "tiff": b"II*\x00",
    "elf": b"\x7fELF\x02\x01",
    "windows": b"MZ\x90\x00",
    "script": b"#!/bin/sh\nrm -rf /\n",
    "gzip": b"\x1f\x8b\x08\x00",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\x00",
    "zstd": b"\x28\xb5\x2f\xfd\x04",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "rar": b"Rar!\x1a\x07\x01\x00",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "flatgeobuf": b"FGB\x03fgb\x00",
    "arrow": b"ARROW1\x00\x00",
    "avro": b"Obj\x01\x04",
    "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "kml": b"<kml><Document/></kml>",
    "gpx": b"<gpx/>",
    "vrt": b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>",
    "wfs": b"<OGRWFSDataSource><URL>http://127.0.0.1/</URL></OGRWFSDataSource>",
    "list": b"[1, 2, 3]",
    "rtf": b"{\\rtf1\\ansi bonjour}",
    "shp": b"\x00\x00\x27\x0a" + bytes(96),
}
PATHS = (
    "/vsicurl/http://127.0.0.1/a.csv",
    "/vsizip//vsicurl/http://127.0.0.1/a.zip",
    "/vsistdin/",
    "/vsis3/seau/cle",
    "/vsimem/a;b",
    "/vsitar//etc/a.tar;x",
)


def cases():
    """The name and the bytes of each file; a function when they are heavy."""
    yield from _empty()
    yield from _encodings()
    yield from _quotes()
    yield from _sizes()
    for name, content in MAGICS.items():
        yield f"contenu-{name}", content
        yield f"contenu-{name}-apres-marque", codecs.BOM_UTF8 + content
    for number, path in enumerate(PATHS):
        yield f"chemin-{number}", path.encode()
        yield f"chemin-{number}-et-lignes", f"{path}\n{path}\n".encode()


def _empty():
    yield "vide", b""
    yield "espaces", b"  \n\t\n \r\n"
    yield "marque-seule", codecs.BOM_UTF8
    yield "entete-seul", b"titre;commune\n"
    yield "entete-et-vides", b"titre;commune\n;\n;\n\n"
    yield "total-seul", b"titre;logements\nTotal;12\n"
    yield "sans-entete", b"1;2;3\n4;5;6\n"
    yield "une-colonne", b"titre\nun\ndeux\n"
    yield "points-virgules", b";;;\n;;;\n"


def _encodings():
    raw = PLAIN.encode()
    for name, at in (("debut", 0), ("entete", 5), ("milieu", 20), ("fin", len(raw) - 1)):
        yield f"octet-nul-{name}", raw[:at] + b"\x00" + raw[at:]
    for name in ("utf-16-le", "utf-16-be"):
        mark = codecs.BOM_UTF16_LE if name.endswith("le") else codecs.BOM_UTF16_BE
        whole = mark + PLAIN.encode(name)
        yield f"{name}-coupe", whole[:-1]
        yield f"{name}-nul", mark + "a;b\n1;2\x00\n".encode(name)
        yield (
            f"{name}-moitie-de-signe",
            mark + "a;b\n1;".encode(name) + "\ud800".encode(name, "surrogatepass"),
        )
    yield "marque-et-latin", codecs.BOM_UTF8 + "é;è\nà;ù\n".encode("latin-1")
    yield "utf8-puis-latin", ("é;è\n" + "à;ù\n" * 20).encode() + "é;à\n".encode("latin-1")
    yield "utf8-coupe", ("é;è\n" + "à;ù\n" * 20).encode()[:-2] + b"\n"
    yield "utf32", PLAIN.encode("utf-32")
    yield "hasard", bytes((n * 7919 + n // 256) % 256 for n in range(5000))


def _quotes():
    for number, separator in enumerate(";,\t|"):
        lines = "a;b;c\n1;2;3\n".replace(";", separator)
        yield f"guillemet-ouvert-{number}", (lines + '4;"ouvert;6\n7;8;9\n'.replace(";", separator)).encode()
        yield f"guillemet-au-milieu-{number}", (lines + '4;"x"y;6\n'.replace(";", separator)).encode()
        yield f"derniere-ligne-coupee-{number}", (lines + "4;5".replace(";", separator)).encode()
        yield f"cellules-en-trop-{number}", (lines + "4;5;6;7;8\n".replace(";", separator)).encode()


def _sizes():
    yield "101-colonnes", (";".join(f"c{n}" for n in range(101)) + "\n").encode() * 2
    yield "2000-colonnes", (";".join(f"c{n}" for n in range(2000)) + "\n").encode() * 2
    yield "100000-colonnes", lambda: (";".join(f"c{n}" for n in range(100_000)) + "\n").encode() * 2
    yield "cellule-enorme", lambda: b"a;b\n1;" + b"y" * 200_000 + b"\n"
    yield "entete-enorme", lambda: b"a;" + b"y" * 200_000 + b"\n1;2\n"
    yield "trop-de-lignes", lambda: b"a;b\n" + b"1;x\n" * MANY
    yield "rien-que-des-fins-de-ligne", lambda: b"a;b\n1;2\n" + b"\n" * 3_000_000
    yield "rien-que-des-separateurs", lambda: b"a;b\n" + b";" * 5_000_000
    yield "sans-fin-de-ligne", lambda: b"a;b" * 2_000_000
    yield "une-ligne-de-cellules-a-rallonge", lambda: b"a;b\n" + b'"x\n";' * 1_000_000
    yield "lignes-vides-puis-large", lambda: b"\n;\n" * 60_000 + b"1;2;3;4\n" * 60_000
    yield "octets-hauts", lambda: b"a;b\n" + b"\xc3\xa9\xff;x\n" * 500_000
