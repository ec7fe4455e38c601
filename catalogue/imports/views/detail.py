"""One import: its job, what the dry run found, what was written, the rows that were left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.imports.columns.recognition import attribute_label
from catalogue.imports.forms import RowsForm, VocabularyForm
from catalogue.imports.report import REASON_COLUMN
from catalogue.imports.views.actions import may_undo
from catalogue.imports.views.maps import doubtful_places, records_map
from catalogue.imports.views.rows import DecisionLabels, doubt_groups, doubt_kinds, row_line
from catalogue.imports.views.words import (
    ValueLabels,
    counts_message,
    group_thousands,
    source_name,
    wizard_steps,
)
from catalogue.imports.wizard import batches as wizard
from catalogue.imports.wizard.jobs import publishable_records
from catalogue.models import ImportBatch, ImportRow, Record, Revision
from catalogue.records.csv_files import csv_lines
from catalogue.records.kinds import KIND_SPECS
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import page_of

Fate = ImportRow.Fate
State = ImportBatch.BatchState
PROPOSED_SHOWN = 20
PLURALS = {
    Fate.SUSPICIOUS: "douteuses",
    Fate.NEW: "nouvelles",
    Fate.CHANGED: "modifiées",
    Fate.UNCHANGED: "inchangées",
    Fate.REJECTED: "rejetées",
}


def _counts(batch: ImportBatch) -> dict[Fate, int]:
    return {
        Fate.SUSPICIOUS: batch.suspicious_count,
        Fate.NEW: batch.created_count,
        Fate.CHANGED: batch.changed_count,
        Fate.UNCHANGED: batch.unchanged_count,
        Fate.REJECTED: batch.rejected_count,
    }


@curator
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the import stands, and what can be done with it."""
    form = RowsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    whole = ImportBatch.objects.select_related("source", "created_by", "undone_by")
    batch = get_object_or_404(whole, pk=pk)
    if batch.state == State.PREPARING and not batch.job and not batch.failure:
        return redirect("catalogue:import-columns", pk)
    context: dict[str, Any] = {
        "batch": batch,
        "source": source_name(batch) if batch.setup else "",
        "steps": wizard_steps("essai" if batch.is_open else "ecriture"),
        "counts": counts_message(batch),
        "lost": wizard.is_job_lost(batch),
        "section": "imports",
    }
    if not batch.job and batch.state != State.PREPARING:
        context |= _rows(batch, form.cleaned_data) | _whole(batch, request)
    return render(request, "catalogue/imports/detail.html", context)


def _rows(batch: ImportBatch, data: dict[str, Any]) -> dict[str, Any]:
    """The rows of a tab, the first that holds something when none is asked."""
    counts = _counts(batch)
    first = list(counts) if batch.is_open else [Fate.NEW, Fate.CHANGED, *counts]
    asked = Fate(data["voir"]) if data["voir"] else next((f for f in first if counts[f]), Fate.NEW)
    page = page_of(batch.rows.filter(fate=asked).select_related("record"), data["page"])
    rows = list(page)
    values = ValueLabels(KIND_SPECS[batch.nature], [row.detail for row in rows]) if batch.nature else None
    decided = DecisionLabels(batch)
    address = reverse("catalogue:import-detail", args=[batch.pk])
    tabs = [
        {
            "label": PLURALS[fate].capitalize(),
            "count": group_thousands(n),
            "url": f"{address}?{urlencode({'voir': fate.value})}",
            "is_active": fate == asked,
        }
        for fate, n in counts.items()
        if n or fate == asked
    ]
    return {
        "page": page,
        "view": asked.value,
        "tabs": tabs,
        "rows": [row_line(row, values, decided) for row in rows] if values else [],
        "kinds": doubt_kinds(batch, decided) if asked == Fate.SUSPICIOUS and batch.is_open else [],
        "groups": doubt_groups(batch, decided) if asked == Fate.SUSPICIOUS and batch.is_open else [],
        "query": urlencode({"voir": asked.value}),
    }


