"""What the pages of the reference lists show, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.accounts.names import name_of
from catalogue.models import ReferenceChange
from catalogue.workshop.reference import values
from catalogue.workshop.reference.lists import LISTS, ReferenceList

TERRITORIES = "territoires"


def known_list(code: str) -> ReferenceList:
    """The list of an address; 404 when there is none."""
    if code not in LISTS:
        raise Http404
    return LISTS[code]


def crumbs(known: ReferenceList | None = None, line: Any = None, last: str = "") -> list[dict[str, str]]:
    """The way to a page."""
    steps = [{"text": _("Référentiels"), "url": reverse("catalogue:workshop-reference")}]
    if known is not None:
        address = reverse("catalogue:workshop-reference-list", args=[known.code])
        steps.append({"text": str(known.title), "url": address})
        if line is not None:
            steps.append({"text": known.label_of(line), "url": line_address(known, line)})
    return [*steps, {"text": last, "url": ""}] if last else steps


def line_address(known: ReferenceList, line: Any, name: str = "line") -> str:
    """The page of a line."""
    return reverse(f"catalogue:workshop-reference-{name}", args=[known.code, known.key_of(line)])


def history(changes: Iterable[ReferenceChange], may_change: bool) -> list[dict[str, Any]]:
    """Changes in words, with what can be undone of each."""
    return [_change(one, may_change) for one in changes]


def _change(one: ReferenceChange, may_change: bool) -> dict[str, Any]:
    known = LISTS.get(one.list)
    differences = []
    if known is not None:
        for name, (old, new) in one.changes.items():
            if name in (*known.values, "is_active"):
                differences.append(
                    {
                        "field": name,
                        "name": values.get_value_label(known, name),
                        "before": values.format_value(known, name, old),
                        "after": values.format_value(known, name, new),
                        "restore": may_change and one.action == one.Action.EDIT and name != "is_active",
                    }
                )
    return {
        "pk": one.pk,
        "what": one.get_action_display(),
        "line": one.label,
        "url": reverse("catalogue:workshop-reference-line", args=[one.list, one.key]) if known else "",
        "when": one.at,
        "who": name_of(one.actor) if one.actor else "",
        "reason": one.reason,
        "differences": differences,
        "target": one.changes["merged_into"][1] if one.action == one.Action.MERGE else "",
        "records": one.record_count,
        "can_undo": may_change and one.action == one.Action.MERGE and not hasattr(one, "undone_by"),
    }


def changes_of(code: str = "", key: str = "") -> Any:
    """The changes of a list, of a line, or of all of them, the last first."""
    rows = ReferenceChange.objects.select_related("actor", "undone_by").defer("trace", "undone_by__trace")
    if code:
        rows = rows.filter(list=code)
    return rows.filter(key=key) if key else rows
