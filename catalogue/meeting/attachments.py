"""The private documents of an application: recognised by their content, kept under a key of ours."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalogue.models import Application, Attachment

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import UploadedFile

MOST = 3
LARGEST = 20 * 1024 * 1024
LONGEST_TITLE = 120
MOST_MEMBERS = 5_000
"""Entries of an office document."""
OPEN_DOCUMENT = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
    "odp": b"application/vnd.oasis.opendocument.presentation",
}
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    **{extension: mime.decode() for extension, mime in OPEN_DOCUMENT.items()},
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.odt,.ods,.odp,.docx,.xlsx,.pptx"
"""For the file chooser; what decides is the content."""


def kind_of(file: UploadedFile[Any]) -> str:
    """The extension that the content of an upload deserves; ValidationError when it is not accepted."""
    name = clean_title(file.name or "")
    if not file.size:
        raise ValidationError(_("« %(name)s » est vide."), params={"name": name})
    if file.size > LARGEST:
        raise ValidationError(
            _("« %(name)s » dépasse %(n)d\u00a0Mo."), params={"name": name, "n": LARGEST // 1024 // 1024}
        )
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    found = _by_signature(head) or (_office(file.file) if head.startswith(b"PK\x03\x04") else None)
    file.seek(0)
    if found is None:
        raise ValidationError(
            _(
                "« %(name)s » n’est pas un document accepté : PDF, image (PNG, JPEG, WebP) ou document "
                "bureautique sans macro (ODF, DOCX, XLSX, PPTX)."
            ),
            params={"name": name},
        )
    return found


def _by_signature(head: bytes) -> str | None:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    return None


def _office(file: IO[bytes] | None) -> str | None:
    """The kind of an office document, from the names of its members: nothing is unpacked."""
    if file is None:
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if len(names) > MOST_MEMBERS or any("vbaproject" in name.lower() for name in names):
                return None
            if "[Content_Types].xml" in names:
                return next(
                    (e for e, folder in OFFICE.items() if any(n.startswith(folder) for n in names)), None
                )
            if names[:1] == ["mimetype"] and members[0].file_size < 100 and not members[0].compress_type:
                mime = archive.read("mimetype")
                return next((e for e, known in OPEN_DOCUMENT.items() if known == mime), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return None
    return None


def clean_title(name: str) -> str:
    """The name of a file as it may be shown and given back: no folder, no control character."""
    last = PurePosixPath(name.replace("\\", "/")).name
    words = " ".join(re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", last).split())
    stem = PurePosixPath(words).stem
    return stem[:LONGEST_TITLE].strip(". ") or _("document")


def download_name(attachment: Attachment) -> str:
    """The name of the file that is given back."""
    return f"{attachment.title}.{extension(attachment)}"


def extension(attachment: Attachment) -> str:
    """The extension recognised when the document was received."""
    return PurePosixPath(attachment.file.name or "").suffix.lstrip(".")


def attach(
    application: Application, user: User, files: Sequence[UploadedFile[Any]], stored: list[Attachment]
) -> None:
    """Keep the files with the application; each is added to ``stored`` once on the disk."""
    for file in files[:MOST]:
        attachment = Attachment(application=application, title=clean_title(file.name or ""), added_by=user)
        attachment.file.save(f"{attachment.key.hex}.{kind_of(file)}", file, save=False)
        stored.append(attachment)
        attachment.save()


@contextmanager
def none_left_behind() -> Iterator[list[Attachment]]:
    """A list of what was put on the disk, taken away again when the transaction fails."""
    stored: list[Attachment] = []
    try:
        yield stored
    except BaseException:
        for attachment in stored:
            attachment.file.delete(save=False)
        raise
