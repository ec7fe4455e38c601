"""Two states of a record in the portable form, compared field by field in words for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.db import models
from django.core.exceptions import FieldDoesNotExist

from catalogue.models import Document, Organisation, Source
from catalogue.records import content
from catalogue.records.fields import Collection, model_field
from catalogue.records.shape import DOCUMENTS, natural_key, parts
from catalogue.records.versions.reading import Data
from catalogue.workshop.history.words import Piece, diff_words

TEXT, LIST, ROWS, PLACE = "texte", "liste", "lignes", "carte"
NAMED: dict[str, type[models.Model]] = {"owner": Organisation, "source": Source}
"""Links that the portable form writes as a key, and a reader knows by a name."""
IGNORED_ATTRIBUTES = ("key", "file")


@dataclass(frozen=True)
class CellChange:
    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class RowChange:
    """One row of a collection: removed, added, or changed attribute by attribute."""

    how: str
    title: str
    cells: list[CellChange] = field(default_factory=list)


@dataclass
class FieldChange:
    name: str
    label: str
    sort: str
    pieces: list[Piece] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    rows: list[RowChange] = field(default_factory=list)
    unchanged: int = 0


def compare_versions(kind: str, before: Data, after: Data) -> list[FieldChange]:
    """Return the fields that differ, in the order of the forms."""
    changes = []
    for name in _sort_fields(kind, {*before, *after}):
        old, new = before.get(name), after.get(name)
        if not is_same_value(name, old, new):
            changes.append(compare_field(kind, name, old, new))
    return changes


def is_same_value(name: str, before: Any, after: Any) -> bool:
    """Return True when both values mean the same; rows are compared as they are."""
    if _has_rows(before) or _has_rows(after):
        return (before or []) == (after or [])
    return content.is_same(name, before, after)


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _sort_fields(kind: str, names: set[str]) -> list[str]:
    known = [*content.list_attributes(kind), *content.get_collections(kind), DOCUMENTS]
    place = {name: rank for rank, name in enumerate(known)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def compare_field(kind: str, name: str, before: Any, after: Any) -> FieldChange:
    if _has_rows(before) or _has_rows(after):
        return _compare_rows(kind, name, before or [], after or [])
    change = FieldChange(name, get_label(kind, name), PLACE if name == content.SHAPE else TEXT)
    old, new = format_value(kind, name, before), format_value(kind, name, after)
    if isinstance(old, list) or isinstance(new, list):
        change.sort = LIST
        change.gone, change.come, change.unchanged = _diff_lists(list(old or []), list(new or []))
    else:
        change.pieces = diff_words(old, new)
    return change


def _diff_lists(before: list[str], after: list[str]) -> tuple[list[str], list[str], int]:
    gone = [one for one in before if one not in after]
    come = [one for one in after if one not in before]
    return gone, come, len(after) - len(come)


def get_label(kind: str, name: str) -> str:
    """Return the name of the field for a reader; its code when the site no longer has it."""
    try:
        return content.get_label(kind, name)
    except (FieldDoesNotExist, ValueError):
        return name


def format_value(kind: str, name: str, value: Any) -> str | list[str]:
    """Return a value in words: a text, or a list of texts."""
    if value in (None, "", []):
        return ""
    if name in NAMED:
        return _find_name(NAMED[name], str(value))
    try:
        return content.describe_value(kind, name, value)
    except (FieldDoesNotExist, KeyError):
        return [str(part) for part in value] if isinstance(value, list) else str(value)


def _find_name(model: type[models.Model], key: str) -> str:
    by = "slug" if model is Organisation else "code"
    return str(model._default_manager.filter(**{by: key}).values_list("name", flat=True).first() or key)


def _compare_rows(kind: str, name: str, before: list[Data], after: list[Data]) -> FieldChange:
    change = FieldChange(name, get_label(kind, name), ROWS)
    pairs, gone, come = pair_rows(kind, name, before, after)
    for old, new in pairs:
        if old == new:
            change.unchanged += 1
        else:
            cells = _compare_cells(kind, name, old, new)
            change.rows.append(RowChange("change", get_row_title(kind, name, new), cells))
    change.rows += [RowChange("retire", format_row(kind, name, row)) for row in gone]
    change.rows += [RowChange("ajoute", format_row(kind, name, row)) for row in come]
    return change


def pair_rows(
    kind: str, name: str, before: list[Data], after: list[Data]
) -> tuple[list[tuple[Data, Data]], list[Data], list[Data]]:
    """Return the pairs of rows that are the same one, the rows removed, the rows added.

    A row is the same when it is equal; else when it has the same identity: no other has it then.
    """
    left, pairs, unmatched = list(before), [], []
    for row in after:
        if row in left:
            left.remove(row)
            pairs.append((row, row))
        else:
            unmatched.append(row)
    come = []
    for row in unmatched:
        identity = get_row_identity(kind, name, row)
        old = next((one for one in left if get_row_identity(kind, name, one) == identity), None)
        if old is None:
            come.append(row)
        else:
            left.remove(old)
            pairs.append((old, row))
    return pairs, left, come


def get_row_identity(kind: str, name: str, row: Data) -> tuple[Any, ...]:
    if name == DOCUMENTS:
        return (row.get("key"),)
    collection = content.get_collections(kind).get(name)
    return tuple(row.get(one) for one in (collection.identity if collection else sorted(row)))


def _compare_cells(kind: str, name: str, before: Data, after: Data) -> list[CellChange]:
    table = parts(kind).get(name)
    model = table.model if table else None
    cells = []
    for attribute in {**before, **after}:
        if before.get(attribute) != after.get(attribute) and attribute not in IGNORED_ATTRIBUTES:
            old, new = _format_cell(model, attribute, before), _format_cell(model, attribute, after)
            cells.append(CellChange(_get_attribute_label(model, attribute), diff_words(old, new)))
    return cells


def _find_field(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    try:
        return model_field(model, name) if model else None
    except FieldDoesNotExist:
        return None


def _get_attribute_label(model: type[models.Model] | None, name: str) -> str:
    field = _find_field(model, name)
    label = name if field is None else str(field.verbose_name)
    return label[:1].upper() + label[1:]


def _format_cell(model: type[models.Model] | None, name: str, row: Data) -> str:
    value = row.get(name)
    if value in (None, "", []):
        return ""
    field = _find_field(model, name)
    if field is None:
        return str(value)
    if field.is_relation:
        return _find_link(field, str(value))
    words = content.describe_choice(field, value)
    return ", ".join(words) if isinstance(words, list) else words


def _find_link(field: models.Field[Any, Any], key: str) -> str:
    """Return the name of what a link points to, its key when it is gone."""
    target: Any = field.related_model
    found = target._default_manager.filter(**{natural_key(target): key}).first()
    return str(found) if found is not None else key


def get_row_title(kind: str, name: str, row: Data) -> str:
    """Return the title or the name of a row, else its identity in words."""
    collection = content.get_collections(kind).get(name)
    if collection is None or row.get("name") or "solution" in row:
        return str(row.get("title") or row.get("name") or format_row(kind, name, row))
    return content.describe_item(collection, {one: row.get(one) for one in collection.identity})


def format_row(kind: str, name: str, row: Data) -> str:
    collection: Collection | None = content.get_collections(kind).get(name)
    if collection is None:
        names = ("title", "kind", "published_year", "url", "licence")
        return ", ".join(filter(None, (_format_cell(Document, one, row) for one in names)))
    if "solution" in row:
        solution = _find_link(model_field(collection.model, "solution"), str(row["solution"]))
        return " – ".join(filter(None, (solution, str(row.get("how") or ""))))
    return content.describe_item(collection, row)
