"""One account per role, on a local instance only, so that a newcomer can try each of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from catalogue.models import Curatorship, Membership, Organisation
from geo.models import Level, Territory

Role = Membership.Role
COMMUNE = "38185"
"""Grenoble, whose territory the demonstration collectivité has when it is loaded."""
PASSWORD_BYTES = 12


@dataclass(frozen=True)
class Account:
    """One account, with the password that was just drawn."""

    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Part:
    role: str
    email: str
    first_name: str
    last_name: str = "Démonstration"


INNOVATOR = Part("innovateur", "innovateur@exemple.fr", "Inès")
COLLECTIVITY = Part("collectivité", "collectivite@exemple.fr", "Camille")
CURATOR = Part("curateur", "curateur@exemple.fr", "Sacha")
ADMINISTRATOR = Part("administrateur", "administrateur@exemple.fr", "Alix")


@transaction.atomic
def make_demo_accounts() -> list[Account]:
    """Make the accounts and their organisations, or give them new passwords when they are there."""
    accounts = {part: _account(part) for part in (INNOVATOR, COLLECTIVITY, CURATOR, ADMINISTRATOR)}
    users = {part: user for part, (user, _password) in accounts.items()}
    _place(users[INNOVATOR], _start_up())
    _place(users[COLLECTIVITY], _collectivity())
    Curatorship.objects.get_or_create(user=users[CURATOR])
    User.objects.filter(pk=users[ADMINISTRATOR].pk).update(is_staff=True, is_superuser=True)
    return [Account(part.role, part.email, password) for part, (_user, password) in accounts.items()]


def _account(part: Part) -> tuple[User, str]:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user, _is_new = User.objects.get_or_create(
        username=f"demonstration-{part.role}",
        defaults={"email": part.email, "first_name": part.first_name, "last_name": part.last_name},
    )
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    EmailAddress.objects.update_or_create(
        user=user, email=part.email, defaults={"verified": True, "primary": True}
    )
    return user, password


def _place(user: User, organisation: Organisation) -> None:
    Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        defaults={"role": Role.MANAGER, "confirmed_at": timezone.now()},
    )


def _start_up() -> Organisation:
    return _organisation(
        "demonstration-start-up", "Jeune pousse (démonstration)", Organisation.Kind.START_UP, None
    )


def _collectivity() -> Organisation:
    communes = Territory.objects.current().at_level(Level.COMMUNE)
    territory = communes.filter(code=COMMUNE).first() or communes.order_by("-population").first()
    name = f"Ville de {territory.name} (démonstration)" if territory else "Ville (démonstration)"
    return _organisation("demonstration-ville", name, Organisation.Kind.COLLECTIVITE, territory)


def _organisation(slug: str, name: str, kind: str, territory: Territory | None) -> Organisation:
    values = {"name": name, "kind": kind, "territory": territory}
    return Organisation.objects.get_or_create(slug=slug, defaults=values)[0]
