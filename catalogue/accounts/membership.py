"""How accounts come into an organisation, what they become there, and how they leave it.

Every function locks the organisation first, so that of two people who act at once the second sees what
the first did. Who may call what is asked from ``catalogue.accounts.rights`` by the views.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.accounts.names import name_of
from catalogue.mailing import absolute_url, queue_mail
from catalogue.models import Curatorship, Invitation, Membership, Organisation
from catalogue.records.permissions import is_administrator
from catalogue.records.slugs import save_with_free_slug

Role = Membership.Role
INVITATION_LASTS = timedelta(days=14)
BETWEEN_INVITATIONS = timedelta(minutes=10)
"""Before the same address is invited again."""
MOST_WAITING = 5
"""Requests that one account may have waiting."""
MOST_INVITATIONS = 30
"""Invitations that one organisation may have waiting."""


class NotPossible(Exception):
    """What was asked cannot be; the message says why, in French."""


def _lock_organisation(organisation_id: int) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def managers(organisation: Organisation) -> QuerySet[Membership]:
    """Those who answer for the organisation, the longest there first."""
    confirmed = Membership.objects.confirmed().filter(organisation=organisation, user__is_active=True)
    return confirmed.filter(role=Role.MANAGER).select_related("user").order_by("confirmed_at", "pk")


def find_by_siret(siret: str) -> Organisation | None:
    """The organisation of a SIRET; else the only one known by the SIREN alone."""
    own = Organisation.objects.filter(siret=siret).select_related("merged_into").first()
    if own is not None:
        return own.merged_into or own
    by_siren = Organisation.objects.filter(siren=siret[:9], siret="", merged_into=None)[:2]
    return by_siren[0] if len(by_siren) == 1 else None


@transaction.atomic
def request_membership(user: User, organisation: Organisation) -> Membership:
    """Ask to become a member; a responsable, or failing one a curator, will confirm."""
    _lock_organisation(organisation.pk)
    already: Membership | None = Membership.objects.filter(user=user, organisation=organisation).first()
    if already is not None:
        return already
    if Membership.objects.waiting().filter(user=user).count() >= MOST_WAITING:
        raise NotPossible(_("Vous avez déjà cinq demandes en attente : patientez ou retirez-en une."))
    membership = Membership.objects.create(user=user, organisation=organisation)
    answering = [manager.user for manager in managers(organisation)]
    for manager in answering:
        _notify("organisation-demande", manager, organisation, who=name_of(user))
    if not answering:
        _tell_curators(organisation)
    return membership


@transaction.atomic
def create_organisation(user: User, organisation: Organisation) -> Membership:
    """Save a new organisation and ask to be its first member; joins it when somebody was faster."""
    try:
        save_with_free_slug(organisation, organisation.name, fallback="organisation")
    except IntegrityError:
        known = Organisation.objects.filter(siret=organisation.siret).first()
        if known is None:
            raise
        organisation = known
    return request_membership(user, organisation)


@transaction.atomic
def confirm_membership(membership: Membership, actor: User) -> Membership:
    """Accept a request; who comes where nobody answers for the organisation becomes responsable."""
    _lock_organisation(membership.organisation_id)
    current = _locked_membership(membership)
    if current.user_id == actor.pk and not is_administrator(actor):
        raise NotPossible(_("Une autre personne que vous doit confirmer votre demande."))
    if current.confirmed_at is not None:
        return current
    if not managers(current.organisation).exists():
        current.role = Role.MANAGER
    current.confirmed_at, current.confirmed_by = timezone.now(), actor
    current.save(update_fields=["role", "confirmed_at", "confirmed_by"])
    _notify("organisation-confirmee", current.user, current.organisation, role=current.get_role_display())
    return current


@transaction.atomic
def refuse_membership(membership: Membership, actor: User, reason: str) -> None:
    """Turn a request down, saying why."""
    _lock_organisation(membership.organisation_id)
    current = _locked_membership(membership)
    if current.confirmed_at is not None:
        raise NotPossible(_("Cette demande a déjà été confirmée."))
    if not reason.strip():
        raise NotPossible(_("Dites pourquoi la demande est refusée."))
    current.delete()
    _notify("organisation-refusee", current.user, current.organisation, reason=reason.strip())


@transaction.atomic
def remove_member(membership: Membership, actor: User) -> None:
    """Take a member out of the organisation."""
    _lock_organisation(membership.organisation_id)
    current = _locked_membership(membership)
    _keep_a_manager(current)
    current.delete()
    _notify("organisation-retrait", current.user, current.organisation)


@transaction.atomic
def leave_organisation(membership: Membership) -> None:
    """Leave, or take one's request back; the last responsable does not leave others alone."""
    _lock_organisation(membership.organisation_id)
    current = _locked_membership(membership)
    _keep_a_manager(current)
    current.delete()


@transaction.atomic
def change_role(membership: Membership, role: str, actor: User) -> Membership:
    """Make a member responsable, or a responsable member."""
    _lock_organisation(membership.organisation_id)
    current = _locked_membership(membership)
    if current.confirmed_at is None:
        raise NotPossible(_("Confirmez d’abord cette demande."))
    if role not in Role.values:
        raise NotPossible(_("Ce rôle n’existe pas."))
    if role == current.role:
        return current
    if role == Role.MEMBER:
        _keep_a_manager(current)
    current.role = role
    current.save(update_fields=["role"])
    if current.user_id != actor.pk:
        _notify("organisation-role", current.user, current.organisation, role=current.get_role_display())
    return current


