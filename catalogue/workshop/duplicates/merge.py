"""Two records become one: one transaction, under the locks of both, that leaves all it takes to undo it.

The record that stays gets the chosen values and rows, and what pointed to the other. The other is
archived with what was not chosen, its identifier in its source included: an import that brings it again
finds it, and proposes what is new to the record that stayed (``catalogue.imports.compare.survivors``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import AudienceDay, Merge, Record, Transition
from catalogue.queue import defer_task
from catalogue.records import notifications, restoring, snapshots, versions
from catalogue.records.content import is_same
from catalogue.records.writing import NotWritten, mark_changed, write_values
from catalogue.workshop.duplicates.following import Following, following
from catalogue.workshop.duplicates.sides import FIRST, SECOND, Choices, Comparison, compare_records

State = Record.State


class MergeRefused(Exception):
    """The two records cannot be merged; the message explains why, in French."""


class PairChanged(MergeRefused):
    """One of the records changed since the page was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("L’une des deux fiches a changé depuis que cette page a été affichée : vérifiez vos choix.")
        )


@dataclass(frozen=True)
class Plan:
    """What a curator chose: the side that stays, a side for each line, the values chosen of each list."""

    survivor: str
    lines: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    reason: str = ""

    @property
    def loser(self) -> str:
        """The side that is archived."""
        return SECOND if self.survivor == FIRST else FIRST


@transaction.atomic
def merge_records(first: Record, second: Record, plan: Plan, token: str, actor: User) -> Merge:
    """Merge the two as planned and return the merge; ``token`` is that of the comparison that was shown.

    Raise PairChanged when anything changed since, MergeRefused when it cannot be done.
    """
    records = lock_pair(first, second)
    check_mergeable(records)
    sides = compare_records(records[FIRST], records[SECOND])
    if sides.token != token:
        raise PairChanged
    if sides.forced and plan.survivor != sides.survivor:
        raise MergeRefused(_("La fiche publiée est celle qui reste : son adresse est connue du public."))
    survivor, loser = sides.records[plan.survivor], sides.records[plan.loser]
    pks = [survivor.pk, loser.pk]
    versions.save_before(pks)
    before = snapshots.take(survivor.kind, pks)
    moved = _write(sides, plan, survivor, loser)
    audience = _add_audience(survivor.pk, loser.pk)
    line = _archive(loser, survivor, plan.reason, actor)
    done = Merge.objects.create(
        survivor_id=survivor.pk,
        loser_id=loser.pk,
        actor=actor,
        reason=plan.reason,
        choices={"lines": dict(plan.lines), "lists": dict(plan.lists), "survivor": plan.survivor},
        trace={
            "rows": snapshots.compare(before, snapshots.take(survivor.kind, pks)),
            "moved": moved,
            "audience": audience,
        },
    )
    versions.save_after(pks, actor, versions.Origin.MERGE, line.reason)
    _notify(line, survivor)
    return done


def lock_pair(first: Record, second: Record) -> dict[str, Record]:
    """Lock both rows, of the common table and of their kind's, in the order of their keys; return both."""
    model = type(first.proper)
    pks = sorted((first.pk, second.pk))
    locked = model._default_manager.select_for_update().filter(pk__in=pks).order_by("pk")
    if len(locked) != len(pks):
        raise MergeRefused(_("L’une des deux fiches n’existe plus."))
    return {side: Record.objects.get(pk=one.pk) for side, one in ((FIRST, first), (SECOND, second))}


def check_mergeable(records: Mapping[str, Record]) -> None:
    """Raise MergeRefused unless both are there to be merged."""
    for record in records.values():
        if record.state == State.DRAFT:
            raise MergeRefused(_("« %(title)s » est repassée en brouillon.") % {"title": record.title})
    standing = Merge.objects.standing().filter(loser__in=[record.pk for record in records.values()])
    done = standing.select_related("survivor", "loser").first()
    if done is not None:
        raise MergeRefused(
            _("« %(gone)s » a déjà été fusionnée dans « %(kept)s ».")
            % {"gone": done.loser.title, "kept": done.survivor.title}
        )


def _write(sides: Comparison, plan: Plan, survivor: Any, loser: Any) -> dict[str, list[int]]:
    """Write what was chosen and move what follows; return the keys of what moved, by relation."""
    moved: dict[str, list[int]] = {}
    try:
        with transaction.atomic():
            _write_survivor(sides, plan, survivor, loser)
            for one in following(survivor.kind):
                if keys := _move_followers(one, survivor, loser):
                    moved[one.key] = keys
    except NotWritten as problem:
        raise MergeRefused(str(problem)) from problem
    except IntegrityError as problem:
        raise MergeRefused(_("Deux lignes gardées se contredisent.")) from problem
    return moved


