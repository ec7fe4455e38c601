"""The words of a niveau de preuve, for the templates."""

from typing import Any

from django import template

from catalogue.records import proof

register = template.Library()


@register.filter
def preuve_en_mots(level: int) -> Any:
    """« résultat mesuré et comparé » for 3."""
    return proof.LABELS[level]
