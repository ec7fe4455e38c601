"""Hostile workbooks: macros, entities, bombs, paths, parts that lie or lack."""

import io
import stat
import zipfile

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="F" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
BOOK_RELS = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)
TEXTS = f'<sst xmlns="{MAIN}"><si><t>titre</t></si><si><t>commune</t></si></sst>'
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c></row>'
)
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'
PARTS = {
    "[Content_Types].xml": TYPES,
    "_rels/.rels": RELS,
    "xl/workbook.xml": BOOK,
    "xl/_rels/workbook.xml.rels": BOOK_RELS,
    "xl/sharedStrings.xml": TEXTS,
    "xl/worksheets/sheet1.xml": SHEET.format(ROWS),
}
ENTITIES = {
    "fichier": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "adresse": '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
    "rires": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {chr(c)} "{f"&{chr(c - 1)};" * 10}">' for c in range(ord("c"), ord("k")))
    + "]>",
}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """An archive of named contents."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def member(name, content=b"x", *, mode=0, first=None):
    """An archive with one odd member, after honest ones."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, text in (first or {}).items():
            archive.writestr(one, text)
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def flagged(whole, *, flag=0, method=None, size=None):
    """The archive with the headers of its members changed: encrypted, packed otherwise, of another size."""
    data = bytearray(whole)
    for mark, at_flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + at_flag] |= flag
            if method is not None:
                data[at + at_flag + 2 : at + at_flag + 4] = method.to_bytes(2, "little")
            if size is not None:
                data[at + at_flag + 16 : at + at_flag + 20] = size.to_bytes(4, "little")
            at = data.find(mark, at + 4)
    return bytes(data)


def book(parts=()):
    """A workbook whose parts are honest but for those that are given; None takes one away."""
    whole = {**PARTS, **dict(parts)}
    return zipped({name: text for name, text in whole.items() if text is not None})


def sheet(rows):
    """A workbook with these rows."""
    return book(parts={"xl/worksheets/sheet1.xml": SHEET.format(rows)})


