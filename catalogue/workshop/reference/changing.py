"""Changes of the lines of a reference list: each under lock, against a token, with a line of history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.models import ReferenceChange
from catalogue.records.slugs import save_with_free_slug
from catalogue.workshop.reference import values as forms_of
from catalogue.workshop.reference.lists import ReferenceList
from catalogue.workshop.reference.values import Values

Action = ReferenceChange.Action


class ReferenceRefused(Exception):
    """What was asked cannot be done; the message says why, in French."""


class LineChanged(ReferenceRefused):
    """The line changed since the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("Cette ligne a changé depuis que vous l’avez ouverte : relisez-la, puis recommencez.")
        )


def locked(known: ReferenceList, pk: int, token: str | None = None) -> Any:
    """The line, locked; raises LineChanged when it no longer says what ``token`` stands for."""
    line = known.rows.select_for_update(of=("self",)).get(pk=pk)
    if token is not None and forms_of.token(known, line) != token:
        raise LineChanged
    return line


def append(
    known: ReferenceList, line: Any, action: Action, actor: User | None, reason: str = "", **more: Any
) -> ReferenceChange:
    """The line of history of a change; the only place that writes one."""
    return ReferenceChange.objects.create(
        list=known.code,
        key=known.key_of(line),
        label=known.label_of(line)[:250],
        action=action,
        actor=actor,
        reason=reason.strip(),
        **more,
    )


@transaction.atomic
def add(known: ReferenceList, values: Values, actor: User, reason: str = "") -> Any:
    """A new line, last of its list."""
    line = known.model()
    if known.is_ordered:
        last = known.rows.order_by("-position").values_list("position", flat=True).first()
        line.position = (last or 0) + 1  # type: ignore[attr-defined]
    before = dict.fromkeys(known.values)
    given = forms_of.given(known, values)
    save_with_free_slug(
        line,
        str(values[known.label]),
        fallback=known.code,
        field=known.key,
        save=lambda: forms_of.put(known, line, given),
    )
    changes = forms_of.difference(before, {k: v for k, v in forms_of.held(known, line).items() if v})
    append(known, line, Action.CREATE, actor, reason, changes=changes)
    return line


@transaction.atomic
def edit(
    known: ReferenceList, pk: int, values: Values, token: str | None, actor: User, reason: str = ""
) -> ReferenceChange | None:
    """Change the values of a line; None when they are what they were."""
    line = locked(known, pk, token)
    before = forms_of.held(known, line)
    forms_of.put(known, line, forms_of.given(known, values))
    changes = forms_of.difference(before, forms_of.held(known, line))
    return append(known, line, Action.EDIT, actor, reason, changes=changes) if changes else None


@transaction.atomic
def witness(known: ReferenceList, line: Any, save: Callable[[], None], actor: User) -> None:
    """Save a line that was edited elsewhere (the administration), and keep what changed all the same."""
    held = known.rows.filter(pk=line.pk).first() if line.pk else None
    before = forms_of.held(known, held) | {"is_active": held.is_active} if held else {}
    save()
    after = forms_of.held(known, line) | {"is_active": line.is_active}
    changes = forms_of.difference(before, after if held else {k: v for k, v in after.items() if v})
    if changes:
        append(known, line, Action.EDIT if held else Action.CREATE, actor, changes=changes)


def restore(known: ReferenceList, change: ReferenceChange, name: str, actor: User) -> ReferenceChange | None:
    """Give a line back the value that it had before a change."""
    line = known.rows.filter(**{known.key: change.key}).first()
    if line is None or name not in change.changes or name not in known.values:
        raise ReferenceRefused(_("Cette valeur ne peut pas être rétablie."))
    before = change.changes[name][0]
    empty: Any = [] if name == "crosswalk" else ""
    field: Any = None if name == "crosswalk" else known.model._meta.get_field(name)
    value = before if before is not None else (None if field is not None and field.null else empty)
    words = _("Valeur d’avant le %(date)s rétablie") % {"date": f"{change.at:%d/%m/%Y}"}
    return edit(known, line.pk, {name: value}, None, actor, words)


@transaction.atomic
def activate(known: ReferenceList, pk: int, active: bool, token: str, actor: User, reason: str = "") -> None:
    """Archive a line, or offer it again; one that was merged has to be separated first."""
    line = locked(known, pk, token)
    if line.merged_into_id is not None:
        raise ReferenceRefused(_("Cette ligne est réunie à une autre : annulez d’abord la réunion."))
    if line.is_active == active:
        return
    known.rows.filter(pk=pk).update(is_active=active)
    action = Action.ACTIVATE if active else Action.ARCHIVE
    append(known, line, action, actor, reason, changes={"is_active": [not active, active]})


@transaction.atomic
def move(known: ReferenceList, pk: int, up: bool, actor: User) -> None:
    """Move a line one place up or down among those that are offered; the ranks are numbered anew."""
    if not known.is_ordered:
        raise ReferenceRefused(_("Cette liste n’a pas d’ordre choisi."))
    lines = list(
        known.rows.select_for_update(of=("self",)).order_by("-is_active", "position", known.label, "pk")
    )
    place = next(n for n, line in enumerate(lines) if line.pk == pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(lines) or lines[other].is_active != lines[place].is_active:
        return
    before = place + 1
    lines[place], lines[other] = lines[other], lines[place]
    changed = []
    for rank, line in enumerate(lines, start=1):
        if line.position != rank:
            line.position = rank
            changed.append(line)
    known.rows.bulk_update(changed, ["position"])
    moved = lines[other]
    append(known, moved, Action.ORDER, actor, changes={"position": [before, moved.position]})