def _write_survivor(sides: Comparison, plan: Plan, survivor: Any, loser: Any) -> None:
    """Write the chosen values and rows into the record that stays."""
    values = chosen_values(sides, plan)
    held = sides.values[plan.survivor]
    _forget_own_parent(values, survivor, loser)
    changed = {name: value for name, value in values.items() if not is_same(name, held[name], value)}
    if changed:
        write_values(survivor, changed)
    parts = [one for one in sides.lists if one.part is not None]
    moved = [one.name for one in parts if _keep_rows(one, plan, survivor.pk, loser.pk)]
    if moved:
        mark_changed(survivor, moved)


def chosen_values(sides: Comparison, plan: Plan) -> dict[str, Any]:
    """Return the portable values of the record that stays, as planned."""
    values: dict[str, Any] = {}
    for line in sides.lines:
        side = plan.lines.get(line.name, line.default)
        values |= {name: sides.values[side][name] for name in line.names}
    for one in sides.lists:
        if one.part is None:
            values[one.name] = sorted(plan.lists.get(one.name, []))
    return values


def _forget_own_parent(values: dict[str, Any], survivor: Any, loser: Any) -> None:
    """Remove the parent of an experiment when it is one of the two."""
    if values.get("parent") in (survivor.slug, loser.slug):
        values["parent"] = None


def _keep_rows(one: Choices, plan: Plan, survivor: int, loser: int) -> bool:
    """Give the ticked rows to the record that stays; the others go, or stay, with the archived one.

    Of rows that two may not share, those that are left out of the record that stays are deleted: the trace
    has them.
    """
    part = one.part
    if part is None:
        return False
    ticked = {int(key) for key in plan.lists.get(one.name, [])}
    rows = part.model._default_manager
    left = rows.filter(**{part.owner: survivor}).exclude(pk__in=ticked)
    changed = left.delete()[0] if part.identity else left.update(**{part.owner: loser})
    return bool(changed + rows.filter(pk__in=ticked, **{part.owner: loser}).update(**{part.owner: survivor}))


def _move_followers(one: Following, survivor: Any, loser: Any) -> list[int]:
    """Make the rows that pointed to the archived record point to the one that stays; return their keys."""
    rows = one.rows(loser.pk)
    if issubclass(one.model, Record):
        rows = rows.exclude(pk=survivor.pk)
    theirs = one.model._default_manager.filter(**{one.name: survivor.pk})
    if one.single and theirs.exists():
        return []
    if one.once:
        theirs = theirs.filter(**{name: OuterRef(name) for name in one.once})
        clash = rows.filter(Exists(theirs.filter(state__in=one.alive) if one.alive else theirs))
        if one.alive:
            clash = clash.filter(state__in=one.alive)
        rows = rows.exclude(pk__in=list(clash.values_list("pk", flat=True)))
    pks = sorted(rows.values_list("pk", flat=True))
    restoring.repoint(one.model, one.name, pks, survivor.pk)
    return pks


def _add_audience(survivor: int, loser: int) -> list[list[Any]]:
    """Add the views of one record to the other's; return its [[key, day, views, contacts], …]."""
    days = list(AudienceDay.objects.filter(record=loser).values_list("pk", "day", "views", "contacts"))
    for _pk, day, views, contacts in days:
        line, _made = AudienceDay.objects.get_or_create(record_id=survivor, day=day)
        AudienceDay.objects.filter(pk=line.pk).update(
            views=F("views") + views, contacts=F("contacts") + contacts
        )
    AudienceDay.objects.filter(record=loser).delete()
    return [[pk, day.isoformat(), views, contacts] for pk, day, views, contacts in days]


def _archive(loser: Any, survivor: Any, reason: str, actor: User) -> Transition:
    """Archive the record that goes, with a line of history that names the other."""
    where = _("Fusionnée dans « %(title)s ».") % {"title": survivor.title}
    line = Transition.objects.create(
        record_id=loser.pk,
        from_state=loser.state,
        to_state=State.ARCHIVED,
        action="merge",
        reason=f"{where}\n{reason}".strip(),
        actor=actor,
    )
    Record.objects.filter(pk=loser.pk).update(state=State.ARCHIVED, updated_at=timezone.now())
    return line


def _notify(line: Transition, survivor: Any) -> None:
    notifications.notify_transition(line)
    defer_task("find_duplicates", records=[survivor.pk])
    if survivor.is_published:
        defer_task("match_alerts", records=[survivor.pk])


def count_followers(loser: Any) -> list[dict[str, Any]]:
    """Count what points to the record that goes and will follow, by label."""
    counts = [(str(one.label), one.rows(loser.pk).count()) for one in following(loser.kind)]
    return [{"label": label, "count": count} for label, count in counts if count]
