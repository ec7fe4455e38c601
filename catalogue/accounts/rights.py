"""Who may do what with an organisation: one table, read by the views, the tests and docs/permissions.md.

An account may have several ties at once (a curator can be a member); what one of them grants is granted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from catalogue.models import Membership, Organisation
from catalogue.records.permissions import Account, get_curatorship, is_administrator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class OrganisationTie(StrEnum):
    NONE = "none"
    PENDING = "pending"
    MEMBER = "member"
    MANAGER = "manager"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"


Tie = OrganisationTie
TIES: dict[Tie, StrOrPromise] = {
    Tie.NONE: _("sans lien avec l’organisation"),
    Tie.PENDING: _("demande à confirmer"),
    Tie.MEMBER: _("membre"),
    Tie.MANAGER: _("responsable"),
    Tie.CURATOR: _("curateur"),
    Tie.ADMINISTRATOR: _("administrateur"),
}

INSIDE = frozenset({Tie.MEMBER, Tie.MANAGER})
MANAGERS = frozenset({Tie.MANAGER, Tie.ADMINISTRATOR})
GRANTS: dict[str, frozenset[Tie]] = {
    "view": frozenset({Tie.PENDING, Tie.CURATOR, Tie.ADMINISTRATOR}) | INSIDE,
    "members": INSIDE,
    "edit": MANAGERS,
    "invite": MANAGERS,
    "confirm": MANAGERS | {Tie.CURATOR},
    "role": MANAGERS,
    "remove": MANAGERS,
    "transfer": frozenset({Tie.MANAGER}),
    "leave": frozenset({Tie.PENDING}) | INSIDE,
}
ACTIONS: dict[str, StrOrPromise] = {
    "view": _("voir la page de l’organisation"),
    "members": _("voir les adresses des membres"),
    "edit": _("modifier la présentation"),
    "invite": _("inviter"),
    "confirm": _("confirmer ou refuser une demande"),
    "role": _("changer un rôle"),
    "remove": _("retirer un membre"),
    "transfer": _("transmettre la responsabilité"),
    "leave": _("quitter, ou retirer sa demande"),
}


def ties(user: Account, organisation: Organisation) -> frozenset[Tie]:
    if not user.is_authenticated or not user.is_active:
        return frozenset({Tie.NONE})
    found = set()
    membership = Membership.objects.filter(user_id=user.pk, organisation_id=organisation.pk).first()
    if membership is not None and membership.confirmed_at is None:
        found.add(Tie.PENDING)
    elif membership is not None:
        found.add(Tie.MANAGER if membership.role == Membership.Role.MANAGER else Tie.MEMBER)
    if is_administrator(user):
        found.add(Tie.ADMINISTRATOR)
    elif get_curatorship(user) is not None:
        found.add(Tie.CURATOR)
    return frozenset(found or {Tie.NONE})


def may(user: Account, action: str, organisation: Organisation) -> bool:
    return bool(GRANTS[action] & ties(user, organisation))


def require(user: Account, action: str, organisation: Organisation) -> None:
    """Raise Http404 unless the account may: what is refused answers as what does not exist."""
    if not may(user, action, organisation):
        raise Http404
