"""Fields that several models share, and column types of PostgreSQL that Django does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django_stubs_ext import StrOrPromise


def optional_user(
    verbose_name: StrOrPromise, related_name: str = "+", **options: Any
) -> models.ForeignKey[User | None, User | None]:
    """A key to an account, empty once the account is erased."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name=related_name,
        verbose_name=verbose_name,
        **options,
    )


def read_day(column: str) -> models.Func:
    """The SQL expression of the last day that « mai 2025 » or « 2019 » speaks of, NULL without a year."""
    return models.Func(models.F(column), function="catalogue_read_day", output_field=models.DateField())


class BitsField(models.Field):  # type: ignore[type-arg]
    """A string of ``length`` bits, computed and read by the database alone."""

    def __init__(self, *args: object, length: int, **kwargs: object) -> None:
        self.length = length
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "length": self.length}

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"bit({self.length})"
