"""Sections written by a curator: nothing that somebody else wrote meanwhile is overwritten unseen.

The page sends a digest of each section as it showed it (``seen``). At saving, under the lock of the record,
a section that the page did not change stays as it is; one that both changed is not written and comes back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from catalogue.contributions.editing import lock_copy, log_changes, open_copy
from catalogue.models import Record
from catalogue.records.content import Values, get_collections, read_items
from catalogue.records.sections import STANDS_IN, read_sections
from catalogue.records.writing import add_item, change_item, mark_changed, remove_item, write_values

DIGEST = 12
SECTIONS = "sections"


@dataclass
class SaveResult:
    """The sections that were written, and those that somebody else had changed, as they are stored."""

    written: list[str] = field(default_factory=list)
    clashes: dict[str, str] = field(default_factory=dict)


def digest_text(text: str) -> str:
    """Return the digest by which a page names the text that it showed."""
    return hashlib.sha256(_normalise_lines(text).encode()).hexdigest()[:DIGEST]


def _normalise_lines(text: str) -> str:
    """Return the text with the line ends of the database: a browser sends others for the same lines."""
    return "\n".join(text.splitlines()).strip()


@transaction.atomic
def save_sections(user: User, slug: str, posted: Mapping[str, str], seen: Mapping[str, str]) -> SaveResult:
    """Write the sections that the page changed into the record with this slug.

    Raises Http404 when the account may not edit it, NotWritten when the database refuses.
    """
    copy = lock_copy(open_copy(user, slug))
    stored, result = read_sections(Record.objects.get(pk=copy.record.pk)), SaveResult()
    for code, text in posted.items():
        if code not in stored or digest_text(text) in (seen.get(code), digest_text(stored[code])):
            continue  # not changed here, or written the same by both
        if digest_text(stored[code]) == seen.get(code):
            result.written.append(code)
        else:
            result.clashes[code] = stored[code]
    if result.written:
        changed = {code: _normalise_lines(posted[code]) for code in result.written}
        log_changes(copy, _write_sections(copy.record, changed, stored))
    return result


def _write_sections(record: Record, changed: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, Any]:
    """Write each section into its field or row; return what changed, in the portable form."""
    places = {code: STANDS_IN.get((record.kind, code)) for code in changed}
    fields = {name: changed[code] for code, name in places.items() if name}
    changes: dict[str, Any] = {name: [stored[code], changed[code]] for code, name in places.items() if name}
    if fields:
        write_values(record, fields)
    rows = {code: text for code, text in changed.items() if not places[code]}
    if rows:
        changes[SECTIONS] = _write_rows(record, rows)
        mark_changed(record, [SECTIONS])
    return changes


def _write_rows(record: Record, rows: Mapping[str, str]) -> list[list[Values]]:
    """Add, change or remove the rows of the sections; return them before and after."""
    collection = get_collections(record.kind)[SECTIONS]
    existing = {row["code"]: row for row in read_items(record, collection)}
    for code, text in rows.items():
        if not text:
            remove_item(record, collection, existing[code]["pk"])
        elif code in existing:
            change_item(record, collection, existing[code]["pk"], {"text": text})
        else:
            add_item(record, collection, {"code": code, "text": text})
    after = [{"code": code, "text": text} for code, text in rows.items() if text]
    return [[existing[code] for code in rows if code in existing], after]
