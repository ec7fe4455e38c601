"""Who may do what with a record: one table, read by the views, the tests and docs/permissions.md.

What an account is to a record are its ``Tie``s; ``GRANTS`` gives, for each action and each state of
publication, the ties that may. What is not granted to one of them is refused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from catalogue.models import Curatorship, Membership, Record
from geo.models import Territory

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Record.State
Account = User | AnonymousUser


class Tie(StrEnum):
    """What an account may be to a record, from the weakest to the strongest."""

    VISITOR = "visitor"
    STRANGER = "stranger"
    CURATOR_ELSEWHERE = "curator-elsewhere"
    MEMBER = "member"
    AUTHOR = "author"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"


TIES: dict[Tie, StrOrPromise] = {
    Tie.VISITOR: _("visiteur sans compte"),
    Tie.STRANGER: _("compte sans lien avec la fiche"),
    Tie.CURATOR_ELSEWHERE: _("curateur d’un autre champ"),
    Tie.MEMBER: _("membre confirmé de l’organisation"),
    Tie.AUTHOR: _("auteur de la fiche"),
    Tie.CURATOR: _("curateur"),
    Tie.ADMINISTRATOR: _("administrateur"),
}

ALL_STATES = frozenset(State)
ACCOUNTS = frozenset(Tie) - {Tie.VISITOR}
OWNERS = frozenset({Tie.AUTHOR, Tie.MEMBER})
CURATORS = frozenset({Tie.CURATOR, Tie.ADMINISTRATOR})
CONCERNED = OWNERS | CURATORS
UNSEEN = frozenset({State.DRAFT})
"""States that curators do not see: a draft belongs to those who write it."""


def _in(states: frozenset[str], ties: frozenset[Tie]) -> dict[str, frozenset[Tie]]:
    return dict.fromkeys(states, ties)


GRANTS: dict[str, dict[str, frozenset[Tie]]] = {
    "view": _in(frozenset({State.PUBLISHED}), frozenset(Tie)),
    "preview": _in(ALL_STATES - UNSEEN, CONCERNED) | _in(UNSEEN, OWNERS | {Tie.ADMINISTRATOR}),
    "examine": _in(ALL_STATES - UNSEEN, CURATORS),
    "edit": _in(frozenset({State.DRAFT}), OWNERS | {Tie.ADMINISTRATOR})
    | _in(frozenset({State.TO_COMPLETE}), CONCERNED)
    | _in(frozenset({State.SUBMITTED, State.IN_REVIEW, State.PUBLISHED, State.ARCHIVED}), CURATORS),
    "propose": _in(frozenset({State.PUBLISHED}), OWNERS),
    "delete": _in(frozenset({State.DRAFT}), OWNERS),
    "submit": _in(frozenset({State.DRAFT, State.TO_COMPLETE}), OWNERS),
    "withdraw": _in(frozenset({State.SUBMITTED, State.IN_REVIEW, State.TO_COMPLETE}), OWNERS),
    "reopen": _in(frozenset({State.REFUSED}), OWNERS),
    "retire": _in(frozenset({State.PUBLISHED}), OWNERS),
    "review": _in(frozenset({State.SUBMITTED}), CURATORS),
    "ask": _in(frozenset({State.SUBMITTED, State.IN_REVIEW}), CURATORS),
    "publish": _in(frozenset({State.SUBMITTED, State.IN_REVIEW, State.ARCHIVED}), CURATORS),
    "refuse": _in(frozenset({State.SUBMITTED, State.IN_REVIEW}), CURATORS),
    "archive": _in(frozenset({State.PUBLISHED}), CURATORS),
    "handle": _in(
        frozenset({State.SUBMITTED, State.IN_REVIEW, State.TO_COMPLETE, State.PUBLISHED}), CURATORS
    ),
    "comment": _in(ALL_STATES - UNSEEN, CURATORS),
    "decide": _in(frozenset({State.PUBLISHED}), CURATORS),
    "merge": _in(ALL_STATES - UNSEEN, CURATORS),
    "history": _in(ALL_STATES - UNSEEN, CONCERNED) | _in(UNSEEN, OWNERS | {Tie.ADMINISTRATOR}),
    "figures": _in(frozenset({State.PUBLISHED, State.ARCHIVED}), CONCERNED),
    "contact": _in(frozenset({State.PUBLISHED}), ACCOUNTS),
    "apply": _in(frozenset({State.PUBLISHED}), ACCOUNTS),
    "answer": _in(frozenset({State.PUBLISHED}), ACCOUNTS),
}
ACTIONS: dict[str, StrOrPromise] = {
    "view": _("voir la page publique"),
    "preview": _("voir la fiche non publiée"),
    "examine": _("ouvrir dans l’atelier"),
    "edit": _("modifier"),
    "propose": _("proposer un changement"),
    "delete": _("supprimer le brouillon"),
    "submit": _("soumettre"),
    "withdraw": _("reprendre avant publication"),
    "reopen": _("rouvrir après un refus"),
    "retire": _("retirer de la publication"),
    "review": _("prendre en instruction"),
    "ask": _("demander un complément"),
    "publish": _("publier"),
    "refuse": _("refuser"),
    "archive": _("archiver"),
    "handle": _("s’en charger ou la confier"),
    "comment": _("commenter entre curateurs"),
    "decide": _("accepter ou refuser un changement"),
    "merge": _("fusionner avec une autre fiche de son champ"),
    "history": _("voir l’historique"),
    "figures": _("voir l’audience"),
    "contact": _("être mis en relation"),
    "apply": _("candidater (site ouvert)"),
    "answer": _("répondre (besoin)"),
}


def lacks_second_factor(user: Account) -> bool:
    """Return True when roles require a second factor and the account has none; one query a request."""
    if not settings.REQUIRE_TOTP:
        return False
    known: bool | None = getattr(user, "has_second_factor", None)
    if known is None:
        known = user.has_second_factor = is_mfa_enabled(user)  # type: ignore[union-attr]
    return not known


def is_appointed_administrator(user: Account) -> bool:
    """Return True for an active administrator, second factor or not: who may enter is another question."""
    return user.is_active and user.is_superuser


def is_appointed_curator(user: Account) -> bool:
    """Return True for an appointed curator of any field or administrator, second factor or not."""
    if is_appointed_administrator(user):
        return True
    return user.is_active and Curatorship.objects.filter(user_id=user.pk).exists()


def is_administrator(user: Account) -> bool:
    """Return True for an active administrator who has the second factor that the role requires."""
    return is_appointed_administrator(user) and not lacks_second_factor(user)


def is_curator(user: Account) -> bool:
    """Return True for a curator of any field, and for an administrator, with the second factor."""
    return is_appointed_curator(user) and not lacks_second_factor(user)


def get_curatorship(user: Account) -> Curatorship | None:
    """Return what makes the account a curator, or None; without its second factor it is an ordinary one."""
    if not user.is_authenticated:
        return None
    held = Curatorship.objects.filter(user_id=user.pk).prefetch_related("regions", "themes").first()
    return None if held is not None and lacks_second_factor(user) else held


def covers(curatorship: Curatorship, record: Record) -> bool:
    """True when a record is in the regions and the themes of a curator; a record without a place is."""
    regions = {region.pk for region in curatorship.regions.all()}
    themes = {theme.pk for theme in curatorship.themes.all()}
    if regions and record.territory_id is not None:
        place, region = _place_of(record)
        if place not in regions and region not in regions:
            return False
    return not themes or bool(themes & {theme.pk for theme in record.themes.all()})


def _place_of(record: Record) -> tuple[int | None, int | None]:
    """Keys of the record's territory and of its region, without its wide shape."""
    if Record._meta.get_field("territory").is_cached(record) and record.territory is not None:
        return record.territory_id, record.territory.region_id
    region = Territory.objects.filter(pk=record.territory_id).values_list("region_id", flat=True).first()
    return record.territory_id, region


