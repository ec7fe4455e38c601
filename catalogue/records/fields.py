"""The words in which ``natures`` says what can be imported: a field, a collection, a nature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any, cast

from django.contrib.gis.db import models

from catalogue.models import Record


class Form(Enum):
    """How the cells of a column are read."""

    LINE = auto()
    TEXT = auto()
    WHOLE = auto()
    DECIMAL = auto()
    HECTARES = auto()
    YEAR = auto()
    DATE = auto()
    BOOLEAN = auto()
    CHOICE = auto()
    CHOICES = auto()
    WORDS = auto()
    URL = auto()
    TERM = auto()
    TERMS = auto()
    PLACE = auto()


def model_field(model: type[models.Model], attribute: str) -> models.Field[Any, Any]:
    """The field of a model, or of its parent, by its attribute."""
    return cast("models.Field[Any, Any]", model._meta.get_field(attribute))


@dataclass(frozen=True)
class Field:
    """One column that can be imported. ``to`` names the nature that a TERM or TERMS refers to."""

    name: str
    attribute: str
    form: Form = Form.LINE
    to: str = ""
    is_required: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """Rows that belong to another: awards of an operation, measures of an experiment.

    ``identity`` are the attributes that tell one item from another inside its parent.
    """

    name: str
    attribute: str
    model: type[models.Model]
    parent: str
    parent_column: str
    fields: tuple[Field, ...]
    identity: tuple[str, ...]


@dataclass(frozen=True)
class Nature:
    """One kind of thing that can be imported, and the attribute that names it in a file."""

    name: str
    label: str
    model: type[models.Model]
    key: Field
    fields: tuple[Field, ...]
    collections: tuple[Collection, ...] = ()

    @property
    def is_record(self) -> bool:
        """True for the five kinds of records."""
        return issubclass(self.model, Record)

    @property
    def kind(self) -> str:
        """The kind of a record, as the base says it."""
        return str(getattr(self.model, "KIND", ""))

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every column by its French name, the key included."""
        return {field.name: field for field in (self.key, *self.fields)}

    @property
    def has_place(self) -> bool:
        """True when the thing stands somewhere."""
        return any(field.form is Form.PLACE for field in self.fields)
