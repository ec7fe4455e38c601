"""Changes of the lines of a reference list: each under lock, against a token, with a line of history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.models import Concept, ReferenceChange
from catalogue.queue import defer_task
from catalogue.records.slugs import save_with_free_slug
from catalogue.workshop.reference import values
from catalogue.workshop.reference.lists import ReferenceList
from catalogue.workshop.reference.values import Values

Action = ReferenceChange.Action


class ReferenceRefused(Exception):
    """The change cannot be made; the message explains why, in French."""


class LineChanged(ReferenceRefused):
    def __init__(self) -> None:
        super().__init__(
            _("Cette ligne a changé depuis que vous l’avez ouverte : relisez-la, puis recommencez.")
        )


def lock_line(ref: ReferenceList, pk: int, token: str | None = None) -> Any:
    """Lock a line and return it; raise LineChanged when it changed since the page made ``token``."""
    line = ref.rows.select_for_update(of=("self",)).get(pk=pk)
    if token is not None and values.make_token(ref, line) != token:
        raise LineChanged
    return line


def log_change(
    ref: ReferenceList, line: Any, action: Action, actor: User | None, reason: str = "", **more: Any
) -> ReferenceChange:
    """Add the line of history of a change; nothing else writes one."""
    return ReferenceChange.objects.create(
        list=ref.code,
        key=ref.key_of(line),
        label=ref.label_of(line)[:250],
        action=action,
        actor=actor,
        reason=reason.strip(),
        **more,
    )


def refresh_derived(ref: ReferenceList) -> None:
    """Have what is derived from a list derived anew in the background, once its lines were written."""
    if ref.model is Concept:
        defer_task("read_words_again")


@transaction.atomic
def add_line(ref: ReferenceList, wanted: Values, actor: User, reason: str = "") -> Any:
    line = ref.model()
    if ref.is_ordered:
        last = ref.rows.order_by("-position").values_list("position", flat=True).first()
        line.position = (last or 0) + 1  # type: ignore[attr-defined]
    written = values.from_json(ref, wanted)
    save_with_free_slug(
        line,
        str(wanted[ref.label]),
        fallback=ref.code,
        field=ref.key,
        save=lambda: values.write_values(ref, line, written),
    )
    changes = values.diff_values({}, _drop_empty(values.read_values(ref, line)))
    log_change(ref, line, Action.CREATE, actor, reason, changes=changes)
    refresh_derived(ref)
    return line


@transaction.atomic
def edit_line(
    ref: ReferenceList, pk: int, wanted: Values, token: str | None, actor: User, reason: str = ""
) -> ReferenceChange | None:
    """Change the values of a line; None when they are what they were."""
    line = lock_line(ref, pk, token)
    before = values.read_values(ref, line)
    values.write_values(ref, line, values.from_json(ref, wanted))
    changes = values.diff_values(before, values.read_values(ref, line))
    if not changes:
        return None
    refresh_derived(ref)
    return log_change(ref, line, Action.EDIT, actor, reason, changes=changes)


@transaction.atomic
def save_elsewhere(ref: ReferenceList, line: Any, save: Callable[[], None], actor: User) -> None:
    """Save a line that was edited elsewhere (the administration), and store what changed all the same."""
    stored = ref.rows.filter(pk=line.pk).first() if line.pk else None
    before = values.read_values(ref, stored) | {"is_active": stored.is_active} if stored else {}
    save()
    after = values.read_values(ref, line) | {"is_active": line.is_active}
    changes = values.diff_values(before, after if stored else _drop_empty(after))
    if changes:
        log_change(ref, line, Action.EDIT if stored else Action.CREATE, actor, changes=changes)
        refresh_derived(ref)


def _drop_empty(found: Values) -> Values:
    return {name: value for name, value in found.items() if value}


def restore_value(
    ref: ReferenceList, change: ReferenceChange, name: str, actor: User
) -> ReferenceChange | None:
    line = ref.rows.filter(**{ref.key: change.key}).first()
    if line is None or name not in change.changes or name not in ref.values:
        raise ReferenceRefused(_("Cette valeur ne peut pas être rétablie."))
    value = change.changes[name][0]
    if value is None:
        value = values.get_empty_value(ref, name)
    reason = _("Valeur d’avant le %(date)s rétablie") % {"date": f"{change.at:%d/%m/%Y}"}
    return edit_line(ref, line.pk, {name: value}, None, actor, reason)


@transaction.atomic
def set_active(
    ref: ReferenceList, pk: int, is_active: bool, token: str, actor: User, reason: str = ""
) -> None:
    """Archive a line, or offer it again; one that was merged has to be separated first."""
    line = lock_line(ref, pk, token)
    if line.merged_into_id is not None:
        raise ReferenceRefused(_("Cette ligne est réunie à une autre : annulez d’abord la réunion."))
    if line.is_active == is_active:
        return
    ref.rows.filter(pk=pk).update(is_active=is_active)
    action = Action.ACTIVATE if is_active else Action.ARCHIVE
    log_change(ref, line, action, actor, reason, changes={"is_active": [not is_active, is_active]})
    refresh_derived(ref)


@transaction.atomic
def move_line(ref: ReferenceList, pk: int, up: bool, actor: User) -> None:
    """Move a line one place up or down among those that are offered; number the positions anew."""
    if not ref.is_ordered:
        raise ReferenceRefused(_("Cette liste n’a pas d’ordre choisi."))
    rows = ref.rows.select_for_update(of=("self",))
    lines = list(rows.order_by("-is_active", "position", ref.label, "pk"))
    place = next(n for n, line in enumerate(lines) if line.pk == pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(lines) or lines[other].is_active != lines[place].is_active:
        return
    lines[place], lines[other] = lines[other], lines[place]
    changed = []
    for position, line in enumerate(lines, start=1):
        if line.position != position:
            line.position = position
            changed.append(line)
    ref.rows.bulk_update(changed, ["position"])
    log_change(ref, lines[other], Action.ORDER, actor, changes={"position": [place + 1, other + 1]})