def in_field(user: Account) -> Q:
    """What narrows records to the field of a curator: the same rule as ``covers``, in SQL."""
    return Q() if is_administrator(user) else field_condition(get_curatorship(user))


def field_condition(curatorship: Curatorship | None) -> Q:
    """The same for a curatorship that was read already; no record at all for none."""
    if curatorship is None:
        return Q(pk__in=[])
    field = Q()
    regions = [region.pk for region in curatorship.regions.all()]
    if regions:
        field &= Q(territory__isnull=True) | Q(territory__in=regions) | Q(territory__region__in=regions)
    themes = [theme.pk for theme in curatorship.themes.all()]
    if themes:
        field &= Q(pk__in=Record.themes.through.objects.filter(theme__in=themes).values("record_id"))
    return field


def own_records(user: Account) -> Q:
    """What narrows records to those of an account: as their author, or as a confirmed member."""
    if not user.is_authenticated:
        return Q(pk__in=[])
    places = Membership.objects.filter(user_id=user.pk)
    confirmed = Q(owner__in=places.confirmed().values("organisation"))
    author = Q(created_by=user.pk) & (Q(owner__isnull=True) | Q(owner__in=places.values("organisation")))
    return confirmed | author


def get_ties(user: Account, record: Record) -> frozenset[Tie]:
    """All that the account is to the record: a curator may be its author as well."""
    if not user.is_authenticated or not user.is_active:
        return frozenset({Tie.VISITOR})
    found = _ties_of_owner(user, record)
    if is_administrator(user):
        found.add(Tie.ADMINISTRATOR)
    curatorship = get_curatorship(user)
    if curatorship is not None and covers(curatorship, record):
        found.add(Tie.CURATOR)
    if not found:
        found.add(Tie.STRANGER if curatorship is None else Tie.CURATOR_ELSEWHERE)
    return frozenset(found)


def _ties_of_owner(user: User, record: Record) -> set[Tie]:
    found = set()
    membership = (
        Membership.objects.filter(user_id=user.pk, organisation_id=record.owner_id).first()
        if record.owner_id
        else None
    )
    if record.created_by_id == user.pk and (record.owner_id is None or membership is not None):
        found.add(Tie.AUTHOR)
    if membership is not None and membership.confirmed_at is not None:
        found.add(Tie.MEMBER)
    return found


def list_actions(user: Account, record: Record) -> frozenset[str]:
    """All that the account may do with the record in its present state."""
    held = get_ties(user, record)
    return frozenset(name for name, states in GRANTS.items() if held & states.get(record.state, frozenset()))


def may(user: Account, action: str, record: Record) -> bool:
    """True when the account may carry out the action on the record in its state; never an unknown one."""
    granted = GRANTS.get(action, {}).get(record.state, frozenset())
    return bool(granted) and bool(get_ties(user, record) & granted)


def require(user: Account, action: str, record: Record) -> None:
    """Raise Http404 unless the account may: what is refused answers as what does not exist."""
    if not may(user, action, record):
        raise Http404
