"""How a search meets the database: one queryset method answers each parameter.

``@answers("preuve")`` above a method is all that a filter needs here: ``RecordSearch`` calls it with
the value that the form read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.gis.db import models

Method = TypeVar("Method", bound=Callable[..., Any])


def answers(parameter: str) -> Callable[[Method], Method]:
    """Mark the method that answers ``parameter``."""

    def mark(method: Method) -> Method:
        method.answers = parameter  # type: ignore[attr-defined]
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
