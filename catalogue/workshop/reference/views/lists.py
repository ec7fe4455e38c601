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
SYNONYMS = 4
"""Other names shown with a concept in its list."""


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
    for ref in LISTS.values():
        counts = ref.rows.aggregate(
            offered=Count("pk", filter=Q(is_active=True)), archived=Count("pk", filter=Q(is_active=False))
        )
        url = reverse("catalogue:workshop-reference-list", args=[ref.code])
        shown.append({"list": ref, "url": url, **counts})
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
    ref = words.get_list_or_404(code)
    form = ListForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    rows = ref.find(data["q"])
    if data["voir"] != "tout":
        rows = rows.filter(is_active=data["voir"] != "archives")
    order = ("-is_active", "position", ref.label) if ref.is_ordered else ("-is_active", ref.label)
    page = page_of(rows.select_related("merged_into").order_by(*order, "pk"), data["page"])
    may = rights.may_change(request.user)
    context = {
        "list": ref,
        "steps": words.build_crumbs(ref),
        "page": page,
        "rows": describe_lines(ref, list(page), request),
        "form": form,
        "q": data["q"],
        "view": data["voir"],
        "choices": ListForm.base_fields["voir"].choices,  # type: ignore[attr-defined]
        "query": urlencode({name: data[name] for name in ("q", "voir") if data[name]}),
        "can_order": may and ref.is_ordered and not data["q"] and not data["voir"],
        "may_change": may,
    }
    return render(request, "catalogue/workshop/reference/list.html", context)


def describe_lines(ref: ReferenceList, rows: list[Any], request: HttpRequest) -> list[LineRow]:
    counts = ref.counts(rows, rights.visible_records(request.user))
    return [
        LineRow(
            line=line,
            title=ref.label_of(line),
            key=ref.key_of(line),
            url=words.get_line_url(ref, line),
            details=list_details(ref, line),
            usages=describe_uses(ref, line, counts[line.pk]),
            target=ref.label_of(line.merged_into) if line.merged_into else "",
        )
        for line in rows
    ]


def describe_uses(ref: ReferenceList, line: Any, counts: list[int]) -> list[Usage]:
    url = words.get_line_url(ref, line, "uses")
    return [
        Usage(use.label, count, f"{url}?usage={place}" if count else "")
        for place, (use, count) in enumerate(zip(ref.uses, counts, strict=True))
    ]


def list_details(ref: ReferenceList, line: Any) -> list[str]:
    """Return what distinguishes a line from its neighbours."""
    names = ("unit", "operator", "publisher", "licence", "siret")
    shown = [str(getattr(line, name)) for name in names if name in ref.fields and getattr(line, name)]
    shown += line.synonyms[:SYNONYMS] if "synonyms" in ref.fields else []
    if "direction" in ref.fields:
        shown.append(str(line.get_direction_display()))
    if "kind" in ref.fields:
        shown.insert(0, str(line.get_kind_display()))
    return shown


@curator
@require_safe
def workshop_reference_history(request: HttpRequest, code: str) -> HttpResponse:
    ref = words.get_list_or_404(code)
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    page = page_of(words.filter_changes(ref.code), form.cleaned_data["page"])
    context = {
        "list": ref,
        "steps": words.build_crumbs(ref, last=_("Historique")),
        "page": page,
        "history": words.describe_changes(page, rights.may_change(request.user)),
    }
    return render(request, "catalogue/workshop/reference/history.html", context)
