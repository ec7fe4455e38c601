"""One row of an import with its map, and every doubt about a place on one map."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from catalogue.imports.views.maps import doubtful_places, doubts_map, row_map, row_url
from catalogue.imports.views.rows import DecisionLabels, row_line
from catalogue.imports.views.words import ValueLabels
from catalogue.models import ImportBatch, ImportRow
from catalogue.records.kinds import KIND_SPECS
from catalogue.web.access import curator


def _get_batch(pk: int) -> ImportBatch:
    """The batch, when a dry run or a write left rows to look at."""
    batch = get_object_or_404(ImportBatch.objects.defer("report"), pk=pk)
    if not batch.nature:
        raise Http404
    return batch


@curator
@require_safe
def import_row(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """A row: its doubts with a map, what it would change, what can be decided, the next row in doubt."""
    batch = _get_batch(pk)
    row = get_object_or_404(batch.rows.select_related("record", "batch"), line=line)
    if batch.job:
        return redirect("catalogue:import-detail", pk)
    spec = KIND_SPECS[batch.nature]
    shown, facts = row_map(row, spec.kind)
    context: dict[str, Any] = {
        "batch": batch,
        "places": facts,
        "row": row_line(row, ValueLabels(spec, [row.detail]), DecisionLabels(batch)),
        "geojson": shown,
        "section": "imports",
    }
    if batch.is_open:
        doubtful = batch.rows.filter(fate=ImportRow.Fate.SUSPICIOUS).order_by("line").only("batch", "line")
        before, after = doubtful.filter(line__lt=line).last(), doubtful.filter(line__gt=line).first()
        context |= {
            "previous": row_url(before) if before else "",
            "next": row_url(after) if after else "",
            "rank": doubtful.filter(line__lte=line).count() if row.fate == ImportRow.Fate.SUSPICIOUS else 0,
            "doubtful": doubtful.count(),
        }
    return render(request, "catalogue/imports/row.html", context)


@curator
@require_safe
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Every doubt about a place, on one map and in one table."""
    batch = _get_batch(pk)
    if batch.job or not doubtful_places(batch).exists():
        return redirect("catalogue:import-detail", pk)
    found, lines, total = doubts_map(batch, KIND_SPECS[batch.nature].kind)
    context = {
        "batch": batch,
        "geojson": found,
        "rows": lines,
        "total": total,
        "section": "imports",
    }
    return render(request, "catalogue/imports/places.html", context)
