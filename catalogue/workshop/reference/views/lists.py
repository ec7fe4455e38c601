"""The lists, the lines of each with their uses, and their history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of
from catalogue.workshop.reference import rights
from catalogue.workshop.reference.forms import ListForm
from catalogue.workshop.reference.lists import LISTS, ReferenceList
from catalogue.workshop.reference.views import words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LATEST = 8


@dataclass(frozen=True)
class Usage:
    """A use of a line, how many records have it, and the URL of their list."""

    label: StrOrPromise
    count: int
    url: str


@dataclass(frozen=True)
class LineRow:
    """A line in its list; ``target`` is the name of the line into which it was merged."""

    line: Any
    title: str
    key: str
    url: str
    details: list[str]
    usages: list[Usage]
    target: str


@curator
@require_safe
def workshop_reference(request: HttpRequest) -> HttpResponse:
    """Show the lists with how many lines each has, and the last changes."""
    shown = []
    for known in LISTS.values():
        counts = known.rows.aggregate(
            offered=Count("pk", filter=Q(is_active=True)), archived=Count("pk", filter=Q(is_active=False))
        )
        url = reverse("catalogue:workshop-reference-list", args=[known.code])
        shown.append({"list": known, "url": url, **counts})
    context = {
        "lists": shown,
        "history": words.describe_changes(words.filter_changes()[:LATEST], False),
        "may_change": rights.may_change(request.user),
    }
    return render(request, "catalogue/workshop/reference/home.html", context)


@curator
@require_safe
def workshop_reference_list(request: HttpRequest, code: str) -> HttpResponse:
    """Show the lines of a list, with how many records use each."""
    known = words.get_list_or_404(code)
    form = ListForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    rows = known.find(data["q"])
    if data["voir"] != "tout":
        rows = rows.filter(is_active=data["voir"] != "archives")
    order = ("-is_active", "position", known.label) if known.is_ordered else ("-is_active", known.label)
    page = page_of(rows.select_related("merged_into").order_by(*order, "pk"), data["page"])
    may = rights.may_change(request.user)
    context = {
        "list": known,
        "steps": words.build_crumbs(known),
        "page": page,
        "rows": describe_lines(known, list(page), request),
        "form": form,
        "q": data["q"],
        "view": data["voir"],
        "choices": ListForm.base_fields["voir"].choices,  # type: ignore[attr-defined]
        "query": urlencode({name: data[name] for name in ("q", "voir") if data[name]}),
        "can_order": may and known.is_ordered and not data["q"] and not data["voir"],
        "may_change": may,
    }
    return render(request, "catalogue/workshop/reference/list.html", context)


def describe_lines(known: ReferenceList, rows: list[Any], request: HttpRequest) -> list[LineRow]:
    """Return lines with their uses, each use with the list of its records."""
    counts = known.counts(rows, rights.visible_records(request.user))
    return [
        LineRow(
            line=line,
            title=known.label_of(line),
            key=known.key_of(line),
            url=words.get_line_url(known, line),
            details=list_details(known, line),
            usages=describe_uses(known, line, counts[line.pk]),
            target=known.label_of(line.merged_into) if line.merged_into else "",
        )
        for line in rows
    ]


def describe_uses(known: ReferenceList, line: Any, counts: list[int]) -> list[Usage]:
    """Return each use of a line, with the URL of its records."""
    url = words.get_line_url(known, line, "uses")
    return [
        Usage(use.label, count, f"{url}?usage={place}" if count else "")
        for place, (use, count) in enumerate(zip(known.uses, counts, strict=True))
    ]


def list_details(known: ReferenceList, line: Any) -> list[str]:
    """Return what distinguishes a line from its neighbours."""
    names = ("unit", "operator", "publisher", "licence", "siret")
    shown = [str(getattr(line, name)) for name in names if name in known.fields and getattr(line, name)]
    if "direction" in known.fields:
        shown.append(str(line.get_direction_display()))
    if "kind" in known.fields:
        shown.insert(0, str(line.get_kind_display()))
    return shown


@curator
@require_safe
def workshop_reference_history(request: HttpRequest, code: str) -> HttpResponse:
    """Show the history of a list."""
    known = words.get_list_or_404(code)
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    page = page_of(words.filter_changes(known.code), form.cleaned_data["page"])
    context = {
        "list": known,
        "steps": words.build_crumbs(known, last=_("Historique")),
        "page": page,
        "history": words.describe_changes(page, rights.may_change(request.user)),
    }
    return render(request, "catalogue/workshop/reference/history.html", context)
