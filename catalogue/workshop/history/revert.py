"""The revert of a record to one of its versions: what would change, what cannot come back, the write.

A revert is a write like another: under the lock of the record, and it leaves a version of its own. It never
deletes a document: one that the version does not have is withdrawn, and comes back with a later revert.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.contrib.gis.db import models
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.models import Document, Record, RecordVersion
from catalogue.queue import defer_task
from catalogue.records import versions
from catalogue.records.content import MANY, ROLES, get_collections, read_items
from catalogue.records.fields import model_field
from catalogue.records.shape import DOCUMENTS, natural_key, parts, versioned_fields
from catalogue.records.versions.reading import Data
from catalogue.records.writing import (
    NotWritten,
    change_item,
    mark_changed,
    put_item,
    remove_item,
    write_values,
)
from catalogue.workshop.history import comparison
from geo.models import Territory


class RecordChanged(Exception):
    """The record changed since the page was shown: nothing was written."""


class RevertRefused(Exception):
    """The record cannot be reverted; the message explains why, in French."""


@dataclass
class RevertPlan:
    """What a revert would write, and what it cannot restore, each with its reason."""

    now: Data
    wanted: Data
    impossible: list[str] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """Digest the present state, for the page to send back."""
        return hashlib.sha256(json.dumps(self.now, sort_keys=True).encode()).hexdigest()[:32]

    def list_changes(self, kind: str) -> list[comparison.FieldChange]:
        return comparison.compare_versions(kind, self.now, self.wanted)


def plan_revert(record: Record, version: RecordVersion) -> RevertPlan:
    now = versions.read_current([record.pk])[record.pk]
    plan = RevertPlan(now, dict(now))
    fields = versioned_fields(record.kind)
    for name in {*now, *version.data}:
        value = version.data.get(name)
        if name == DOCUMENTS:
            _plan_documents(plan, value or [])
        elif name in get_collections(record.kind):
            _plan_rows(plan, record, name, value or [])
        elif name in MANY or name.startswith(ROLES):
            _plan_links(plan, record, name, value or [])
        elif name in fields and name in version.data:
            _plan_field(plan, record, fields[name], value)
    if plan.wanted.get("external_id") != now.get("external_id"):
        _check_identifier(plan, record)
    return plan


def _plan_field(plan: RevertPlan, record: Record, field: models.Field[Any, Any], value: Any) -> None:
    if field.is_relation and value and not _target_exists(field.related_model, str(value)):
        problem = _("%(field)s : « %(value)s » n’existe plus. La valeur d’aujourd’hui reste.")
        label = comparison.get_label(record.kind, field.name)
        plan.impossible.append(problem % {"field": label, "value": value})
    else:
        plan.wanted[field.name] = value


def _target_exists(target: Any, value: str) -> bool:
    if target is Territory:
        level, _colon, code = value.partition(":")
        return bool(Territory.objects.filter(level=level, code=code).exists())
    return bool(target._default_manager.filter(**{natural_key(target): value}).exists())


def _plan_links(plan: RevertPlan, record: Record, name: str, keys: list[str]) -> None:
    """Plan a set of terms or of organisations: those that still exist."""
    if keys == plan.now.get(name, []):
        return
    is_role = name.startswith(ROLES)
    target: Any = Record._meta.get_field("organisations" if is_role else name).related_model
    by = "slug" if is_role else "code"
    existing = set(target._default_manager.filter(**{f"{by}__in": keys}).values_list(by, flat=True))
    for key in keys:
        if key not in existing:
            problem = _("%(field)s : « %(value)s » n’existe plus, et ne revient pas.")
            label = comparison.get_label(record.kind, name)
            plan.impossible.append(problem % {"field": label, "value": key})
    plan.wanted[name] = [key for key in keys if key in existing]


def _plan_rows(plan: RevertPlan, record: Record, name: str, rows: list[Data]) -> None:
    """Plan the rows of a collection: without links that are gone, or not at all where one is compulsory."""
    wanted = []
    for former in rows:
        row = _read_as_today(plan, record.kind, name, former)
        restored: Data | None = row
        if row not in plan.now.get(name, []):
            restored = _restore_row(plan, record, name, row)
        if restored is not None:
            wanted.append(restored)
    plan.wanted[name] = wanted


def _read_as_today(plan: RevertPlan, kind: str, name: str, row: Data) -> Data:
    """Return the row with the attributes that rows have today.

    One that the models no longer have goes; one that the version does not know stays as it is in the row of
    the same identity.
    """
    identity = comparison.get_row_identity(kind, name, row)
    same = [one for one in plan.now.get(name, []) if comparison.get_row_identity(kind, name, one) == identity]
    unknown = {key: value for key, value in (same[0] if same else {}).items() if key not in row}
    known = {field.name for field in parts(kind)[name].fields}
    return {key: value for key, value in row.items() if key in known} | unknown


def _restore_row(plan: RevertPlan, record: Record, name: str, row: Data) -> Data | None:
    """Return the row without the links that are gone; None when one of them is compulsory."""
    model = get_collections(record.kind)[name].model
    restored = dict(row)
    for attribute, value in row.items():
        field = model_field(model, attribute)
        if not (field.is_relation and value) or _link_exists(record, field, attribute, str(value)):
            continue
        words = {
            "field": comparison.get_label(record.kind, name),
            "row": comparison.get_row_title(record.kind, name, row),
            "value": value,
        }
        if not field.null:
            problem = _("%(field)s, « %(row)s » : « %(value)s » n’existe plus. La ligne ne revient pas.")
            plan.impossible.append(problem % words)
            return None
        problem = _("%(field)s, « %(row)s » : « %(value)s » n’existe plus. La ligne revient sans lui.")
        plan.impossible.append(problem % words)
        restored[attribute] = None
    return restored


def _link_exists(record: Record, field: models.Field[Any, Any], name: str, value: str) -> bool:
    if name == "document":
        return Document.objects.filter(record=record.pk, key=value).exists()
    return _target_exists(field.related_model, value)


def _plan_documents(plan: RevertPlan, rows: list[Data]) -> None:
    """Plan the documents whose file is still there, and links; a deleted file does not come back."""
    documents = Document.objects.filter(key__in=[row["key"] for row in rows])
    with_file = {str(document.key) for document in documents if document.file}
    wanted = []
    for row in rows:
        if (row["key"] in with_file) == bool(row["file"]):
            wanted.append(row)
            continue
        problem = _("Documents : « %(title)s » était un lien, c’est un fichier aujourd’hui. Il reste ainsi.")
        if row["file"]:
            problem = _("Documents : le fichier de « %(title)s » a été supprimé. Il ne revient pas.")
        plan.impossible.append(problem % {"title": row["title"]})
        wanted += [now for now in plan.now[DOCUMENTS] if now["key"] == row["key"]]
    plan.wanted[DOCUMENTS] = wanted


def _check_identifier(plan: RevertPlan, record: Record) -> None:
    """Leave the present identifier when another record of the source has taken the former one meanwhile."""
    source, identifier = plan.wanted.get("source"), plan.wanted.get("external_id")
    others = Record.objects.filter(source__code=source, external_id=identifier).exclude(pk=record.pk)
    if source and identifier and others.exists():
        problem = _("Identifiant dans la source : « %(value)s » est celui d’une autre fiche aujourd’hui.")
        plan.impossible.append(problem % {"value": identifier})
        plan.wanted |= {name: plan.now[name] for name in ("source", "external_id")}


@transaction.atomic
def revert_record(record: Record, version: RecordVersion, actor: User, seen: str, reason: str) -> RevertPlan:
    """Restore the values of the version; return the plan, which lists what could not be restored.

    Raises RecordChanged when the record is no longer as the page showed it, RevertRefused when the database
    refuses or there is nothing to restore.
    """
    versions.save_before([record.pk])
    fresh = Record.objects.get(pk=record.pk).proper
    plan = plan_revert(fresh, version)
    if plan.seen != seen:
        raise RecordChanged
    if plan.wanted == plan.now:
        raise RevertRefused(_("La fiche dit déjà ce que dit cette version : il n’y a rien à rétablir."))
    try:
        _write_plan(fresh, plan)
    except NotWritten as problem:
        raise RevertRefused(str(problem)) from problem
    origin = _("Retour à la version %(n)d.") % {"n": version.number}
    versions.save_after([record.pk], actor, versions.Origin.REVERT, f"{origin}\n{reason}".strip())
    defer_task("match_alerts", records=[record.pk])
    return plan


def _write_plan(record: Any, plan: RevertPlan) -> None:
    """Write documents first, for the rows that point to them; then the rows, then the fields."""
    changed = {name: value for name, value in plan.wanted.items() if value != plan.now.get(name, [])}
    if DOCUMENTS in changed:
        _write_documents(record, changed.pop(DOCUMENTS))
    rows = [name for name in changed if name in get_collections(record.kind)]
    for name in rows:
        _write_rows(record, name, changed.pop(name))
    mark_changed(record, rows)
    if changed:
        write_values(record, changed)


def _write_documents(record: Record, rows: list[Data]) -> None:
    """Make the public documents those of the version: texts, links; the others are withdrawn."""
    keys = [row["key"] for row in rows]
    existing = {str(one.key): one for one in Document.objects.select_for_update().filter(record=record.pk)}
    for row in rows:
        document = existing.get(row["key"]) or Document(record_id=record.pk, key=row["key"])
        for name, value in row.items():
            if name not in ("key", "file"):
                setattr(document, name, value)
        document.is_pending, document.revision = False, None
        document.save()
    gone = Document.objects.filter(record=record.pk, is_pending=False).exclude(key__in=keys)
    gone.update(is_pending=True, revision=None)


def _write_rows(record: Any, name: str, rows: list[Data]) -> None:
    """Remove rows first, so that no two have one identity; a row that stays keeps its primary key."""
    collection = get_collections(record.kind)[name]
    existing = {int(row.pop("pk")): row for row in read_items(record, collection)}
    pairs, gone, come = comparison.pair_rows(record.kind, name, list(existing.values()), rows)
    for row in gone:
        remove_item(record, collection, _take_key(existing, row))
    for old, new in pairs:
        pk = _take_key(existing, old)
        if old != new:
            change_item(record, collection, pk, new)
    for row in come:
        put_item(record, collection, row)


def _take_key(rows: dict[int, Data], wanted: Data) -> int:
    """Remove the first row that is equal from ``rows`` and return its primary key."""
    pk = next(pk for pk, row in rows.items() if row == wanted)
    del rows[pk]
    return pk
