"""Changes proposed to a published record: prepared by its owner, decided by a curator.

``changes`` is {attribute: [old, new]} in the portable form, for the importers' revisions as for ours. Of
a collection, ``old`` are the rows that go or change (with their ``pk``) and ``new`` those that come; a new
row replaces the old one of the same ``pk``, else the one of the same identity, else it is added.

Read by the steps (``find_draft``, ``overlay_values``, ``store_changes``), the page that sends
(``describe_changes``, ``propose``) and the curators' page (``describe_changes``, ``accept``, ``refuse``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Record, Revision
from catalogue.queue import defer_task
from catalogue.records import notifications, outlook, versions
from catalogue.records.content import (
    SHAPE,
    Values,
    describe_item,
    describe_value,
    get_collections,
    get_label,
    is_same,
    list_attributes,
    read_items,
    read_values,
)
from catalogue.records.fields import Collection
from catalogue.records.outlook import Outlook
from catalogue.records.writing import (
    NotWritten,
    add_item,
    change_item,
    mark_changed,
    remove_item,
    write_values,
)

State = Revision.RevisionState
DOCUMENTS = "documents"
"""The name under which ``describe_changes`` and ``accept`` speak of the documents added with a revision."""


class RevisionRefused(Exception):
    """The revision cannot be sent or decided; the message says why, in French."""


class RevisionConflict(RevisionRefused):
    """The record changed since the revision was prepared; ``fields`` says where."""

    def __init__(self, record: Record, fields: Iterable[str]) -> None:
        self.fields = list(fields)
        names = ", ".join(get_label(record.kind, name) for name in self.fields)
        super().__init__(
            _("La fiche a changé depuis que ces changements ont été préparés : %(names)s.") % {"names": names}
        )


def find_draft(record: Record, user: User) -> Revision | None:
    return Revision.objects.filter(record=record.pk, author=user, state=State.DRAFT).first()


def open_draft(record: Record, user: User) -> Revision:
    """Return the revision in preparation of the account for the record, made if there is none.

    The caller has asked ``permissions`` for « propose ».
    """
    revision, _made = Revision.objects.get_or_create(
        record_id=record.pk,
        author=user,
        state=State.DRAFT,
        defaults={"changes": {}, "base_updated_at": record.updated_at},
    )
    return revision


def overlay_values(values: Mapping[str, Any], revision: Revision | None) -> Values:
    """Return published values with those that the revision prepares in their place."""
    changes = revision.changes if revision else {}
    return {name: changes[name][1] if name in changes else value for name, value in values.items()}


def overlay_items(items: list[Values], revision: Revision | None, attribute: str) -> list[Values]:
    """Return the rows of a collection as they would be once the revision is accepted."""
    if revision is None or attribute not in revision.changes:
        return items
    old, new = revision.changes[attribute]
    replaced = {row["pk"]: row for row in new if row.get("pk")}
    gone = {row["pk"] for row in old if row.get("pk")} - set(replaced)
    kept = [{**row, **replaced.get(row["pk"], {})} for row in items if row["pk"] not in gone]
    return [*kept, *(row for row in new if not row.get("pk"))]


def store_changes(revision: Revision, published: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Store ``values`` as changes of what is published; a value put back is no change any more.

    The old value is the one from which the change was first prepared.
    """
    changes = dict(revision.changes)
    for name, value in values.items():
        if is_same(name, published[name], value):
            changes.pop(name, None)
        else:
            changes[name] = [changes.get(name, [published[name]])[0], value]
    revision.changes = changes
    revision.save(update_fields=["changes", "updated_at"])


def store_item_changes(
    revision: Revision, attribute: str, published: list[Values], items: list[Values]
) -> None:
    """Store the rows that a collection is to have, as differences from those published."""
    by_pk = {row["pk"]: row for row in published}
    kept = {row["pk"]: row for row in items if row.get("pk")}
    changed = [pk for pk, row in kept.items() if pk in by_pk and not _same_item(by_pk[pk], row)]
    old = [row for pk, row in by_pk.items() if pk not in kept or pk in changed]
    new = [kept[pk] for pk in changed] + [row for row in items if not row.get("pk")]
    changes = {name: pair for name, pair in revision.changes.items() if name != attribute}
    revision.changes = {**changes, attribute: [old, new]} if old or new else changes
    revision.save(update_fields=["changes", "updated_at"])


