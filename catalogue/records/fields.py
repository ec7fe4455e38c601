"""The types that ``kinds`` describes importable rows with: fields, collections of items, kinds."""

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
    return cast("models.Field[Any, Any]", model._meta.get_field(attribute))


@dataclass(frozen=True)
class Field:
    """One column that can be imported. ``to`` names the kind that a TERM or TERMS refers to."""

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
class KindSpec:
    """A kind of rows that can be imported: its model, its columns, and the field that identifies a row."""

    name: str
    label: str
    model: type[models.Model]
    key: Field
    fields: tuple[Field, ...]
    collections: tuple[Collection, ...] = ()

    @property
    def is_record(self) -> bool:
        return issubclass(self.model, Record)

    @property
    def kind(self) -> str:
        """The ``Record.Kind`` of a record; "" for anything else."""
        return str(getattr(self.model, "KIND", ""))

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every column by its French name, the key included."""
        return {field.name: field for field in (self.key, *self.fields)}

    @property
    def own_references(self) -> list[str]:
        """The attributes of a list that refer to another of its lines, possibly of the same file."""
        return [] if self.is_record else [field.attribute for field in self.fields if field.to == self.name]

    @property
    def has_place(self) -> bool:
        """True when the columns give a territory or a point."""
        return any(field.form is Form.PLACE for field in self.fields)
