"""One row of an import with its map, and every doubt about a place on one map."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from catalogue.imports.views.maps import doubtful_places, doubts_map, row_map, row_url
from catalogue.imports.views.rows import DecisionLabels, RowLine
from catalogue.imports.views.words import ValueLabels
from catalogue.models import ImportBatch, ImportRow
from catalogue.records.kinds import KIND_SPECS
from catalogue.web.access import curator


@dataclass(frozen=True, slots=True)
class DoubtLinks:
    """The rows in doubt around a row, and its rank among them, 0 when it is none."""

    previous: str
    next: str
    rank: int
    total: int


def _get_batch(pk: int) -> ImportBatch:
    """Return the batch, or 404 when it never had rows."""
    batch = get_object_or_404(ImportBatch.objects.defer("report"), pk=pk)
    if not batch.nature:
        raise Http404
    return batch


@curator
@require_safe
def import_row(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Show a row: its doubts with a map, its changes, what can be decided, the next row in doubt."""
    batch = _get_batch(pk)
    row = get_object_or_404(batch.rows.select_related("record", "batch"), line=line)
    if batch.job:
        return redirect("catalogue:import-detail", pk)
    spec = KIND_SPECS[batch.nature]
    geojson, places = row_map(row, spec.kind)
    context = {
        "batch": batch,
        "row": RowLine(row, ValueLabels(spec, [row.detail]), DecisionLabels(batch)),
        "geojson": geojson,
        "places": places,
        "doubts": _doubt_links(batch, row) if batch.is_open else None,
        "section": "imports",
    }
    return render(request, "catalogue/imports/row.html", context)


def _doubt_links(batch: ImportBatch, row: ImportRow) -> DoubtLinks:
    doubtful = batch.rows.filter(fate=ImportRow.Fate.SUSPICIOUS).order_by("line").only("batch", "line")
    before, after = doubtful.filter(line__lt=row.line).last(), doubtful.filter(line__gt=row.line).first()
    return DoubtLinks(
        previous=row_url(before) if before else "",
        next=row_url(after) if after else "",
        rank=doubtful.filter(line__lte=row.line).count() if row.fate == ImportRow.Fate.SUSPICIOUS else 0,
        total=doubtful.count(),
    )


@curator
@require_safe
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every doubt about a place, on one map and in one table."""
    batch = _get_batch(pk)
    if batch.job or not doubtful_places(batch).exists():
        return redirect("catalogue:import-detail", pk)
    geojson, rows, total = doubts_map(batch, KIND_SPECS[batch.nature].kind)
    context = {"batch": batch, "geojson": geojson, "rows": rows, "total": total, "section": "imports"}
    return render(request, "catalogue/imports/places.html", context)
