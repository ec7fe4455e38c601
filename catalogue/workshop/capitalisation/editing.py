"""Sections written by a curator: nothing that somebody else wrote meanwhile is overwritten unseen.

The page carries what it showed of each section (``seen``). At saving, under the lock of the record, a
section that the page did not touch stays as it is; one that both changed is not written and comes back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from catalogue.contributions.editing import locked, open_copy, trace
from catalogue.models import Record
from catalogue.records.content import Values, collections, read_items
from catalogue.records.sections import STANDS_IN, texts
from catalogue.records.writing import add_item, change_item, remove_item, touch, write

DIGEST = 12
SECTIONS = "sections"


@dataclass
class Saved:
    """What a saving did: the sections written, and those that somebody else had changed, as they stand."""

    written: list[str] = field(default_factory=list)
    clashes: dict[str, str] = field(default_factory=dict)


def digest(text: str) -> str:
    """What a page keeps of the text that it showed."""
    return hashlib.sha256(_one_form(text).encode()).hexdigest()[:DIGEST]


def _one_form(text: str) -> str:
    """The text with the line ends of the base: a browser sends others for the same lines."""
    return "\n".join(text.splitlines()).strip()


@transaction.atomic
def save(user: User, slug: str, posted: Mapping[str, str], seen: Mapping[str, str]) -> Saved:
    """Write the sections that the page changed into the record of that address.

    Raises Http404 when the account may not edit it, NotWritten when the base refuses.
    """
    copy = locked(open_copy(user, slug))
    stored, done = texts(Record.objects.get(pk=copy.record.pk)), Saved()
    for code, text in posted.items():
        if code not in stored or digest(text) in (seen.get(code), digest(stored[code])):
            continue  # not touched here, or written the same by both
        if digest(stored[code]) == seen.get(code):
            done.written.append(code)
        else:
            done.clashes[code] = stored[code]
    if done.written:
        trace(copy, _write(copy.record, {code: _one_form(posted[code]) for code in done.written}, stored))
    return done


def _write(record: Record, changed: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, Any]:
    """Write the sections, each where it stands; returns what changed, in the portable form."""
    places = {code: STANDS_IN.get((record.kind, code)) for code in changed}
    fields = {name: changed[code] for code, name in places.items() if name}
    changes: dict[str, Any] = {name: [stored[code], changed[code]] for code, name in places.items() if name}
    if fields:
        write(record, fields)
    rows = {code: text for code, text in changed.items() if not places[code]}
    if rows:
        changes[SECTIONS] = _write_rows(record, rows)
        touch(record, [SECTIONS])
    return changes


def _write_rows(record: Record, rows: Mapping[str, str]) -> list[list[Values]]:
    """Add, change or remove the rows of the sections: those that were, those that are."""
    known = collections(record.kind)[SECTIONS]
    held = {row["code"]: row for row in read_items(record, known)}
    for code, text in rows.items():
        if not text:
            remove_item(record, known, held[code]["pk"])
        elif code in held:
            change_item(record, known, held[code]["pk"], {"text": text})
        else:
            add_item(record, known, {"code": code, "text": text})
    now = [{"code": code, "text": text} for code, text in rows.items() if text]
    return [[held[code] for code in rows if code in held], now]
