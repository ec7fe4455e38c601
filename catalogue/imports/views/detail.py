"""One import: its job, what the dry run found, what was written, the rows that were left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.imports.columns.recognition import attribute_label
from catalogue.imports.forms import ColumnWords, RowsForm, VocabularyForm
from catalogue.imports.read.problems import Severity
from catalogue.imports.report import REASON_COLUMN
from catalogue.imports.views.actions import may_undo
from catalogue.imports.views.maps import doubtful_places, records_map
from catalogue.imports.views.rows import (
    DecisionLabels,
    DoubtGroup,
    DoubtKind,
    RowLine,
    find_doubt_groups,
    find_doubt_kinds,
)
from catalogue.imports.views.words import (
    ValueLabels,
    count_label,
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


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    count: str
    url: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class RowsTab:
    """One page of the rows of one fate, and what can be decided of many at once."""

    fate: Fate
    tabs: list[Tab]
    page: Page[ImportRow]
    rows: list[RowLine]
    kinds: list[DoubtKind]
    groups: list[DoubtGroup]

    @property
    def query(self) -> str:
        """Return the parameters of its other pages."""
        return urlencode({"voir": self.fate.value})


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What the dry run found of the whole file."""

    batch: ImportBatch

    @property
    def is_ready(self) -> bool:
        return wizard.is_ready(self.batch)

    @property
    def to_write(self) -> int:
        """Return how many records would be written."""
        return self.batch.created_count + self.batch.changed_count

    @property
    def left_out(self) -> int:
        """Return how many rows would not be written."""
        return self.batch.rejected_count + self.batch.suspicious_count

    @property
    def notices(self) -> list[str]:
        return list(self.batch.report.get("check", {}).get("notices", []))

    @property
    def set_aside(self) -> str:
        """Return the sentence on blank rows and rows of totals; "" when there are none."""
        check = self.batch.report.get("check", {})
        blank, total = len(check.get("blank", [])), len(check.get("total", []))
        counts = [
            count_label(blank, _("ligne vide"), _("lignes vides")),
            count_label(total, _("ligne de total"), _("lignes de total")),
        ]
        words = ", ".join(filter(None, counts))
        return _("%(counts)s, mises à part.") % {"counts": words} if words else ""


@dataclass(frozen=True, slots=True)
class WordsToRead:
    """The words of the file that the lists of the catalogue lack."""

    form: VocabularyForm
    columns: list[ColumnWords]
    count: int
    waiting: int


@dataclass(frozen=True, slots=True)
class UndoSummary:
    """What the undo of an import did, in a sentence, and the records that it left as they were."""

    effect: str
    left: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A change that the import proposed because a curator had corrected the field by hand."""

    revision: Revision
    fields: str


@dataclass(frozen=True, slots=True)
class WrittenSummary:
    published: int
    to_publish: int
    can_undo: bool
    geojson: dict[str, Any] | None
    without_place: int
    proposals: list[ProposalLine]
    proposal_count: int


@curator
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where the import stands, and what can be done with it."""
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
        "is_lost": wizard.is_job_lost(batch),
        "section": "imports",
    }
    if not batch.job and batch.state != State.PREPARING:
        context |= {"tab": _rows_tab(batch, form.cleaned_data), "summary": FileSummary(batch)}
        if batch.is_open:
            context |= {"doubtful_places": doubtful_places(batch).count(), "words": _words_to_read(batch)}
        if batch.state == State.WRITTEN:
            context["written"] = _written_summary(batch, request)
        if batch.state == State.UNDONE:
            context["undo"] = _undo_summary(batch.report.get("undone", {}))
    return render(request, "catalogue/imports/detail.html", context)


