"""What an account, an organisation or a place is called in a sentence."""

from django import template
from django.contrib.auth.models import User

from catalogue.accounts.names import name_of
from geo.prose import after_de

register = template.Library()


@register.filter
def nom_affiche(user: User | None) -> str:
    """The name that the account gave itself."""
    return name_of(user)


@register.filter
def de(name: str) -> str:
    """« de Solinum », « d’Ombrière SAS »."""
    return after_de(name)
