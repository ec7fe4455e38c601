"""What curators say of a record among themselves; a comment can be taken back for a quarter of an hour."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.accounts.names import name_of
from catalogue.models import CaseNote, Record

TAKEN_BACK_WITHIN = timedelta(minutes=15)
LISTED = 200
"""Most lines of a thread shown; the newest are."""
NoteKind = CaseNote.NoteKind


class TooLate(Exception):
    """The comment is somebody else's, or has been read for too long to vanish."""


def add(record: Record, author: User, text: str, key: uuid.UUID) -> CaseNote:
    """Add a comment, once for a key: a form posted twice says it once."""
    said = {"record_id": record.pk, "author": author, "text": text.strip()}
    note, _made = CaseNote.objects.get_or_create(creation_key=key, defaults=said)
    return note


def take_back(note: CaseNote, user: User) -> None:
    """Delete a comment that one has just written."""
    if not may_take_back(note, user):
        raise TooLate
    note.delete()


def may_take_back(note: CaseNote, user: User) -> bool:
    """True for the author of a comment, during TAKEN_BACK_WITHIN."""
    is_recent = note.created_at > timezone.now() - TAKEN_BACK_WITHIN
    return note.kind == NoteKind.COMMENT and note.author_id == user.pk and is_recent


def thread(record: Record, reader: User) -> list[dict[str, Any]]:
    """The comments and the changes of hands, the oldest first."""
    notes = CaseNote.objects.filter(record=record.pk).select_related("author", "recipient")
    return [
        {
            "note": note,
            "quoi": _happened(note, reader),
            "qui": _name(note.author, reader) if note.author or note.text else "",
            "retirable": may_take_back(note, reader),
        }
        for note in reversed(notes.order_by("-created_at", "-pk")[:LISTED])
    ]


def _name(person: User | None, reader: User) -> str:
    return _("vous") if person is not None and person.pk == reader.pk else name_of(person)


def _happened(note: CaseNote, reader: User) -> str:
    """What a line says happened; nothing for a comment."""
    return {
        NoteKind.TAKEN: _("prise en charge"),
        NoteKind.GIVEN: _("confiée à %(who)s") % {"who": _name(note.recipient, reader)},
        NoteKind.RELEASED: _("remise dans la file"),
    }.get(NoteKind(note.kind), "")
