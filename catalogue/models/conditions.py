"""How a search meets the database: one queryset method answers each parameter.

``@answers("preuve")`` above a method is all that a filter needs here. ``RecordSearch`` calls it with the
value that the form read; the reverse match of the alerts compiles it with the SQL of a value that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from django.contrib.gis.db import models

Method = TypeVar("Method", bound=Callable[..., Any])


class Condition(NamedTuple):
    """What answers a parameter: a queryset method, and the type of its value in a saved search."""

    narrow: Callable[..., Any]
    stored_as: type[models.Field[Any, Any]]


def answers(
    parameter: str, stored_as: type[models.Field[Any, Any]] = models.BigIntegerField
) -> Callable[[Method], Method]:
    """Mark the method that answers ``parameter``; an object is stored as its key."""

    def mark(method: Method) -> Method:
        method.answers = {parameter: Condition(method, stored_as)}  # type: ignore[attr-defined]
        return method

    return mark


class AnsweringQuerySet(models.QuerySet[Any]):
    """A queryset whose methods answer the parameters of a search."""

    conditions: ClassVar[dict[str, Condition]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.conditions = dict(cls.conditions)
        for method in vars(cls).values():
            cls.conditions.update(getattr(method, "answers", {}))

    def answering(self, parameter: str, value: object) -> Self:
        """Those that satisfy one parameter of a search."""
        narrowed: Self = self.conditions[parameter].narrow(self, value)
        return narrowed

    def bearing(self, terms: Sequence[str]) -> Self:
        """Those that bear any of the facet terms (``theme:eau``)."""
        raise NotImplementedError
