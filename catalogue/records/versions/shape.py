"""What a version holds of a record of each kind, read from the models: nothing is listed twice.

A version holds what a form may edit: a new column of a record is versioned as soon as it exists, unless
it is ``editable=False``, names an account, or is in ``LEFT_OUT``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.gis.db import models

from catalogue.models import (
    Document,
    Experiment,
    Indicator,
    LabelAward,
    Need,
    NeedAnswer,
    Operation,
    Record,
    Section,
    Solution,
    TestSite,
)
from geo.models import Territory

Model = type[models.Model]
KINDS: dict[str, Model] = {
    str(model.KIND): model for model in (Solution, Experiment, Operation, TestSite, Need)
}
LEFT_OUT = frozenset({"slug", "state", "import_batch", "locked_fields"})
"""What is not said of the subject: the address and the state, which have their own history, and imports."""
ITEMS: dict[str, tuple[tuple[str, Model, str], ...]] = {
    Record.Kind.EXPERIMENT: (("indicators", Indicator, "experiment"),),
    Record.Kind.OPERATION: (("awards", LabelAward, "operation"),),
    Record.Kind.NEED: (("answer_links", NeedAnswer, "need"),),
}
SECTIONS: tuple[str, Model, str] = ("sections", Section, "record")
"""What every kind has several of."""
DOCUMENTS = "documents"


@dataclass(frozen=True)
class Part:
    """A table of which a record has several rows; ``kept`` are those that count, in SQL on ``x``."""

    attribute: str
    model: Model
    parent: str
    fields: tuple[models.Field[Any, Any], ...]
    kept: str = "true"


@dataclass(frozen=True)
class Shape:
    """The fields of a kind by table, its sets of terms, its parts."""

    model: Model
    common: tuple[models.Field[Any, Any], ...]
    own: tuple[models.Field[Any, Any], ...]
    many: tuple[Any, ...]
    parts: tuple[Part, ...]


@cache
def shape_of(kind: str) -> Shape:
    """What a version of a record of this kind holds."""
    model = KINDS[kind]
    items = (*ITEMS.get(kind, ()), SECTIONS)
    parts = [Part(name, of, parent, _fields(of, parent)) for name, of, parent in items]
    key: Any = Document._meta.get_field("key")
    documents = (key, *_fields(Document, "record"))
    parts.append(Part(DOCUMENTS, Document, "record", documents, "NOT x.is_pending"))
    many: list[Any] = [*Record._meta.local_many_to_many, *model._meta.local_many_to_many]
    return Shape(
        model=model,
        common=_fields(Record),
        own=_fields(model),
        many=tuple(field for field in many if field.remote_field.through._meta.auto_created),
        parts=tuple(parts),
    )


def _fields(model: Model, parent: str = "") -> tuple[models.Field[Any, Any], ...]:
    return tuple(
        field
        for field in model._meta.local_concrete_fields
        if field.editable
        and not (field.primary_key or field.generated or field.name == parent)
        and not (model is Record and field.name in LEFT_OUT)
        and not _names_account(field)
    )


def _names_account(field: models.Field[Any, Any]) -> bool:
    target: Any = field.related_model
    return target is not None and target._meta.label_lower == "auth.user"


def natural_key(target: Any) -> str:
    """The attribute that names a row of the table for good: ``slug``, ``code`` or ``key``."""
    names = {field.name for field in target._meta.concrete_fields}
    return next(name for name in ("slug", "code", "key") if name in names)


def is_territory(target: Any) -> bool:
    """True for the table whose rows are named « level:code »."""
    return target is Territory
