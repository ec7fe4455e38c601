"""What an account is called on a page."""

from django import template
from django.contrib.auth.models import User

from catalogue.accounts.names import name_of

register = template.Library()


@register.filter
def nom_affiche(user: User | None) -> str:
    """The name that the account gave itself."""
    return name_of(user)
