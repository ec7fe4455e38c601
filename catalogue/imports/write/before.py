"""What a write replaces, kept to the last digit: ``write`` remembers it, ``undo`` puts it back.

Columns are kept as the text that PostgreSQL gives of them, which it reads back without any loss:
shapes, decimals, the order of a list. Rows of a relation are kept whole, their keys included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.gis.db import models
from django.db import connection

from catalogue.imports.compare.diff import Outcome
from catalogue.models import Record, RecordOrganisation
from catalogue.records.fields import KindSpec, model_field

Texts = dict[str, str | None]
STAMP = "updated_at"


def remember(nature: KindSpec, outcomes: list[Outcome]) -> dict[str, Any]:
    """What the rows to be changed hold now: their columns, and the rows of the relations that change."""
    changed = [outcome for outcome in outcomes if outcome.pk and (outcome.changes or outcome.items)]
    return {"columns": _columns_before(nature, changed), "rows": _relations_before(nature, changed)}


def _columns_before(nature: KindSpec, outcomes: list[Outcome]) -> dict[str, dict[str, Texts]]:
    """{table: {key: {column: text}}} of the columns that change, by sets of columns."""
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for outcome in outcomes:
        wanted: dict[str, set[str]] = defaultdict(set)
        wanted[Record._meta.db_table].add(STAMP)
        for change in outcome.changes:
            if not _is_link(nature, change.attribute):
                field = model_field(nature.model, change.attribute)
                wanted[field.model._meta.db_table].add(str(field.column))
        for table, columns in wanted.items():
            groups[table, tuple(sorted(columns))].append(int(outcome.pk or 0))
    found: dict[str, dict[str, Texts]] = defaultdict(dict)
    for (table, names), pks in groups.items():
        key = _key_of(nature, table)
        for pk, *texts in _texts(table, key, pks, names):
            found[table][str(pk)] = dict(zip(names, texts, strict=True))
    return dict(found)


def _relations_before(nature: KindSpec, outcomes: list[Outcome]) -> dict[str, dict[str, Any]]:
    """{table: {owner: column, of: {key: [row, …]}}} of the relations that change, whole."""
    wanted: dict[tuple[type[models.Model], str], set[int]] = defaultdict(set)
    collections = {collection.attribute: collection for collection in nature.collections}
    for outcome in outcomes:
        for change in outcome.changes:
            if _is_link(nature, change.attribute):
                wanted[_through(nature, change.attribute)].add(int(outcome.pk or 0))
        for item in outcome.items:
            collection = collections[item.attribute]
            owner = str(model_field(collection.model, collection.parent).column)
            wanted[collection.model, owner].add(int(outcome.pk or 0))
    found: dict[str, dict[str, Any]] = {}
    for (model, owner), pks in wanted.items():
        columns = columns_of(model)
        of: dict[str, list[Texts]] = {str(pk): [] for pk in pks}
        for pk, *texts in _texts(model._meta.db_table, owner, sorted(pks), columns):
            of[str(pk)].append(dict(zip(columns, texts, strict=True)))
        found[model._meta.db_table] = {"owner": owner, "of": of}
    return found


def _is_link(nature: KindSpec, attribute: str) -> bool:
    return "." in attribute or bool(model_field(nature.model, attribute).many_to_many)


def _through(nature: KindSpec, attribute: str) -> tuple[type[models.Model], str]:
    if "." in attribute:
        return RecordOrganisation, "record_id"
    field: Any = model_field(nature.model, attribute)
    return field.remote_field.through, field.m2m_column_name()


def _key_of(nature: KindSpec, table: str) -> str:
    model = Record if table == Record._meta.db_table else nature.model
    return str(model._meta.pk.column)


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that a row of the table is written with."""
    return tuple(str(field.column) for field in model._meta.local_concrete_fields if not field.generated)


def quoted(name: str) -> str:
    """The name of a table or a column, for SQL."""
    return connection.ops.quote_name(name)


def _texts(table: str, key: str, pks: Iterable[int], columns: Iterable[str]) -> list[tuple[Any, ...]]:
    """(key, text of each column) of the rows; through the primary key, or the index of the owner."""
    wanted = ", ".join(f"{quoted(column)}::text" for column in columns)
    statement = f"SELECT {quoted(key)}, {wanted} FROM {quoted(table)} WHERE {quoted(key)} = ANY(%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(pks)])
        return list(cursor.fetchall())


def restore(nature: KindSpec, kept: dict[str, Any], pks: set[int]) -> None:
    """Put back what ``remember`` kept of these records. Call it inside a transaction."""
    for table, rows in kept.get("columns", {}).items():
        model = Record if table == Record._meta.db_table else nature.model
        _put_columns(model, {int(pk): texts for pk, texts in rows.items() if int(pk) in pks})
    for table, relation in kept.get("rows", {}).items():
        rows = {int(pk): given for pk, given in relation["of"].items() if int(pk) in pks}
        _put_rows(_model_of(nature, table), relation["owner"], rows)


def _model_of(nature: KindSpec, table: str) -> type[models.Model]:
    many: list[Any] = [model_field(nature.model, name) for name in ("themes", "stakes", "programmes")]
    known = [collection.model for collection in nature.collections]
    known += [RecordOrganisation, *(field.remote_field.through for field in many)]
    return next(model for model in known if model._meta.db_table == table)


def _put_columns(model: type[models.Model], rows: dict[int, Texts]) -> None:
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for pk, texts in rows.items():
        columns = tuple(sorted(set(texts) & set(columns_of(model))))
        groups[columns].append((*(texts[column] for column in columns), pk))
    with connection.cursor() as cursor:
        for columns, values in groups.items():
            sets = ", ".join(f"{quoted(column)} = %s" for column in columns)
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {key} = %s", values)  # noqa: S608


def _put_rows(model: type[models.Model], owner: str, rows: dict[int, list[Texts]]) -> None:
    """Make the relation of each owner what it was: nothing more, nothing less, under the same keys."""
    columns = columns_of(model)
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    values = [tuple(row.get(column) for column in columns) for given in rows.values() for row in given]
    own = str(model._meta.pk.column)
    kept = [int(str(row[own])) for given in rows.values() for row in given]
    names = ", ".join(map(quoted, columns))
    marks = ", ".join(["%s"] * len(columns))
    sets = ", ".join(f"{quoted(column)} = excluded.{quoted(column)}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {quoted(owner)} = ANY(%s) AND NOT {key} = ANY(%s)",  # noqa: S608
            [list(rows), kept],
        )
        insert = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {sets}"  # noqa: S608
        cursor.executemany(insert, values)