@transaction.atomic
def transfer_management(giver: Membership, receiver: Membership) -> None:
    """Hand the responsibility over: the receiver becomes responsable, the giver member."""
    _lock_organisation(giver.organisation_id)
    own, other = _locked_membership(giver), _locked_membership(receiver)
    if own.organisation_id != other.organisation_id or own.pk == other.pk or other.confirmed_at is None:
        raise NotPossible(_("La responsabilité se transmet à un autre membre confirmé."))
    other.role, own.role = Role.MANAGER, Role.MEMBER
    other.save(update_fields=["role"])
    own.save(update_fields=["role"])
    _notify("organisation-role", other.user, other.organisation, role=other.get_role_display())


@transaction.atomic
def invite_member(organisation: Organisation, email: str, role: str, actor: User) -> Invitation:
    """Send a link that makes its receiver a member; an invitation still waiting is replaced by this one."""
    _lock_organisation(organisation.pk)
    email = email.strip().lower()
    if Membership.objects.confirmed().filter(_with_address(email), organisation=organisation).exists():
        raise NotPossible(_("Cette adresse est déjà celle d’un membre."))
    waiting = Invitation.objects.filter(organisation=organisation, accepted_at__isnull=True)
    last = waiting.filter(email=email).first()
    if last is not None and last.created_at > timezone.now() - BETWEEN_INVITATIONS:
        raise NotPossible(_("Une invitation vient d’être envoyée à cette adresse."))
    waiting.filter(email=email).delete()
    if waiting.count() >= MOST_INVITATIONS:
        raise NotPossible(_("Trente invitations attendent déjà : annulez-en avant d’en envoyer d’autres."))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        token_digest=token_digest(token),
        created_by=actor,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    link = absolute_url(reverse("catalogue:invitation-accept", args=[token]))
    context = {
        "organisation": organisation,
        "who": name_of(actor),
        "link": link,
        "until": invitation.expires_at,
    }
    queue_mail("organisation-invitation", email, context)
    return invitation


def _with_address(email: str) -> Q:
    return Q(user__emailaddress__email__iexact=email, user__emailaddress__verified=True)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_for(invitation: Invitation, user: User) -> bool:
    confirmed = EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email)
    return bool(confirmed.exists())


@transaction.atomic
def accept_invitation(invitation: Invitation, user: User) -> Membership:
    _lock_organisation(invitation.organisation_id)
    current = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if current is None or not current.is_open or not is_for(current, user):
        raise NotPossible(_("Cette invitation n’est plus valable."))
    now = timezone.now()
    membership, is_new = Membership.objects.get_or_create(
        user=user, organisation_id=current.organisation_id, defaults={"role": current.role}
    )
    if is_new or membership.confirmed_at is None:
        membership.role, membership.confirmed_at, membership.confirmed_by = (
            current.role,
            now,
            current.created_by,
        )
        membership.save(update_fields=["role", "confirmed_at", "confirmed_by"])
    current.accepted_at = now
    current.save(update_fields=["accepted_at"])
    return membership


def hand_on(membership: Membership) -> None:
    """Before an account goes for good: when it is the last responsable, the longest member takes over."""
    organisation = _lock_organisation(membership.organisation_id)
    others = Membership.objects.confirmed().filter(organisation=organisation).exclude(pk=membership.pk)
    if membership.role != Role.MANAGER or others.filter(role=Role.MANAGER).exists():
        return
    heir = others.select_related("user").order_by("confirmed_at", "pk").first()
    if heir is not None:
        heir.role = Role.MANAGER
        heir.save(update_fields=["role"])
        _notify("organisation-role", heir.user, organisation, role=heir.get_role_display())


def _locked_membership(membership: Membership) -> Membership:
    found: Membership | None = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation")
        .filter(pk=membership.pk)
        .first()
    )
    if found is None:
        raise NotPossible(_("Ce membre n’y est plus."))
    return found


def _keep_a_manager(leaving: Membership) -> None:
    if leaving.confirmed_at is None or leaving.role != Role.MANAGER:
        return
    others = (
        Membership.objects.confirmed().filter(organisation=leaving.organisation_id).exclude(pk=leaving.pk)
    )
    if others.exists() and not others.filter(role=Role.MANAGER).exists():
        raise NotPossible(_("C’est le dernier responsable : transmettez d’abord la responsabilité."))


def _tell_curators(organisation: Organisation) -> None:
    """Tell the curators of the region, failing them the administrators, that somebody asks to be first."""
    place = organisation.territory
    here = {place.pk, place.region_id} if place is not None else None
    found = [
        one.user
        for one in Curatorship.objects.filter(user__is_active=True)
        .select_related("user")
        .prefetch_related("regions")
        if not one.regions.all() or here is None or here & {region.pk for region in one.regions.all()}
    ]
    link = absolute_url(reverse("catalogue:workshop-members"))
    for user in found or User.objects.filter(is_superuser=True, is_active=True):
        if user.email:
            queue_mail("organisation-a-confirmer", user.email, {"organisation": organisation, "link": link})


def _notify(kind: str, user: User, organisation: Organisation, **context: str) -> None:
    if not user.email or not user.is_active:
        return
    link = absolute_url(reverse("catalogue:organisation-detail", args=[organisation.slug]))
    queue_mail(kind, user.email, {"organisation": organisation, "link": link, **context})
