"""« Mon espace »: what waits for the account, the state of its organisations, what is proposed to it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.alerts.proposals import proposals_for
from catalogue.models import AnswerProposal, Application, ContactRequest, Membership, Record, Revision
from catalogue.records import permissions, timeline
from catalogue.web.access import account

State = Record.State
FEW = 5
"""Records shown for each thing that awaits; the rest is a link away."""
WITH_THE_TEAM = (State.SUBMITTED, State.IN_REVIEW)


@account
@require_safe
def space(request: HttpRequest) -> HttpResponse:
    """Show the home of an account: first what it has to do."""
    user = cast(User, request.user)
    mine = Record.objects.filter(permissions.own_records(user))
    counts = mine.aggregate(
        total=Count("pk"),
        to_complete=Count("pk", filter=Q(state=State.TO_COMPLETE)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
        in_progress=Count("pk", filter=Q(state__in=WITH_THE_TEAM)),
        published=Count("pk", filter=Q(state=State.PUBLISHED)),
    )
    memberships = list(user.memberships.select_related("organisation").order_by("organisation__name"))
    return render(
        request,
        "catalogue/space/home.html",
        {
            "counts": counts,
            "to_complete": list_waiting_records(mine, State.TO_COMPLETE, counts["to_complete"]),
            "drafts": list_waiting_records(mine, State.DRAFT, counts["drafts"]),
            "changes": list_started_changes(user),
            "meetings": describe_meetings(memberships),
            "memberships": memberships,
            "proposals": proposals_for(user),
            "new": not counts["total"],
            "section": "espace",
        },
    )


def list_waiting_records(mine: Any, state: str, count: int) -> list[Record]:
    """Return the last changed records in a state, with their last event; no query when there are none."""
    if not count:
        return []
    rows = mine.filter(state=state).only("slug", "title", "kind", "state", "updated_at")
    return list(timeline.with_last_event(rows).order_by("-updated_at", "-pk")[:FEW])


def list_started_changes(user: User) -> list[Revision]:
    """Return the changes of published records that the account started and has not proposed yet."""
    drafts = Revision.objects.filter(author=user, state=Revision.RevisionState.DRAFT)
    return list(drafts.select_related("record").defer("record__geometry", "record__description")[:FEW])


def describe_meetings(memberships: list[Membership]) -> list[dict[str, str]]:
    """Return in words what the organisations of the account received and have not answered."""
    mine = [membership.organisation_id for membership in memberships if membership.confirmed_at is not None]
    if not mine:
        return []
    in_progress = [Application.ApplicationState.SENT, Application.ApplicationState.IN_REVIEW]
    sent = AnswerProposal.ProposalState.SENT
    applications = Application.objects.filter(site__owner__in=mine, state__in=in_progress).count()
    answers = AnswerProposal.objects.filter(need__owner__in=mine, state=sent).count()
    state = ContactRequest.RequestState.SENT
    contacts = ContactRequest.objects.filter(organisation__in=mine, state=state).count()
    words = {
        "candidatures": ngettext(
            "%(n)d candidature à examiner", "%(n)d candidatures à examiner", applications
        ),
        "reponses": ngettext("%(n)d réponse à un besoin", "%(n)d réponses à vos besoins", answers),
        "messages": ngettext("%(n)d message sans réponse", "%(n)d messages sans réponse", contacts),
    }
    counts = {"candidatures": applications, "reponses": answers, "messages": contacts}
    return [{"text": words[name] % {"n": n}, "where": name} for name, n in counts.items() if n]
