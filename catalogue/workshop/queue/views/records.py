"""One record in the workshop: what the public will read, its data, its history, and what is decided."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.models import Merge, Record
from catalogue.public import record_page as detail
from catalogue.records import permissions, timeline, workflow
from catalogue.web.access import curator
from catalogue.workshop.history.lines import describe_last_version
from catalogue.workshop.quality import findings
from catalogue.workshop.queue.decisions import take_decision
from catalogue.workshop.queue.forms import DecisionForm
from catalogue.workshop.queue.opening import get_record_or_404
from catalogue.workshop.queue.views.data import data_of
from catalogue.workshop.queue.views.desk import desk_context

DECISIONS = tuple(name for name, rule in workflow.RULES.items() if rule.by_curator)


@curator
@require_safe
def workshop_record(request: HttpRequest, slug: str) -> HttpResponse:
    """The record as the public will see it beside its data, with the decisions it waits for."""
    return show(request, get_record_or_404(request, slug))


def show(request: HttpRequest, record: Record, failed: DecisionForm | None = None) -> HttpResponse:
    """The page of a record; ``failed`` is a decision to show with its errors."""
    user = cast(User, request.user)
    allowed = permissions.list_actions(user, record)
    merge = merge_of(record)
    if merge is not None:
        allowed -= {"publish", "merge"}
    context = {
        **detail.record_context(record),
        "allowed": allowed,
        "merge": merge,
        "decisions": [decision(name, failed) for name in DECISIONS if name in allowed],
        "steps": timeline.list_steps(record),
        "asked": timeline.find_last_reason(record),
        "history": timeline.list_events(record, user, by_name=True),
        "revisions": timeline.list_revisions(record),
        "data": data_of(record),
        "last": describe_last_version(record, user),
        "findings": findings.list_for_record(record),
        "desk": desk_context(record, user, allowed),
        "section": "atelier",
    }
    return render(request, "catalogue/workshop/queue/record.html", context, status=422 if failed else 200)


def merge_of(record: Record) -> Merge | None:
    """The merge that archived the record, while it stands."""
    if record.state != Record.State.ARCHIVED:
        return None
    return Merge.objects.standing().filter(loser=record.pk).defer("trace", "choices").first()


def decision(name: str, failed: DecisionForm | None) -> dict[str, Any]:
    """A decision that may be taken now, with its form."""
    rule = workflow.RULES[name]
    again = failed is not None and failed.action == name
    return {
        "action": name,
        "label": rule.label,
        "reason": rule.needs_reason,
        "form": failed if again else DecisionForm(name),
        "is_open": again,
    }


@curator
@require_POST
def workshop_record_action(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Carry out one decision; of several at once, the first counts and the others are told."""
    record = get_record_or_404(request, slug)
    permissions.require(request.user, action if action in DECISIONS else "", record)
    form = DecisionForm(action, request.POST)
    if not form.is_valid():
        return show(request, record, form)
    try:
        take_decision(record, action, cast(User, request.user), form.cleaned_data["whole"])
        messages.success(
            request,
            _("« %(title)s » : %(what)s.")
            % {"title": record.title, "what": str(timeline.HAPPENED[action]).lower()},
        )
    except workflow.TransitionRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalogue:workshop-record", slug=record.slug)
