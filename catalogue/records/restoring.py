"""Rows written back as they were: the one engine under every undo, called inside its transaction.

What was stored is read for good: by ``snapshots.remember`` (imports), by ``snapshots.compare`` (merges), as
whole rows or as keys of rows that were led elsewhere (reference lists, shared indicators).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from django.db import connection

from catalogue.models import Record
from catalogue.records.shape import Model, columns_of, key_of, tables
from catalogue.records.snapshots import LOCKS, STAMP, UNSEEN, Rows, Texts, Trace, quoted, read_rows

CHUNK = 5000


def restore(kind: str, remembered: Mapping[str, Any], pks: set[int]) -> None:
    """Write back what ``snapshots.remember`` read of these records."""
    models = {table.name: table.model for table in tables(kind)}
    for name, rows in remembered.get("columns", {}).items():
        update_rows(models[name], {key: texts for key, texts in rows.items() if int(key) in pks})
    for name, relation in remembered.get("rows", {}).items():
        rows = {int(key): owned for key, owned in relation["of"].items() if int(key) in pks}
        _replace_rows(models[name], relation["owner"], rows)
    connection.check_constraints()


def reverse(kind: str, trace: Trace) -> None:
    """Make every row what it was before the write that left the trace, under the same keys."""
    lines = [(table.model, trace.get(table.name, {})) for table in tables(kind)]
    for model, rows in lines:
        added = [int(key) for key, (before, _after) in rows.items() if before is None]
        if added:
            model._base_manager.filter(pk__in=added).delete()
    for model, rows in lines:
        changed = {key: (before, after) for key, (before, after) in rows.items() if before and after}
        update_rows(model, _keep_later(model, changed))
    for model, rows in lines:
        gone = {key: before for key, (before, after) in rows.items() if before and not after}
        insert_rows(model, [{key_of(model): key, **before} for key, before in gone.items()])
    connection.check_constraints()


def _keep_later(model: Model, rows: Mapping[str, tuple[Texts, Texts]]) -> Rows:
    """What to write: a later date of change is kept, fields locked since the write stay locked."""
    wanted = {key: dict(before) for key, (before, _after) in rows.items()}
    if model is not Record or not rows:
        return wanted
    today = read_rows(Record, "id", [int(key) for key in rows], UNSEEN)
    for key, (before, after) in rows.items():
        now = today.get(key, {})
        if STAMP in before and now.get(STAMP) != after[STAMP]:
            del wanted[key][STAMP]
        if LOCKS in before and now.get(LOCKS) != after[LOCKS]:
            locked = _names(before[LOCKS]) | (_names(now.get(LOCKS)) - _names(after[LOCKS]))
            wanted[key][LOCKS] = "{" + ",".join(sorted(locked)) + "}"
    return wanted


def _names(array: str | None) -> set[str]:
    return {part.strip('"') for part in (array or "{}").strip("{}").split(",") if part}


def update_rows(model: Model, rows: Rows) -> None:
    """Write the given columns of each row; one statement for each set of columns."""
    table, own = quoted(model._meta.db_table), key_of(model)
    keyed = ({**texts, own: key} for key, texts in rows.items() if texts)
    for columns, values in _by_columns(model, keyed).items():
        sets = ", ".join(f"{quoted(name)} = %({name})s" for name in columns if name != own)
        statement = f"UPDATE {table} SET {sets} WHERE {quoted(own)} = %({own})s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def insert_rows(model: Model, rows: Iterable[Mapping[str, Any]], *, overwrite: bool = True) -> None:
    """Insert whole rows under their keys; a row that stands under one of them becomes what it was.

    Without ``overwrite``, what stands where a row would stays, and that row is left out.
    """
    table, key = quoted(model._meta.db_table), quoted(key_of(model))
    for columns, values in _by_columns(model, rows).items():
        names, marks = ", ".join(map(quoted, columns)), ", ".join(f"%({name})s" for name in columns)
        updates = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in columns)
        conflict = f"({key}) DO UPDATE SET {updates}" if overwrite else "DO NOTHING"
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT {conflict}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def without_dangling(model: Model, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that point to nothing that is gone."""
    for field in model._meta.concrete_fields:
        target: Any = field.related_model
        if target is not None:
            column = str(field.column)
            pointed = {row[column] for row in rows} - {None}
            there = set(target._base_manager.filter(pk__in=pointed).values_list("pk", flat=True))
            rows = [row for row in rows if row[column] is None or int(row[column]) in there]
    return rows


def _by_columns(
    model: Model, rows: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    known = set(columns_of(model))
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(known & set(row)))].append(row)
    return groups


def _replace_rows(model: Model, owner: str, rows: Mapping[int, list[Texts]]) -> None:
    """Make the rows of each owner what they were: nothing more, nothing less."""
    own = key_of(model)
    former = list(chain.from_iterable(rows.values()))
    table = quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {quoted(owner)} = ANY(%s) AND NOT {quoted(own)} = ANY(%s)",  # noqa: S608
            [list(rows), [int(str(row[own])) for row in former]],
        )
    insert_rows(model, former)


def repoint(model: Model, field: str, keys: Iterable[Any], target: Any, *, instead_of: Any = None) -> None:
    """Make the rows point to ``target``; those only that still point to ``instead_of`` when it is given."""
    wanted = list(keys)
    held = {} if instead_of is None else {field: instead_of}
    for start in range(0, len(wanted), CHUNK):
        rows = model._default_manager.filter(pk__in=wanted[start : start + CHUNK], **held)
        rows.update(**{field: target})
