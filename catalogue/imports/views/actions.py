"""Confirm, start and restart the jobs of an import, or discard it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.imports.forms import VersionForm
from catalogue.imports.undo import ImportUndoRefused, Touched, review_undo
from catalogue.imports.wizard import batches as wizard
from catalogue.imports.wizard.jobs import publishable_records
from catalogue.models import ImportBatch
from catalogue.records import permissions
from catalogue.web.access import curator

Job = ImportBatch.Job
TOUCHED_SHOWN = 50
TO_CONFIRM = (Job.WRITE, Job.PUBLISH, Job.UNDO)


@dataclass(frozen=True, slots=True)
class UndoEffect:
    """What the undo of an import would do, and the records that it would leave as they are."""

    deleted: int
    restored: int
    proposals: int
    touched: list[Touched]
    touched_count: int


def may_undo(request: HttpRequest, batch: ImportBatch) -> bool:
    """Return True for the curator who wrote the batch, and for those whose field is everything."""
    user = request.user
    if permissions.is_administrator(user) or batch.created_by_id == user.pk:
        return True
    return not permissions.in_field(user)


@curator
@require_safe
def import_confirm(request: HttpRequest, pk: int, job: str) -> HttpResponse:
    """Show what a job would do, before it is started."""
    batch = get_object_or_404(ImportBatch.objects.select_related("source"), pk=pk)
    if job not in TO_CONFIRM:
        raise Http404
    if batch.job or batch.state not in wizard.STATES_BEFORE_JOB[Job(job)]:
        return redirect("catalogue:import-detail", pk)
    if job == Job.UNDO and not may_undo(request, batch):
        raise Http404
    if job == Job.WRITE and not wizard.is_ready(batch):
        return redirect("catalogue:import-detail", pk)
    context: dict[str, Any] = {"batch": batch, "job": job, "undo": None, "section": "imports"}
    if job == Job.PUBLISH:
        context["to_publish"] = publishable_records(batch, request.user).count()  # type: ignore[arg-type]
    if job == Job.UNDO:
        try:
            context["undo"] = _undo_effect(batch)
        except ImportUndoRefused as refusal:
            messages.warning(request, str(refusal))
            return redirect("catalogue:import-detail", pk)
    return render(request, "catalogue/imports/confirm.html", context)


def _undo_effect(batch: ImportBatch) -> UndoEffect:
    found = review_undo(batch)
    untouched = {record.pk for record in found.touched}
    return UndoEffect(
        deleted=len(found.created - untouched),
        restored=len(found.changed - untouched),
        proposals=found.proposals,
        touched=found.touched[:TOUCHED_SHOWN],
        touched_count=len(found.touched),
    )


@curator
@require_POST
def import_start(request: HttpRequest, pk: int, job: str) -> HttpResponse:
    """Start a job; twice is once."""
    batch = get_object_or_404(ImportBatch.objects.only("pk", "created_by"), pk=pk)
    if job not in Job.values or (job == Job.UNDO and not may_undo(request, batch)):
        raise Http404
    form = VersionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("La demande est incomplète : rien n’a été lancé."))
        return redirect("catalogue:import-detail", pk)
    data = form.cleaned_data
    try:
        wizard.start_job(
            pk,
            Job(job),
            request.user,  # type: ignore[arg-type]
            version=data["version"],
            keep_touched=data["garder"],
        )
    except wizard.StaleBatch as stale:
        messages.warning(request, str(stale))
    return redirect("catalogue:import-detail", pk)


@curator
@require_POST
def import_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Restart a job without a heartbeat."""
    get_object_or_404(ImportBatch.objects.only("pk"), pk=pk)
    try:
        wizard.restart_job(pk, request.user)  # type: ignore[arg-type]
    except wizard.StaleBatch as stale:
        messages.info(request, str(stale))
    return redirect("catalogue:import-detail", pk)


@curator
@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an import that was not written."""
    get_object_or_404(ImportBatch.objects.only("pk"), pk=pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("La demande est incomplète : rien n’a été abandonné."))
        return redirect("catalogue:import-detail", pk)
    try:
        wizard.discard_batch(pk, form.cleaned_data["version"])
    except wizard.StaleBatch as stale:
        messages.warning(request, str(stale))
        return redirect("catalogue:import-detail", pk)
    messages.success(request, _("L’import est abandonné et le fichier effacé. Le catalogue n’a pas changé."))
    return redirect("catalogue:import-list")
