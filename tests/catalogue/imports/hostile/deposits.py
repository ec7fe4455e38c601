"""Hostile files that contributors give: the place of a record (KML, GPX, …), the documents joined to it."""

import struct
import zlib

from tests.catalogue.imports.hostile.books import ENTITIES, PARTS, TYPES, flagged, member, zipped

KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
GPX = '<gpx xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'
PLACEMARK = "<Placemark><Point><coordinates>{}</coordinates></Point></Placemark>"
WORD = TYPES.replace("spreadsheetml.sheet.main", "wordprocessingml.document.main")


def places():
    """What is given for the place of a record."""
    for kind, entity in ENTITIES.items():
        yield f"kml-entite-{kind}", (entity + KML.format("&x;")).encode()
        yield f"gpx-entite-{kind}", (entity + GPX.format("&x;")).encode()
    whole = KML.format(PLACEMARK.format("2,47")).encode()
    for share in (2, 5, 9):
        yield f"kml-coupe-{share}0", whole[: len(whole) * share // 10]
    for name, position in {
        "vide": "",
        "mots": "x,y",
        "nan": "nan,nan",
        "infini": "inf,2",
        "seul": "2",
        "inverse": "48.85,2.35",
        "monde": "500,200",
    }.items():
        yield f"kml-{name}", KML.format(PLACEMARK.format(position)).encode()
    yield (
        "kml-lien",
        KML.format("<NetworkLink><Link><href>http://127.0.0.1/</href></Link></NetworkLink>").encode(),
    )
    yield "kml-profond", ("<kml>" + "<a>" * 20_000 + "</a>" * 20_000 + "</kml>").encode()
    yield (
        "kml-sommets",
        lambda: KML.format(
            "<Placemark><LineString><coordinates>"
            + "2,47 " * 1_000_000
            + "</coordinates></LineString></Placemark>"
        ).encode(),
    )
    yield "gpx-vide", GPX.format("").encode()
    yield "gpx-sans-place", GPX.format("<wpt/>").encode()
    yield "gpx-nan", GPX.format('<wpt lat="nan" lon="nan"/>').encode()
    yield (
        "gpx-sommets",
        lambda: GPX.format(
            "<trk><trkseg>" + '<trkpt lat="47" lon="2"/>' * 200_000 + "</trkseg></trk>"
        ).encode(),
    )
    yield "html", b"<html><script>alert(1)</script></html>"
    yield "svg", b"<svg onload='alert(1)'/>"
    yield "vrt", b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>"
    yield "chemin", b"/vsicurl/http://127.0.0.1/a.kml"
    yield "kmz-parent", member("../../doc.kml", whole)
    yield "kmz-deux", zipped({"a.kml": whole, "b.kml": whole})
    yield "kmz-chiffre", flagged(zipped({"doc.kml": whole}), flag=1)


def chunk(kind, content):
    """A piece of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def documents():
    """What is joined to a record."""
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "svg-virgules", b"<svg a=',' b=','><script>alert(1);</script></svg>"
    yield "html", b"<!DOCTYPE html><script>alert(1)</script>"
    yield "html-apres-marque", b"\xef\xbb\xbf <html>,</html>"
    yield "script", b"#!/bin/sh\necho a,b\n"
    yield "programme", b"MZ\x90\x00\x03,\x00"
    yield "pdf-coupe", b"%PDF-1.7\n1 0 obj\n"
    yield "gif", b"GIF89a" + bytes(20)
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
    yield "png-immense", huge + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    yield "png-abime", huge[:20]
    yield "jpeg-script", b"\xff\xd8\xff\xe0<script>alert(1)</script>"
    yield "docx-macros", zipped({"[Content_Types].xml": WORD, "word/vbaProject.bin": "x"})
    yield (
        "xlsm",
        zipped({**PARTS, "[Content_Types].xml": TYPES.replace("sheet.main", "sheet.macroEnabled.main")}),
    )
    yield "docx-parent", member("../../word/a.xml", first={"[Content_Types].xml": WORD})
    yield "docx-bombe", lambda: zipped({"[Content_Types].xml": WORD, "word/document.xml": bytes(50_000_000)})
    yield "docx-mot-de-passe", flagged(zipped({"[Content_Types].xml": WORD}), flag=1)
    yield "doc-ancien", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "zip", zipped({"a.txt": "a,b"})
