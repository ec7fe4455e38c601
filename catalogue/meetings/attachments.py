"""The private documents of an application: recognised by their content, stored under random names."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalogue.models import Application, Attachment
from catalogue.records.file_types import recognise_file
from catalogue.records.files import random_name
from geo.uploads import UploadRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import UploadedFile

MOST = 3
LONGEST_TITLE = 120
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.odt,.ods,.docx,.xlsx,.csv"
"""For the file chooser; what decides is the content."""
UNSEEN_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, and what would show a name in another order than it has."""


def recognise_suffix(file: UploadedFile[Any]) -> str:
    """Return the suffix that the content of an upload deserves; ValidationError when it is not accepted."""
    try:
        return recognise_file(file, file.size or 0).suffix
    except UploadRefused as refusal:
        raise ValidationError(
            _("« %(name)s » : %(why)s"),
            params={"name": clean_title(file.name or ""), "why": str(refusal)},
        ) from refusal
    finally:
        file.seek(0)


def clean_title(name: str) -> str:
    """Return the name of a file without folder, suffix or unseen character."""
    last = PurePosixPath(name.replace("\\", "/")).name
    stem = PurePosixPath(" ".join(UNSEEN_CHARACTERS.sub(" ", last).split())).stem
    return stem[:LONGEST_TITLE].strip(". ") or _("document")


def download_name(attachment: Attachment) -> str:
    return attachment.title + _suffix(attachment)


def content_type(attachment: Attachment) -> str:
    """Return the media type recognised when the document was received."""
    return mimetypes.types_map.get(_suffix(attachment), "application/octet-stream")


def _suffix(attachment: Attachment) -> str:
    return PurePosixPath(attachment.file.name or "").suffix


def attach_files(
    application: Application, user: User | None, files: Sequence[UploadedFile[Any]], stored: list[Attachment]
) -> None:
    """Store the files with the application; each is added to ``stored`` once on the disk."""
    for file in files[:MOST]:
        attachment = Attachment(application=application, title=clean_title(file.name or ""), added_by=user)
        attachment.file.save(random_name(recognise_suffix(file)), file, save=False)
        stored.append(attachment)
        attachment.save()


@contextmanager
def delete_files_on_failure() -> Iterator[list[Attachment]]:
    """Yield a list for the attachments put on the disk; delete their files when the block fails."""
    stored: list[Attachment] = []
    try:
        yield stored
    except BaseException:
        for attachment in stored:
            attachment.file.delete(save=False)
        raise
