"""/atelier/qualite/: the findings of the checks in a curator's field: counts, list, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Page
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
from catalogue.workshop.quality.findings import Finding, describe_finding
from catalogue.workshop.quality.forms import FindingsForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WIDE = (
    "record__geometry", "record__description", "record__territory__geometry",
    "record__territory__departement__geometry",
)  # fmt: skip
CHUNK = 500
COLUMNS = (
    "gravite", "controle", "constat", "depuis_le", "nature", "titre", "lieu", "ecart_accepte", "adresse",
)  # fmt: skip


@dataclass(frozen=True)
class CheckCount:
    code: str
    severity: int
    severity_words: StrOrPromise
    check: StrOrPromise
    count: int
    url: str
    is_active: bool


@dataclass(frozen=True)
class FindingRow:
    finding: Finding
    record: Record
    place: str
    url: str


@dataclass(frozen=True)
class FindingsPage:
    page: Page[QualityFinding]
    rows: list[FindingRow]
    counts: list[CheckCount]
    total: int
    form: FindingsForm
    chosen: dict[str, Any]
    query: str
    filtered: bool


@curator
@require_safe
def workshop_quality(request: HttpRequest) -> HttpResponse:
    """Show the counts by check, and the findings that match the filters, most severe first."""
    form = FindingsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data, field = form.cleaned_data, permissions.in_field(request.user)
    counts = count_by_check(form, field)
    listed = sum(line.count for line in counts if data["controle"] in ("", line.code))
    page = page_of(load_records(apply_filters(form, field)), data["page"], count=listed)
    shown = FindingsPage(
        page=page,
        rows=[row for finding in page if (row := describe_row(finding)) is not None],
        counts=counts,
        total=sum(line.count for line in counts),
        form=form,
        chosen=data,
        query=urlencode(form.parameters),
        filtered=bool(form.parameters),
    )
    return render(request, "catalogue/workshop/quality/findings.html", vars(shown))


@curator
@require_safe
def workshop_quality_csv(request: HttpRequest) -> HttpResponseBase:
    form = FindingsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    rows = load_records(apply_filters(form, permissions.in_field(request.user)))
    response = StreamingHttpResponse(csv_lines(_list_csv_rows(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="qualite-{timezone.localdate()}.csv"'
    return response


def filter_by_field(field: Q) -> QuerySet[QualityFinding]:
    """Return the findings of the records of a curator's field; no join for who has the whole of it."""
    rows = QualityFinding.objects.all()
    return rows.filter(record__in=Record.objects.filter(field).values("pk")) if field else rows


def apply_filters(form: FindingsForm, field: Q, *, with_check: bool = True) -> QuerySet[QualityFinding]:
    """Return the findings that match the filters; without that of the check, for the counts."""
    data = form.cleaned_data
    rows = filter_by_field(field).filter(waived_at__isnull=data["ecarts"] != "oui")
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


def load_records(rows: QuerySet[QualityFinding]) -> QuerySet[QualityFinding]:
    """Order the findings, most severe first, each with its record; qualityfinding_open carries the order."""
    rows = rows.select_related("record__territory__departement", "waived_by").defer(*WIDE)
    return rows.order_by("severity", "code", "pk")


def count_by_check(form: FindingsForm, field: Q) -> list[CheckCount]:
    """Count the records that fail each check, with the URL of the list behind each figure."""
    rows = apply_filters(form, field, with_check=False).order_by()
    found = dict(rows.values_list("code").annotate(Count("pk")))
    home, current = reverse("catalogue:workshop-quality"), form.cleaned_data["controle"]
    counts = []
    for code, check in CHECKS.items():
        if found.get(code):
            url = f"{home}?{urlencode({**form.parameters, 'controle': code})}"
            severity = check.severity
            counts.append(
                CheckCount(code, severity, severity.label, check.label, found[code], url, current == code)
            )
    return sorted(counts, key=lambda line: (line.severity, -line.count))


def describe_row(row: QualityFinding) -> FindingRow | None:
    """Return one finding of the list; None when no check has its code any more."""
    record = row.record
    finding = describe_finding(row, record)
    if finding is None:
        return None
    url = reverse("catalogue:workshop-record", args=[record.slug])
    return FindingRow(finding, record, place_words(record), url)


def _list_csv_rows(rows: QuerySet[QualityFinding]) -> Iterator[Sequence[object]]:
    yield COLUMNS
    for row in rows.iterator(chunk_size=CHUNK):
        shown = describe_row(row)
        if shown is not None:
            finding, record = shown.finding, shown.record
            yield (
                finding.severity_words, finding.label, finding.message,
                timezone.localdate(row.since).isoformat(), record.kind, record.title, shown.place,
                finding.waiver, mailing.absolute_url(shown.url),
            )  # fmt: skip
