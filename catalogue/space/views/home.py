"""« Mon espace »: what awaits the account, the state of its organisations, what is proposed to it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.alerts.proposals import proposals_for
from catalogue.models import (
    AnswerProposal,
    Application,
    ContactRequest,
    Membership,
    Record,
    Revision,
)
from catalogue.records import permissions, timeline
from catalogue.web.access import account

State = Record.State
FEW = 5
"""Records shown for each thing that awaits; the rest is a link away."""
WITH_THE_TEAM = (State.SUBMITTED, State.IN_REVIEW)


@account
@require_safe
def space(request: HttpRequest) -> HttpResponse:
    """The home of an account: first what it has to do."""
    user = cast(User, request.user)
    mine = Record.objects.filter(permissions.own_records(user))
    counts = mine.aggregate(
        total=Count("pk"),
        to_complete=Count("pk", filter=Q(state=State.TO_COMPLETE)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
        in_progress=Count("pk", filter=Q(state__in=WITH_THE_TEAM)),
        published=Count("pk", filter=Q(state=State.PUBLISHED)),
    )
    places = list(user.memberships.select_related("organisation").order_by("organisation__name"))
    return render(
        request,
        "catalogue/space/home.html",
        {
            "counts": counts,
            "to_complete": waiting(mine, State.TO_COMPLETE, counts["to_complete"]),
            "drafts": waiting(mine, State.DRAFT, counts["drafts"]),
            "changes": changes_begun(user),
            "meetings": meetings(places),
            "memberships": places,
            "proposals": proposals_for(user),
            "new": not counts["total"],
            "section": "espace",
        },
    )


def waiting(mine: Any, state: str, count: int) -> list[Record]:
    """The last changed of the records in a state, with what was said of them last; none costs nothing."""
    if not count:
        return []
    rows = timeline.with_last_event(
        mine.filter(state=state).only("slug", "title", "kind", "state", "updated_at")
    )
    return list(rows.order_by("-updated_at", "-pk")[:FEW])


def changes_begun(user: User) -> list[Revision]:
    """The changes of published records that the account began and has not proposed yet."""
    begun = Revision.objects.filter(author=user, state=Revision.RevisionState.DRAFT)
    return list(begun.select_related("record").defer("record__geometry", "record__description")[:FEW])


def meetings(places: list[Membership]) -> list[dict[str, str]]:
    """What others sent to the organisations of the account and that waits for an answer, in words."""
    mine = [place.organisation_id for place in places if place.confirmed_at is not None]
    if not mine:
        return []
    applications = Application.objects.filter(
        site__owner__in=mine,
        state__in=[Application.ApplicationState.SENT, Application.ApplicationState.IN_REVIEW],
    ).count()
    answers = AnswerProposal.objects.filter(
        need__owner__in=mine, state=AnswerProposal.ProposalState.SENT
    ).count()
    contacts = ContactRequest.objects.filter(
        organisation__in=mine, state=ContactRequest.RequestState.SENT
    ).count()
    told = [
        (
            applications,
            ngettext("%(n)d candidature à examiner", "%(n)d candidatures à examiner", applications),
            "candidatures",
        ),
        (answers, ngettext("%(n)d réponse à un besoin", "%(n)d réponses à vos besoins", answers), "reponses"),
        (
            contacts,
            ngettext("%(n)d message sans réponse", "%(n)d messages sans réponse", contacts),
            "messages",
        ),
    ]
    return [{"text": words % {"n": count}, "where": where} for count, words, where in told if count]
