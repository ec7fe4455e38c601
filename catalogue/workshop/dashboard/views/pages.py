"""The page of figures, and each figure as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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
from catalogue.web.navigation import Tab
from catalogue.workshop.dashboard import figures, plots
from catalogue.workshop.dashboard.figures import Cell, Figure, Row
from catalogue.workshop.dashboard.lists import ScopeForm
from catalogue.workshop.dashboard.scope import EVERYWHERE, Scope


@dataclass(frozen=True)
class ShownFigure:
    """A figure with its plot, or each row with its cells and their shades."""

    figure: Figure
    csv: str
    plot: plots.Plot | None
    shades: list[tuple[Row, list[tuple[Cell, int]]]] = field(default_factory=list)


@curator
@require_safe
def workshop_dashboard(request: HttpRequest) -> HttpResponse:
    """Show the figures of the field of a curator, or of all of France."""
    form = ScopeForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    scope = Scope.for_user(request.user, form.cleaned_data["champ"])
    context = {
        "figures": [describe_shown(figure, scope) for figure in figures.build_figures(scope)],
        "tabs": build_tabs(scope),
        "everywhere": scope.is_everywhere,
        "when": figures.format_moment(scope),
    }
    return render(request, "catalogue/workshop/dashboard/page.html", context)


def build_tabs(scope: Scope) -> list[Tab]:
    """Return the switch between the field of the curator and the whole of France; none when they are one."""
    if not scope.is_limited:
        return []
    url = reverse("catalogue:workshop-dashboard")
    return [
        Tab(_("Mon champ"), url, not scope.is_everywhere),
        Tab(_("Toute la France"), f"{url}?champ={EVERYWHERE}", scope.is_everywhere),
    ]


def describe_shown(figure: Figure, scope: Scope) -> ShownFigure:
    csv_url = reverse("catalogue:workshop-dashboard-csv", args=[figure.code])
    if scope.parameters:
        csv_url += f"?{urlencode(scope.parameters)}"
    if figure.code != "couverture":
        return ShownFigure(figure, csv_url, plots.draw_bars(figure))
    shades = [
        (row, list(zip(row.cells[1:], shades, strict=True)))
        for row, shades in zip(figure.rows, plots.get_shades(figure), strict=True)
    ]
    return ShownFigure(figure, csv_url, None, shades)


@curator
@require_safe
def workshop_dashboard_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Export the table of one figure (UTF-8 with a BOM, semicolons, as French spreadsheets expect)."""
    if code not in figures.FIGURES:
        raise Http404
    form = ScopeForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    scope = Scope.for_user(request.user, form.cleaned_data["champ"])
    figure = figures.FIGURES[code](scope)
    name = f"tableau-de-bord-{code}-{timezone.localdate(scope.now)}.csv"
    response = HttpResponse(csv_lines(_list_csv_rows(figure)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _list_csv_rows(figure: Figure) -> Iterator[Sequence[object]]:
    notes = [figure.noted] if figure.noted else []
    yield [figure.heading, *figure.columns, *notes]
    for row in [*figure.rows, *([figure.total] if figure.total else [])]:
        notes = [row.note] if figure.noted else []
        yield [row.label, *(cell.value for cell in row.cells), *notes]
