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
from catalogue.web.paging import page_of
from catalogue.workshop.dashboard.lines import WIDE, make_record_line
from catalogue.workshop.reference import rights, vintage
from catalogue.workshop.reference.forms import VintageForm
from catalogue.workshop.reference.views import words
from geo.importers.vintage import LABELS, Kind
from geo.models import FormerCommune, Level, Territory, TerritoryLoad

LATEST = 10


@curator
@require_safe
def workshop_territories(request: HttpRequest) -> HttpResponse:
    """What the base holds of each level, and the vintages that were tried."""
    updates = TerritoryUpdate.objects.defer("changes")[:LATEST]
    context = {
        "steps": words.crumbs(last=_("Territoires")),
        "levels": levels(),
        "former": FormerCommune.objects.count(),
        "load": TerritoryLoad.objects.defer("rejects", "figures").first(),
        "updates": [{"update": one, "url": address(one)} for one in updates],
    }
    return render(request, "catalogue/workshop/reference/territories.html", context)


def address(update: TerritoryUpdate, name: str = "vintage") -> str:
    """The page of a vintage."""
    return reverse(f"catalogue:workshop-reference-{name}", args=[update.pk])


def levels() -> list[dict[str, Any]]:
    """How many territories of each level are in force and out of force."""
    rows = Territory.objects.order_by().values_list("level")
    counted = rows.annotate(
        current=Count("pk", filter=Q(is_current=True)), gone=Count("pk", filter=Q(is_current=False))
    )
    found = {level: (current, gone) for level, current, gone in counted}
    return [
        {"label": level.label, "in_force": found[level][0], "outside": found[level][1]}
        for level in Level
        if level in found
    ]


@curator
@require_safe
def workshop_vintage(request: HttpRequest, pk: int) -> HttpResponse:
    """What a vintage changes, territory by territory, with the records that stand there."""
    update = get_object_or_404(TerritoryUpdate, pk=pk)
    form = VintageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    wanted = [
        change
        for change in update.changes
        if (not data["nature"] or change["kind"] == data["nature"])
        and (not data["fiches"] or change["records"])
    ]
    page = page_of(wanted, data["page"])  # type: ignore[arg-type]
    names = heirs(page)
    context = {
        "steps": crumbs(update),
        "update": update,
        "kinds": by_kind(update, data["nature"]),
        "kind": data["nature"],
        "affected_only": data["fiches"],
        "page": page,
        "rows": [line_of(update, change, names) for change in page],
        "query": urlencode({name: data[name] for name in ("nature", "fiches") if data[name]}),
    }  # fmt: skip
    return render(request, "catalogue/workshop/reference/vintage.html", context)


def crumbs(update: TerritoryUpdate, last: str = "") -> list[dict[str, str]]:
    """The way to a vintage."""
    steps = words.crumbs()
    steps.append({"text": _("Territoires"), "url": reverse("catalogue:workshop-reference-territories")})
    steps.append({"text": _("Millésime %(year)d") % {"year": update.millesime}, "url": address(update)})
    return [*steps, {"text": last, "url": ""}] if last else steps


def by_kind(update: TerritoryUpdate, here: str) -> list[dict[str, Any]]:
    """The kinds of change, each with its territories and records."""
    return [
        {
            "label": str(LABELS[Kind(kind)]),
            "url": f"{address(update)}?nature={kind}",
            "is_active": kind == here,
            "territories": places,
            "records": records,
        }
        for kind, (places, records) in vintage.count_by_kind(update).items()
    ]


def heirs(changes: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The names of the communes that take others over, by their code."""
    codes = [change["after"] for change in changes if change["kind"] == Kind.MERGED]
    found = Territory.objects.filter(level=Level.COMMUNE, code__in=codes) if codes else ()
    return {one.code: f"{one.name} ({one.code})" for one in found}


def line_of(update: TerritoryUpdate, change: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """One change, with the list of its records."""
    asked = urlencode({"nature": change["kind"], "niveau": change["level"], "code": change["code"]})
    return {
        "what": str(LABELS[Kind(change["kind"])]),
        "name": change["name"],
        "code": change["code"],
        "level": Level(change["level"]).label,
        "before": change["before"],
        "after": names.get(change["after"], change["after"]),
        "records": change["records"],
        "url": f"{address(update, 'vintage-records')}?{asked}" if change["records"] else "",
    }


@curator
@require_safe
def workshop_vintage_records(request: HttpRequest, pk: int) -> HttpResponse:
    """The records of one territory that a vintage changes, those whose title the curator may read."""
    update = get_object_or_404(TerritoryUpdate, pk=pk)
    form = VintageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    asked = (data["nature"], data["niveau"], data["code"])
    change = next((one for one in update.changes if (one["kind"], one["level"], one["code"]) == asked), None)
    if change is None:
        raise Http404
    rows = vintage.filter_records(change).filter(rights.visible_records(request.user))
    page = page_of(
        rows.select_related("territory__departement").defer(*WIDE).order_by("-pk"), form.cleaned_data["page"]
    )
    context = {
        "title": _("Fiches"),
        "filters": [f"{change['name']} ({change['code']})", str(LABELS[Kind(change["kind"])])],
        "everywhere": False,
        "page": page,
        "rows": [make_record_line(record) for record in page],
        "query": urlencode({name: data[name] for name in ("nature", "niveau", "code")}),
        "steps": crumbs(update, change["name"]),
    }
    return render(request, "catalogue/workshop/dashboard/list.html", context)
