"""A merge is undone as a whole: both records, what belongs to them and what pointed to them are as before.

What was written since and would be lost makes the undo refuse, with its list; what came meanwhile to the
record that stayed remains with it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import AudienceDay, Merge, Record, Transition
from catalogue.queue import defer_task
from catalogue.records import notifications, restoring, snapshots, versions
from catalogue.records.shape import Table, tables
from catalogue.workshop.duplicates.following import following
from catalogue.workshop.duplicates.sides import get_part_label

LISTED = 20


class MergeUndoRefused(Exception):
    """The merge cannot be undone; the message explains why, in French, ``lost`` lists what would be lost."""

    def __init__(self, message: str, lost: list[str] | None = None) -> None:
        super().__init__(message)
        self.lost = lost or []


def find_losses(merge: Merge) -> list[str]:
    """Return what was written since the merge and would be lost, one sentence each."""
    kind = merge.survivor.kind
    titles = {str(merge.survivor_id): merge.survivor.title, str(merge.loser_id): merge.loser.title}
    moved = snapshots.changed_since(kind, merge.trace["rows"])
    sentences = (_describe_loss(kind, table, titles.get(key, key), column) for table, key, column in moved)
    return list(dict.fromkeys(sentences))


def _describe_loss(kind: str, table: Table, title: str, column: str) -> str:
    """« Résumé » de « Place d’Armes » a été récrit."""
    if issubclass(table.model, Record):
        words = {"field": _get_field_label(table.model, column), "title": title}
        return _("« %(field)s » de « %(title)s » a été récrit.") % words
    what = get_part_label(kind, table.attribute)
    if not column:
        return _("%(what)s : une ligne a été supprimée.") % {"what": what}
    words = {"what": what, "field": _get_field_label(table.model, column)}
    return _("%(what)s : une ligne a été modifiée (« %(field)s »).") % words


def _get_field_label(model: Any, column: str) -> str:
    found = next(one for one in model._meta.get_fields() if getattr(one, "column", None) == column)
    name = str(found.verbose_name)
    return name[:1].upper() + name[1:]


@transaction.atomic
def undo_merge(merge: Merge, actor: User) -> Merge:
    """Put both records back as they were and return the merge, undone; raise MergeUndoRefused otherwise."""
    pks = sorted((merge.survivor_id, merge.loser_id))
    model = type(merge.survivor.proper)
    list(model._default_manager.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    locked: Merge = Merge.objects.select_for_update().get(pk=merge.pk)
    check_undoable(locked)
    kind = locked.survivor.kind
    versions.save_before(pks)
    state = locked.loser.state
    try:
        with transaction.atomic():
            _restore_followers(locked)
            restoring.reverse(kind, locked.trace["rows"])
            _restore_audience(locked)
    except IntegrityError as error:
        raise MergeUndoRefused(
            _("Ce qui a été écrit depuis empêche de rétablir les deux fiches : rien n’a été changé.")
        ) from error
    locked.undone_at, locked.undone_by = timezone.now(), actor
    locked.save(update_fields=["undone_at", "undone_by"])
    restored = Record.objects.only("pk", "state").get(pk=locked.loser_id)
    line = Transition.objects.create(
        record=restored,
        from_state=state,
        to_state=restored.state,
        action="unmerge",
        reason=_("La fusion dans « %(title)s » est annulée.") % {"title": locked.survivor.title},
        actor=actor,
    )
    notifications.notify_transition(line)
    versions.save_after(pks, actor, versions.Origin.MERGE, _("Fusion annulée"))
    defer_task("find_duplicates", records=pks)
    published = list(Record.objects.published().filter(pk__in=pks).values_list("pk", flat=True))
    if published:
        defer_task("match_alerts", records=sorted(published))
    return locked


def check_undoable(merge: Merge) -> None:
    """Raise MergeUndoRefused unless the merge is the last of its record and nothing would be lost."""
    if merge.undone_at is not None:
        raise MergeUndoRefused(_("Cette fusion a déjà été annulée."))
    later_one = Merge.objects.standing().filter(loser=merge.survivor_id).select_related("survivor").first()
    if later_one is not None:
        raise MergeUndoRefused(
            _("« %(kept)s » a été fusionnée depuis dans « %(other)s » : annulez d’abord cette fusion-là.")
            % {"kept": merge.survivor.title, "other": later_one.survivor.title}
        )
    lost = find_losses(merge)
    if lost:
        raise MergeUndoRefused(
            _("Ceci a été écrit depuis la fusion et serait perdu : rien n’a été annulé."), lost[:LISTED]
        )


def _restore_followers(merge: Merge) -> None:
    """Make what pointed to the archived record point to it again, unless somebody moved it since."""
    for one in following(merge.survivor.kind):
        keys = merge.trace["moved"].get(one.key, [])
        restoring.repoint(one.model, one.name, keys, merge.loser_id, instead_of=merge.survivor_id)


def _restore_audience(merge: Merge) -> None:
    """Give the archived record its views back; those counted since remain with the other."""
    for pk, day, views, contacts in merge.trace["audience"]:
        there = AudienceDay.objects.filter(record=merge.survivor_id, day=date.fromisoformat(day))
        there.update(views=F("views") - views, contacts=F("contacts") - contacts)
        there.filter(views=0, contacts=0).delete()
        AudienceDay.objects.create(
            pk=pk, record_id=merge.loser_id, day=date.fromisoformat(day), views=views, contacts=contacts
        )


def list_changes(merge: Merge) -> list[dict[str, Any]]:
    """Return what the merge brought to the record that stayed: fields written, rows and links that came."""
    kind, lines = merge.survivor.kind, merge.trace["rows"]
    found: list[dict[str, Any]] = []
    for table in tables(kind):
        rows = lines.get(table.name, {})
        if issubclass(table.model, Record):
            _before, after = rows.get(str(merge.survivor_id), (None, {}))
            names = [name for name in after if name not in snapshots.UNSEEN]
            found += [{"label": _get_field_label(table.model, name), "count": 0} for name in names]
        elif rows:
            found.append({"label": get_part_label(kind, table.attribute), "count": len(rows)})
    for one in following(kind):
        count = len(merge.trace["moved"].get(one.key, []))
        if count:
            found.append({"label": str(one.label).capitalize(), "count": count})
    return found
