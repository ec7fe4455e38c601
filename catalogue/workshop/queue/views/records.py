"""One record in the workshop: what the public will read, its data, its history, and what is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.models import Merge, Record, Revision, Transition
from catalogue.public.record_page import record_context
from catalogue.records import permissions, timeline, workflow
from catalogue.records.outlook import Outlook, look_at_publication
from catalogue.web.access import curator
from catalogue.workshop.history.lines import HistoryLine, describe_last_version
from catalogue.workshop.quality.findings import Finding, list_for_record
from catalogue.workshop.queue.decisions import Choice, list_choices, take_decision
from catalogue.workshop.queue.forms import DecisionForm
from catalogue.workshop.queue.independence import IndependentMeasure, list_independent_measures
from catalogue.workshop.queue.opening import get_whole_record
from catalogue.workshop.queue.views.data import list_record_data
from catalogue.workshop.queue.views.desk import Desk, build_desk

DECISIONS = tuple(name for name, rule in workflow.RULES.items() if rule.by_curator)


@dataclass(frozen=True)
class RecordPage:
    """What the workshop adds to what the public page of a record shows."""

    allowed: frozenset[str]
    merge: Merge | None
    decisions: list[Choice]
    steps: list[dict[str, str]]
    asked: Transition | None
    history: list[dict[str, Any]]
    revisions: QuerySet[Revision]
    data: list[dict[str, str]]
    last: HistoryLine | None
    findings: list[Finding]
    outlook: Outlook | None
    independent: list[IndependentMeasure]
    desk: Desk
    section: str = "atelier"


@curator
@require_safe
def workshop_record(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the record as the public will see it beside its data, with the decisions it waits for."""
    return render_record(request, get_whole_record(request, slug))


def render_record(request: HttpRequest, record: Record, failed: DecisionForm | None = None) -> HttpResponse:
    """Render the page of a record; ``failed`` is a decision to show with its errors."""
    user = cast(User, request.user)
    allowed = permissions.list_actions(user, record)
    merge = find_merge(record)
    if merge is not None:
        allowed -= {"publish", "merge"}
    possible = [name for name in DECISIONS if name in allowed]
    page = RecordPage(
        allowed=allowed,
        merge=merge,
        decisions=list_choices(possible, DecisionForm, failed),
        steps=timeline.list_steps(record),
        asked=timeline.find_last_reason(record),
        history=timeline.list_events(record, user, by_name=True),
        revisions=timeline.list_revisions(record),
        data=list_record_data(record),
        last=describe_last_version(record, user),
        findings=list_for_record(record),
        outlook=look_at_publication(record) if "publish" in allowed else None,
        independent=list_independent_measures(record) if "edit" in allowed else [],
        desk=build_desk(record, user, allowed),
    )
    context = {**record_context(record), **vars(page)}
    return render(request, "catalogue/workshop/queue/record.html", context, status=422 if failed else 200)


def find_merge(record: Record) -> Merge | None:
    """Return the merge that archived the record, while it stands."""
    if record.state != Record.State.ARCHIVED:
        return None
    return Merge.objects.standing().filter(loser=record.pk).defer("trace", "choices").first()


@curator
@require_POST
def workshop_record_action(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Take one decision; of several at once, the first counts and the others get a message."""
    record = get_whole_record(request, slug)
    permissions.require(request.user, action if action in DECISIONS else "", record)
    form = DecisionForm(action, request.POST)
    if not form.is_valid():
        return render_record(request, record, form)
    try:
        take_decision(record, action, cast(User, request.user), form.cleaned_data["whole"])
        words = {"title": record.title, "what": str(timeline.HAPPENED[action]).lower()}
        messages.success(request, _("« %(title)s » : %(what)s.") % words)
    except workflow.TransitionRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalogue:workshop-record", slug=record.slug)
