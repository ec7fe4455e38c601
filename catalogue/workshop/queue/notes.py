"""Comments of curators on a record, hidden from contributors; an author may delete theirs for 15 minutes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.accounts.names import name_of
from catalogue.models import CaseNote, Record

DELETABLE_FOR = timedelta(minutes=15)
MAX_NOTES = 200
"""Most notes shown; the newest are."""
NoteKind = CaseNote.NoteKind


@dataclass(frozen=True)
class NoteLine:
    note: CaseNote
    what: str
    who: str
    removable: bool


class TooLate(Exception):
    """The comment is somebody else's, or too old to be deleted."""


def add_comment(record: Record, author: User, text: str, key: uuid.UUID) -> CaseNote:
    """Add a comment, once for a key: a form posted twice adds it once."""
    defaults = {"record_id": record.pk, "author": author, "text": text.strip()}
    note, _created = CaseNote.objects.get_or_create(creation_key=key, defaults=defaults)
    return note


def delete_comment(note: CaseNote, user: User) -> None:
    """Delete a comment that the user has just written; raise TooLate otherwise."""
    if not can_delete_comment(note, user):
        raise TooLate
    note.delete()


def can_delete_comment(note: CaseNote, user: User) -> bool:
    is_recent = note.created_at > timezone.now() - DELETABLE_FOR
    return note.kind == NoteKind.COMMENT and note.author_id == user.pk and is_recent


def list_notes(record: Record, reader: User) -> list[NoteLine]:
    """Return the comments and the changes of handler, the oldest first."""
    notes = CaseNote.objects.filter(record=record.pk).select_related("author", "recipient")
    lines = []
    for note in reversed(notes.order_by("-created_at", "-pk")[:MAX_NOTES]):
        who = _get_name(note.author, reader) if note.author or note.text else ""
        lines.append(NoteLine(note, _describe_event(note, reader), who, can_delete_comment(note, reader)))
    return lines


def _get_name(person: User | None, reader: User) -> str:
    return _("vous") if person is not None and person.pk == reader.pk else name_of(person)


def _describe_event(note: CaseNote, reader: User) -> str:
    """Return the words for a change of handler; nothing for a comment."""
    return {
        NoteKind.TAKEN: _("prise en charge"),
        NoteKind.GIVEN: _("confiée à %(who)s") % {"who": _get_name(note.recipient, reader)},
        NoteKind.RELEASED: _("remise dans la file"),
    }.get(NoteKind(note.kind), "")
