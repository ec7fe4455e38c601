"""Which account somebody who comes from the OpenID provider is: decided on (issuer, sub), then on consent.

An address alone never opens an account. It does when the provider vouches for it (``email_verified``), the
account confirmed it too, and the account has no role; any other account is linked from its own page.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from catalogue.accounts import membership
from catalogue.mailing import absolute_url, queue_mail
from catalogue.models import Organisation, ProviderIdentity
from catalogue.models.organisation import luhn_is_valid
from catalogue.records.permissions import is_appointed_curator


class Outcome(Enum):
    KNOWN = "known"
    LINKED = "linked"
    CREATED = "created"
    ELSEWHERE = "elsewhere"
    ADDRESS_TAKEN = "address-taken"
    NO_ADDRESS = "no-address"


@dataclass(frozen=True)
class Arrival:
    outcome: Outcome
    user: User | None = None
    email: str = ""


@transaction.atomic
def sign_in_with_identity(claims: dict[str, Any], present: User | None) -> Arrival:
    """The account of what the provider says; ``present`` is the account that asked to be linked."""
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    identity = ProviderIdentity.objects.filter(issuer=issuer, subject=subject).select_related("user").first()
    if identity is not None:
        elsewhere = present is not None and present.pk != identity.user_id
        return Arrival(Outcome.ELSEWHERE if elsewhere else Outcome.KNOWN, identity.user)
    if present is not None:
        return Arrival(Outcome.LINKED, _link_and_tell(present, issuer, subject))
    email = _address(claims)
    if not email:
        return Arrival(Outcome.NO_ADDRESS)
    vouched = claims.get("email_verified") is True
    owner = _confirmed_owner(email)
    if owner is not None and vouched and not is_appointed_curator(owner):
        return Arrival(Outcome.LINKED, _link_and_tell(owner, issuer, subject), email)
    if EmailAddress.objects.filter(email__iexact=email).exists() or User.objects.filter(email__iexact=email):
        return Arrival(Outcome.ADDRESS_TAKEN, None, email)
    return Arrival(
        Outcome.CREATED, _link_account(_create_account(claims, email, vouched), issuer, subject), email
    )


def _address(claims: dict[str, Any]) -> str:
    email = str(claims.get("email") or "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def _confirmed_owner(email: str) -> User | None:
    address = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return address.user if address is not None and address.user.is_active else None


def _link_account(user: User, issuer: str, subject: str) -> User:
    ProviderIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    return user


def _link_and_tell(user: User, issuer: str, subject: str) -> User:
    link = absolute_url(reverse("catalogue:account-settings"))
    queue_mail("compte-associe", user.email, {"name": settings.OIDC_NAME, "link": link})
    return _link_account(user, issuer, subject)


def unlink_identity(user: User) -> bool:
    """Forget who the account is for the provider; False when it is the only way into the account."""
    if not user.has_usable_password():
        return False
    ProviderIdentity.objects.filter(user=user, issuer=settings.OIDC_ISSUER).delete()
    return True


def _create_account(claims: dict[str, Any], email: str, is_vouched: bool) -> User:
    user = User(
        username=f"compte-{uuid.uuid4().hex[:20]}",
        email=email,
        first_name=str(claims.get("given_name") or "")[:150],
        last_name=str(claims.get("usual_name") or claims.get("family_name") or "")[:150],
    )
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=is_vouched, primary=True)
    return user


def siret_of(claims: dict[str, Any]) -> str:
    siret = str(claims.get("siret") or "").replace(" ", "")
    return siret if len(siret) == 14 and luhn_is_valid(siret) else ""


def ask_to_join(user: User, siret: str) -> Organisation | None:
    """Ask for a place in the organisation of that SIRET when it is known; that organisation."""
    organisation = membership.find_by_siret(siret)
    if organisation is None:
        return None
    try:
        membership.request_membership(user, organisation)
    except membership.NotPossible:
        return None
    return organisation
