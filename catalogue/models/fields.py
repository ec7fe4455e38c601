"""Column types of PostgreSQL that Django does not name."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class BitsField(models.Field):  # type: ignore[type-arg]
    """A string of ``length`` bits, computed and read by the database alone."""

    def __init__(self, *args: object, length: int, **kwargs: object) -> None:
        self.length = length
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        """The same field, as a migration writes it."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {**kwargs, "length": self.length}

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The type of the column."""
        return f"bit({self.length})"
