"""One action on many records: its effect is shown, then confirmed, then what became of each is told."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import BulkRun
from catalogue.records import workflow
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.queue import bulk, handling
from catalogue.workshop.queue.forms import BulkForm, DecisionForm


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_bulk(request: HttpRequest) -> HttpResponse:
    """What an action would do to the ticked records; carried out once confirmed as it was shown."""
    user, data = cast(User, request.user), form_recovery.submitted_data(request)
    if data is None:
        return redirect("catalogue:workshop")
    form = BulkForm(data, handling.list_curators(), user)
    if not form.is_valid():
        for error in [str(one) for errors in form.errors.values() for one in errors]:
            messages.warning(request, error)
        return redirect(queue_address(str(data.get("suite", ""))))
    reason = reason_form(form, data)
    if request.method == "POST" and form.is_final and (reason is None or reason.is_valid()):
        run = bulk.run_once(form.cleaned_data["cle"], order_of(form, user, reason), form.seen)
        return redirect("catalogue:workshop-bulk-result", run.key)
    return preview(request, form, reason)


def queue_address(query: str) -> str:
    """The queue as it was left."""
    asked = QueryDict(query).urlencode()
    return reverse("catalogue:workshop") + (f"?{asked}" if asked else "")


def reason_form(form: BulkForm, data: QueryDict) -> DecisionForm | None:
    """The form of the reason, when the action asks for one; bound once it was shown."""
    action = form.cleaned_data["geste"]
    rule = workflow.RULES.get(action)
    if rule is None or not rule.needs_reason:
        return None
    return DecisionForm(action, data if form.cleaned_data["confirmer"] else None)


def order_of(form: BulkForm, user: User, reason: DecisionForm | None) -> bulk.BulkRequest:
    """What is asked."""
    said = reason.cleaned_data["whole"] if reason is not None and reason.is_bound else ""
    return bulk.BulkRequest(form.cleaned_data["geste"], user, said, form.to)


def preview(request: HttpRequest, form: BulkForm, reason: DecisionForm | None) -> HttpResponse:
    """The effect on each record, with what remains to be said."""
    user, data = cast(User, request.user), form.cleaned_data
    order = bulk.BulkRequest(data["geste"], user, to=form.to)
    effects = bulk.preview_effects(order, bulk.select_records(user, data["fiche"]))
    possible = [effect for effect in effects if effect.possible]
    is_given = order.action == bulk.GIVE
    mails = sum(effect.mails for effect in possible)
    if is_given and form.to is not None and form.to.pk != user.pk and possible:
        mails = 1
    wrong = bool(reason is not None and reason.is_bound and reason.errors)
    context: dict[str, Any] = {
        "action": order.action,
        "label": bulk.get_action_label(order.action),
        "possible": possible,
        "impossible": [effect for effect in effects if not effect.possible],
        "missing": len(data["fiche"]) - len(effects),
        "mails": mails,
        "reason": reason,
        "person": form["a"] if is_given else None,
        "chosen": data["a"] if is_given else "",
        "can_confirm": bool(possible) and (not is_given or form.to is not None),
        "key": data["cle"] or uuid.uuid4(),
        "queue_query": data["suite"],
        "back_url": queue_address(data["suite"]),
        "section": "atelier",
    }
    return render(request, "catalogue/workshop/queue/bulk.html", context, status=422 if wrong else 200)


@curator
@require_safe
def workshop_bulk_result(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What became of each record; for the one who asked."""
    run = get_object_or_404(BulkRun, key=key, actor=cast(User, request.user).pk)
    context = {
        "run": run,
        "label": bulk.get_action_label(run.action),
        "done": [one for one in run.results if one["done"]],
        "refused": [one for one in run.results if not one["done"]],
        "section": "atelier",
    }
    return render(request, "catalogue/workshop/queue/bulk_result.html", context)