def cases():
    """The name and the bytes of each file; a function when they are heavy."""
    whole = book()
    for share in range(1, 10):
        yield f"coupe-{share}0", whole[: len(whole) * share // 10]
    yield "sans-fin", whole[:-22]
    yield "zip-vide", b"PK\x05\x06" + bytes(18)
    for name in PARTS:
        for kind, entity in ENTITIES.items():
            yield (
                f"entite-{kind}-{name}",
                book(parts={name: entity + PARTS[name].replace('"1.0"?>', '"1.0"?>')}),
            )
    yield from _macros()
    yield from _archives(whole)
    yield from _parts()
    yield from _sizes()


def _macros():
    yield "macro-vba", book(parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    yield "macro-vba-capitales", book(parts={"xl/VBAPROJECT.BIN": b"x"})
    yield "macro-feuille", book(parts={"xl/macrosheets/sheet1.xml": "<x/>"})
    yield (
        "macro-type",
        book(parts={"[Content_Types].xml": TYPES.replace("sheet.main", "sheet.macroEnabled.main")}),
    )
    yield "document-texte", zipped({"[Content_Types].xml": TYPES, "word/document.xml": "<x/>"})
    yield "diaporama", zipped({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<x/>"})
    yield (
        "opendocument",
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}),
    )


def _archives(whole):
    for name, path in (
        ("parent", "../../xl/a.xml"),
        ("racine", "/etc/a.xml"),
        ("barre", "xl\\..\\a.xml"),
        ("lecteur", "C:/a.xml"),
        ("points", "xl/../../../a.xml"),
    ):
        yield f"nom-{name}", member(path, first=PARTS)
    yield "lien", member("xl/lien.xml", b"/etc/passwd", mode=stat.S_IFLNK | 0o777, first=PARTS)
    yield "mot-de-passe", flagged(whole, flag=1)
    yield "compression-inconnue", flagged(whole, method=99)
    yield "compression-lzma", zipped(PARTS, zipfile.ZIP_LZMA)
    yield "compression-bzip2", zipped(PARTS, zipfile.ZIP_BZIP2)
    yield "tailles-fausses", flagged(whole, size=0x7FFFFFFF)
    yield "tailles-courtes", flagged(whole, size=3)
    yield "deux-fois-le-nom", member("XL/Workbook.XML", first=PARTS)
    yield "mille-membres", lambda: book(parts={f"xl/media/{n}.png": "" for n in range(1100)})
    yield "bombe-feuille", lambda: book(parts={"xl/worksheets/sheet1.xml": " " * 60_000_000})
    yield "bombe-textes", lambda: book(parts={"xl/sharedStrings.xml": "<si/>" * 4_000_000})
    yield "bombe-media", lambda: book(parts={"xl/media/a.png": bytes(50_000_000)})
    damaged = bytearray(whole)
    at = whole.find(b"xl/worksheets/sheet1.xml") + 30
    damaged[at : at + 20] = b"\xff" * 20
    yield "feuille-abimee", bytes(damaged)


def _parts():
    for name in (
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/_rels/workbook.xml.rels",
    ):
        yield f"manque-{name}", book(parts={name: None})
        yield f"abime-{name}", book(parts={name: "<a><b></a>"})
        yield f"vide-{name}", book(parts={name: ""})
    yield (
        "sans-feuille",
        book(
            parts={
                "xl/workbook.xml": BOOK.replace("<sheets>", "<sheets><!--").replace(
                    "</sheets>", "--></sheets>"
                )
            }
        ),
    )
    yield "feuille-vide", sheet("")
    yield "entete-de-nombres", sheet('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>' * 2)
    yield "texte-inconnu", sheet('<row r="1"><c r="A1" t="s"><v>99</v></c><c r="B1" t="s"><v>7</v></c></row>')
    yield "nombre-qui-n-en-est-pas", sheet('<row r="1"><c r="A1"><v>abc</v></c><c r="B1"><v>x</v></c></row>')
    yield "date-impossible", sheet('<row r="1"><c r="A1" t="d"><v>2020-99-99</v></c></row>')
    yield "coordonnee-de-cellule", sheet('<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>')
    yield "ligne-negative", sheet('<row r="-5"><c r="A-5"><v>1</v></c></row>')
    yield "imbrique", sheet("<row>" * 5000 + "</row>" * 5000)


def _inline(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def _sizes():
    names = [a + b for a in ["", *ALPHABET] for b in ALPHABET][:150]
    yield "150-colonnes", sheet('<row r="1">' + "".join(_inline(f"{n}1", n) for n in names) + "</row>")
    yield "colonne-xfd", sheet('<row r="1">' + _inline("A1", "a") + _inline("XFD1", "b") + "</row>")
    yield "ligne-lointaine", sheet('<row r="1048576">' + _inline("A1048576", "a") + "</row>")
    yield (
        "cellule-enorme",
        lambda: sheet('<row r="1">' + _inline("A1", "a") + _inline("B1", "y" * 200_000) + "</row>"),
    )
    yield (
        "ligne-de-cellules-vides",
        lambda: sheet('<row r="1">' + "".join(f'<c s="{n}"/>' for n in range(300_000)) + "</row>"),
    )
    yield (
        "texte-de-morceaux",
        lambda: book(
            parts={
                "xl/sharedStrings.xml": TEXTS.replace(
                    "</si>", "".join(f"<r>{n}</r>" for n in range(200_000)) + "</si>", 1
                )
            }
        ),
    )
    yield (
        "styles-sans-fin",
        lambda: book(parts={"xl/styles.xml": "".join(f'<xf a="{n}"/>' for n in range(200_000))}),
    )
    yield "commentaires", sheet("<!-- <row> -->" + ROWS)
