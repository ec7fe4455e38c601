"""A mass load in PostgreSQL: drop indexes, foreign keys and triggers, then restore them as they were.

Everything happens in the caller's transaction, so an interrupted load leaves the database as it was.
The tables are locked meanwhile: nobody reads them until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Step = Callable[[str], None]

# Foreign keys that leave or reach one of the tables.
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype = 'f' AND (conrelid = ANY (%(tables)s::regclass[]) OR confrelid = ANY (%(tables)s::regclass[]))
ORDER BY 1, 2
"""

# Indexes that no constraint needs.
INDEXES = """
SELECT c.oid::regclass::text, pg_get_indexdef(c.oid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY (%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
ORDER BY 1
"""


@contextmanager
def bulk_load(cursor: Any, tables: list[str], step: Step) -> Iterator[None]:
    """Inside the block, insert rows with nothing but primary keys and checks to maintain."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(FOREIGN_KEYS, {"tables": tables})
    foreign_keys = cursor.fetchall()
    cursor.execute(INDEXES, {"tables": tables})
    indexes = cursor.fetchall()
    for table, name, _definition in foreign_keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for name, definition in indexes:
        step(f"Index {name}")
        cursor.execute(definition)
    step("Clés étrangères")
    for table, name, definition in foreign_keys:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(f"ANALYZE {', '.join(tables)}")
