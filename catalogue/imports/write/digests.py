"""One digest for all that a record says: taken after a write, compared before an undo.

What changes without anybody touching the record is left out: its state of publication, its proof
level, its dates. The columns that were read are kept with the digests, so that a column added to the
site later does not make every record look touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from catalogue.imports.write.before import columns_of, quoted
from catalogue.models import Record, RecordOrganisation
from catalogue.records.fields import KindSpec, model_field

LEFT_OUT = {
    "id",
    "state",
    "proof_level",
    "import_batch_id",
    "created_by_id",
    "creation_key",
    "created_at",
    "updated_at",
    "published_at",
    "expires_on",
    "is_synthetic",
}
Shape = list[list[Any]]
"""[[table, column of the record's key, [columns]], …]; the first is the table of all records."""


def shape_of(nature: KindSpec) -> Shape:
    """The tables and the columns in which a record of the nature stands."""
    child = nature.model._meta
    own = [name for name in columns_of(nature.model) if name != child.pk.column]
    shape: Shape = [
        [Record._meta.db_table, "id", [name for name in columns_of(Record) if name not in LEFT_OUT]],
        [child.db_table, child.pk.column, own],
        [RecordOrganisation._meta.db_table, "record_id", ["organisation_id", "role"]],
    ]
    for name in ("themes", "stakes", "programmes"):
        field: Any = model_field(nature.model, name)
        through = field.remote_field.through._meta.db_table
        shape.append([through, field.m2m_column_name(), [field.m2m_reverse_name()]])
    for collection in nature.collections:
        owner = str(model_field(collection.model, collection.parent).column)
        key = collection.model._meta.pk.column
        columns = [name for name in columns_of(collection.model) if name not in {owner, key}]
        shape.append([collection.model._meta.db_table, owner, columns])
    return shape


def fits(shape: Shape, nature: KindSpec) -> bool:
    """True when every table and column of the shape still exists."""
    present = {(table, owner): set(columns) for table, owner, columns in shape_of(nature)}
    return all(set(columns) <= present.get((table, owner), set()) for table, owner, columns in shape)


def take(shape: Shape, pks: Iterable[int]) -> dict[str, str]:
    """The digest of each record, by its key as text; through primary keys and the indexes of owners."""
    (table, key, columns), *others = shape
    parts = [f"ROW({_columns('r', columns)})::text"]
    for number, (other, owner, names) in enumerate(others):
        x = f"x{number}"
        row = f"ROW({_columns(x, names)})::text"
        parts.append(
            f"(SELECT string_agg({row}, ',' ORDER BY {row}) FROM {quoted(other)} {x}"  # noqa: S608
            f" WHERE {x}.{quoted(owner)} = r.{quoted(key)})"
        )
    said = ", ".join(f"coalesce({part}, '')" for part in parts)
    statement = (
        f"SELECT r.{quoted(key)}, md5(concat_ws(chr(31), {said}))"  # noqa: S608
        f" FROM {quoted(table)} r WHERE r.{quoted(key)} = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(pks)])
        return {str(pk): digest for pk, digest in cursor.fetchall()}


def _columns(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{quoted(name)}" for name in names)
