"""Records as they are now, whole, in the portable form: one statement for each kind, whatever their number.

A link is the natural key of what it points to (« level:code » for a territory), a set of links a sorted
list, a shape its WKT (srid 4326, every digit), a decimal its text, a part (results, labels, documents) a
list of rows without their primary keys. ``catalogue.records.content`` puts the same form in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.contrib.gis.db import models
from django.db import connection

from catalogue.models import Organisation, Record, RecordOrganisation
from catalogue.records.shape import VERSIONED_ROWS, Table, natural_key, tables
from catalogue.records.snapshots import quoted
from geo.models import Territory

Data = dict[str, Any]
ROLES = "organisations."
PAIRS = 40
"""Pairs in one ``jsonb_build_object``: PostgreSQL takes at most a hundred arguments."""
DIGITS = 15


def read_current(pks: Iterable[int]) -> dict[int, Data]:
    """Return the present values of each of these records, by primary key."""
    found: dict[int, Data] = {}
    wanted = list(pks)
    kinds = Record.objects.filter(pk__in=wanted).order_by("kind").values_list("kind", flat=True).distinct()
    for kind in kinds:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, data::text FROM ({build_statement(kind)}) now", [wanted])  # noqa: S608
            found |= {pk: json.loads(text) for pk, text in cursor.fetchall()}
    return found


@cache
def build_statement(kind: str) -> str:
    """Return the SQL of (id, data) of the records of a kind whose keys are its one parameter."""
    record, own, *others = tables(kind)
    pairs = [_pair("r", field) for field in record.fields] + [_pair("c", field) for field in own.fields]
    for table in others:
        if not table.is_link:
            pairs.append(f"'{table.attribute}', {_rows(table)}")
        elif table.model is not RecordOrganisation:
            pairs.append(f"'{table.attribute}', {_terms(table)}")
    return (
        f"SELECT r.id, {_object(pairs)} || {_roles()} AS data"  # noqa: S608
        f" FROM {quoted(record.name)} r JOIN {quoted(own.name)} c ON c.{quoted(own.owner_column)} = r.id"
        " WHERE r.id = ANY(%s)"
    )


def _object(pairs: list[str]) -> str:
    chunks = [pairs[start : start + PAIRS] for start in range(0, len(pairs), PAIRS)]
    return " || ".join(f"jsonb_build_object({', '.join(chunk)})" for chunk in chunks) or "'{}'::jsonb"


def _pair(alias: str, field: models.Field[Any, Any]) -> str:
    return f"'{field.name}', {_value(alias, field)}"


def _value(alias: str, field: models.Field[Any, Any]) -> str:
    column = f"{alias}.{quoted(str(field.column))}"
    if field.is_relation:
        return _link(column, field.related_model)
    if isinstance(field, models.GeometryField):
        return f"ST_AsText({column}, {DIGITS})"
    if isinstance(field, models.FileField):
        return f"({column} <> '')"
    if isinstance(field, models.DecimalField):
        return f"trim_scale({column})::text"
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return f"to_char({column}, 'YYYY-MM-DD')"
    return column


def _link(column: str, target: Any) -> str:
    if target is Territory:
        name, table = "t.level || ':' || t.code", _table(target)
    else:
        key = natural_key(target)
        # the key of a solution stands in the table of all records
        name, table = f"t.{key}::text", _table(target._meta.get_field(key).model)
    return f"(SELECT {name} FROM {table} t WHERE t.id = {column})"  # noqa: S608


def _terms(table: Table) -> str:
    """The codes of a set of terms, in an order that no collation changes."""
    links = [field for field in table.model._meta.concrete_fields if field.is_relation]
    term = next(field for field in links if field.name != table.owner)
    name, column = f"t.{natural_key(term.related_model)}", quoted(str(term.column))
    return (
        f"(SELECT coalesce(jsonb_agg({name} ORDER BY {name} COLLATE \"C\"), '[]')"  # noqa: S608
        f" FROM {quoted(table.name)} x JOIN {_table(term.related_model)} t ON t.id = x.{column}"
        f" WHERE x.{quoted(table.owner_column)} = r.id)"
    )


def _roles() -> str:
    """``organisations.<role>``: the organisations of each role that has some."""
    return (
        f"(SELECT coalesce(jsonb_object_agg('{ROLES}' || g.role, g.slugs), '{{}}') FROM ("  # noqa: S608
        ' SELECT x.role, jsonb_agg(o.slug ORDER BY o.slug COLLATE "C") AS slugs'
        f" FROM {_table(RecordOrganisation)} x JOIN {_table(Organisation)} o ON o.id = x.organisation_id"
        " WHERE x.record_id = r.id GROUP BY x.role) g)"
    )


def _rows(table: Table) -> str:
    columns = _object([_pair("x", field) for field in table.fields])
    held = VERSIONED_ROWS.get(table.model, "true")
    return (
        f"(SELECT coalesce(jsonb_agg(i.item ORDER BY i.item), '[]') FROM (SELECT {columns} AS item"  # noqa: S608
        f" FROM {quoted(table.name)} x WHERE x.{quoted(table.owner_column)} = r.id AND {held}) i)"
    )


def _table(model: Any) -> str:
    return quoted(model._meta.db_table)
