"""The merge of two lines of a list: what uses the first moves to the second, and can be moved back.

The first line stays, archived, and leads to the second: a file that still names it is imported as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from catalogue.models import (
    Concept,
    ConceptName,
    IndicatorType,
    Invitation,
    Membership,
    Record,
    RecordOrganisation,
    ReferenceChange,
    ThemeCrosswalk,
    ZonageMember,
)
from catalogue.records import restoring, versions
from catalogue.workshop.reference import line_changes, thesaurus, values
from catalogue.workshop.reference.line_changes import ReferenceRefused
from catalogue.workshop.reference.lists import ReferenceList

LINK_MODELS = (RecordOrganisation, Membership, ThemeCrosswalk, ZonageMember)
"""What only links two things: when the second line has the same link, that of the first goes."""
DERIVED_MODELS = (ConceptName,)
"""What the database makes of the lines themselves: nothing to move."""


@dataclass(frozen=True)
class Relation:
    """A table that points to the lines of a list."""

    model: Any
    field: str

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def label(self) -> str:
        if self.model._meta.auto_created:
            owner = self.model._meta.auto_created
            return str(owner._meta.verbose_name_plural)
        return str(self.model._meta.verbose_name_plural)

    @property
    def is_link(self) -> bool:
        """True when a row does nothing but link two things."""
        return bool(self.model._meta.auto_created) or self.model in LINK_MODELS

    def rows(self, line: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.filter(**{self.field: line})
        return rows.order_by()

    def doubles(self, first: Any, second: Any) -> QuerySet[Any]:
        wanted = Q()
        for names, condition in self._unique():
            others = {name: OuterRef(name) for name in names if name != self.field}
            twin = self.rows(second).filter(condition, **others)
            wanted |= Q(Exists(twin)) & condition
        return self.rows(first).filter(wanted) if wanted else self.rows(first).none()

    def _unique(self) -> Iterator[tuple[tuple[str, ...], Q]]:
        meta = self.model._meta
        for one in meta.constraints:
            names = tuple(getattr(one, "fields", ()))
            if self.field in names:
                yield names, getattr(one, "condition", None) or Q()
        for names in meta.unique_together:
            if self.field in names:
                yield tuple(names), Q()


def list_relations(model: type[Model]) -> list[Relation]:
    """Return every table that points to a list, except its own pointers and what is derived from it."""
    found = []
    for relation in model._meta.related_objects:
        if relation.related_model is model or relation.related_model in DERIVED_MODELS:
            continue
        if relation.many_to_many:
            through: Any = relation.through  # type: ignore[attr-defined]
            if through._meta.auto_created:
                name = next(one.name for one in through._meta.fields if one.related_model is model)
                found.append(Relation(through, name))
        else:
            found.append(Relation(relation.related_model, relation.field.name))
    return found


@dataclass(frozen=True)
class TableEffect:
    label: str
    moved: int
    doubles: int


@dataclass(frozen=True)
class MergePreview:
    effects: list[TableEffect]
    records: QuerySet[Record]
    refusal: str


def preview_merge(ref: ReferenceList, first: Any, second: Any) -> MergePreview:
    effects = []
    for relation in list_relations(ref.model):
        total = relation.rows(first).count()
        if total:
            doubles = relation.doubles(first, second).count()
            effects.append(TableEffect(relation.label, total - doubles, doubles))
    if ref.model is Concept:
        effects += [TableEffect(*effect) for effect in thesaurus.preview_union(first, second)]
    return MergePreview(effects, ref.records(first), find_refusal(ref, first, second))


def find_refusal(ref: ReferenceList, first: Any, second: Any) -> str:
    """Return why the two cannot be merged; empty when they can."""
    if first.pk == second.pk:
        return _("Choisissez une autre ligne.")
    if first.merged_into_id or second.merged_into_id:
        return _("L’une des deux est déjà réunie à une autre.")
    if ref.model is IndicatorType and first.unit != second.unit:
        units = {"first": first.unit, "second": second.unit}
        problem = _("Les unités diffèrent (%(first)s, %(second)s) : les résultats ne se compareraient pas.")
        return problem % units
    if ref.model is Concept and (problem := thesaurus.find_refusal(first, second)):
        return problem
    for relation in list_relations(ref.model):
        if not relation.is_link and relation.model is not Invitation:
            words = {"n": relation.doubles(first, second).count(), "what": relation.label}
            if words["n"]:
                return _("%(n)d lignes existent des deux côtés (%(what)s) : réglez-les d’abord.") % words
    return ""


@transaction.atomic
def merge_lines(
    ref: ReferenceList, pks: tuple[int, int], tokens: tuple[str, str], actor: User, reason: str = ""
) -> ReferenceChange:
    """Move all that uses the first line to the second; the records touched get a version."""
    order = sorted(zip(pks, tokens, strict=True))  # one order for all: two merges never block each other
    lines = {pk: line_changes.lock_line(ref, pk, token) for pk, token in order}
    first, second = lines[pks[0]], lines[pks[1]]
    if refusal := find_refusal(ref, first, second):
        raise ReferenceRefused(refusal)
    touched = list(ref.records(first).values_list("pk", flat=True))
    versions.save_before(touched)
    trace = {relation.name: _move_rows(relation, first, second) for relation in list_relations(ref.model)}
    led = list(ref.rows.filter(merged_into=first).values_list("pk", flat=True))
    ref.rows.filter(pk__in=[first.pk, *led]).update(merged_into=second)
    ref.rows.filter(pk=first.pk).update(is_active=False)
    words = {"first": ref.label_of(first), "second": ref.label_of(second)}
    origin = _("« %(first)s » réuni à « %(second)s »") % words
    given = thesaurus.unite_names(first, second, actor, origin) if ref.model is Concept else {}
    line_changes.refresh_derived(ref)
    versions.save_after(touched, actor, versions.Origin.REFERENCE, origin)
    return line_changes.log_change(
        ref,
        first,
        line_changes.Action.MERGE,
        actor,
        reason,
        changes={"merged_into": [None, ref.key_of(second)]},
        trace={"into": second.pk, "was_active": first.is_active, "led": led, "tables": trace, "given": given},
        record_count=len(touched),
    )


def _move_rows(relation: Relation, first: Any, second: Any) -> dict[str, Any]:
    """Move the rows of a table; return what moved and what was deleted because the second had it."""
    doubles = relation.doubles(first, second)
    dropped: list[Any] = []
    if relation.is_link:
        dropped = json.loads(json.dumps(list(doubles.values()), cls=DjangoJSONEncoder))
        relation.model._default_manager.filter(pk__in=[row["id"] for row in dropped]).delete()
        rows = relation.rows(first)
    else:  # invitations that wait on both sides
        rows = relation.rows(first).exclude(pk__in=doubles.values("pk"))
    moved = list(rows.values_list("pk", flat=True))
    restoring.repoint(relation.model, relation.field, moved, second)
    return {"moved": moved, "dropped": dropped}


@transaction.atomic
def separate_lines(ref: ReferenceList, change: ReferenceChange, actor: User) -> ReferenceChange:
    """Undo a merge: what moved and is still at the second line comes back, and what was deleted too."""
    change = ReferenceChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if change.action != line_changes.Action.MERGE or ReferenceChange.objects.filter(undoes=change).exists():
        raise ReferenceRefused(_("Cette réunion est déjà annulée."))
    first = ref.rows.select_for_update(of=("self",)).filter(**{ref.key: change.key}).first()
    second = ref.rows.filter(pk=change.trace["into"]).first()
    if first is None or second is None or first.merged_into_id != second.pk:
        raise ReferenceRefused(_("Cette réunion ne peut plus être annulée."))
    touched = list_touched_records(ref, change)
    versions.save_before(touched)
    for relation in list_relations(ref.model):
        stored = change.trace["tables"].get(relation.name, {"moved": [], "dropped": []})
        restoring.repoint(relation.model, relation.field, stored["moved"], first, instead_of=second)
        possible = restoring.without_dangling(relation.model, stored["dropped"])
        restoring.insert_rows(relation.model, possible, overwrite=False)
    ref.rows.filter(pk__in=change.trace["led"], merged_into=second).update(merged_into=first)
    ref.rows.filter(pk=first.pk).update(is_active=change.trace["was_active"], merged_into=None)
    words = _("Réunion de « %(first)s » annulée") % {"first": ref.label_of(first)}
    if ref.model is Concept:
        thesaurus.separate_names(first, second, change.trace["given"], actor, words)
    line_changes.refresh_derived(ref)
    versions.save_after(touched, actor, versions.Origin.REFERENCE, words)
    return line_changes.log_change(
        ref,
        first,
        line_changes.Action.SEPARATE,
        actor,
        changes={"merged_into": [ref.key_of(second), None]},
        undoes=change,
        record_count=len(touched),
    )


def list_touched_records(ref: ReferenceList, change: ReferenceChange) -> list[int]:
    found: set[int] = set()
    for relation in list_relations(ref.model):
        stored = change.trace.get("tables", {}).get(relation.name, {"moved": [], "dropped": []})
        column = "pk" if relation.model is Record else _get_record_column(relation)
        if column:
            moved = relation.model._default_manager.filter(pk__in=stored["moved"])
            found |= set(moved.values_list(column, flat=True))
            found |= {int(row["record_id"]) for row in stored["dropped"] if "record_id" in row}
    return list(Record.objects.filter(pk__in=found).values_list("pk", flat=True))


def _get_record_column(relation: Relation) -> str:
    """Return the column of a table that leads to a record; "" when none does."""
    names = {field.name for field in relation.model._meta.fields}
    return next((f"{name}_id" for name in ("record", "experiment") if name in names), "")


def make_tokens(ref: ReferenceList, first: Any, second: Any) -> tuple[str, str]:
    return values.make_token(ref, first), values.make_token(ref, second)
