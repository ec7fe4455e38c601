"""What an account is called before others: a name it gave itself, never its address."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils.translation import gettext as _


def name_of(user: User | None) -> str:
    """First name and name, or words that say that none was given."""
    if user is None or not user.is_active:
        return _("compte effacé")
    return user.get_full_name() or _("membre sans nom affiché")


def account_at(email: str) -> User:
    """The account of a confirmed address; raises CommandError when there is none."""
    address = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    if address is None:
        raise CommandError(f"Aucun compte n’a confirmé l’adresse {email}.")
    return address.user  # type: ignore[no-any-return]
