"""The rows of two records, as the base writes them: read before and after a merge, put back by its undo.

Values are the text that PostgreSQL gives of them, which it reads back without loss. Only what people
write is here: what the base derives (proof, search, map) follows by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.gis.db import models
from django.db import connection

from catalogue.imports.write.before import columns_of, quoted
from catalogue.models import Record, RecordOrganisation
from catalogue.records.content import MANY, attributes
from catalogue.records.fields import model_field
from catalogue.records.kinds import KIND_SPECS
from catalogue.workshop.duplicates.parts import parts_of

Texts = dict[str, str | None]
Rows = dict[str, Texts]
"""Texts of a row by its key."""
Snapshot = dict[str, Rows]
"""Rows by table."""
Trace = dict[str, dict[str, list[Texts | None]]]
"""{table: {key: [before, after]}}: the changed columns of a row; None where there was, or is, none."""
STAMP, LOCKS = "updated_at", "locked_fields"
OWN = ("state", STAMP, LOCKS, "owner_id")
"""Columns of the common table that a merge writes beside the portable ones."""
UNSEEN = (STAMP, LOCKS)
"""Columns whose change alone says nothing."""


def take(kind: str, pks: Iterable[int]) -> Snapshot:
    """Every row of these records that a merge may write."""
    return {model._meta.db_table: _rows(model, owner, names, pks) for model, owner, names in shape(kind)}


def shape(kind: str) -> list[tuple[type[models.Model], str, tuple[str, ...]]]:
    """(model, column of the record's key, columns read) of each table."""
    own = {
        str(model_field(Record, name).column)
        for name in attributes(kind)
        if "." not in name and name not in MANY and _is_common(kind, name)
    }
    tables: list[tuple[type[models.Model], str, tuple[str, ...]]] = [
        (Record, "id", tuple(sorted({*own, *OWN}))),
    ]
    child = KIND_SPECS[kind].model
    key = str(child._meta.pk.column)
    tables.append((child, key, tuple(name for name in columns_of(child) if name != key)))
    tables.append((RecordOrganisation, "record_id", columns_of(RecordOrganisation)))
    for name in MANY:
        field: Any = model_field(Record, name)
        through = field.remote_field.through
        tables.append((through, field.m2m_column_name(), columns_of(through)))
    tables += [(part.model, part.column, columns_of(part.model)) for part in parts_of(kind)]
    return tables


def _is_common(kind: str, name: str) -> bool:
    return model_field(KIND_SPECS[kind].model, name).model is Record


def _rows(model: type[models.Model], owner: str, names: Iterable[str], pks: Iterable[int]) -> Rows:
    columns = list(names)
    key = quoted(str(model._meta.pk.column))
    said = ", ".join(f"{quoted(name)}::text" for name in columns)
    statement = (
        f"SELECT {key}::text, {said} FROM {quoted(model._meta.db_table)}"  # noqa: S608
        f" WHERE {quoted(owner)} = ANY(%s) ORDER BY {key}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(pks)])
        return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in cursor.fetchall()}


def digest(snapshot: Snapshot) -> str:
    """What tells two snapshots apart: a page carries that of what it showed."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()[:32]


def compare(before: Snapshot, after: Snapshot) -> Trace:
    """What changed, row by row: whole rows that came or went, the changed columns of the others."""
    found: Trace = {}
    for table, rows in before.items():
        now = after[table]
        lines: dict[str, list[Texts | None]] = {}
        for key in {**rows, **now}:
            was, is_now = rows.get(key), now.get(key)
            if was is not None and is_now is not None:
                names = [name for name in was if was[name] != is_now[name]]
                if names:
                    lines[key] = [{n: was[n] for n in names}, {n: is_now[n] for n in names}]
            else:
                lines[key] = [was, is_now]
        if lines:
            found[table] = lines
    return found


def changed_since(kind: str, trace: Trace) -> list[tuple[str, str, str, str | None]]:
    """(table, key, column, text of today) of what is no longer as the merge left it; « » for a row gone.

    A row that the merge added and that somebody deleted is no loss: it is left out.
    """
    moved: list[tuple[str, str, str, str | None]] = []
    for model, _owner, _columns in shape(kind):
        table = model._meta.db_table
        lines = trace.get(table, {})
        now = _rows(model, str(model._meta.pk.column), columns_of(model), [int(key) for key in lines])
        for key, (was, left) in lines.items():
            today = now.get(key)
            if left is None:
                continue
            if today is None:
                moved += [] if was is None else [(table, key, "", None)]
                continue
            moved += [
                (table, key, name, today[name])
                for name, text in left.items()
                if name not in UNSEEN and today[name] != text
            ]
    return moved


def put_back(kind: str, trace: Trace) -> None:
    """Make every row what it was before, under the same keys. Call it inside the transaction of the undo."""
    tables = [(model, trace.get(model._meta.db_table, {})) for model, _owner, _columns in shape(kind)]
    for model, lines in tables:
        _delete(model, [int(key) for key, (was, _left) in lines.items() if was is None])
    for model, lines in tables:
        for key, (was, left) in lines.items():
            if was is not None and left is not None:
                _update(model, int(key), _merged(model, int(key), was, left))
    for model, lines in tables:
        for key, (was, left) in lines.items():
            if was is not None and left is None:
                _insert(model, {str(model._meta.pk.column): key, **was})
    with connection.cursor() as cursor:  # what the base would only check at the end
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _merged(model: type[models.Model], key: int, was: Texts, left: Texts) -> Texts:
    """What to write: fields locked since the merge stay locked, and a later date of change is kept."""
    if not set(was) & set(UNSEEN):
        return was
    names = [name for name in UNSEEN if name in was]
    today = _rows(model, str(model._meta.pk.column), names, [key]).get(str(key), {})
    values = dict(was)
    if STAMP in was and today.get(STAMP) != left[STAMP]:
        del values[STAMP]
    if LOCKS in was and today.get(LOCKS) != left[LOCKS]:
        kept = _names(was[LOCKS]) | (_names(today.get(LOCKS)) - _names(left[LOCKS]))
        values[LOCKS] = "{" + ",".join(sorted(kept)) + "}"
    return values


def _names(array: str | None) -> set[str]:
    return {part.strip('"') for part in (array or "{}").strip("{}").split(",") if part}


def _delete(model: type[models.Model], keys: list[int]) -> None:
    if keys:
        model._base_manager.filter(pk__in=keys).delete()


def _update(model: type[models.Model], key: int, values: Mapping[str, str | None]) -> None:
    if not values:
        return
    sets = ", ".join(f"{quoted(name)} = %s" for name in values)
    table, own = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {sets} WHERE {own} = %s", [*values.values(), key])  # noqa: S608


def _insert(model: type[models.Model], values: Mapping[str, str | None]) -> None:
    names, marks = ", ".join(map(quoted, values)), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608
            list(values.values()),
        )
