"""The words of a link from a search to the page of a territory."""

from django import template

from catalogue.public.search.doors import door_words
from geo.models import Territory

register = template.Library()


@register.filter
def porte_en_mots(territory: Territory) -> str:
    """« Rennes, commune (Ille-et-Vilaine) : les solutions classées pour elle »."""
    return door_words(territory)
