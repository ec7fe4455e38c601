"""Two records become one: one transaction, under the locks of both, that leaves all it takes to undo it.

The record that stays gets the chosen values and rows, and what pointed to the other. The other is
archived with what was not kept, its identifier in its source included: an import that brings it again
finds it, and proposes what is new to the record that stayed (``catalogue.imports.compare.merged``).
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
from catalogue.queue import later
from catalogue.records import notifications, restoring, snapshots, versions
from catalogue.records.content import is_same
from catalogue.records.writing import NotWritten, mark_changed, write_values
from catalogue.workshop.duplicates.following import Following, following
from catalogue.workshop.duplicates.sides import FIRST, SECOND, Choices, Comparison, compare

State = Record.State


class MergeRefused(Exception):
    """The two records cannot be merged; the message says why, in French."""


class PairChanged(MergeRefused):
    """One of the records changed since the page was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("L’une des deux fiches a changé depuis que cette page a été affichée : vérifiez vos choix.")
        )


@dataclass(frozen=True)
class Plan:
    """What a curator chose: the side that stays, a side for each line, the values kept of each list."""

    survivor: str
    lines: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    reason: str = ""

    @property
    def loser(self) -> str:
        """The side that is archived."""
        return SECOND if self.survivor == FIRST else FIRST


@transaction.atomic
def merge(first: Record, second: Record, plan: Plan, token: str, actor: User) -> Merge:
    """Merge the two as planned and return the merge. ``token`` is that of the comparison that was shown.

    Raises PairChanged when anything changed since, MergeRefused when it cannot be or when the base refuses.
    """
    records = lock(first, second)
    check(records)
    sides = compare(records[FIRST], records[SECOND])
    if sides.token != token:
        raise PairChanged
    if sides.forced and plan.survivor != sides.survivor:
        raise MergeRefused(_("La fiche publiée est celle qui reste : son adresse est connue du public."))
    kept, gone = sides.records[plan.survivor], sides.records[plan.loser]
    pks = [kept.pk, gone.pk]
    versions.save_before(pks)
    before = snapshots.take(kept.kind, pks)
    try:
        with transaction.atomic():
            _write(sides, plan, kept, gone)
            moved = {one.key: _follow(one, kept, gone) for one in following(kept.kind)}
    except NotWritten as problem:
        raise MergeRefused(str(problem)) from problem
    except IntegrityError as problem:
        raise MergeRefused(_("Deux lignes gardées se contredisent.")) from problem
    audience = _add_audience(kept.pk, gone.pk)
    line = _archive(gone, kept, plan.reason, actor)
    done = Merge.objects.create(
        survivor_id=kept.pk,
        loser_id=gone.pk,
        actor=actor,
        reason=plan.reason,
        choices={"lines": dict(plan.lines), "lists": dict(plan.lists), "survivor": plan.survivor},
        trace={
            "rows": snapshots.compare(before, snapshots.take(kept.kind, pks)),
            "moved": {key: keys for key, keys in moved.items() if keys},
            "audience": audience,
        },
    )
    versions.save_after(pks, actor, versions.Origin.MERGE, line.reason)
    _notify(line, kept)
    return done


def lock(first: Record, second: Record) -> dict[str, Record]:
    """Both rows, of the common table and of their kind's, locked in the order of their keys."""
    model = type(first.proper)
    pks = sorted((first.pk, second.pk))
    found = {
        one.pk: one for one in model._default_manager.select_for_update().filter(pk__in=pks).order_by("pk")
    }
    if len(found) != len(pks):
        raise MergeRefused(_("L’une des deux fiches n’existe plus."))
    return {side: Record.objects.get(pk=one.pk) for side, one in ((FIRST, first), (SECOND, second))}


def check(records: Mapping[str, Record]) -> None:
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


def _write(sides: Comparison, plan: Plan, kept: Any, gone: Any) -> None:
    """The chosen values and rows into the record that stays."""
    values = chosen(sides, plan)
    held = sides.values[plan.survivor]
    _without_itself(values, kept, gone)
    changed = {name: value for name, value in values.items() if not is_same(name, held[name], value)}
    if changed:
        write_values(kept, changed)
    parts = [one for one in sides.lists if one.part is not None]
    moved = [one.name for one in parts if _keep_rows(one, plan, kept.pk, gone.pk)]
    if moved:
        mark_changed(kept, moved)


