"""Two states of a record in the portable form, told field by field as a reader understands them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.db import models
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from catalogue.models import Document, Organisation, Source
from catalogue.records import content as portable
from catalogue.records.fields import Collection, model_field
from catalogue.records.versions.reading import Data
from catalogue.records.versions.shape import DOCUMENTS, shape_of
from catalogue.workshop.history.words import Piece, pieces

TEXT, LIST, ROWS, PLACE = "texte", "liste", "lignes", "carte"
NAMED: dict[str, type[models.Model]] = {"owner": Organisation, "source": Source}
"""Links that the portable form says by a key, and a reader by a name."""
MEANINGLESS = ("key", "file")


@dataclass(frozen=True)
class Cell:
    """One attribute of a row that changed."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Row:
    """One row of a collection: gone, come, or changed attribute by attribute."""

    how: str
    title: str
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Line:
    """What changes of one field."""

    name: str
    label: str
    sort: str
    pieces: list[Piece] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    unchanged: int = 0


def compare(kind: str, before: Data, after: Data) -> list[Line]:
    """The fields that differ, in the order of the forms."""
    names = _order(kind, {*before, *after})
    return [
        line_of(kind, name, before.get(name), after.get(name))
        for name in names
        if not same(name, before.get(name), after.get(name))
    ]


def same(name: str, before: Any, after: Any) -> bool:
    """True when both values say the same; rows are compared as they are."""
    if _has_rows(before) or _has_rows(after):
        return (before or []) == (after or [])
    return portable.same(name, before, after)


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _order(kind: str, names: set[str]) -> list[str]:
    known = [*portable.attributes(kind), *portable.collections(kind), DOCUMENTS]
    place = {name: rank for rank, name in enumerate(known)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def line_of(kind: str, name: str, before: Any, after: Any) -> Line:
    """What changes of one field."""
    if _has_rows(before) or _has_rows(after):
        return _rows_line(kind, name, before or [], after or [])
    line = Line(name, label(kind, name), PLACE if name == portable.SHAPE else TEXT)
    was, will = words(kind, name, before), words(kind, name, after)
    if isinstance(was, list) or isinstance(will, list):
        line.sort = LIST
        line.gone, line.come, line.unchanged = _parted(was or [], will or [])
    else:
        line.pieces = pieces(was, will)
    return line


def _parted(was: Iterable[str], will: Iterable[str]) -> tuple[list[str], list[str], int]:
    first, last = list(was), list(will)
    gone = [one for one in first if one not in last]
    come = [one for one in last if one not in first]
    return gone, come, len(last) - len(come)


def label(kind: str, name: str) -> str:
    """What a reader calls the field; its own name when the site does not have it any more."""
    if name == DOCUMENTS:
        return _("Documents")
    try:
        return portable.label(kind, name)
    except (FieldDoesNotExist, ValueError):
        return name


def words(kind: str, name: str, value: Any) -> str | list[str]:
    """A value as a reader understands it: a text, or a list of texts."""
    if value in (None, "", []):
        return ""
    if name in NAMED:
        return _name(NAMED[name], str(value))
    try:
        return portable.words(kind, name, value)
    except (FieldDoesNotExist, KeyError):
        return [str(part) for part in value] if isinstance(value, list) else str(value)


def _name(model: type[models.Model], key: str) -> str:
    by = "slug" if model is Organisation else "code"
    return str(model._default_manager.filter(**{by: key}).values_list("name", flat=True).first() or key)


def _rows_line(kind: str, name: str, before: list[Data], after: list[Data]) -> Line:
    line = Line(name, label(kind, name), ROWS)
    paired, gone, come = pair(kind, name, before, after)
    for was, will in paired:
        if was == will:
            line.unchanged += 1
        else:
            line.rows.append(Row("change", title_of(kind, name, will), _cells(kind, name, was, will)))
    line.rows += [Row("retire", row_words(kind, name, row)) for row in gone]
    line.rows += [Row("ajoute", row_words(kind, name, row)) for row in come]
    return line


def pair(
    kind: str, name: str, before: list[Data], after: list[Data]
) -> tuple[list[tuple[Data, Data]], list[Data], list[Data]]:
    """The rows of both states that are the same one, those that go, those that come.

    A row is the same when it is equal; else when it has the same identity: no other has it then.
    """
    left, paired, waiting = list(before), [], []
    for row in after:
        if row in left:
            left.remove(row)
            paired.append((row, row))
        else:
            waiting.append(row)
    come = []
    for row in waiting:
        known = identity(kind, name, row)
        was = next((one for one in left if identity(kind, name, one) == known), None)
        if was is None:
            come.append(row)
        else:
            left.remove(was)
            paired.append((was, row))
    return paired, left, come


def identity(kind: str, name: str, row: Data) -> tuple[Any, ...]:
    """What tells a row from the others of its collection."""
    if name == DOCUMENTS:
        return (row.get("key"),)
    collection = portable.collections(kind).get(name)
    return tuple(row.get(one) for one in (collection.identity if collection else sorted(row)))


def _part_model(kind: str, name: str) -> type[models.Model] | None:
    return next((part.model for part in shape_of(kind).parts if part.attribute == name), None)


def _cells(kind: str, name: str, was: Data, will: Data) -> list[Cell]:
    model = _part_model(kind, name)
    return [
        Cell(
            _attribute_label(model, one), pieces(_cell_words(model, one, was), _cell_words(model, one, will))
        )
        for one in {**was, **will}
        if was.get(one) != will.get(one) and one not in MEANINGLESS
    ]


def _attribute_label(model: type[models.Model] | None, name: str) -> str:
    try:
        said = str(model_field(model, name).verbose_name) if model else name
    except FieldDoesNotExist:
        said = name
    return said[:1].upper() + said[1:]


def _cell_words(model: type[models.Model] | None, name: str, row: Data) -> str:
    value = row.get(name)
    if value in (None, "", []):
        return ""
    try:
        known = model_field(model, name) if model else None
    except FieldDoesNotExist:
        known = None
    if known is None:
        return str(value)
    if known.is_relation:
        return _linked(known, str(value))
    said = portable.choice_words(known, value)
    return ", ".join(said) if isinstance(said, list) else said


def _linked(known: models.Field[Any, Any], key: str) -> str:
    target: Any = known.related_model
    found = target._default_manager.filter(**{portable.LINKS[known.name]: key}).first()
    return str(found) if found is not None else key


def title_of(kind: str, name: str, row: Data) -> str:
    """What a row is called: its title, its name, else what tells it from the others."""
    collection = portable.collections(kind).get(name)
    if collection is None or row.get("name") or "solution" in row:
        return str(row.get("title") or row.get("name") or row_words(kind, name, row))
    return portable.item_words(collection, {one: row.get(one) for one in collection.identity})


def row_words(kind: str, name: str, row: Data) -> str:
    """One row in one line."""
    collection: Collection | None = portable.collections(kind).get(name)
    if collection is not None and "solution" in row:
        solution = _linked(model_field(collection.model, "solution"), str(row["solution"]))
        return " – ".join(part for part in (solution, str(row.get("how") or "")) if part)
    if collection is not None:
        return portable.item_words(collection, row)
    parts = [_cell_words(Document, one, row) for one in ("title", "kind", "published_year", "url", "licence")]
    return ", ".join(part for part in parts if part)
