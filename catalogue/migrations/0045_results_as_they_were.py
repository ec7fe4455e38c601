"""What the results of before say of themselves in the new columns, and every level computed again.

A starting value was what was measured before: its result is compared with « avant ». A name that is exactly
that of one organisation is that organisation. Object and class stay empty: nobody has said them, and such a
result proves nothing until somebody does. What was ticked as independent is not carried over.

The digests by which the undo of an import sees that somebody touched a record covered the former tick:
they are made anew without it, for the records that nobody has touched.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

COMPARED = "UPDATE catalogue_indicator SET reference = 'avant' WHERE baseline IS NOT NULL"
MEASURER = """
UPDATE catalogue_indicator i SET measurer_id = o.id
FROM (SELECT lower(btrim(name)) AS name, min(id) AS id FROM catalogue_organisation
      WHERE is_active GROUP BY 1 HAVING count(*) = 1) o
WHERE lower(btrim(i.measured_by)) = o.name
"""
CHUNK = 50
"""Solutions whose levels are computed at once: of big sets the triggers compare every row with every other."""
LEVELS = """
SELECT catalogue_refresh_proof(
    ARRAY(SELECT record_ptr_id FROM catalogue_experiment WHERE solution_id = ANY (%(solutions)s)), %(solutions)s)
"""
TABLE, TICK = "catalogue_indicator", "is_independent"


def compute_levels(apps: Any, schema_editor: Any) -> None:
    solutions = list(
        apps.get_model("catalogue", "Solution").objects.order_by("pk").values_list("pk", flat=True)
    )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for start in range(0, len(solutions), CHUNK):
            cursor.execute(LEVELS, {"solutions": solutions[start : start + CHUNK]})


def renew_digests(apps: Any, schema_editor: Any) -> None:
    batches = apps.get_model("catalogue", "ImportBatch").objects.filter(
        nature="experimentation", state="ecrit"
    )
    for batch in batches.exclude(report__shape=None).iterator(chunk_size=1):
        shape = batch.report["shape"]
        without = [
            [table, key, [c for c in columns if (table, c) != (TABLE, TICK)]] for table, key, columns in shape
        ]
        if without != shape:
            stored = batch.report.get("digests", {})
            now = digest(schema_editor, shape, stored)
            renewed = digest(schema_editor, without, stored)
            batch.report["digests"] = {
                pk: renewed.get(pk, "") if now.get(pk) == text else "" for pk, text in stored.items()
            }
            batch.report["shape"] = without
            batch.save(update_fields=["report"])


def digest(schema_editor: Any, shape: Any, pks: Any) -> dict[str, str]:
    """The digests of ``catalogue.records.snapshots`` as they were when this was written."""
    quoted = schema_editor.connection.ops.quote_name

    def row(alias: str, columns: Any) -> str:
        return f"ROW({', '.join(f'{alias}.{quoted(name)}' for name in columns)})::text"

    (table, key, columns), *others = shape
    parts = [row("r", columns)]
    for number, (other, owner, names) in enumerate(others):
        text = row(f"x{number}", names)
        parts.append(
            f"(SELECT string_agg({text}, ',' ORDER BY {text}) FROM {quoted(other)} x{number}"  # noqa: S608
            f" WHERE x{number}.{quoted(owner)} = r.{quoted(key)})"
        )
    texts = ", ".join(f"coalesce({part}, '')" for part in parts)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.{quoted(key)}, md5(concat_ws(chr(31), {texts}))"  # noqa: S608
            f" FROM {quoted(table)} r WHERE r.{quoted(key)} = ANY(%s)",
            [[int(pk) for pk in pks]],
        )
        return {str(pk): found for pk, found in cursor.fetchall()}


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0044_proof_of_what")]
    operations = [
        migrations.RunSQL(COMPARED, migrations.RunSQL.noop),
        migrations.RunSQL(MEASURER, migrations.RunSQL.noop),
        migrations.RunPython(renew_digests, migrations.RunPython.noop),
        migrations.RunPython(compute_levels, migrations.RunPython.noop),
    ]
