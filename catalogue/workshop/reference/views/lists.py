"""The lists, the lines of each with their uses, and what was done to them."""

from __future__ import annotations

from typing import Any
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

LATEST = 8


@curator
@require_safe
def workshop_reference(request: HttpRequest) -> HttpResponse:
    """The lists with how many lines each has, and the last changes."""
    shown = []
    for known in LISTS.values():
        found = known.rows.aggregate(
            offered=Count("pk", filter=Q(is_active=True)), archived=Count("pk", filter=Q(is_active=False))
        )
        address = reverse("catalogue:workshop-reference-list", args=[known.code])
        shown.append({"list": known, "url": address, **found})
    may = rights.may_change(request.user)
    context = {
        "lists": shown,
        "history": words.history(words.changes_of()[:LATEST], False),
        "may_change": may,
    }
    return render(request, "catalogue/workshop/reference/home.html", context)


@curator
@require_safe
def workshop_reference_list(request: HttpRequest, code: str) -> HttpResponse:
    """The lines of a list, with how many records use each."""
    known = words.known_list(code)
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
        "steps": words.crumbs(known),
        "page": page,
        "rows": lines_of(known, list(page), request),
        "form": form,
        "q": data["q"],
        "view": data["voir"],
        "choices": ListForm.base_fields["voir"].choices,  # type: ignore[attr-defined]
        "query": urlencode({name: data[name] for name in ("q", "voir") if data[name]}),
        "can_order": may and known.is_ordered and not data["q"] and not data["voir"],
        "may_change": may,
    }
    return render(request, "catalogue/workshop/reference/list.html", context)


def lines_of(known: ReferenceList, rows: list[Any], request: HttpRequest) -> list[dict[str, Any]]:
    """Lines with their uses, each use with the list of its records."""
    counts = known.counts(rows, rights.visible_records(request.user))
    return [
        {
            "line": line,
            "title": known.label_of(line),
            "key": known.key_of(line),
            "url": words.line_address(known, line),
            "details": details(known, line),
            "usages": uses_of(known, line, counts[line.pk]),
            "target": known.label_of(line.merged_into) if line.merged_into else "",
        }
        for line in rows
    ]


def uses_of(known: ReferenceList, line: Any, counts: list[int]) -> list[dict[str, Any]]:
    """Each use of a line, with the address of its records."""
    address = words.line_address(known, line, "uses")
    return [
        {"label": use.label, "count": count, "url": f"{address}?usage={place}" if count else ""}
        for place, (use, count) in enumerate(zip(known.uses, counts, strict=True))
    ]


def details(known: ReferenceList, line: Any) -> list[str]:
    """What tells a line from its neighbours."""
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
    """What was done to a list."""
    known = words.known_list(code)
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    page = page_of(words.changes_of(known.code), form.cleaned_data["page"])
    context = {
        "list": known,
        "steps": words.crumbs(known, last=_("Historique")),
        "page": page,
        "history": words.history(page, rights.may_change(request.user)),
    }
    return render(request, "catalogue/workshop/reference/history.html", context)
