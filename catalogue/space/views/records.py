"""The records of an account: their list, the page of one with its state and what may be done, its preview."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalogue.contributions.editing import open_copy
from catalogue.contributions.gauge import measure_gauge
from catalogue.models import Record
from catalogue.public.record_page import record_context
from catalogue.records import audience, permissions, timeline, workflow
from catalogue.records.outlook import describe_standing
from catalogue.records.wording import format_integer
from catalogue.space.forms import ActionForm, MyRecordsForm
from catalogue.web.access import account, get_record_or_404
from catalogue.web.errors import bad_request
from catalogue.web.navigation import Tab
from catalogue.web.paging import page_of
from catalogue.workshop.quality import findings
from catalogue.workshop.queue.decisions import list_choices

State = Record.State
POSTED = ("withdraw", "reopen", "retire")
"""What is posted from the page of a record; the other actions have pages of their own."""
DONE = {
    "withdraw": gettext_lazy("La fiche est redevenue un brouillon : vous pouvez la corriger."),
    "reopen": gettext_lazy("La fiche est rouverte : corrigez-la, puis soumettez-la de nouveau."),
    "retire": gettext_lazy("La fiche n’est plus publiée."),
}


@account
@require_safe
def space_records(request: HttpRequest) -> HttpResponse:
    """List the records of the account and of its organisations, the last changed first."""
    form = MyRecordsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    mine = Record.objects.filter(permissions.own_records(request.user))
    state = form.cleaned_data["etat"]
    shown = mine.filter(state=state) if state else mine
    rows = timeline.with_last_event(shown.select_related("owner").defer("geometry", "description"))
    page = page_of(rows.order_by("-updated_at", "-pk"), form.cleaned_data["page"])
    return render(
        request,
        "catalogue/space/records.html",
        {
            "page": page,
            "rows": [describe_record(record) for record in page],
            "tabs": build_state_tabs(mine, state),
            "state": dict(State.choices).get(state, ""),
            "query": urlencode({"etat": state}) if state else "",
            "section": "mes-fiches",
        },
    )


def describe_record(record: Any) -> dict[str, Any]:
    return {
        "record": record,
        "organisation": record.owner.name if record.owner else "",
        "event": timeline.HAPPENED.get(record.last_action or "", ""),
        "when": record.last_at or record.created_at,
        "asked": record.last_reason if record.state == State.TO_COMPLETE else "",
    }


def build_state_tabs(mine: Any, state: str) -> list[Tab]:
    url = reverse("catalogue:space-records")
    counts = dict(mine.order_by().values_list("state").annotate(Count("pk")))
    tabs = [Tab(_("Toutes"), url, not state, sum(counts.values()))]
    for value, label in State.choices:
        if counts.get(value) or value == state:
            tabs.append(
                Tab(str(label).capitalize(), f"{url}?etat={value}", value == state, counts.get(value, 0))
            )
    return tabs


@account
@require_safe
def space_record(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a record: its state, what was asked, what may be done, its history, its audience."""
    rows = Record.objects.select_related("owner", "created_by").defer("geometry", "description")
    record = get_record_or_404(request, slug, "history", rows)
    return render(request, "catalogue/space/record.html", build_context(request, record))


def build_context(request: HttpRequest, record: Record, failed: ActionForm | None = None) -> dict[str, Any]:
    """Return what the page of a record shows; ``failed`` is a form to show with its errors."""
    user = cast(User, request.user)
    allowed = permissions.list_actions(user, record)
    may_correct = "propose" in allowed or "edit" in allowed
    return {
        "record": record,
        "steps": timeline.list_steps(record),
        "now": timeline.NOW[record.state],
        "asked": timeline.find_last_reason(record),
        "history": timeline.list_events(record, user, by_name=permissions.is_curator(user)),
        "revisions": timeline.list_revisions(record),
        "allowed": allowed,
        "forms": list_choices([name for name in POSTED if name in allowed], ActionForm, failed),
        "audience": describe_audience(record) if "figures" in allowed else None,
        "gauge": measure_gauge(open_copy(user, record.slug)) if "submit" in allowed else None,
        "to_correct": findings.list_for_owner(record) if may_correct else [],
        "proof": describe_standing(record),
        "section": "mes-fiches",
    }


def describe_audience(record: Record) -> dict[str, Any]:
    """Return the audience of a record: totals, and twelve weeks with the length of their bars."""
    weeks = audience.list_weeks(record)
    most = max(week.views for week in weeks) or 1
    counts = audience.sum_audience(record)
    return {
        "totals": counts,
        "reads": format_integer(counts["views"]),
        "contacts": format_integer(counts["contacts"]),
        "weeks": [{"week": week, "part": f"{week.views / most:.3f}"} for week in weeks],
    }


@account
@require_POST
def space_record_action(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Carry out what its contributor asks for a record, then show it."""
    rows = Record.objects.select_related("owner", "created_by")
    record = get_record_or_404(request, slug, action if action in POSTED else "nothing", rows)
    form = ActionForm(action, request.POST)
    if not form.is_valid():
        return render(
            request, "catalogue/space/record.html", build_context(request, record, form), status=422
        )
    try:
        workflow.apply(record, action, cast(User, request.user), form.cleaned_data["reason"])
        messages.success(request, DONE[action])
    except workflow.TransitionRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalogue:space-record", slug=record.slug)


@account
@require_safe
def record_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page of a record as the public will read it, to those who may see it before."""
    record = get_record_or_404(request, slug, "preview", Record.objects.with_detail_relations())
    context = {**record_context(record), "preview": True, "trail": []}
    response = render(request, "catalogue/space/preview.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
