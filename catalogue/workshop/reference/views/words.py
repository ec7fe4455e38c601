"""What the pages of the reference lists share: breadcrumbs, URLs and changes in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.accounts.names import name_of
from catalogue.models import ReferenceChange
from catalogue.web.navigation import Crumb
from catalogue.workshop.reference import values
from catalogue.workshop.reference.lists import LISTS, ReferenceList


@dataclass(frozen=True)
class Difference:
    field: str
    name: str
    before: str
    after: str
    restore: bool


@dataclass(frozen=True)
class ChangeLine:
    pk: int
    what: str
    line: str
    url: str
    when: datetime
    who: str
    reason: str
    differences: list[Difference]
    target: str
    records: int
    can_undo: bool


def get_list_or_404(code: str) -> ReferenceList:
    if code not in LISTS:
        raise Http404
    return LISTS[code]


def build_crumbs(ref: ReferenceList | None = None, line: Any = None, last: str = "") -> list[Crumb]:
    crumbs = [Crumb(_("Référentiels"), reverse("catalogue:workshop-reference"))]
    if ref is not None:
        crumbs.append(Crumb(ref.title, reverse("catalogue:workshop-reference-list", args=[ref.code])))
        if line is not None:
            crumbs.append(Crumb(ref.label_of(line), get_line_url(ref, line)))
    return [*crumbs, Crumb(last)] if last else crumbs


def get_line_url(ref: ReferenceList, line: Any, name: str = "line") -> str:
    """Return the URL of the page of a line, or of another of its pages."""
    return reverse(f"catalogue:workshop-reference-{name}", args=[ref.code, ref.key_of(line)])


def describe_changes(changes: Iterable[ReferenceChange], may_change: bool) -> list[ChangeLine]:
    return [_describe_change(change, may_change) for change in changes]


def _describe_change(change: ReferenceChange, may_change: bool) -> ChangeLine:
    ref = LISTS.get(change.list)
    is_merge = change.action == change.Action.MERGE
    may_restore = may_change and change.action == change.Action.EDIT
    return ChangeLine(
        pk=change.pk,
        what=change.get_action_display(),
        line=change.label,
        url=reverse("catalogue:workshop-reference-line", args=[change.list, change.key]) if ref else "",
        when=change.at,
        who=name_of(change.actor) if change.actor else "",
        reason=change.reason,
        differences=_list_differences(ref, change.changes, may_restore) if ref else [],
        target=change.changes["merged_into"][1] if is_merge else "",
        records=change.record_count,
        can_undo=may_change and is_merge and not hasattr(change, "undone_by"),
    )


def _list_differences(ref: ReferenceList, changes: dict[str, Any], may_restore: bool) -> list[Difference]:
    differences = []
    for name, (old, new) in changes.items():
        if name in (*ref.values, "is_active"):
            label = values.get_value_label(ref, name)
            before, after = (values.format_value(ref, name, old), values.format_value(ref, name, new))
            differences.append(Difference(name, label, before, after, may_restore and name != "is_active"))
    return differences


def filter_changes(code: str = "", key: str = "") -> QuerySet[ReferenceChange]:
    """Return the changes of a list, of a line, or of all of them, the last first."""
    rows = ReferenceChange.objects.select_related("actor", "undone_by").defer("trace", "undone_by__trace")
    if code:
        rows = rows.filter(list=code)
    return rows.filter(key=key) if key else rows
