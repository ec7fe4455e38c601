"""/atelier/qualite/: what the checks hold against the records of a curator’s field: counts, list, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalogue import mailing
from catalogue.models import QualityFinding, Record
from catalogue.records import permissions
from catalogue.records.csv_files import csv_lines
from catalogue.records.wording import place_words
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import page_of
from catalogue.workshop.quality.checks import CHECKS
from catalogue.workshop.quality.findings import describe_finding
from catalogue.workshop.quality.forms import FindingsForm

WIDE = ("record__geometry", "record__description", "record__territory__geometry")
CHUNK = 500
COLUMNS = [
    "gravite",
    "controle",
    "constat",
    "depuis_le",
    "nature",
    "titre",
    "lieu",
    "ecart_accepte",
    "adresse",
]


@curator
@require_safe
def workshop_quality(request: HttpRequest) -> HttpResponse:
    """The counts by check, and the findings that the filters leave, gravest first."""
    form = FindingsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data, field = form.cleaned_data, permissions.in_field(request.user)
    lines = counts(form, field)
    shown = sum(line["count"] for line in lines if counted(line, data))
    page = page_of(with_records(narrowed(form, field)), data["page"], count=shown)
    context = {
        "page": page,
        "rows": [line for row in page if (line := finding_line(row)) is not None],
        "counts": lines,
        "total": sum(line["count"] for line in lines),
        "form": form,
        "chosen": data,
        "query": urlencode(form.parameters),
        "filtered": bool(form.parameters),
    }
    return render(request, "catalogue/workshop/quality/findings.html", context)


@curator
@require_safe
def workshop_quality_csv(request: HttpRequest) -> HttpResponseBase:
    """The same findings as CSV, all of them."""
    form = FindingsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    rows = with_records(narrowed(form, permissions.in_field(request.user)))
    response = StreamingHttpResponse(csv_lines(_csv_rows(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="qualite-{timezone.localdate()}.csv"'
    return response


def of_field(field: Q) -> QuerySet[QualityFinding]:
    """The findings of the records of a curator's field; no join for who has the whole of it."""
    rows = QualityFinding.objects.all()
    return rows.filter(record__in=Record.objects.filter(field).values("pk")) if field else rows


def narrowed(form: FindingsForm, field: Q, *, with_check: bool = True) -> QuerySet[QualityFinding]:
    """The findings that the filters leave; without that of the check, for the counts."""
    data = form.cleaned_data
    rows = of_field(field).filter(waived_at__isnull=data["ecarts"] != "oui")
    if data["type"]:
        rows = rows.filter(record__kind=data["type"])
    if data["region"] is not None:
        region = data["region"].pk
        rows = rows.filter(Q(record__territory=region) | Q(record__territory__region=region))
    if data["gravite"]:
        rows = rows.filter(severity=data["gravite"])
    if data["controle"] and with_check:
        rows = rows.filter(severity=CHECKS[data["controle"]].severity, code=data["controle"])
    return rows


def with_records(rows: QuerySet[QualityFinding]) -> QuerySet[QualityFinding]:
    """The findings gravest first, each with its record; qualityfinding_open carries the order."""
    relations = ("record__territory__departement", "waived_by")
    return (
        rows.select_related(*relations)
        .defer(*WIDE, "record__territory__departement__geometry")
        .order_by("severity", "code", "pk")
    )


def counts(form: FindingsForm, field: Q) -> list[dict[str, Any]]:
    """How many records each check holds something against, with the list behind each figure."""
    rows = narrowed(form, field, with_check=False).order_by()
    found = dict(rows.values_list("code").annotate(Count("pk")))
    address, kept = reverse("catalogue:workshop-quality"), form.parameters
    lines = [
        {
            "code": check.code,
            "severity": check.severity,
            "severity_words": check.severity.label,
            "check": check.label,
            "count": found[check.code],
            "url": f"{address}?{urlencode({**kept, 'controle': check.code})}",
            "is_active": form.cleaned_data["controle"] == check.code,
        }
        for check in CHECKS.values()
        if found.get(check.code)
    ]
    return sorted(lines, key=lambda line: (line["severity"], -line["count"]))


def counted(line: dict[str, Any], data: dict[str, Any]) -> bool:
    """True for a check whose findings are in the list."""
    return data["controle"] in ("", line["code"])


def finding_line(row: QualityFinding) -> dict[str, Any] | None:
    """One finding of the list."""
    record = row.record
    said = describe_finding(row, record)
    if said is None:
        return None
    return {
        "finding": said,
        "record": record,
        "place": place_words(record),
        "url": reverse("catalogue:workshop-record", args=[record.slug]),
    }


def _csv_rows(rows: QuerySet[QualityFinding]) -> Iterator[Sequence[object]]:
    """Yield the rows of the file, read as they are sent."""
    yield COLUMNS
    for row in rows.iterator(chunk_size=CHUNK):
        record = row.record
        said = describe_finding(row, record)
        if said is not None:
            address = mailing.absolute(reverse("catalogue:workshop-record", args=[record.slug]))
            yield (
                said.severity_words, said.label, said.says, timezone.localdate(row.since).isoformat(),
                record.kind, record.title, place_words(record), said.waiver, address,
            )  # fmt: skip
