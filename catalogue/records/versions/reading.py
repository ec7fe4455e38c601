"""What records say now, whole, in the portable form: one statement for each kind, whatever their number.

A link is the natural key of what it points to (« level:code » for a territory), a set of links a sorted
list, a shape its WKT (srid 4326, every digit), a decimal its text, a part (results, labels, documents) a
list of rows without their primary keys. ``catalogue.records.content`` says the same form in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.contrib.gis.db import models
from django.db import connection

from catalogue.models import Organisation, Record, RecordOrganisation
from catalogue.records.versions.shape import KINDS, Part, is_territory, natural_key, shape_of

Data = dict[str, Any]
ROLES = "organisations."
PAIRS = 40
"""Pairs in one ``jsonb_build_object``: PostgreSQL takes at most a hundred arguments."""
DIGITS = 15


def present(pks: Iterable[int]) -> dict[int, Data]:
    """What each of these records says now, by primary key."""
    found: dict[int, Data] = {}
    wanted = list(pks)
    kinds = Record.objects.filter(pk__in=wanted).order_by("kind").values_list("kind", flat=True).distinct()
    for kind in kinds:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, data::text FROM ({statement(kind)}) now", [wanted])  # noqa: S608
            found |= {pk: json.loads(text) for pk, text in cursor.fetchall()}
    return found


@cache
def statement(kind: str) -> str:
    """SQL of (id, data) of the records of a kind whose keys are the one parameter; by primary key."""
    shape = shape_of(kind)
    pairs = [_pair("r", field) for field in shape.common] + [_pair("c", field) for field in shape.own]
    pairs += [f"'{field.name}', {_terms(field)}" for field in shape.many]
    pairs += [f"'{part.attribute}', {_rows(part)}" for part in shape.parts]
    record, own = _table(Record), _table(KINDS[kind])
    key = _quoted(str(shape.model._meta.pk.column))
    return (
        f"SELECT r.id, {_object(pairs)} || {_roles()} AS data"  # noqa: S608
        f" FROM {record} r JOIN {own} c ON c.{key} = r.id WHERE r.id = ANY(%s)"
    )


def _object(pairs: list[str]) -> str:
    chunks = [pairs[start : start + PAIRS] for start in range(0, len(pairs), PAIRS)]
    return " || ".join(f"jsonb_build_object({', '.join(chunk)})" for chunk in chunks)


def _pair(alias: str, field: models.Field[Any, Any]) -> str:
    return f"'{field.name}', {_value(alias, field)}"


def _value(alias: str, field: models.Field[Any, Any]) -> str:
    column = f"{alias}.{_quoted(str(field.column))}"
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
    if is_territory(target):
        name, table = "t.level || ':' || t.code", _table(target)
    else:
        key = natural_key(target)
        # the key of a solution stands in the table of all records
        name, table = f"t.{key}::text", _table(target._meta.get_field(key).model)
    return f"(SELECT {name} FROM {table} t WHERE t.id = {column})"  # noqa: S608


def _terms(field: Any) -> str:
    """The codes of a set of terms, in an order that no collation changes."""
    through, target = field.remote_field.through, field.related_model
    name = f"t.{natural_key(target)}"
    return (
        f"(SELECT coalesce(jsonb_agg({name} ORDER BY {name} COLLATE \"C\"), '[]')"  # noqa: S608
        f" FROM {_table(through)} x JOIN {_table(target)} t ON t.id = x.{field.m2m_reverse_name()}"
        f" WHERE x.{field.m2m_column_name()} = r.id)"
    )


def _roles() -> str:
    """``organisations.<role>``: the organisations of each role that has some."""
    return (
        f"(SELECT coalesce(jsonb_object_agg('{ROLES}' || g.role, g.slugs), '{{}}') FROM ("  # noqa: S608
        ' SELECT x.role, jsonb_agg(o.slug ORDER BY o.slug COLLATE "C") AS slugs'
        f" FROM {_table(RecordOrganisation)} x JOIN {_table(Organisation)} o ON o.id = x.organisation_id"
        " WHERE x.record_id = r.id GROUP BY x.role) g)"
    )


def _rows(part: Part) -> str:
    columns = _object([_pair("x", field) for field in part.fields])
    parent: Any = part.model._meta.get_field(part.parent)
    return (
        f"(SELECT coalesce(jsonb_agg(i.said ORDER BY i.said), '[]') FROM (SELECT {columns} AS said"  # noqa: S608
        f" FROM {_table(part.model)} x WHERE x.{_quoted(parent.column)} = r.id AND {part.kept}) i)"
    )


def _table(model: Any) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
