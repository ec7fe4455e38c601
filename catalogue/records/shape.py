"""What a record is made of, read from the models: the one list of the tables in which a record stands.

A table belongs to a record when its rows have a foreign key that cascades, to the record or to the row of
its kind. What has one without being part of the record is named below, with why: any other relation that is
added to the models is versioned, compared, merged and written back as soon as it exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.gis.db import models
from django.db.models import ManyToOneRel

from catalogue.models import (
    AlertMatch,
    AnswerProposal,
    Application,
    AudienceDay,
    CaseFile,
    CaseNote,
    ConfirmationRound,
    ContactRequest,
    Document,
    DuplicateCandidate,
    Experiment,
    ImportRow,
    MapEntry,
    MapShape,
    Merge,
    Need,
    NeedAnswer,
    Operation,
    QualityFinding,
    Record,
    RecordMeaning,
    RecordOrganisation,
    RecordVersion,
    Revision,
    SavedSearch,
    SearchEntry,
    Solution,
    TestSite,
    Transition,
)
from catalogue.records.fields import model_field

Model = type[models.Model]
KINDS: dict[str, Model] = {
    str(model.KIND): model for model in (Solution, Experiment, Operation, TestSite, Need)
}
SITE_NOTES = (
    AlertMatch, AudienceDay, CaseFile, DuplicateCandidate, ImportRow, MapEntry, MapShape, QualityFinding,
    RecordMeaning, RecordVersion, SearchEntry, Transition,
)  # fmt: skip
"""No part of a record: what the site derives or notes of it, and nobody misses when the record goes."""
PEOPLE_ABOUT_IT = (
    AnswerProposal, Application, CaseNote, ConfirmationRound, ContactRequest, Merge, Revision, SavedSearch,
)  # fmt: skip
"""No part of a record: what people ask or decide about it, which has its own states and its own history."""
OF_ANOTHER = ((NeedAnswer, "solution"),)
"""No part of a record: the answer to a need belongs to the need, not to the solution that it names."""
DOCUMENTS = "documents"
ATTRIBUTES: dict[Model, str] = {RecordOrganisation: "organisations"}
"""What a record calls the rows of a table, where it is not the name of the relation."""
DERIVED = frozenset({"proof_level", "stated_on", "is_third_party"})
"""Columns that the site or its triggers compute: never written back, they follow."""
NOT_DIGESTED = DERIVED | {
    "state", "import_batch_id", "created_by_id", "creation_key", "created_at", "updated_at", "published_at",
    "expires_on", "is_synthetic",
}  # fmt: skip
"""Columns that change without anybody rewriting the record: they do not hold the undo of an import."""
OUTSIDE_DIGESTS = (Document,)
"""A document that is added to a record holds no undo of what an import changed: it would not be lost."""
NOT_VERSIONED = frozenset({"slug", "state", "import_batch", "locked_fields"})
"""Fields that are not about the subject: the URL, the state and the imports have their own history."""
KEYS: dict[Model, tuple[str, ...]] = {Document: ("key",)}
"""Fields that are versioned although no form edits them: a version finds its documents by them."""
VERSIONED_ROWS: dict[Model, str] = {Document: "NOT x.is_pending"}
"""The rows that a version holds, in SQL on ``x``: those of a proposed change are no part of it yet."""


@dataclass(frozen=True)
class Table:
    """A table in which a record stands: ``owner`` is its field that leads to the record.

    ``attribute`` is what a record calls its rows there, "" for the row of all records and that of its kind.
    """

    model: Model
    owner: str
    attribute: str = ""

    @property
    def name(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def owner_column(self) -> str:
        return str(model_field(self.model, self.owner).column)

    @property
    def is_link(self) -> bool:
        """True when a row only links the record to a term or an organisation."""
        return bool(self.model._meta.auto_created) or self.model is RecordOrganisation

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a row is written with, its key included."""
        return tuple(name for name in columns_of(self.model) if name not in DERIVED)

    @property
    def digested_columns(self) -> tuple[str, ...]:
        """The columns whose change means that somebody rewrote the record."""
        keys = {key_of(self.model), self.owner_column}
        left_out = keys | NOT_DIGESTED if self.model is Record else keys
        return tuple(name for name in self.columns if name not in left_out)

    @property
    def fields(self) -> tuple[models.Field[Any, Any], ...]:
        """The fields that a version holds: those that a form may edit, but for the names of accounts."""
        keys = [model_field(self.model, name) for name in KEYS.get(self.model, ())]
        left_out = NOT_VERSIONED if self.model is Record else {self.owner}
        editable = [field for field in self.model._meta.local_concrete_fields if field.editable]
        return (*keys, *(field for field in editable if not (field.name in left_out or _is_key(field))))

    @property
    def identity(self) -> tuple[str, ...]:
        """The fields that two rows of one record may not share; none when any two rows may stand."""
        for constraint in self.model._meta.constraints:
            names = constraint.fields if isinstance(constraint, models.UniqueConstraint) else ()
            if self.owner in names:
                return tuple(name for name in names if name != self.owner)
        return ()


