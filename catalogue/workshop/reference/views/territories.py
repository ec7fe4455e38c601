"""The territories: the vintage in use, and what another one changes, with the records that it touches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.models import TerritoryUpdate
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.navigation import Crumb
from catalogue.web.paging import page_of
from catalogue.workshop.dashboard.lines import ListPage, describe_record, load_line_details
from catalogue.workshop.reference import rights, vintage
from catalogue.workshop.reference.forms import VintageForm
from catalogue.workshop.reference.views import words
from geo.importers.vintage import LABELS, Kind
from geo.models import FormerCommune, Level, Territory, TerritoryLoad

LATEST = 10


@curator
@require_safe
def workshop_territories(request: HttpRequest) -> HttpResponse:
    """Show how many territories there are of each level, and the vintages that were tried."""
    updates = TerritoryUpdate.objects.defer("changes")[:LATEST]
    context = {
        "steps": words.build_crumbs(last=_("Territoires")),
        "levels": count_levels(),
        "former": FormerCommune.objects.count(),
        "load": TerritoryLoad.objects.defer("rejects", "figures").first(),
        "updates": [{"update": one, "url": get_vintage_url(one)} for one in updates],
    }
    return render(request, "catalogue/workshop/reference/territories.html", context)


def get_vintage_url(update: TerritoryUpdate, name: str = "vintage") -> str:
    return reverse(f"catalogue:workshop-reference-{name}", args=[update.pk])


def count_levels() -> list[dict[str, Any]]:
    in_force, outside = Count("pk", filter=Q(is_current=True)), Count("pk", filter=Q(is_current=False))
    rows = Territory.objects.order_by().values_list("level").annotate(in_force=in_force, outside=outside)
    found = {level: counts for level, *counts in rows}
    return [
        {"label": level.label, "in_force": found[level][0], "outside": found[level][1]}
        for level in Level
        if level in found
    ]


@curator
@require_safe
def workshop_vintage(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a vintage changes, territory by territory, with the records located there."""
    update = get_object_or_404(TerritoryUpdate, pk=pk)
    form = VintageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    changes = update.changes
    if data["nature"]:
        changes = [change for change in changes if change["kind"] == data["nature"]]
    if data["fiches"]:
        changes = [change for change in changes if change["records"]]
    page = page_of(changes, data["page"])
    names = name_successors(page)
    context = {
        "steps": build_crumbs(update),
        "update": update,
        "kinds": describe_kinds(update, data["nature"]),
        "kind": data["nature"],
        "affected_only": data["fiches"],
        "page": page,
        "rows": [describe_change(update, change, names) for change in page],
        "query": urlencode({name: data[name] for name in ("nature", "fiches") if data[name]}),
    }
    return render(request, "catalogue/workshop/reference/vintage.html", context)


def build_crumbs(update: TerritoryUpdate, last: str = "") -> list[Crumb]:
    crumbs = [
        *words.build_crumbs(),
        Crumb(_("Territoires"), reverse("catalogue:workshop-reference-territories")),
        Crumb(_("Millésime %(year)d") % {"year": update.millesime}, get_vintage_url(update)),
    ]
    return [*crumbs, Crumb(last)] if last else crumbs


def describe_kinds(update: TerritoryUpdate, here: str) -> list[dict[str, Any]]:
    return [
        {
            "label": str(LABELS[Kind(kind)]),
            "url": f"{get_vintage_url(update)}?nature={kind}",
            "is_active": kind == here,
            "territories": places,
            "records": records,
        }
        for kind, (places, records) in vintage.count_by_kind(update).items()
    ]


def name_successors(changes: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the communes into which others are merged, by their code."""
    codes = [change["after"] for change in changes if change["kind"] == Kind.MERGED]
    found = Territory.objects.filter(level=Level.COMMUNE, code__in=codes) if codes else ()
    return {one.code: f"{one.name} ({one.code})" for one in found}


def describe_change(update: TerritoryUpdate, change: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    query = urlencode({"nature": change["kind"], "niveau": change["level"], "code": change["code"]})
    return {
        "what": str(LABELS[Kind(change["kind"])]),
        "name": change["name"],
        "code": change["code"],
        "level": Level(change["level"]).label,
        "before": change["before"],
        "after": names.get(change["after"], change["after"]),
        "records": change["records"],
        "url": f"{get_vintage_url(update, 'vintage-records')}?{query}" if change["records"] else "",
    }


@curator
@require_safe
def workshop_vintage_records(request: HttpRequest, pk: int) -> HttpResponse:
    """List the records of one territory that a vintage changes, those whose title the curator may read."""
    update = get_object_or_404(TerritoryUpdate, pk=pk)
    form = VintageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    wanted = (data["nature"], data["niveau"], data["code"])
    change = next((one for one in update.changes if (one["kind"], one["level"], one["code"]) == wanted), None)
    if change is None:
        raise Http404
    rows = vintage.filter_records(change).filter(rights.visible_records(request.user))
    page = page_of(load_line_details(rows), data["page"])
    shown = ListPage(
        title=_("Fiches"),
        filters=[f"{change['name']} ({change['code']})", str(LABELS[Kind(change["kind"])])],
        page=page,
        rows=[describe_record(record) for record in page],
        query=urlencode({name: data[name] for name in ("nature", "niveau", "code")}),
        steps=build_crumbs(update, change["name"]),
    )
    return render(request, "catalogue/workshop/dashboard/list.html", vars(shown))
