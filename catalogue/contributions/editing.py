"""The copy of a record that an account works on: the record itself, or a revision of a published one.

Each page carries what it showed, field by field (``version``). At saving, under the lock of the record, a
field that somebody else changed meanwhile is left as it is when the page did not touch it, and
``EditConflict`` is raised when both did: nothing is written, the page shows both.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from catalogue.contributions import revisions
from catalogue.contributions.steps import PROPOSALS, Proposal
from catalogue.models import Record, RecordOrganisation, Revision
from catalogue.records import permissions, versions
from catalogue.records.content import (
    ROLES,
    SHAPE,
    Values,
    get_collections,
    is_same,
    list_attributes,
    parse_shape,
    read_items,
    read_values,
)
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.writing import (
    NotWritten,
    add_item,
    change_item,
    mark_changed,
    remove_item,
    write_values,
)

DIGEST = 8
"""Characters of the digest of one field in a version."""
FETCHED = {
    Record.Kind.EXPERIMENT: ("solution", "parent"),
}
OWNER = "owner"
PLACE = ("geometry", "location_precision", "place_name", "territory", "country")


class EditConflict(Exception):
    """Somebody else changed fields that this page changes too; ``stored`` holds what they wrote."""

    def __init__(self, stored: Values, version: str) -> None:
        super().__init__(", ".join(stored))
        self.stored = stored
        self.version = version


@dataclass
class Copy:
    """A record and where its changes go: into it (``revision`` is None and ``is_direct``) or a revision."""

    record: Any
    user: User
    is_direct: bool
    revision: Revision | None = None

    @property
    def kind(self) -> str:
        return str(self.record.kind)

    @property
    def proposal(self) -> Proposal:
        return PROPOSALS[self.kind]

    def values(self, names: Iterable[str]) -> Values:
        return revisions.overlay_values(read_values(self.record, names), self.revision)

    def items(self, attribute: str) -> list[Values]:
        """Return the rows of a collection as they are now in the copy, each with its ``ref``."""
        rows = read_items(self.record, get_collections(self.kind)[attribute])
        found = revisions.overlay_items(rows, self.revision, attribute)
        return [{**row, "ref": str(row.get("pk") or f"n{row['new']}")} for row in found]

    def item(self, attribute: str, ref: str) -> Values:
        """Return one row of a collection; Http404 when there is none of that reference."""
        found = next((row for row in self.items(attribute) if row["ref"] == ref), None)
        if found is None:
            raise Http404
        return found

    def with_changes(self) -> Any:
        """Return the record with its place and title in the copy, to be shown and never saved."""
        if self.revision is None:
            return self.record
        record = _fetch(Record.objects.get(pk=self.record.pk))
        prepared = {name: pair[1] for name, pair in self.revision.changes.items()}
        for name in PLACE:
            if name in prepared and name != "territory":
                setattr(record, name, parse_shape(prepared[name]) if name == SHAPE else prepared[name])
        if "territory" in prepared:
            level, _colon, code = str(prepared["territory"] or "").partition(":")
            territories: Any = Record._meta.get_field("territory").related_model
            record.territory = territories._default_manager.filter(level=level, code=code).first()
        record.title = prepared.get("title", record.title)
        return record


def open_copy(user: User, slug: str) -> Copy:
    """Return the copy that the account may work on; Http404 when there is none."""
    record = Record.objects.filter(slug=slug).select_related("owner").first()
    if record is None:
        raise Http404
    if permissions.may(user, "edit", record):
        return Copy(_fetch(record), user, is_direct=True)
    permissions.require(user, "propose", record)
    return Copy(_fetch(record), user, is_direct=False, revision=revisions.find_draft(record, user))


def _fetch(record: Record) -> Any:
    """Return the row of the record's own kind, with its links and without the shapes of territories."""
    links = ("territory", "source", OWNER, *FETCHED.get(Record.Kind(record.kind), ()))
    rows = KIND_SPECS[record.kind].model._default_manager.select_related(*links)
    return rows.defer("territory__geometry", "territory__envelope").get(pk=record.pk)


def digest_values(values: Mapping[str, Any]) -> str:
    """Return the version of what a page shows: a digest of each field."""
    return ",".join(f"{name}:{_digest(name, value)}" for name, value in values.items())


def _digest(name: str, value: Any) -> str:
    if name == SHAPE and value:
        found: Any = parse_shape(value)
        value = [round(number, 6) for number in _numbers(found.tuple)]
    value = None if value in ("", []) else value
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:DIGEST]


def _numbers(part: Any) -> list[float]:
    if isinstance(part, float | int):
        return [part]
    return list(chain.from_iterable(_numbers(inner) for inner in part))


def _parse_version(text: str) -> dict[str, str]:
    pairs = (part.rpartition(":") for part in text.split(","))
    return {name: digest for name, _colon, digest in pairs if name}


@transaction.atomic
def save(copy: Copy, values: Mapping[str, Any], seen: str) -> list[str]:
    """Write what the page changed; return the fields that somebody else changed, left as they are.

    Raises EditConflict when both changed the same field, NotWritten when the database refuses.
    """
    fresh = lock_copy(copy)
    stored = fresh.values(values)
    shown = _parse_version(seen)
    mine, theirs = set(), set()
    for name, value in values.items():
        digest = shown.get(name)
        if digest is None or _digest(name, value) != digest:
            mine.add(name)
        if digest is not None and _digest(name, stored[name]) != digest:
            theirs.add(name)
    differing = {name for name in mine if not is_same(name, stored[name], values[name])}
    clash = [name for name in stored if name in differing & theirs]
    if clash:
        raise EditConflict({name: stored[name] for name in clash}, digest_values(stored))
    changed = {name: values[name] for name in values if name in differing}
    if changed:
        _write_changes(fresh, changed)
    return [name for name in stored if name in theirs - mine]