def find_conflicts(revision: Revision) -> list[str]:
    """Return the attributes whose published value is no longer the one from which the change was prepared."""
    record = revision.record.proper
    known = get_collections(record.kind)
    plain = [name for name in revision.changes if name in list_attributes(record.kind)]
    now = read_values(record, plain)
    moved = [name for name in plain if not is_same(name, revision.changes[name][0], now[name])]
    for name, collection in known.items():
        if name in revision.changes:
            rows = {row["pk"]: row for row in read_items(record, collection)}
            old = revision.changes[name][0]
            if any(not _same_item(row, rows.get(row.get("pk"))) for row in old):
                moved.append(name)
    return moved


def _same_item(row: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    return other is not None and all(
        is_same(name, value, other[name]) for name, value in row.items() if name in other and name != "pk"
    )


def describe_changes(revision: Revision) -> list[dict[str, Any]]:
    """Return what changes, line by line, for a page.

    Each line has ``field``, ``label``, ``kind`` (texte, liste, carte, lignes), ``old`` and ``new`` (a text
    or a list of texts), ``moved`` (the published value changed since) and ``now`` (that value).
    """
    record = revision.record.proper
    moved = set(find_conflicts(revision))
    lines = []
    for name, (old, new) in revision.changes.items():
        line = _describe_change(record, name, old, new)
        if line is None:
            continue
        if name in moved and name in list_attributes(record.kind):
            line["now"] = describe_value(record.kind, name, read_values(record, [name])[name])
        lines.append({"moved": name in moved, "now": "", **line})
    added = [document.title for document in revision.documents.all()]
    if added:
        line = {"field": DOCUMENTS, "label": _("Documents ajoutés"), "kind": "liste", "old": [], "new": added}
        lines.append({"moved": False, "now": "", **line})
    return lines


def _describe_change(record: Any, name: str, old: Any, new: Any) -> dict[str, Any] | None:
    kind, known = record.kind, get_collections(record.kind)
    if name in known:
        before: Any = [describe_item(known[name], row) for row in old]
        after: Any = [describe_item(known[name], row) for row in new]
        sort = "lignes"
    elif name in list_attributes(kind):
        before, after = describe_value(kind, name, old), describe_value(kind, name, new)
        sort = "liste" if isinstance(before or after, list) else "texte"
        if name == SHAPE:
            sort = "carte"
    else:
        return None
    return {"field": name, "label": get_label(kind, name), "kind": sort, "old": before, "new": after}


@transaction.atomic
def propose(revision: Revision, reason: str) -> Revision:
    """Send a revision in preparation to the curators, from the values that are published now."""
    record = Record.objects.select_for_update().get(pk=revision.record_id)
    waiting = Revision.objects.select_for_update().filter(pk=revision.pk).first()
    if waiting is None:
        raise RevisionRefused(_("Il n’y a aucun changement à envoyer."))
    if waiting.state != State.DRAFT:
        raise RevisionRefused(_("Ces changements ont déjà été envoyés."))
    if not record.is_published:
        raise RevisionRefused(_("La fiche n’est plus publiée : elle ne se change plus ainsi."))
    _rebase(waiting)
    if not waiting.changes and not waiting.documents.exists():
        raise RevisionRefused(_("Il n’y a aucun changement à envoyer."))
    waiting.state, waiting.reason, waiting.base_updated_at = State.PROPOSED, reason, record.updated_at
    waiting.save()
    notifications.notify_proposal(waiting)
    return waiting


def _rebase(revision: Revision) -> None:
    """Make the published values the old ones: the author has just seen them."""
    record = revision.record.proper
    now = read_values(record, [name for name in revision.changes if name in list_attributes(record.kind)])
    changes = {
        name: [now[name], pair[1]] if name in now else pair
        for name, pair in revision.changes.items()
        if name not in now or not is_same(name, now[name], pair[1])
    }
    revision.changes = changes


@transaction.atomic
def discard(revision: Revision) -> None:
    """Give up a revision in preparation, with the documents that were added to it."""
    waiting = Revision.objects.select_for_update().filter(pk=revision.pk, state=State.DRAFT).first()
    if waiting is not None:
        waiting.documents.filter(is_pending=True).delete()
        waiting.delete()


@transaction.atomic
def accept(
    revision: Revision, actor: User, fields: Iterable[str] | None = None, *, knowingly: bool = False
) -> Revision:
    """Write the proposed changes (those of ``fields`` alone when given) into the record and return the
    accepted revision; what is left out becomes a refused revision of its own.

    Raises RevisionConflict when a field that would be written changed since, unless ``knowingly``: the
    curator has seen the value of today. Raises RevisionRefused when it is decided already or cannot be.
    """
    locked, record = _lock_proposed(revision)
    chosen = set(locked.changes) | {DOCUMENTS} if fields is None else set(fields)
    kept = {name: pair for name, pair in locked.changes.items() if name in chosen}
    left = {name: pair for name, pair in locked.changes.items() if name not in chosen}
    added = DOCUMENTS in chosen and locked.documents.exists()
    if not kept and not added:
        raise RevisionRefused(_("Choisissez au moins un changement à accepter."))
    locked.changes = kept
    moved = find_conflicts(locked)
    if moved and not knowingly:
        raise RevisionConflict(record, moved)
    versions.save_before([record.pk])
    try:
        _apply(record, kept)
    except NotWritten as problem:
        raise RevisionRefused(str(problem)) from problem
    if added:
        locked.documents.update(is_pending=False)
    versions.save_after([record.pk], actor, versions.Origin.REVISION, locked.reason)
    _decide(locked, State.ACCEPTED, actor, "")
    _store_left_out(locked, left, actor)
    notifications.notify_decision(locked)
    defer_task("match_alerts", records=[record.pk])
    return locked


def look_ahead(revision: Revision) -> Outlook | None:
    """Return what accepting all the changes would make of the niveau de preuve; nothing of it stays."""
    record = Record.objects.get(pk=revision.record_id).proper
    return outlook.look_ahead(record, lambda: _apply(record, revision.changes))


@transaction.atomic
def refuse(revision: Revision, actor: User, reason: str) -> Revision:
    locked, _record = _lock_proposed(revision)
    if not reason.strip():
        raise RevisionRefused(_("Dites pourquoi : l’auteur doit pouvoir le comprendre."))
    _decide(locked, State.REFUSED, actor, reason)
    notifications.notify_decision(locked)
    return locked


def _lock_proposed(revision: Revision) -> tuple[Revision, Any]:
    """Return the revision and the row of its record's kind, both locked: record first, as everybody does."""
    record = Record.objects.select_for_update().get(pk=revision.record_id)
    locked = Revision.objects.select_for_update().get(pk=revision.pk)
    if locked.state != State.PROPOSED:
        raise RevisionRefused(
            _("Ces changements ne sont plus à décider : ils sont dans l’état « %(state)s ».")
            % {"state": locked.get_state_display()}
        )
    return locked, record.proper


def _decide(revision: Revision, state: str, actor: User, reason: str) -> None:
    revision.state, revision.decision = state, reason
    revision.decided_by, revision.decided_at = actor, timezone.now()
    revision.save()


def _store_left_out(revision: Revision, left: dict[str, Any], actor: User) -> None:
    """Store the changes that the curator left out as a refused revision."""
    if not left:
        return
    Revision.objects.create(
        record_id=revision.record_id,
        state=State.REFUSED,
        changes=left,
        reason=revision.reason,
        author=revision.author,
        import_batch=revision.import_batch,
        base_updated_at=revision.base_updated_at,
        decided_by=actor,
        decided_at=timezone.now(),
        decision=_("Changement laissé de côté quand les autres ont été acceptés."),
    )


def _apply(record: Any, changes: dict[str, Any]) -> None:
    """Write accepted changes: the fields together, then the rows of the collections."""
    known, allowed = get_collections(record.kind), list_attributes(record.kind)
    values = {name: pair[1] for name, pair in changes.items() if name in allowed}
    if values:
        write_values(record, values)
    for name, (old, new) in changes.items():
        if name in known:
            _apply_items(record, known[name], old, new)
    if any(name in known for name in changes):
        mark_changed(record, [name for name in changes if name in known])


def _apply_items(record: Any, collection: Collection, old: list[Values], new: list[Values]) -> None:
    left = [row for row in old if row.get("pk")]
    for row in new:
        replaced = next((was for was in left if _replaces(collection, row, was)), None)
        if replaced is None:
            add_item(record, collection, row)
        else:
            left.remove(replaced)
            change_item(record, collection, int(replaced["pk"]), row)
    for row in left:
        remove_item(record, collection, int(row["pk"]))


def _replaces(collection: Collection, row: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    if row.get("pk"):
        return bool(row["pk"] == was["pk"])
    if "new" in row:
        return False
    return all(row.get(name) == was.get(name) for name in collection.identity)
