"""Documents and photos of a record: added, changed and removed by those who may change the record.

On a published record the owner's go with the revision in preparation: public once it is accepted.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalogue.contributions.editing import Copy, lock_copy
from catalogue.models import Document, Indicator, Record, Revision
from catalogue.queue import defer_task
from catalogue.records import versions
from catalogue.records.file_types import Content
from catalogue.records.files import delete_file, random_name
from catalogue.records.writing import mark_changed

MOST = 30
"""Documents of one record, and as many withdrawn from it that are stored."""
WITHDRAWN = Q(is_pending=True, revision=None)
"""Taken off a record that others have read: no longer shown, stored for a return to a former version."""


class TooManyDocuments(Exception):
    """The record has all the documents that one may have."""

    def __init__(self) -> None:
        super().__init__(_("Une fiche a au plus %d documents : retirez-en un d’abord.") % MOST)


def visible_documents(copy: Copy) -> QuerySet[Document]:
    """Return the documents of the record as the account works on it: those public, and those it proposes."""
    documents: QuerySet[Document] = copy.record.documents.order_by("pk")
    if copy.is_direct:
        return documents.exclude(WITHDRAWN)
    mine = Q(is_pending=True, revision=copy.revision) if copy.revision else Q(pk__in=[])
    return documents.filter(Q(is_pending=False) | mine)


def editable_documents(copy: Copy) -> QuerySet[Document]:
    """Return those that the account may change: of a published record, the ones it still prepares."""
    if copy.is_direct:
        return visible_documents(copy)
    return visible_documents(copy).filter(is_pending=True, revision__state=Revision.RevisionState.DRAFT)


@transaction.atomic
def add_document(
    copy: Copy,
    key: uuid.UUID,
    values: dict[str, Any],
    file: UploadedFile[Any] | None,
    content: Content | None,
) -> Document:
    """Add a document, once however often its form is sent. Raises TooManyDocuments."""
    fresh = lock_copy(copy)
    existing = fresh.record.documents.all()
    same: Document | None = existing.filter(key=key).first()
    if same is not None:
        return same
    if existing.exclude(WITHDRAWN).count() >= MOST:
        raise TooManyDocuments
    document = Document(record_id=fresh.record.pk, added_by=copy.user, **values)
    if not Document.objects.filter(key=key).exists():
        document.key = key
    if fresh.revision is not None:
        document.is_pending, document.revision = True, fresh.revision
    _store_file(document, file, content)
    document.save()
    _finish(fresh, document)
    return document


@transaction.atomic
def change_document(
    copy: Copy, pk: int, values: dict[str, Any], file: UploadedFile[Any] | None, content: Content | None
) -> Document:
    """Return the document with other words, or another file when one is given; Http404 when it may not be.

    Of a record that others have read, the file that goes is kept with the document that had it, withdrawn.
    """
    fresh = lock_copy(copy)
    document = get_object_or_404(editable_documents(fresh).select_for_update(of=("self",)), pk=pk)
    replaced = document
    is_other = file is not None or bool(values["url"] and document.file)
    if is_other and _keeps_removed_files(fresh):
        document = Document(record_id=fresh.record.pk, added_by=copy.user)
    for name, value in values.items():
        setattr(document, name, value)
    if values["url"]:
        _delete_files(document)
        document.content_type, document.size, document.is_ready = "", None, True
    if file is not None:
        _delete_files(document)
        _store_file(document, file, content)
    document.save()
    if document is not replaced:
        _withdraw(replaced)
        Indicator.objects.filter(document=replaced).update(document=document)
    if file is not None:
        _finish(fresh, document)
    else:
        _mark_changed(fresh)
    return document


@transaction.atomic
def remove_document(copy: Copy, pk: int) -> None:
    """Take the document off the record; Http404 when it may not be.

    That of a draft or of a change goes with its files; a record that was submitted keeps it, withdrawn.
    """
    fresh = lock_copy(copy)
    document = get_object_or_404(editable_documents(fresh).select_for_update(of=("self",)), pk=pk)
    if _keeps_removed_files(fresh):
        _withdraw(document)
    else:
        _delete_files(document)
        document.delete()
    _mark_changed(fresh)


def _keeps_removed_files(fresh: Copy) -> bool:
    """Return True when the record has versions, and room for one more withdrawn document."""
    if not fresh.is_direct or fresh.record.state == Record.State.DRAFT:
        return False
    return bool(fresh.record.documents.filter(WITHDRAWN).count() < MOST)


def _withdraw(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(is_pending=True, revision=None)


def download_name(document: Document) -> str:
    """Return the name under which the file is given: its title and what it is."""
    suffix = str(document.file.name).rpartition(".")[2]
    return f"{slugify(document.title)[:80] or 'document'}.{suffix}"


def _store_file(document: Document, file: UploadedFile[Any] | None, content: Content | None) -> None:
    """Keep the file under a name that tells nothing; an image waits to be reduced."""
    if file is None or content is None:
        return
    file.seek(0)
    document.file.save(random_name(content.suffix), file, save=False)
    document.url = ""
    document.content_type, document.size = content.content_type, file.size
    document.is_ready = not content.is_image


def _delete_files(document: Document) -> None:
    delete_file(document.file)
    delete_file(document.thumbnail)
    document.file, document.thumbnail = "", ""


def _finish(fresh: Copy, document: Document) -> None:
    if not document.is_ready:
        defer_task("treat_photo", document=document.pk)
    _mark_changed(fresh)


def _mark_changed(fresh: Copy) -> None:
    """Say that the record changed, unless only a revision did."""
    if fresh.is_direct:
        mark_changed(fresh.record)
        versions.save_after([fresh.record.pk], fresh.user, versions.Origin.FORM)
