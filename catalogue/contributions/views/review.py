"""The last step: what is missing and why, then sending; deleting a draft or discarding changes."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.contributions import drafts, revisions
from catalogue.contributions.editing import Copy, lock_copy, open_copy
from catalogue.contributions.gauge import measure_gauge
from catalogue.contributions.steps import REVIEW
from catalogue.contributions.views.page import as_lines, step_context, step_url, submitted_data
from catalogue.models import Record, Revision
from catalogue.records import permissions, workflow
from catalogue.web.access import account


class SendForm(forms.Form):
    """What goes with a record that is sent."""

    reason = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Un mot pour les curateurs"),
        help_text=gettext_lazy("Ce qui les aidera à vérifier : où lire une source, qui joindre."),
    )
    avec_solution = forms.BooleanField(
        required=False, label=gettext_lazy("Envoyer aussi la solution, qui n’est pas encore publiée")
    )


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_review(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is missing in a record, or what would change in a published one; posting sends it."""
    copy = open_copy(cast(User, request.user), slug)
    form = SendForm(submitted_data(request), initial={"avec_solution": True})
    if request.method == "POST" and form.is_valid():
        sent = _submit(request, copy, form) if copy.is_direct else _propose(request, copy, form)
        if sent:
            return redirect("catalogue:space-record", copy.record.slug)
    if copy.is_direct:
        return _gauge_page(request, copy, form)
    return _changes_page(request, copy, form)


def _gauge_page(request: HttpRequest, copy: Copy, form: SendForm) -> HttpResponse:
    gauge = measure_gauge(copy)
    return render(
        request,
        "catalogue/contributions/review.html",
        {
            **step_context(copy, REVIEW, gauge),
            "form": form,
            "achieved": [str(one.label) for one in gauge.met],
            "can_submit": permissions.may(request.user, "submit", copy.record),
            "can_delete": permissions.may(request.user, "delete", copy.record),
            "solution": _unpublished_solution(copy),
        },
        status=400 if request.method == "POST" else 200,
    )


def _changes_page(request: HttpRequest, copy: Copy, form: SendForm) -> HttpResponse:
    sent = Revision.objects.filter(
        record=copy.record.pk, author=copy.user, state=Revision.RevisionState.PROPOSED
    )
    return render(
        request,
        "catalogue/contributions/changes.html",
        {
            **step_context(copy, REVIEW),
            "form": form,
            "changes": _differences(copy.revision) if copy.revision else [],
            "already": [(one.created_at, revisions.describe_changes(one)) for one in sent[:5]],
        },
        status=400 if request.method == "POST" else 200,
    )


def _differences(revision: Revision) -> list[dict[str, Any]]:
    """Return what changes, before and after: before is what is published today."""
    return [
        {
            **line,
            "before": as_lines(line["now"] if line["moved"] else line["old"]),
            "after": as_lines(line["new"]),
        }
        for line in revisions.describe_changes(revision)
    ]


def _unpublished_solution(copy: Copy) -> dict[str, Any] | None:
    """Return the solution of an experiment while it is not published, and what can be done about it."""
    if copy.kind != Record.Kind.EXPERIMENT or copy.record.solution.is_published:
        return None
    solution = copy.record.solution
    may_send = permissions.may(copy.user, "submit", solution)
    ready = may_send and measure_gauge(open_copy(copy.user, solution.slug)).is_ready
    return {
        "record": solution,
        "state": solution.get_state_display(),
        "is_ready": ready,
        "to_complete": may_send and not ready,
        "address": step_url(solution, REVIEW) if may_send else "",
    }


@transaction.atomic
def _submit(request: HttpRequest, copy: Copy, form: SendForm) -> bool:
    """Submit the record, and its solution with it when asked; False when something is missing."""
    fresh = lock_copy(copy)
    permissions.require(request.user, "submit", fresh.record)
    if not measure_gauge(fresh).is_ready:
        messages.error(request, _("La fiche n’est pas encore prête : voyez ce qui manque ci-dessous."))
        return False
    solution = _unpublished_solution(copy)
    try:
        if solution and solution["is_ready"] and form.cleaned_data["avec_solution"]:
            workflow.apply(solution["record"], "submit", copy.user)
        workflow.apply(copy.record, "submit", copy.user, form.cleaned_data["reason"])
    except workflow.TransitionRefused as problem:
        messages.error(request, str(problem))
        return False
    messages.success(
        request, _("C’est envoyé. Un curateur va la lire ; vous recevrez sa réponse par courriel.")
    )
    return True


def _propose(request: HttpRequest, copy: Copy, form: SendForm) -> bool:
    """Send prepared changes; False when there is nothing to send."""
    permissions.require(request.user, "propose", copy.record)
    try:
        revisions.propose(copy.revision or Revision(record_id=copy.record.pk), form.cleaned_data["reason"])
    except revisions.RevisionRefused as problem:
        messages.error(request, str(problem))
        return False
    messages.success(
        request,
        _("Vos changements sont envoyés. La fiche publiée reste telle quelle jusqu’à leur acceptation."),
    )
    return True


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a draft, once it has been asked whether it is meant."""
    record = get_object_or_404(Record.objects.defer("geometry"), slug=slug)
    permissions.require(request.user, "delete", record)
    if request.method == "POST":
        try:
            drafts.delete(record, cast(User, request.user))
        except ProtectedError:
            messages.error(
                request,
                _("Une expérimentation s’appuie sur cette solution : supprimez-la ou rattachez-la d’abord."),
            )
            return redirect(step_url(record, REVIEW))
        messages.success(request, _("Le brouillon « %(title)s » est supprimé.") % {"title": record.title})
        return redirect("catalogue:propose")
    return render(request, "catalogue/contributions/delete.html", {"record": record, "section": "proposer"})


@account
@require_POST
def propose_discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Give up the changes that the account was preparing for a published record."""
    copy = open_copy(cast(User, request.user), slug)
    if copy.revision is not None:
        revisions.discard(copy.revision)
        messages.success(
            request, _("Vos changements sont abandonnés : la fiche reste telle qu’elle est publiée.")
        )
    return redirect("catalogue:space-record", copy.record.slug)
