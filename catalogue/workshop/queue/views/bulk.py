"""One action on many records: a preview, its confirmation, then the result for each record."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import BulkRun
from catalogue.records import workflow
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.web.errors import list_form_errors
from catalogue.workshop.queue import assignment, bulk
from catalogue.workshop.queue.forms import BulkForm, DecisionForm


@dataclass(frozen=True)
class BulkPage:
    action: str
    label: str
    possible: list[bulk.Effect]
    impossible: list[bulk.Effect]
    missing: int
    mails: int
    reason: DecisionForm | None
    person: BoundField | None
    chosen: str
    can_confirm: bool
    key: uuid.UUID
    queue_query: str
    back_url: str


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_bulk(request: HttpRequest) -> HttpResponse:
    """Preview an action on the ticked records; carry it out once confirmed as it was shown."""
    user, data = cast(User, request.user), form_recovery.submitted_data(request)
    if data is None:
        return redirect("catalogue:workshop")
    form = BulkForm(data, assignment.list_curators(), user)
    if not form.is_valid():
        for error in list_form_errors(form):
            messages.warning(request, error)
        return redirect(get_queue_url(str(data.get("suite", ""))))
    reason = build_reason_form(form, data)
    if request.method == "POST" and form.is_final and (reason is None or reason.is_valid()):
        run = bulk.run_once(form.cleaned_data["cle"], build_bulk_request(form, user, reason), form.seen)
        return redirect("catalogue:workshop-bulk-result", run.key)
    return render_preview(request, form, reason)


def get_queue_url(query: str) -> str:
    parameters = QueryDict(query).urlencode()
    return reverse("catalogue:workshop") + (f"?{parameters}" if parameters else "")


def build_reason_form(form: BulkForm, data: QueryDict) -> DecisionForm | None:
    """Return the form of the reason, when the action requires one; bound once it was shown."""
    action = form.cleaned_data["geste"]
    rule = workflow.RULES.get(action)
    if rule is None or not rule.needs_reason:
        return None
    return DecisionForm(action, data if form.cleaned_data["confirmer"] else None)


def build_bulk_request(form: BulkForm, user: User, reason: DecisionForm | None) -> bulk.BulkRequest:
    text = reason.cleaned_data["whole"] if reason is not None and reason.is_bound else ""
    return bulk.BulkRequest(form.cleaned_data["geste"], user, text, form.to)


def render_preview(request: HttpRequest, form: BulkForm, reason: DecisionForm | None) -> HttpResponse:
    """Render the effect on each record, with the fields that are still to be filled in."""
    user, data = cast(User, request.user), form.cleaned_data
    asked = bulk.BulkRequest(data["geste"], user, to=form.to)
    effects = bulk.preview_effects(asked, bulk.select_records(user, data["fiche"]))
    possible = [effect for effect in effects if effect.possible]
    is_given = asked.action == bulk.GIVE
    can_confirm = bool(possible) and (not is_given or form.to is not None)
    mails = sum(effect.mails for effect in possible)
    if is_given and form.to is not None and form.to.pk != user.pk and possible:
        mails = 1
    has_errors = reason is not None and reason.is_bound and bool(reason.errors)
    page = BulkPage(
        action=asked.action,
        label=bulk.get_action_label(asked.action),
        possible=possible,
        impossible=[effect for effect in effects if not effect.possible],
        missing=len(data["fiche"]) - len(effects),
        mails=mails,
        reason=reason,
        person=form["a"] if is_given else None,
        chosen=data["a"] if is_given else "",
        can_confirm=can_confirm,
        key=data["cle"] or uuid.uuid4(),
        queue_query=data["suite"],
        back_url=get_queue_url(data["suite"]),
    )
    return render(
        request, "catalogue/workshop/queue/bulk.html", vars(page), status=422 if has_errors else 200
    )


@curator
@require_safe
def workshop_bulk_result(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    run = get_object_or_404(BulkRun, key=key, actor=cast(User, request.user).pk)
    context = {
        "run": run,
        "label": bulk.get_action_label(run.action),
        "done": [one for one in run.results if one["done"]],
        "refused": [one for one in run.results if not one["done"]],
    }
    return render(request, "catalogue/workshop/queue/bulk_result.html", context)
