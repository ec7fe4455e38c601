"""Two records side by side, line by line, with what a merge takes of each unless a curator chooses.

A line is chosen whole (one side or the other), a list is the union of both with each value tickable. The
place is one line: a point without its precision or its territory would contradict itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.db import models
from django.utils.translation import gettext as _

from catalogue.models import Organisation, Record
from catalogue.records import content, snapshots
from catalogue.records.content import MANY, ROLES, SHAPE, Values
from catalogue.records.fields import model_field
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.shape import DOCUMENTS, Table, parts

FIRST, SECOND = "a", "b"
SIDES = (FIRST, SECOND)
PLACE = "place"
OWNER, SECTIONS = "owner", "sections"
PLACE_NAMES = ("territory", SHAPE, "location_precision", "place_name", "country")
KEPT_BY_EACH = ("source",)
"""The identifier of a record is one in its source: the two go together."""
STATES = (
    Record.State.PUBLISHED,
    Record.State.IN_REVIEW,
    Record.State.SUBMITTED,
    Record.State.TO_COMPLETE,
    Record.State.ARCHIVED,
    Record.State.REFUSED,
)
"""From the state that the record which stays should have to the last."""


@dataclass(frozen=True)
class Line:
    """A line of which one version is chosen; ``names`` are its attributes."""

    name: str
    label: str
    names: tuple[str, ...]
    words: Mapping[str, Any]
    is_same: bool
    default: str


@dataclass(frozen=True)
class Option:
    """One value of a list, and the sides that have it."""

    key: str
    label: str
    sides: tuple[str, ...]
    ticked: bool = True
    identity: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Choices:
    """A list: terms or organisations by their code, rows of a table by their key."""

    name: str
    label: str
    options: list[Option]
    part: Table | None = None

    @property
    def is_same(self) -> bool:
        """True when both records have every value."""
        return all(len(option.sides) == len(SIDES) for option in self.options)


@dataclass(frozen=True)
class Comparison:
    """Two records of one kind, as a page shows them. ``token`` changes with anything that it shows."""

    records: Mapping[str, Any]
    lines: list[Line]
    lists: list[Choices]
    token: str
    survivor: str
    forced: bool
    values: Mapping[str, Values] = field(repr=False, default_factory=dict)


def compare_records(first: Record, second: Record) -> Comparison:
    """Compare two records of one kind line by line."""
    records = {FIRST: first.proper, SECOND: second.proper}
    names = [name for name in content.list_attributes(first.kind) if name not in KEPT_BY_EACH] + [OWNER]
    values = {side: content.read_values(record, names) for side, record in records.items()}
    survivor = _choose_survivor(records, values)
    snapshot = snapshots.take(first.kind, [first.pk, second.pk])
    published = [side for side, record in records.items() if record.is_published]
    return Comparison(
        records=records,
        lines=_compare_lines(first.kind, names, values, survivor),
        lists=[*_list_terms(first.kind, names, values), *_list_rows(first.kind, records)],
        token=snapshots.token(snapshot),
        survivor=survivor,
        forced=len(published) == 1,
        values=values,
    )


def _choose_survivor(records: Mapping[str, Any], values: Mapping[str, Values]) -> str:
    """Return the side that stays unless a curator chooses: published, better proven, or fuller."""

    def rank(side: str) -> tuple[Any, ...]:
        record = records[side]
        filled = sum(value not in (None, "", []) for value in values[side].values())
        return (STATES.index(record.state), -(record.proof_level or 0), -filled, record.pk)

    return min(SIDES, key=rank)


def _compare_lines(
    kind: str, names: Iterable[str], values: Mapping[str, Values], survivor: str
) -> list[Line]:
    lines = []
    for name in names:
        if name in MANY or name.startswith(ROLES) or name in PLACE_NAMES:
            continue
        lines.append(_compare_line(kind, name, content.get_label(kind, name), (name,), values, survivor))
    if KIND_SPECS[kind].has_place:
        lines.insert(1, _compare_line(kind, PLACE, _("Lieu"), PLACE_NAMES, values, survivor))
    return lines


def _compare_line(
    kind: str, name: str, label: str, names: tuple[str, ...], values: Mapping[str, Values], survivor: str
) -> Line:
    same = all(content.is_same(one, values[FIRST][one], values[SECOND][one]) for one in names)
    main = SHAPE if name == PLACE else name
    other = SECOND if survivor == FIRST else FIRST
    empty = values[survivor][main] in (None, "", [])
    default = other if empty and values[other][main] not in (None, "", []) else survivor
    words = {side: _describe_side(kind, names, values[side]) for side in SIDES}
    return Line(name, label, names, words, same, default)


def _describe_side(kind: str, names: tuple[str, ...], values: Values) -> Any:
    """Return the attributes of a side as a reader understands them: a text or a list of texts."""
    if len(names) == 1:
        return _describe_value(kind, names[0], values[names[0]])
    shown = [name for name in names if (name, values[name]) != ("country", "FR")]
    every = [_describe_value(kind, name, values[name]) for name in shown]
    return [words for words in every if words]


def _describe_value(kind: str, name: str, value: Any) -> Any:
    if name == OWNER and value:
        return Organisation.objects.filter(slug=value).values_list("name", flat=True).first() or value
    return content.describe_value(kind, name, value)


def _list_terms(kind: str, names: Iterable[str], values: Mapping[str, Values]) -> list[Choices]:
    found = []
    for name in names:
        if name not in MANY and not name.startswith(ROLES):
            continue
        held = {side: values[side][name] for side in SIDES}
        codes = list(dict.fromkeys([*held[FIRST], *held[SECOND]]))
        if codes:
            labels = content.describe_value(kind, name, codes)
            options = [
                Option(code, words, tuple(side for side in SIDES if code in held[side]))
                for code, words in zip(codes, labels, strict=True)
            ]
            found.append(Choices(name, content.get_label(kind, name), options))
    return found


def _list_rows(kind: str, records: Mapping[str, Any]) -> list[Choices]:
    found = []
    for name, table in parts(kind).items():
        options: list[Option] = []
        seen: set[tuple[Any, ...]] = set()
        for side in SIDES:
            for row in table.model._default_manager.filter(**{table.owner: records[side].pk}):
                words = _describe_row(kind, name, row)
                identity = tuple(_item_value(row, one) for one in table.identity)
                twice = (identity or (words,)) in seen
                seen.add(identity or (words,))
                options.append(Option(str(row.pk), words, (side,), ticked=not twice, identity=identity))
        if options:
            found.append(Choices(name, get_part_label(kind, name), options, table))
    return found


def get_part_label(kind: str, name: str) -> str:
    """Return what the pages of a merge call the rows of a relation."""
    if name == SECTIONS:
        return _("Sections de la fiche de capitalisation")
    return content.get_label(kind, name)


def _describe_row(kind: str, name: str, row: Any) -> str:
    if name == SECTIONS:
        return f"{row.get_code_display()} : {row.text}"
    if name == DOCUMENTS:
        parts_of_line = (row.title, row.get_kind_display(), row.url, row.licence)
        return ", ".join(str(words) for words in parts_of_line if words)
    collection = content.get_collections(kind)[name]
    item = {one: _item_value(row, one) for one in content.item_names(collection)}
    words = content.describe_item(collection, item)
    if name == "answer_links":
        return f"{row.solution.title} – {words}" if row.how else str(row.solution.title)
    return words


def _item_value(row: models.Model, name: str) -> Any:
    return content.to_portable(getattr(row, model_field(type(row), name).attname))
