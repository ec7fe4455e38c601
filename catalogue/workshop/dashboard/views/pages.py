"""The page of figures, and each figure as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.records.csv_files import csv_lines
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.workshop.dashboard import figures, plots
from catalogue.workshop.dashboard.figures import Figure
from catalogue.workshop.dashboard.lists import ScopeForm
from catalogue.workshop.dashboard.scope import EVERYWHERE, Scope


@curator
@require_safe
def workshop_dashboard(request: HttpRequest) -> HttpResponse:
    """The figures of the field of a curator, or of all of France."""
    form = ScopeForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    scope = Scope.for_user(request.user, form.cleaned_data["champ"])
    context = {
        "figures": [shown(figure, scope) for figure in figures.build_figures(scope)],
        "tabs": tabs(scope),
        "everywhere": scope.is_everywhere,
        "when": figures.format_moment(scope),
    }
    return render(request, "catalogue/workshop/dashboard/page.html", context)


def tabs(scope: Scope) -> list[dict[str, Any]]:
    """The switch between the field of the curator and the whole of France; none when they are the same."""
    if not scope.is_limited:
        return []
    here = reverse("catalogue:workshop-dashboard")
    return [
        {"label": _("Mon champ"), "url": here, "is_active": not scope.is_everywhere},
        {
            "label": _("Toute la France"),
            "url": f"{here}?champ={EVERYWHERE}",
            "is_active": scope.is_everywhere,
        },
    ]


def shown(figure: Figure, scope: Scope) -> dict[str, Any]:
    """A figure with its plot, or the shades of its table."""
    address = reverse("catalogue:workshop-dashboard-csv", args=[figure.code])
    is_heat = figure.code == "couverture"
    shades = plots.get_shades(figure) if is_heat else []
    return {
        "figure": figure,
        "csv": f"{address}?{urlencode(scope.parameters)}" if scope.parameters else address,
        "plot": None if is_heat else plots.draw_bars(figure),
        "shades": [
            (row, list(zip(row.cells[1:], tints, strict=True)))
            for row, tints in zip(figure.rows, shades, strict=False)
        ],
    }


@curator
@require_safe
def workshop_dashboard_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The table of one figure (UTF-8 with a BOM, semicolons, as French spreadsheets expect)."""
    if code not in figures.FIGURES:
        raise Http404
    form = ScopeForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    scope = Scope.for_user(request.user, form.cleaned_data["champ"])
    figure = figures.FIGURES[code](scope)
    name = f"tableau-de-bord-{code}-{timezone.localdate(scope.now)}.csv"
    response = HttpResponse(csv_lines(_csv_rows(figure)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv_rows(figure: figures.Figure) -> Iterator[Sequence[object]]:
    yield [figure.heading, *figure.columns, *([figure.noted] if figure.noted else [])]
    for row in [*figure.rows, *([figure.total] if figure.total else [])]:
        note = [row.note] if figure.noted else []
        yield [row.label, *(cell.value for cell in row.cells), *note]