def chosen(sides: Comparison, plan: Plan) -> dict[str, Any]:
    """The portable values of the record that stays, as planned."""
    values: dict[str, Any] = {}
    for line in sides.lines:
        side = plan.lines.get(line.name, line.default)
        values |= {name: sides.values[side][name] for name in line.names}
    for one in sides.lists:
        if one.part is None:
            values[one.name] = sorted(plan.lists.get(one.name, []))
    return values


def _without_itself(values: dict[str, Any], kept: Any, gone: Any) -> None:
    """An experiment is copied from neither of the two."""
    if values.get("parent") in (kept.slug, gone.slug):
        values["parent"] = None


def _keep_rows(one: Choices, plan: Plan, kept: int, gone: int) -> bool:
    """Give the ticked rows to the record that stays; the others go, or stay, with the archived one.

    Of rows that two may not share, those that are left out of the record that stays are deleted: the trace
    keeps them.
    """
    part = one.part
    if part is None:
        return False
    ticked = {int(key) for key in plan.lists.get(one.name, [])}
    rows = part.model._default_manager
    left = rows.filter(**{part.owner: kept}).exclude(pk__in=ticked)
    changed = left.delete()[0] if part.identity else left.update(**{part.owner: gone})
    return bool(changed + rows.filter(pk__in=ticked, **{part.owner: gone}).update(**{part.owner: kept}))


def _follow(one: Following, kept: Any, gone: Any) -> list[int]:
    """Make the rows that pointed to the archived record point to the one that stays; returns their keys."""
    rows = one.model._default_manager.filter(**{one.name: gone.pk})
    if one.states:
        rows = rows.filter(state__in=one.states)
    if issubclass(one.model, Record):
        rows = rows.exclude(pk=kept.pk)
    theirs = one.model._default_manager.filter(**{one.name: kept.pk})
    if one.single and theirs.exists():
        return []
    if one.once:
        theirs = theirs.filter(**{name: OuterRef(name) for name in one.once})
        clash = rows.filter(Exists(theirs.filter(state__in=one.alive) if one.alive else theirs))
        if one.alive:
            clash = clash.filter(state__in=one.alive)
        rows = rows.exclude(pk__in=list(clash.values_list("pk", flat=True)))
    pks = sorted(rows.values_list("pk", flat=True))
    restoring.repoint(one.model, one.name, pks, kept.pk)
    return pks


def _add_audience(kept: int, gone: int) -> list[list[Any]]:
    """Add the views of one record to the other's; returns its [[key, day, views, contacts], …]."""
    days = list(AudienceDay.objects.filter(record=gone).values_list("pk", "day", "views", "contacts"))
    for _pk, day, views, contacts in days:
        line, _made = AudienceDay.objects.get_or_create(record_id=kept, day=day)
        AudienceDay.objects.filter(pk=line.pk).update(
            views=F("views") + views, contacts=F("contacts") + contacts
        )
    AudienceDay.objects.filter(record=gone).delete()
    return [[pk, day.isoformat(), views, contacts] for pk, day, views, contacts in days]


def _archive(gone: Any, kept: Any, reason: str, actor: User) -> Transition:
    """Archive the record that goes, with a line of history that says where it went."""
    where = _("Fusionnée dans « %(title)s ».") % {"title": kept.title}
    line = Transition.objects.create(
        record_id=gone.pk,
        from_state=gone.state,
        to_state=State.ARCHIVED,
        action="merge",
        reason=f"{where}\n{reason}".strip(),
        actor=actor,
    )
    Record.objects.filter(pk=gone.pk).update(state=State.ARCHIVED, updated_at=timezone.now())
    return line


def _notify(line: Transition, kept: Any) -> None:
    notifications.notify_transition(line)
    later("find_duplicates", records=[kept.pk])
    if kept.is_published:
        later("match_alerts", records=[kept.pk])


def followers(gone: Any) -> list[dict[str, Any]]:
    """What points to the record that goes and will follow, with how much of it there is."""
    found = []
    for one in following(gone.kind):
        rows = one.model._default_manager.filter(**{one.name: gone.pk})
        count = (rows.filter(state__in=one.states) if one.states else rows).count()
        if count:
            found.append({"label": str(one.label), "count": count})
    return found
