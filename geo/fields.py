"""The ``cube`` type of PostgreSQL as a model field: the profile that twins are searched by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models


class CubeField(models.Field):  # type: ignore[type-arg]
    """A point of n dimensions, ordered by nearness with GiST (``<->`` is the Euclidean distance)."""

    description = "PostgreSQL cube"

    def db_type(self, connection: Any) -> str:
        return "cube"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> tuple[float, ...] | None:
        """Return coordinates of the point, from ``(1, 2.5, 0)``."""
        if value is None:
            return None
        return tuple(float(part) for part in value.strip("()").split(","))

    def to_python(self, value: Any) -> Any:
        return self.from_db_value(value, None, None) if isinstance(value, str) else value

    def get_prep_value(self, value: Sequence[float] | str | None) -> str | None:
        """Return text of the point as PostgreSQL reads it."""
        if value is None or isinstance(value, str):
            return value
        return "(" + ",".join(repr(float(part)) for part in value) + ")"
