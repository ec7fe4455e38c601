"""The applications, answers and messages that an account may read, side by side with ``rights``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalogue.models import AnswerProposal, Application, ContactRequest, Membership, Message, Need
from catalogue.records.permissions import in_field, is_curator

if TYPE_CHECKING:
    from django.contrib.auth.models import User

HEAVY = ("description", "geometry", "point", "geog", "mercator")


def _confirmed(user: User) -> QuerySet[Any]:
    return Membership.objects.confirmed().filter(user=user).values("organisation")


def _sent_by(user: User) -> Q:
    everywhere = Membership.objects.filter(user=user).values("organisation")
    return Q(organisation__in=_confirmed(user)) | Q(created_by=user, organisation__in=everywhere)


def heavy_columns(relation: str) -> list[str]:
    """Return the columns of a record that a list of meetings never shows."""
    return [f"{relation}__{column}" for column in HEAVY]


def applications_sent(user: User) -> QuerySet[Application]:
    """Return those that the account follows as an applicant."""
    return _applications().filter(_sent_by(user))


def applications_received(user: User) -> QuerySet[Application]:
    """Return those to the sites of the organisations of the account."""
    return _applications().filter(site__owner__in=_confirmed(user))


def _applications() -> QuerySet[Application]:
    return (
        Application.objects.select_related("site__owner", "solution", "organisation")
        .defer(*heavy_columns("site"), *heavy_columns("solution"))
        .order_by("-created_at", "-pk")
    )


def answers_sent(user: User) -> QuerySet[AnswerProposal]:
    """Return those that the account follows as the one who answers."""
    return _answers().filter(_sent_by(user))


def answers_received(user: User) -> QuerySet[AnswerProposal]:
    """Return those to the needs of its organisations; for a curator, also to needs without owner."""
    mine = Q(need__owner__in=_confirmed(user))
    if is_curator(user):
        mine |= Q(need__in=Need.objects.filter(in_field(user), owner__isnull=True).values("pk"))
    return _answers().filter(mine)


def _answers() -> QuerySet[AnswerProposal]:
    return (
        AnswerProposal.objects.select_related("need__owner", "solution", "organisation")
        .defer(*heavy_columns("need"), *heavy_columns("solution"))
        .order_by("-created_at", "-pk")
    )


def contacts_sent(user: User) -> QuerySet[ContactRequest]:
    """Return the messages that the account sent, latest word first."""
    return _contacts().filter(sender=user)


def contacts_received(user: User) -> QuerySet[ContactRequest]:
    """Return those to its organisations; for a curator, also to those without members."""
    mine = Q(organisation__in=_confirmed(user))
    if is_curator(user):
        readers = Membership.objects.confirmed().filter(
            organisation=OuterRef("organisation"), user__is_active=True
        )
        mine |= ~Q(Exists(readers))
    return _contacts().filter(mine).exclude(sender=user)


def _contacts() -> QuerySet[ContactRequest]:
    last = Message.objects.filter(contact=OuterRef("pk")).order_by("-pk")
    return (
        ContactRequest.objects.select_related("sender", "organisation", "record")
        .defer(*heavy_columns("record"))
        .annotate(
            last_author=Subquery(last.values("author")[:1]),
            last_at=Coalesce(Subquery(last.values("created_at")[:1]), "created_at"),
        )
        .order_by("-last_at", "-pk")
    )
