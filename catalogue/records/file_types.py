"""The type of a file, from its content: its name and what the browser declares are not believed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from geo.uploads import UploadRefused, archive

LARGEST = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_MEMBERS = 2_000
PDF = "application/pdf"
CSV = "text/csv"
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
OFFICE_DOCUMENTS = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
IMAGE_TYPES = frozenset(content_type for content_type, _suffix in IMAGES.values())
SERVED = frozenset({PDF, CSV, *IMAGE_TYPES, *(one.decode() for one in (*OPEN_DOCUMENTS, *OFFICE_DOCUMENTS))})
"""The types under which files are given back."""
SEPARATORS = (";", ",", "\t")


@dataclass(frozen=True)
class Content:
    """What a file is: its media type and the suffix it is stored under."""

    content_type: str
    suffix: str

    @property
    def is_image(self) -> bool:
        """True for a photo or a drawing in pixels."""
        return self.content_type in IMAGE_TYPES


def recognise_file(file: IO[bytes], size: int) -> Content:
    """Return what the file is; raise UploadRefused, in French, for any other type."""
    if size > LARGEST:
        raise UploadRefused(_("Ce fichier est trop lourd : au plus 20 Mo."))
    if not size:
        raise UploadRefused(_("Ce fichier est vide."))
    file.seek(0)
    head = file.read(512)
    if head.startswith(b"%PDF-"):
        return _pdf(file, size)
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    is_webp = (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
    if is_webp or head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _image(file)
    return _csv(file)


def _pdf(file: IO[bytes], size: int) -> Content:
    file.seek(max(0, size - 2048))
    if b"%%EOF" not in file.read():
        raise UploadRefused(_("Ce PDF est tronqué : la fin du fichier manque."))
    return Content(PDF, ".pdf")


def _office(file: IO[bytes]) -> Content:
    opened, by_name = archive.members(file, most=MOST_MEMBERS)
    with opened:
        if "mimetype" in by_name:
            declared = archive.content(opened, by_name["mimetype"]).strip()
            if declared in OPEN_DOCUMENTS and "content.xml" in by_name:
                _refuse_macros(any(name.startswith(("basic/", "scripts/")) for name in by_name))
                return Content(declared.decode(), OPEN_DOCUMENTS[declared])
        elif "[content_types].xml" in by_name:
            listed = archive.content(opened, by_name["[content_types].xml"])
            _refuse_macros(
                b"macroEnabled" in listed
                or any("vbaproject" in name or "activex" in name for name in by_name)
            )
            for content_type, suffix in OFFICE_DOCUMENTS.items():
                if content_type + b".main+xml" in listed:
                    return Content(content_type.decode(), suffix)
    raise _unknown()


def _refuse_macros(found: bool) -> None:
    if found:
        raise UploadRefused(_("Ce document contient des macros : enregistrez-le sans elles."))


def _image(file: IO[bytes]) -> Content:
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=list(IMAGES))
            if image.width * image.height > MOST_PIXELS:
                raise UploadRefused(_("Cette image est trop grande : au plus 40 millions de pixels."))
            image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UploadRefused(_("Cette image est trop grande : au plus 40 millions de pixels.")) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise UploadRefused(_("Cette image est tronquée ou abîmée.")) from None
    return Content(*IMAGES[str(image.format)])


def _csv(file: IO[bytes]) -> Content:
    """Recognise a text without markup whose first lines hold the same separator."""
    file.seek(0)
    content = file.read(LARGEST + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:3]
    is_text = (
        "\0" not in text
        and "\ufffd" not in text
        and not any(ord(character) < 9 for character in text[:20_000])
    )
    is_table = any(all(separator in line for line in lines) for separator in SEPARATORS)
    if not is_text or not lines or not is_table or lines[0].lstrip().startswith(("<", "{", "[", "#!", "%!")):
        raise _unknown()
    return Content(CSV, ".csv")


def _unknown() -> UploadRefused:
    return UploadRefused(
        _(
            "Ce fichier n’est pas d’un format accepté : PDF, ODT, ODS, DOCX ou XLSX sans macros, CSV, et "
            "pour les images JPEG, PNG ou WebP."
        )
    )