def lock_copy(copy: Copy) -> Copy:
    """Lock the record and its revision; return the copy as it is now, Http404 when it may not be changed."""
    record = Record.objects.select_for_update().filter(pk=copy.record.pk).first()
    if record is None:
        raise Http404
    permissions.require(copy.user, "edit" if copy.is_direct else "propose", record)
    if copy.is_direct:
        versions.save_before([record.pk])
        return Copy(_fetch(record), copy.user, is_direct=True)
    revision = revisions.open_draft(record, copy.user)
    held = Revision.objects.select_for_update().get(pk=revision.pk)
    return Copy(_fetch(record), copy.user, is_direct=False, revision=held)


def _write_changes(fresh: Copy, changed: Mapping[str, Any]) -> None:
    before = read_values(fresh.record, changed)
    if fresh.revision is not None:
        allowed = {name: value for name, value in changed.items() if name in list_attributes(fresh.kind)}
        revisions.store_changes(fresh.revision, before, allowed)
        return
    write_values(fresh.record, changed)
    if changed.get(OWNER) and not fresh.record.organisation_links.exists():
        RecordOrganisation.objects.create(record_id=fresh.record.pk, organisation=fresh.record.owner)
    log_changes(fresh, {name: [before[name], value] for name, value in changed.items()})


def log_changes(fresh: Copy, changes: Mapping[str, Any]) -> None:
    """Leave a line of history for a change that others may have read the record before."""
    if fresh.record.state == Record.State.DRAFT:
        return
    Revision.objects.create(
        record_id=fresh.record.pk,
        state=Revision.RevisionState.ACCEPTED,
        changes=dict(changes),
        author=fresh.user,
        base_updated_at=fresh.record.updated_at,
        decided_by=fresh.user,
        decided_at=timezone.now(),
    )
    versions.save_after([fresh.record.pk], fresh.user, versions.Origin.FORM)


@transaction.atomic
def save_role(copy: Copy, role: str, slug: str, *, present: bool) -> None:
    """Give an organisation a role, or take it away."""
    fresh = lock_copy(copy)
    name = ROLES + role
    held = set(fresh.values([name])[name])
    wanted = held | {slug} if present else held - {slug}
    if wanted != held:
        _write_changes(fresh, {name: sorted(wanted)})


@transaction.atomic
def save_item(copy: Copy, attribute: str, ref: str | None, item: Values, seen: str) -> None:
    """Add a row to a collection, or change the one of that reference.

    Raises EditConflict when the row changed since the page showed it, Http404 when it is no longer there.
    """
    fresh = lock_copy(copy)
    known = get_collections(fresh.kind)[attribute]
    if ref is None:
        if fresh.revision is None:
            add_item(fresh.record, known, item)
            mark_changed(fresh.record, [attribute])
            log_changes(fresh, {attribute: [[], [item]]})
        else:
            _prepare_new(fresh, attribute, item)
        return
    stored = fresh.item(attribute, ref)
    now = {name: stored.get(name) for name in item}
    if all(is_same(name, now[name], item[name]) for name in item):
        return
    shown = _parse_version(seen)
    if any(shown.get(name) != _digest(name, value) for name, value in now.items()):
        clash = {name: value for name, value in now.items() if not is_same(name, value, item[name])}
        raise EditConflict(clash, digest_values(now))
    if fresh.revision is None:
        change_item(fresh.record, known, int(stored["pk"]), item)
        mark_changed(fresh.record, [attribute])
        log_changes(fresh, {attribute: [[{**now, "pk": stored["pk"]}], [{**item, "pk": stored["pk"]}]]})
        return
    rows = [{**row, **item} if row["ref"] == ref else row for row in fresh.items(attribute)]
    _prepare_rows(fresh, attribute, rows)


@transaction.atomic
def delete_item(copy: Copy, attribute: str, ref: str) -> None:
    """Take a row out of a collection; one that is gone already is no error."""
    fresh = lock_copy(copy)
    rows = fresh.items(attribute)
    gone = next((row for row in rows if row["ref"] == ref), None)
    if gone is None:
        return
    if fresh.revision is not None:
        _prepare_rows(fresh, attribute, [row for row in rows if row["ref"] != ref])
        return
    remove_item(fresh.record, get_collections(fresh.kind)[attribute], int(gone["pk"]))
    mark_changed(fresh.record, [attribute])
    log_changes(fresh, {attribute: [[{name: value for name, value in gone.items() if name != "ref"}], []]})


def _prepare_new(fresh: Copy, attribute: str, item: Values) -> None:
    rows = fresh.items(attribute)
    if not any(all(is_same(name, row.get(name), item[name]) for name in item) for row in rows):
        _prepare_rows(fresh, attribute, [*rows, {**item, "new": uuid.uuid4().hex[:6]}])


def _prepare_rows(fresh: Copy, attribute: str, rows: list[Values]) -> None:
    if fresh.revision is None:
        raise NotWritten
    published = read_items(fresh.record, get_collections(fresh.kind)[attribute])
    bare = [{name: value for name, value in row.items() if name != "ref"} for row in rows]
    revisions.store_item_changes(fresh.revision, attribute, published, bare)
