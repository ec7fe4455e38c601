"""The files of documents: named at random, deleted with their document or when nothing holds them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from itertools import chain

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from catalogue.models import Attachment, Document

FOLDERS = ("documents", "vignettes", "candidatures")
GRACE = datetime.timedelta(days=1)
"""How long a file that no document holds is left: an upload may still be on its way."""


def random_name(suffix: str) -> str:
    """Return a name that nobody guesses."""
    return f"{uuid.uuid4().hex}{suffix}"


def delete_file(file: FieldFile | None) -> None:
    """Delete a file once the transaction that lets go of it is committed."""
    name = file.name if file else None
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def delete_orphans() -> int:
    """Delete the files that no document holds any more; return how many."""
    limit = timezone.now() - GRACE
    held = set(chain.from_iterable(Document.objects.values_list("file", "thumbnail")))
    held |= set(Attachment.objects.values_list("file", flat=True))
    names = chain.from_iterable(map(_list_names, FOLDERS))
    old = [name for name in names if name not in held and default_storage.get_modified_time(name) < limit]
    for name in old:
        default_storage.delete(name)
    return len(old)


def _list_names(folder: str) -> Iterator[str]:
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for one in folders:
        yield from _list_names(f"{folder}/{one}")
