"""The rows of records as they are at a moment: read before a write, compared after it or before its undo.

Values are the texts that PostgreSQL gives of them, which it reads back without loss: shapes, decimals, the
order of a list. What is stored of them (by imports, by merges) is what ``restoring`` writes back.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import connection

from catalogue.records.shape import OUTSIDE_DIGESTS, Model, Table, columns_of, key_of, place_of, tables

Texts = dict[str, str | None]
"""The text of each column of a row."""
Rows = dict[str, Texts]
"""Rows by key."""
Snapshot = dict[str, Rows]
"""Rows by table."""
Trace = dict[str, dict[str, list[Texts | None]]]
"""{table: {key: [before, after]}}: the changed columns of a row; None where there was, or is, none."""
Shape = list[list[Any]]
"""[[table, column of the record's key, [columns]], …] of a digest; the first is the table of all records."""
STAMP, LOCKS = "updated_at", "locked_fields"
UNSEEN = (STAMP, LOCKS)
"""Columns whose change alone loses nothing."""


def quoted(name: str) -> str:
    """The name of a table or a column, for SQL."""
    return connection.ops.quote_name(name)


def read_rows(model: Model, column: str, keys: Iterable[Any], names: Iterable[str] = ()) -> Rows:
    """The rows whose ``column`` is one of the keys, by primary key; all their columns unless some are named.

    ``column`` is the primary key or one that has an index.
    """
    columns, key = list(names) or list(columns_of(model)), quoted(key_of(model))
    texts = ", ".join(f"{quoted(name)}::text" for name in columns)
    statement = (
        f"SELECT {key}::text, {texts} FROM {quoted(model._meta.db_table)}"  # noqa: S608
        f" WHERE {quoted(column)} = ANY(%s) ORDER BY {key}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(keys)])
        return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in cursor.fetchall()}


def take(kind: str, pks: Iterable[int]) -> Snapshot:
    wanted = list(pks)
    return {
        table.name: read_rows(table.model, table.owner_column, wanted, table.columns)
        for table in tables(kind)
    }


def token(snapshot: Snapshot) -> str:
    """What tells two snapshots apart: a page carries that of what it showed."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()[:32]


def compare(before: Snapshot, after: Snapshot) -> Trace:
    """What changed: whole rows that came or went, the changed columns of the others."""
    found: Trace = {}
    for table, rows in before.items():
        now = after[table]
        lines = {key: _difference(rows.get(key), now.get(key)) for key in {**rows, **now}}
        changed = {key: line for key, line in lines.items() if line}
        if changed:
            found[table] = changed
    return found


def _difference(before: Texts | None, after: Texts | None) -> list[Texts | None]:
    """[before, after] of a row, empty when nothing changed."""
    if before is None or after is None:
        return [before, after]
    names = [name for name in before if before[name] != after[name]]
    return [{name: before[name] for name in names}, {name: after[name] for name in names}] if names else []


def changed_since(kind: str, trace: Trace) -> Iterator[tuple[Table, str, str]]:
    """(table, key of the row, column) of what is no longer as the trace left it; no column for a row gone.

    A row that the write added and that somebody deleted is no loss: it is left out.
    """
    for table in tables(kind):
        lines = trace.get(table.name, {})
        pks = [int(key) for key in lines]
        today = read_rows(table.model, key_of(table.model), pks) if pks else {}
        for key, (before, after) in lines.items():
            now = today.get(key)
            if now is None and before is not None and after is not None:
                yield table, key, ""
            if now is not None:
                moved = [name for name, text in (after or {}).items() if now.get(name, text) != text]
                yield from ((table, key, name) for name in moved if name not in UNSEEN)


def remember(kind: str, wanted: Mapping[int, Iterable[str]]) -> dict[str, Any]:
    """What some attributes of many records hold, by key of the record: read before a bulk write.

    {columns: {table: {key: {column: text}}}, rows: {table: {owner: column, of: {key: [row, …]}}}}: the rows
    of a relation are whole. One statement for each set of columns and each relation.
    """
    columns: dict[tuple[Table, tuple[str, ...]], list[int]] = defaultdict(list)
    relations: dict[Table, list[int]] = defaultdict(list)
    for pk, attributes in wanted.items():
        names: dict[Table, set[str]] = defaultdict(set, {tables(kind)[0]: {STAMP}})
        owned: set[Table] = set()
        for attribute in attributes:
            table, column = place_of(kind, attribute)
            if column:
                names[table].add(column)
            else:
                owned.add(table)
        for table, of_table in names.items():
            columns[table, tuple(sorted(of_table))].append(pk)
        for table in owned:
            relations[table].append(pk)
    found: dict[str, Rows] = defaultdict(dict)
    for (table, some), pks in columns.items():
        found[table.name] |= read_rows(table.model, table.owner_column, pks, some)
    return {
        "columns": dict(found),
        "rows": {table.name: _by_owner(table, pks) for table, pks in relations.items()},
    }


def _by_owner(table: Table, pks: list[int]) -> dict[str, Any]:
    owned: dict[str, list[Texts]] = {str(pk): [] for pk in pks}
    for row in read_rows(table.model, table.owner_column, sorted(pks)).values():
        owned[str(row[table.owner_column])].append(row)
    return {"owner": table.owner_column, "of": owned}


def digest_shape(kind: str) -> Shape:
    """The tables and columns of a digest; stored with it, so that a column added later changes none."""
    digested = [table for table in tables(kind) if table.model not in OUTSIDE_DIGESTS]
    return [[table.name, table.owner_column, list(table.digested_columns)] for table in digested]


def is_readable(shape: Shape, kind: str) -> bool:
    """True when every table and column of the shape still exists."""
    present = {(table, owner): set(columns) for table, owner, columns in digest_shape(kind)}
    return all(set(columns) <= present.get((table, owner), set()) for table, owner, columns in shape)


def digests(shape: Shape, pks: Iterable[int]) -> dict[str, str]:
    """Digest the whole of each record, by its key as text, in one statement.

    Through primary keys and the indexes of owners.
    """
    (table, key, columns), *others = shape
    parts = [_row("r", columns)]
    for number, (other, owner, names) in enumerate(others):
        alias = f"x{number}"
        row = _row(alias, names)
        parts.append(
            f"(SELECT string_agg({row}, ',' ORDER BY {row}) FROM {quoted(other)} {alias}"  # noqa: S608
            f" WHERE {alias}.{quoted(owner)} = r.{quoted(key)})"
        )
    texts = ", ".join(f"coalesce({part}, '')" for part in parts)
    statement = (
        f"SELECT r.{quoted(key)}, md5(concat_ws(chr(31), {texts}))"  # noqa: S608
        f" FROM {quoted(table)} r WHERE r.{quoted(key)} = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(pks)])
        return {str(pk): digest for pk, digest in cursor.fetchall()}


def _row(alias: str, columns: Iterable[str]) -> str:
    return f"ROW({', '.join(f'{alias}.{quoted(name)}' for name in columns)})::text"
