"""A text as it is compared: without accents or capitals, as the trigram indexes keep it."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, TextField
from django.db.models.functions import Lower


def folded(expression: Any) -> Func:
    """``f_unaccent(lower(…))`` of a field, by its name, or of an expression."""
    return Func(Lower(expression), function="f_unaccent", output_field=TextField())
