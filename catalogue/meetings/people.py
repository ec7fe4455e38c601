"""Who is written to, and under which name people appear to one another: never an e-mail address."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Case, F, IntegerField, Q, QuerySet, When
from django.utils.translation import gettext as _

from catalogue.models import Membership, Organisation, Record, RecordOrganisation, Solution
from catalogue.records import notifications

MOST_RECIPIENTS = 20
"""Members of one organisation notified of one event, responsables first."""


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Return the organisations of an account, with ``confirmed_at``: when the membership was confirmed."""
    mine = Organisation.objects.filter(memberships__user=user, is_active=True)
    return mine.annotate(confirmed_at=F("memberships__confirmed_at")).order_by("name")


def has_pending_membership(user: User | None, organisation: Organisation) -> bool:
    """Return True when the account asked to join the organisation and nobody has confirmed it yet."""
    return (
        user is not None
        and Membership.objects.waiting().filter(user=user, organisation=organisation).exists()
    )


def list_members(organisation: Organisation | None, *, managers_only: bool = False) -> list[User]:
    """Return the confirmed members who can be written to, responsables first."""
    if organisation is None:
        return []
    places = Membership.objects.confirmed().filter(organisation=organisation, user__is_active=True)
    if managers_only:
        places = places.filter(role=Membership.Role.MANAGER)
    first = Case(When(role=Membership.Role.MANAGER, then=0), default=1, output_field=IntegerField())
    found = places.exclude(user__email="").select_related("user").order_by(first, "pk")
    return [place.user for place in found[:MOST_RECIPIENTS]]


def list_curators(about: Record | None = None) -> list[User]:
    """Return the curators whose field holds the record, or all of them; administrators when there is none."""
    if about is not None:
        return list(notifications.find_curators(about))[:MOST_RECIPIENTS]
    reached = User.objects.filter(is_active=True).exclude(email="").order_by("pk")
    able = reached.filter(curatorship__isnull=False)[:MOST_RECIPIENTS]
    return list(able or reached.filter(is_superuser=True)[:MOST_RECIPIENTS])


def list_followers(author: User | None, organisation: Organisation) -> list[User]:
    """Return who follows what an organisation sent: its author, its responsables, or any member left."""
    followers = list_members(organisation, managers_only=True)
    if author is not None and author.is_active and author.email and author not in followers:
        followers.insert(0, author)
    return followers or list_members(organisation)


def signature(user: User | None, organisation: Organisation | None) -> str:
    """Return « Prénom Nom (organisation) », the organisation alone, or that the account is gone."""
    place = organisation.name if organisation is not None else ""
    if user is None or not user.is_active:
        gone = _("compte supprimé")
        return f"{gone} ({place})" if place else gone
    name = user.get_full_name()
    if name and place:
        return f"{name} ({place})"
    return name or place or _("compte sans nom")


def signatures(
    authors: Iterable[User | None], sides: list[Organisation], elsewhere: str
) -> dict[int | None, str]:
    """Return the name of each author by key, with the organisation of the exchange that they belong to.

    ``elsewhere`` is what stands for the organisation of those who belong to none of them.
    """
    people = {author.pk: author for author in authors if author is not None}
    places: dict[int, Organisation] = {}
    by_key = {organisation.pk: organisation for organisation in sides}
    links = Membership.objects.filter(Q(user__in=people), Q(organisation__in=by_key))
    for user_id, organisation_id in links.values_list("user_id", "organisation_id"):
        places[user_id] = by_key[organisation_id]
    named: dict[int | None, str] = {None: signature(None, None)}
    for key, author in people.items():
        words = signature(author, places.get(key))
        named[key] = words if key in places or not author.is_active else _without_place(author, elsewhere)
    return named


def _without_place(author: User, elsewhere: str) -> str:
    name = author.get_full_name()
    return f"{name} ({elsewhere})" if name else elsewhere


def holder_words(solution: Solution, organisation: Organisation, author: User | None) -> str:
    """Return who carries a solution that is not its candidate’s own; nothing when it is."""
    links = solution.organisation_links.filter(role=RecordOrganisation.Role.HOLDER)
    holders = {link.organisation_id: link.organisation.name for link in links.select_related("organisation")}
    if solution.owner is not None:
        holders[solution.owner.pk] = solution.owner.name
    wrote_it = author is not None and solution.created_by_id == author.pk
    if organisation.pk in holders or (wrote_it and not holders):
        return ""
    if not holders:
        return _("Cette solution n’est pas celle du candidat ; sa fiche ne dit pas qui la porte.")
    names = ", ".join(sorted(holders.values()))
    return _("Cette solution n’est pas celle du candidat : elle est portée par %(names)s.") % {"names": names}


def sender_name(user: User) -> str:
    """Return the name of who writes to an organisation, with their own when it is confirmed."""
    place = Membership.objects.confirmed().filter(user=user).select_related("organisation").order_by("pk")
    first = place.first()
    return signature(user, first.organisation if first is not None else None)


def team_name() -> str:
    """Return what curators are called in an exchange where they stand in for an organisation."""
    return _("équipe du catalogue")


def sender_names(users: Iterable[User]) -> dict[int, str]:
    """Return the names of several people who write to organisations, in one query."""
    people = {user.pk: user for user in users}
    places = Membership.objects.confirmed().filter(user__in=people).select_related("organisation")
    first: dict[int, Organisation] = {}
    for place in places.order_by("pk"):
        first.setdefault(place.user_id, place.organisation)
    return {key: signature(user, first.get(key)) for key, user in people.items()}