def key_of(model: Model) -> str:
    """The column of the primary key of any table."""
    return str(model._meta.pk.column)


def columns_of(model: Model) -> tuple[str, ...]:
    """The columns that a row of any table is written with."""
    return tuple(str(field.column) for field in model._meta.local_concrete_fields if not field.generated)


def _is_key(field: models.Field[Any, Any]) -> bool:
    """True for what is no value of the row: its key, what the database generates, an account."""
    target: Any = field.related_model
    names_account = target is not None and target._meta.label_lower == "auth.user"
    return field.primary_key or field.generated or names_account


@cache
def tables(kind: str) -> tuple[Table, ...]:
    """Every table in which a record of this kind stands: all records', its kind's, those of its rows."""
    model = KINDS[kind]
    own = Table(model, str(model._meta.pk.name))
    return (Table(Record, "id"), own, *_owned(model), *_owned(Record))


def _owned(model: Model) -> Iterator[Table]:
    """The tables whose rows belong to a row of the model."""
    for relation in relations(model):
        rows: Any = relation.related_model
        name = relation.field.name
        is_cascade = relation.on_delete is models.CASCADE and not issubclass(rows, Record)
        is_outside = rows in (*SITE_NOTES, *PEOPLE_ABOUT_IT) or (rows, name) in OF_ANOTHER
        if is_cascade and not is_outside and rows._meta.auto_created in (False, model):
            yield Table(rows, name, ATTRIBUTES.get(rows) or _attribute(relation))


def relations(model: Model) -> list[Any]:
    """Every foreign key that leads to a row of the model, as Django's relations, hidden ones included."""
    found = model._meta.get_fields(include_parents=False, include_hidden=True)
    return [one for one in found if isinstance(one, ManyToOneRel)]


def _attribute(relation: Any) -> str:
    through = relation.related_model
    links = {field.remote_field.through: field.name for field in relation.model._meta.local_many_to_many}
    if through._meta.auto_created:
        return str(links[through])
    return str(through._meta.model_name if relation.hidden else relation.get_accessor_name())


def parts(kind: str) -> dict[str, Table]:
    """What a record of this kind has several rows of, by attribute; terms and organisations aside."""
    return {table.attribute: table for table in tables(kind)[2:] if not table.is_link}


def versioned_fields(kind: str) -> dict[str, models.Field[Any, Any]]:
    """The fields of the two rows of a record that a version holds, by name."""
    record, own, *_others = tables(kind)
    return {field.name: field for field in (*record.fields, *own.fields)}


def place_of(kind: str, attribute: str) -> tuple[Table, str]:
    """The table in which an attribute stands and its column, "" when it is the rows of a relation."""
    record, own, *others = tables(kind)
    for table in others:
        if table.attribute == attribute.partition(".")[0]:
            return table, ""
    field = model_field(KINDS[kind], attribute)
    return record if field.model is Record else own, str(field.column)


def natural_key(target: Any) -> str:
    """The attribute that names a row of the table for good: ``slug``, ``code`` or ``key``, else its key."""
    names = {field.name for field in target._meta.concrete_fields}
    return next((name for name in ("slug", "code", "key") if name in names), target._meta.pk.name)
