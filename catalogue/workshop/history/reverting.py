"""A record put back to what one of its versions says: what would change, what cannot be put back, the return.

The return is a write like another: under the lock of the record, and it leaves a version of its own. A
document is never deleted by it: one that the version does not have is withdrawn, and comes back with it.
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
from catalogue.queue import later
from catalogue.records import versions
from catalogue.records.content import LINKS, MANY, ROLES, collections, read_items
from catalogue.records.fields import model_field
from catalogue.records.versions.reading import Data
from catalogue.records.versions.shape import DOCUMENTS, shape_of
from catalogue.records.writing import NotWritten, change_item, put_item, remove_item, touch, write
from catalogue.workshop.history import comparing
from geo.models import Territory


class Moved(Exception):
    """The record changed since the page was shown: nothing was written."""


class RevertRefused(Exception):
    """The record cannot be put back; the message says why, in French."""


@dataclass
class Plan:
    """What a return would write, and what it cannot put back, each with its reason."""

    now: Data
    wanted: Data
    impossible: list[str] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """What a page keeps of the state that it showed."""
        return hashlib.sha256(json.dumps(self.now, sort_keys=True).encode()).hexdigest()[:32]

    def lines(self, kind: str) -> list[comparing.Line]:
        """What would change, field by field."""
        return comparing.compare(kind, self.now, self.wanted)


def plan(record: Record, version: RecordVersion) -> Plan:
    """What returning the record to the version would do, as it is now."""
    now = versions.present([record.pk])[record.pk]
    found = Plan(now, dict(now))
    known = {field.name: field for field in (*shape_of(record.kind).common, *shape_of(record.kind).own)}
    for name in {*now, *version.data}:
        value = version.data.get(name)
        if name == DOCUMENTS:
            _plan_documents(found, value or [])
        elif name in collections(record.kind):
            _plan_rows(found, record, name, value or [])
        elif name in MANY or name.startswith(ROLES):
            _plan_links(found, record, name, value or [])
        elif name in known and name in version.data:
            _plan_field(found, record, name, known[name], value)
    if found.wanted.get("external_id") != now.get("external_id"):
        _check_identifier(found, record)
    return found


def _plan_field(found: Plan, record: Record, name: str, known: models.Field[Any, Any], value: Any) -> None:
    if known.is_relation and value and not _exists(known.related_model, name, str(value)):
        said = _("%(field)s : « %(value)s » n’existe plus. La valeur d’aujourd’hui reste.")
        found.impossible.append(said % {"field": comparing.label(record.kind, name), "value": value})
        return
    found.wanted[name] = value


def _exists(target: Any, name: str, value: str) -> bool:
    if target is Territory:
        level, _colon, code = value.partition(":")
        return bool(Territory.objects.filter(level=level, code=code).exists())
    return bool(target._default_manager.filter(**{LINKS[name]: value}).exists())


def _plan_links(found: Plan, record: Record, name: str, keys: list[str]) -> None:
    """A set of terms or of organisations: those that still exist."""
    if keys == found.now.get(name, []):
        return
    is_role = name.startswith(ROLES)
    target: Any = Record._meta.get_field("organisations" if is_role else name).related_model
    by = "slug" if is_role else "code"
    there = set(target._default_manager.filter(**{f"{by}__in": keys}).values_list(by, flat=True))
    for key in keys:
        if key not in there:
            said = _("%(field)s : « %(value)s » n’existe plus, et ne revient pas.")
            found.impossible.append(said % {"field": comparing.label(record.kind, name), "value": key})
    found.wanted[name] = [key for key in keys if key in there]


def _plan_rows(found: Plan, record: Record, name: str, rows: list[Data]) -> None:
    """Rows of a collection: without the link that is gone, or not at all where it is compulsory."""
    collection = collections(record.kind)[name]
    kept = []
    for row in rows:
        if row in found.now.get(name, []):
            kept.append(row)
            continue
        put = dict(row)
        for one, value in row.items():
            known = model_field(collection.model, one)
            if not (known.is_relation and value) or _link_stands(record, known, one, str(value)):
                continue
            put[one] = None
            told = {
                "field": comparing.label(record.kind, name),
                "row": comparing.title_of(record.kind, name, row),
                "value": value,
            }
            if known.null:
                said = _("%(field)s, « %(row)s » : « %(value)s » n’existe plus. La ligne revient sans lui.")
            else:
                said = _("%(field)s, « %(row)s » : « %(value)s » n’existe plus. La ligne ne revient pas.")
                put = {}
            found.impossible.append(said % told)
            if not put:
                break
        if put:
            kept.append(put)
    found.wanted[name] = kept


def _link_stands(record: Record, known: models.Field[Any, Any], name: str, value: str) -> bool:
    if name == "document":
        return Document.objects.filter(record=record.pk, key=value).exists()
    return _exists(known.related_model, name, value)


def _plan_documents(found: Plan, rows: list[Data]) -> None:
    """Documents whose file is still there, and links; a file that was deleted does not come back."""
    held = {str(one.key): one for one in Document.objects.filter(key__in=[row["key"] for row in rows])}
    kept = []
    for row in rows:
        one = held.get(row["key"])
        has_file = bool(one and one.file)
        if has_file == bool(row["file"]):
            kept.append(row)
            continue
        said = (
            _("Documents : le fichier de « %(title)s » a été supprimé. Il ne revient pas.")
            if row["file"]
            else _("Documents : « %(title)s » était un lien, c’est un fichier aujourd’hui. Il reste ainsi.")
        )
        found.impossible.append(said % {"title": row["title"]})
        kept += [now for now in found.now[DOCUMENTS] if now["key"] == row["key"]]
    found.wanted[DOCUMENTS] = kept


def _check_identifier(found: Plan, record: Record) -> None:
    """An identifier that another record of the source has taken meanwhile stays its own."""
    source, identifier = found.wanted.get("source"), found.wanted.get("external_id")
    others = Record.objects.filter(source__code=source, external_id=identifier).exclude(pk=record.pk)
    if source and identifier and others.exists():
        said = _("Identifiant dans la source : « %(value)s » est celui d’une autre fiche aujourd’hui.")
        found.impossible.append(said % {"value": identifier})
        found.wanted |= {name: found.now[name] for name in ("source", "external_id")}


@transaction.atomic
def revert(record: Record, version: RecordVersion, actor: User, seen: str, reason: str) -> Plan:
    """Put the record back to what the version says; what cannot be is left as it is and told.

    Raises Moved when the record is no longer as the page showed it, RevertRefused when the base refuses or
    there is nothing to put back.
    """
    versions.keep_before([record.pk])
    fresh = Record.objects.get(pk=record.pk).proper
    found = plan(fresh, version)
    if found.seen != seen:
        raise Moved
    if found.wanted == found.now:
        raise RevertRefused(_("La fiche dit déjà ce que dit cette version : il n’y a rien à rétablir."))
    try:
        _put(fresh, found)
    except NotWritten as problem:
        raise RevertRefused(str(problem)) from problem
    said = _("Retour à la version %(n)d.") % {"n": version.number}
    versions.keep([record.pk], actor, versions.Origin.REVERT, f"{said}\n{reason}".strip())
    later("match_alerts", records=[record.pk])
    return found


def _put(record: Any, found: Plan) -> None:
    """Documents first, for the rows that point to them; then the rows, then the fields."""
    changed = [name for name in found.wanted if found.wanted[name] != found.now.get(name, [])]
    known = collections(record.kind)
    if DOCUMENTS in changed:
        _put_documents(record, found.wanted[DOCUMENTS])
    rows = [name for name in changed if name in known]
    for name in rows:
        _put_rows(record, name, found.wanted[name])
    touch(record, rows)
    values = {name: found.wanted[name] for name in changed if name not in known and name != DOCUMENTS}
    if values:
        write(record, values)


def _put_documents(record: Record, rows: list[Data]) -> None:
    """Make the public documents those of the version: words, links; the others are withdrawn."""
    keys = [row["key"] for row in rows]
    held = {str(one.key): one for one in Document.objects.select_for_update().filter(record=record.pk)}
    for row in rows:
        one = held.get(row["key"]) or Document(record_id=record.pk, key=row["key"])
        for name, value in row.items():
            if name not in ("key", "file"):
                setattr(one, name, value)
        one.is_pending, one.revision = False, None
        one.save()
    gone = Document.objects.filter(record=record.pk, is_pending=False).exclude(key__in=keys)
    gone.update(is_pending=True, revision=None)


def _put_rows(record: Any, name: str, rows: list[Data]) -> None:
    """Rows that go first, so that no two have one identity; a row that stays keeps its primary key."""
    collection = collections(record.kind)[name]
    held = {int(row.pop("pk")): row for row in read_items(record, collection)}
    paired, gone, come = comparing.pair(record.kind, name, list(held.values()), rows)
    for row in gone:
        remove_item(record, collection, _taken(held, row))
    for was, will in paired:
        pk = _taken(held, was)
        if was != will:
            change_item(record, collection, pk, will)
    for row in come:
        put_item(record, collection, row)


def _taken(held: dict[int, Data], row: Data) -> int:
    """The primary key of a row that says this; it is not given twice."""
    pk = next(pk for pk, one in held.items() if one == row)
    del held[pk]
    return pk
