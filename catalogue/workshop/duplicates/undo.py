"""A merge is undone as a whole: both records, what belongs to them and what pointed to them are as before.

What was written since and would be lost makes the undo refuse, and say what; what came to the record that
stayed meanwhile remains with it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import AudienceDay, Merge, Record, RecordOrganisation, Transition
from catalogue.queue import later
from catalogue.records import notifications as notices
from catalogue.records import versions
from catalogue.records.content import MANY
from catalogue.records.fields import model_field
from catalogue.workshop.duplicates import trace
from catalogue.workshop.duplicates.parts import following, parts_of

LISTED = 20


class UndoRefused(Exception):
    """The merge cannot be undone; the message says why, in French, ``lost`` what would be lost."""

    def __init__(self, message: str, lost: list[str] | None = None) -> None:
        super().__init__(message)
        self.lost = lost or []


def obstacles(merge: Merge) -> list[str]:
    """What was written since the merge and would be lost, one sentence each."""
    kind = merge.survivor.kind
    moved = trace.changed_since(kind, merge.trace["rows"])
    titles = {str(merge.survivor_id): merge.survivor.title, str(merge.loser_id): merge.loser.title}
    return list(dict.fromkeys(_sentence(kind, titles, *one) for one in moved))


def _sentence(kind: str, titles: dict[str, str], table: str, key: str, column: str, now: str | None) -> str:
    """« Résumé » de « Place d’Armes » a été récrit."""
    models = {model._meta.db_table: model for model, _owner, _columns in trace.shape(kind)}
    model = models[table]
    if issubclass(model, Record):
        return _("« %(field)s » de « %(title)s » a été récrit.") % {
            "field": _field_label(model, column),
            "title": titles.get(key, key),
        }
    name = _table_label(kind, model)
    if now is None:
        return _("%(what)s : une ligne a été supprimée.") % {"what": name}
    return _("%(what)s : une ligne a été modifiée (« %(field)s »).") % {
        "what": name,
        "field": _field_label(model, column),
    }


def _field_label(model: Any, column: str) -> str:
    found = next(one for one in model._meta.get_fields() if getattr(one, "column", None) == column)
    name = str(found.verbose_name)
    return name[:1].upper() + name[1:]


def _table_label(kind: str, model: Any) -> str:
    for part in parts_of(kind):
        if part.model is model:
            return str(part.label)
    if model is RecordOrganisation:
        return _("Organisations")
    named = {model_field(Record, name).remote_field.through: name for name in MANY}  # type: ignore[union-attr]
    label = str(model_field(Record, named[model]).verbose_name)
    return label[:1].upper() + label[1:]


@transaction.atomic
def undo(merge: Merge, actor: User) -> Merge:
    """Put both records back as they were and return the merge, undone. Raises UndoRefused."""
    pks = sorted((merge.survivor_id, merge.loser_id))
    model = type(merge.survivor.proper)
    list(model._default_manager.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    locked: Merge = Merge.objects.select_for_update().get(pk=merge.pk)
    check(locked)
    kind = locked.survivor.kind
    versions.keep_before(pks)
    state = locked.loser.state
    try:
        with transaction.atomic():
            _move_back(locked)
            trace.put_back(kind, locked.trace["rows"])
            _take_audience_back(locked)
    except IntegrityError as error:
        raise UndoRefused(
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
    notices.transition_made(line)
    versions.keep(pks, actor, versions.Origin.MERGE, _("Fusion annulée"))
    later("find_duplicates", records=pks)
    published = list(Record.objects.published().filter(pk__in=pks).values_list("pk", flat=True))
    if published:
        later("match_alerts", records=sorted(published))
    return locked


def check(merge: Merge) -> None:
    """Raise UndoRefused unless the merge stands, is the last of its record, and nothing would be lost."""
    if merge.undone_at is not None:
        raise UndoRefused(_("Cette fusion a déjà été annulée."))
    later_one = Merge.objects.standing().filter(loser=merge.survivor_id).select_related("survivor").first()
    if later_one is not None:
        raise UndoRefused(
            _("« %(kept)s » a été fusionnée depuis dans « %(other)s » : annulez d’abord cette fusion-là.")
            % {"kept": merge.survivor.title, "other": later_one.survivor.title}
        )
    lost = obstacles(merge)
    if lost:
        raise UndoRefused(
            _("Ceci a été écrit depuis la fusion et serait perdu : rien n’a été annulé."), lost[:LISTED]
        )


def _move_back(merge: Merge) -> None:
    """Make what pointed to the archived record point to it again, unless somebody moved it since."""
    moved = merge.trace["moved"]
    for one in following(merge.survivor.kind):
        pks = moved.get(f"{one.model._meta.model_name}.{one.name}", [])
        rows = one.model._default_manager.filter(pk__in=pks, **{one.name: merge.survivor_id})
        rows.update(**{one.name: merge.loser_id})


def _take_audience_back(merge: Merge) -> None:
    """Give the archived record its views back; those counted since remain with the other."""
    for pk, day, views, contacts in merge.trace["audience"]:
        there = AudienceDay.objects.filter(record=merge.survivor_id, day=date.fromisoformat(day))
        there.update(views=F("views") - views, contacts=F("contacts") - contacts)
        there.filter(views=0, contacts=0).delete()
        AudienceDay.objects.create(
            pk=pk, record_id=merge.loser_id, day=date.fromisoformat(day), views=views, contacts=contacts
        )


def brought(merge: Merge) -> list[dict[str, Any]]:
    """What the merge brought to the record that stayed: the fields written, the rows and links that came."""
    kind, trace_ = merge.survivor.kind, merge.trace
    told: list[dict[str, Any]] = []
    for model, _owner, _columns in trace.shape(kind):
        lines = trace_["rows"].get(model._meta.db_table, {})
        if issubclass(model, Record):
            changed = lines.get(str(merge.survivor_id))
            names = [name for name in (changed[1] if changed else {}) if name not in trace.UNSEEN]
            told += [{"label": _field_label(model, name), "count": 0} for name in names]
        elif lines:
            told.append({"label": _table_label(kind, model), "count": len(lines)})
    for one in following(kind):
        count = len(trace_["moved"].get(f"{one.model._meta.model_name}.{one.name}", []))
        if count:
            told.append({"label": str(one.label).capitalize(), "count": count})
    return told