def _rows_tab(batch: ImportBatch, data: dict[str, Any]) -> RowsTab:
    """Return the tab that is asked for, else the first that is not empty."""
    counts = {
        Fate.SUSPICIOUS: batch.suspicious_count,
        Fate.NEW: batch.created_count,
        Fate.CHANGED: batch.changed_count,
        Fate.UNCHANGED: batch.unchanged_count,
        Fate.REJECTED: batch.rejected_count,
    }
    first = list(counts) if batch.is_open else [Fate.NEW, Fate.CHANGED, *counts]
    fate = Fate(data["voir"]) if data["voir"] else next((one for one in first if counts[one]), Fate.NEW)
    page = page_of(batch.rows.filter(fate=fate).select_related("record"), data["page"])
    decisions = DecisionLabels(batch)
    rows: list[RowLine] = []
    if batch.nature:
        labels = ValueLabels(KIND_SPECS[batch.nature], [row.detail for row in page])
        rows = [RowLine(row, labels, decisions) for row in page]
    kinds, groups = [], []
    if fate == Fate.SUSPICIOUS and batch.is_open:
        kinds, groups = find_doubt_kinds(batch, decisions), find_doubt_groups(batch, decisions)
    return RowsTab(fate, _list_tabs(batch, counts, fate), page, rows, kinds, groups)


def _list_tabs(batch: ImportBatch, counts: dict[Fate, int], current: Fate) -> list[Tab]:
    url = reverse("catalogue:import-detail", args=[batch.pk])
    tabs = []
    for fate, n in counts.items():
        if n or fate == current:
            query = urlencode({"voir": fate.value})
            label = PLURALS[fate].capitalize()
            tabs.append(Tab(label, group_thousands(n), f"{url}?{query}", fate == current))
    return tabs


def _words_to_read(batch: ImportBatch) -> WordsToRead | None:
    form = VocabularyForm(batch)
    columns = form.columns()
    words = list(chain.from_iterable(column.words for column in columns))
    if not words:
        return None
    return WordsToRead(form, columns, len(words), sum(not word.choice for word in words))


def _written_summary(batch: ImportBatch, request: HttpRequest) -> WrittenSummary:
    records = Record.objects.filter(import_batch=batch)
    geojson, without_place = records_map(batch)
    revisions = Revision.objects.filter(import_batch=batch).exclude(state=Revision.RevisionState.DRAFT)
    spec, proposals = KIND_SPECS[batch.nature], []
    for revision in revisions.select_related("record").order_by("record__title", "pk")[:PROPOSED_SHOWN]:
        fields = ", ".join(attribute_label(spec, name) for name in revision.changes)
        proposals.append(ProposalLine(revision, fields))
    return WrittenSummary(
        published=records.filter(state=Record.State.PUBLISHED).count(),
        to_publish=publishable_records(batch, request.user).count(),  # type: ignore[arg-type]
        can_undo=may_undo(request, batch) and "shape" in batch.report,
        geojson=geojson,
        without_place=without_place,
        proposals=proposals,
        proposal_count=revisions.count(),
    )


def _undo_summary(undone: dict[str, Any]) -> UndoSummary:
    counts = [
        count_label(undone.get("deleted", 0), _("fiche supprimée"), _("fiches supprimées")),
        count_label(
            undone.get("restored", 0), _("fiche remise comme avant"), _("fiches remises comme avant")
        ),
    ]
    effect = ", ".join(filter(None, counts)) or _("rien n’était à reprendre")
    return UndoSummary(f"{effect}.", undone.get("kept", []))


@curator
@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return how far the job is, for the script of the page."""
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
    """Return the rows that were left out, as in the file but for personal columns, with their reason."""
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
        problems = [problem for problem in detail["problems"] if problem["severity"] != Severity.NOTICE]
        reasons = " ".join(_problem_text(problem) for problem in problems)
        prefix = _("Rejetée") if fate == Fate.REJECTED else _("Douteuse")
        cells = [detail.get("cells", {}).get(header, "") for header in headers]
        yield [*cells, f"{prefix} : {reasons}"]


def _problem_text(problem: dict[str, Any]) -> str:
    return f"{problem['column']} : {problem['message']}" if problem["column"] else str(problem["message"])
