"""The private documents of an application: known by what they hold, kept under names that tell nothing."""

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
from catalogue.records.file_types import recognise
from catalogue.records.files import random_name
from geo.uploads import UploadRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import UploadedFile

MOST = 3
LONGEST_TITLE = 120
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.odt,.ods,.docx,.xlsx,.csv"
"""For the file chooser; what decides is the content."""
UNSEEN_SIGNS = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, and what would show a name in another order than it has."""


def suffix_of(file: UploadedFile[Any]) -> str:
    """The suffix that the content of an upload deserves; ValidationError when it is not accepted."""
    try:
        return recognise(file, file.size or 0).suffix
    except UploadRefused as refusal:
        raise ValidationError(
            _("« %(name)s » : %(why)s"),
            params={"name": clean_title(file.name or ""), "why": str(refusal)},
        ) from refusal
    finally:
        file.seek(0)


def clean_title(name: str) -> str:
    """The name of a file as it may be shown and given back: no folder, no suffix, no unseen sign."""
    last = PurePosixPath(name.replace("\\", "/")).name
    stem = PurePosixPath(" ".join(UNSEEN_SIGNS.sub(" ", last).split())).stem
    return stem[:LONGEST_TITLE].strip(". ") or _("document")


def download_name(attachment: Attachment) -> str:
    """The name of the file that is given back."""
    return attachment.title + _suffix(attachment)


def content_type(attachment: Attachment) -> str:
    """The media type recognised when the document was received."""
    return mimetypes.types_map.get(_suffix(attachment), "application/octet-stream")


def _suffix(attachment: Attachment) -> str:
    return PurePosixPath(attachment.file.name or "").suffix


def attach(
    application: Application, user: User, files: Sequence[UploadedFile[Any]], stored: list[Attachment]
) -> None:
    """Keep the files with the application; each is added to ``stored`` once on the disk."""
    for file in files[:MOST]:
        attachment = Attachment(application=application, title=clean_title(file.name or ""), added_by=user)
        attachment.file.save(random_name(suffix_of(file)), file, save=False)
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
