"""How a search meets the database: one queryset method answers each parameter.

``@answers("preuve")`` above a method is all that a filter needs here. ``RecordSearch`` calls it with the
value that the form read; the reverse match of the alerts compiles it with the SQL of a value that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.gis.db import models

Method = TypeVar("Method", bound=Callable[..., Any])


def answers(
    parameter: str, stored_as: type[models.Field[Any, Any]] = models.BigIntegerField
) -> Callable[[Method], Method]:
    """Mark the method that answers ``parameter``; a saved search stores its value as ``stored_as``.

    An object is stored as its key.
    """

    def mark(method: Method) -> Method:
        method.answers = parameter  # type: ignore[attr-defined]
        method.stored_as = stored_as  # type: ignore[attr-defined]
        return method

    return mark


class AnsweringQuerySet(models.QuerySet[Any]):
    """A queryset whose methods answer the parameters of a search."""

    conditions: ClassVar[dict[str, Callable[..., Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        marked = {method.answers: method for method in vars(cls).values() if hasattr(method, "answers")}
        cls.conditions = {**cls.conditions, **marked}

    def answering(self, parameter: str, value: object) -> Self:
        """Those that satisfy one parameter of a search."""
        narrowed: Self = self.conditions[parameter](self, value)
        return narrowed

    def bearing(self, terms: Sequence[str]) -> Self:
        """Those that bear any of the facet terms (``theme:eau``)."""
        raise NotImplementedError
