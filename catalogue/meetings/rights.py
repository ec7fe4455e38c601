"""Who may do what with an application, an answer to a need or a relayed message.

What an account is to one of them is its ``Side``; ``GRANTS`` says, for each of the three, each action and
each state, which sides may. What is not granted is refused. Whether one may be *sent* is asked of the
record it is about: actions ``apply``, ``answer`` and ``contact`` of ``catalogue.records.permissions``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from catalogue.models import AnswerProposal, Application, ContactRequest, Membership, Record
from catalogue.records.permissions import Account, covers, get_curatorship, is_administrator, is_curator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Meeting = Application | AnswerProposal | ContactRequest
A, P, C = Application.ApplicationState, AnswerProposal.ProposalState, ContactRequest.RequestState


class Side(StrEnum):
    """What an account is to a meeting; the first that holds, from the bottom up."""

    VISITOR = "visitor"
    STRANGER = "stranger"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"
    OWNER = "owner"
    APPLICANT = "applicant"


SIDES: dict[Side, StrOrPromise] = {
    Side.VISITOR: _("visiteur sans compte"),
    Side.STRANGER: _("compte sans lien"),
    Side.CURATOR: _("curateur du champ"),
    Side.ADMINISTRATOR: _("administrateur"),
    Side.OWNER: _("organisation sollicitée"),
    Side.APPLICANT: _("qui sollicite"),
}

NOBODY: frozenset[Side] = frozenset()
APPLICANT = frozenset({Side.APPLICANT})
OWNER = frozenset({Side.OWNER})
BOTH = APPLICANT | OWNER
READERS = BOTH | {Side.CURATOR, Side.ADMINISTRATOR}

Table = dict[str, dict[str, frozenset[Side]]]


def _in(states: Iterable[str], sides: frozenset[Side]) -> dict[str, frozenset[Side]]:
    return dict.fromkeys(states, sides)


APPLICATION: Table = {
    "view": _in(A, READERS),
    "examine": _in({A.SENT}, OWNER),
    "write": _in({A.SENT, A.IN_REVIEW, A.ACCEPTED}, BOTH),
    "accept": _in({A.SENT, A.IN_REVIEW}, OWNER),
    "decline": _in({A.SENT, A.IN_REVIEW}, OWNER),
    "withdraw": _in({A.SENT, A.IN_REVIEW}, APPLICANT),
}
ANSWER: Table = {
    "view": _in(P, READERS),
    "accept": _in({P.SENT}, OWNER),
    "decline": _in({P.SENT}, OWNER),
    "withdraw": _in({P.SENT}, APPLICANT),
}
CONTACT: Table = {
    "view": _in({C.SENT, C.ANSWERED, C.CLOSED}, BOTH) | _in({C.REPORTED}, READERS),
    "write": _in({C.SENT, C.ANSWERED}, BOTH),
    "close": _in({C.SENT, C.ANSWERED}, BOTH),
    "report": _in({C.SENT, C.ANSWERED, C.CLOSED}, BOTH),
}
GRANTS: dict[type[Meeting], Table] = {
    Application: APPLICATION,
    AnswerProposal: ANSWER,
    ContactRequest: CONTACT,
}
ACTIONS: dict[str, StrOrPromise] = {
    "view": _("lire, pièces jointes comprises"),
    "examine": _("prendre en examen"),
    "write": _("écrire dans l’échange"),
    "accept": _("accepter"),
    "decline": _("décliner avec un motif"),
    "withdraw": _("retirer"),
    "close": _("clore l’échange"),
    "report": _("signaler un abus aux curateurs"),
}


def find_side(user: Account, meeting: Meeting) -> Side:
    """Return what the account is to the meeting.

    Curators stand in for an organisation that nobody has joined, and for the owner of a need without one.
    """
    if not user.is_authenticated or not user.is_active:
        return Side.VISITOR
    if isinstance(meeting, ContactRequest):
        return _side_of_contact(user, meeting)
    about: Record = meeting.site if isinstance(meeting, Application) else meeting.need
    roles = dict(
        Membership.objects.filter(user_id=user.pk)
        .filter(Q(organisation_id=meeting.organisation_id) | Q(organisation_id=about.owner_id))
        .values_list("organisation_id", "confirmed_at")
    )
    if roles.get(meeting.organisation_id) or (
        meeting.created_by_id == user.pk and meeting.organisation_id in roles
    ):
        return Side.APPLICANT
    if about.owner_id and roles.get(about.owner_id):
        return Side.OWNER
    stands_in = isinstance(meeting, AnswerProposal) and about.owner_id is None
    if is_administrator(user):
        return Side.OWNER if stands_in else Side.ADMINISTRATOR
    curatorship = get_curatorship(user)
    if curatorship is None or not covers(curatorship, about):
        return Side.STRANGER
    return Side.OWNER if stands_in else Side.CURATOR


def _side_of_contact(user: Account, request: ContactRequest) -> Side:
    if request.sender_id == user.pk:
        return Side.APPLICANT
    members = Membership.objects.confirmed().filter(organisation_id=request.organisation_id)
    if members.filter(user_id=user.pk).exists():
        return Side.OWNER
    if not is_curator(user):
        return Side.STRANGER
    if not members.filter(user__is_active=True).exists():
        return Side.OWNER
    return Side.ADMINISTRATOR if is_administrator(user) else Side.CURATOR


def allowed_sides(action: str, meeting: Meeting) -> frozenset[Side]:
    """Return the sides that may carry out the action in the present state."""
    return GRANTS[type(meeting)].get(action, {}).get(meeting.state, NOBODY)


def list_actions(on_side: Side, meeting: Meeting) -> list[str]:
    """Return the actions that a side may carry out now."""
    return [action for action in GRANTS[type(meeting)] if on_side in allowed_sides(action, meeting)]


def allowed_states(model: type[Meeting], action: str) -> frozenset[str]:
    """Return the states in which some side may carry out the action."""
    return frozenset(GRANTS[model].get(action, {}))


def require(user: Account, action: str, meeting: Meeting) -> Side:
    """Return the side of the account; Http404 unless it sees the meeting and may ever do the action.

    That the state no longer allows it is for the action to refuse, in words, under lock: of two members
    who answer at once, the second reads what the first did.
    """
    on_side = find_side(user, meeting)
    ever = frozenset().union(*GRANTS[type(meeting)].get(action, {}).values())
    if on_side not in allowed_sides("view", meeting) or on_side not in ever:
        raise Http404
    return on_side