def _whole(batch: ImportBatch, request: HttpRequest) -> dict[str, Any]:
    """What can be done with the whole import."""
    check = batch.report.get("check", {})
    found: dict[str, Any] = {
        "to_write": batch.created_count + batch.changed_count,
        "is_ready": wizard.is_ready(batch),
        "remarks": check.get("notices", []),
        "empty": len(check.get("blank", [])),
        "totals": len(check.get("total", [])),
        "rejects": batch.rejected_count + batch.suspicious_count,
    }
    if batch.is_open:
        found["doubtful_places"] = doubtful_places(batch).count()
        found["words"] = _words(batch)
    if batch.state == State.WRITTEN:
        records = Record.objects.filter(import_batch=batch)
        found["to_publish"] = publishable_records(batch, request.user).count()  # type: ignore[arg-type]
        found["published"] = records.filter(state=Record.State.PUBLISHED).count()
        found["can_undo"] = may_undo(request, batch) and "shape" in batch.report
        found["geojson"], found["without_place"] = records_map(batch)
        found |= _proposed(batch)
    if batch.state == State.UNDONE:
        found["undo"] = batch.report.get("undone", {})
    return found


def _words(batch: ImportBatch) -> dict[str, Any] | None:
    """The words of the file that the lists of the catalogue lack; None when there are none."""
    form = VocabularyForm(batch)
    columns = form.columns()
    words = [word for column in columns for word in column["words"]]
    waiting = sum(not word["choice"] for word in words)
    said = {"form": form, "columns": columns, "count": len(words), "waiting": waiting}
    return said if words else None


def _proposed(batch: ImportBatch) -> dict[str, Any]:
    """The changes that the import proposed because a curator had corrected the field by hand."""
    waiting = Revision.objects.filter(import_batch=batch).exclude(state=Revision.RevisionState.DRAFT)
    shown = waiting.select_related("record").order_by("record__title", "pk")[:PROPOSED_SHOWN]
    spec = KIND_SPECS[batch.nature]
    return {
        "proposals": [
            {
                "revision": revision,
                "record": revision.record,
                "fields": ", ".join(attribute_label(spec, name) for name in revision.changes),
            }
            for revision in shown
        ],
        "proposal_count": waiting.count(),
    }


@curator
@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is, for the script of the page."""
    fields = ("pk", "job", "job_step", "job_done", "job_total", "job_at")
    batch = get_object_or_404(ImportBatch.objects.only(*fields), pk=pk)
    return JsonResponse(
        {
            "enCours": bool(batch.job),
            "etape": batch.job_step,
            "fait": batch.job_done,
            "total": batch.job_total,
            "comptes": counts_message(batch),
            "perdue": wizard.is_job_lost(batch),
        }
    )


@curator
@require_safe
def import_rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were left out, as the file had them but for personal columns, with their reason."""
    batch = get_object_or_404(ImportBatch.objects.only("pk", "filename", "setup"), pk=pk)
    headers = [c["header"] for c in batch.setup.get("columns", []) if not c["personal"]]
    name = slugify(batch.filename.rpartition(".")[0]) or "import"
    return StreamingHttpResponse(  # type: ignore[return-value]
        csv_lines(_rejected_rows(batch, headers)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-rejets.csv"'},
    )


def _rejected_rows(batch: ImportBatch, headers: list[str]) -> Iterator[list[str]]:
    column = REASON_COLUMN
    while column in headers:
        column = f"{column} import"
    yield [*headers, column]
    rows = batch.rows.filter(fate__in=[Fate.REJECTED, Fate.SUSPICIOUS]).order_by("line")
    for fate, detail in rows.values_list("fate", "detail").iterator(chunk_size=500):
        said = [
            f"{problem['column']} : {problem['message']}" if problem["column"] else problem["message"]
            for problem in detail["problems"]
            if problem["severity"] != "avis"
        ]
        prefix = _("Rejetée") if fate == Fate.REJECTED else _("Douteuse")
        cells = [detail.get("cells", {}).get(header, "") for header in headers]
        yield [*cells, f"{prefix} : {' '.join(said)}"]
