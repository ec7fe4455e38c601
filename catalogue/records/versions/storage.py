"""Save versions around a write: before it the state that nobody saved, after it what it changed.

Everything happens in the database: a version is inserted where the digest of the record differs from that of
its last version. The lock of the record makes the numbers follow one another. A draft has no version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from catalogue.models import Record
from catalogue.models.versions import RecordVersion
from catalogue.queue import defer_task
from catalogue.records import completeness
from catalogue.records.versions.reading import build_statement

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

CHUNK = 1000
"""Records read in one statement: what it holds in memory is bounded."""
INSERT = """
INSERT INTO catalogue_recordversion (record_id, number, made_at, actor_id, origin, reason, data, digest)
SELECT now.id, coalesce(last.number, 0) + 1, %s, %s, %s, %s, now.data, now.digest
FROM (SELECT id, data, md5(data::text) AS digest FROM ({now} OFFSET 0) present OFFSET 0) now
LEFT JOIN LATERAL (
    SELECT v.number, v.digest, v.data FROM catalogue_recordversion v
    WHERE v.record_id = now.id ORDER BY v.number DESC LIMIT 1
) last ON true
WHERE last.digest IS NULL OR last.digest <> now.digest AND last.data <> now.data - ARRAY(
    SELECT key FROM jsonb_each(now.data) WHERE value IN ('null', '""', '[]') AND NOT last.data ? key
)
"""
"""The last version is found by recordversion_number_once. OFFSET 0: the data of a record is computed once.
An empty field that the last version does not know is one that the models have since.
"""


def save_before(pks: Iterable[int]) -> None:
    """Lock the records and save them as they are, where no version has them so.

    Call it inside the transaction of a write, before it. What it finds has no author: it is the
    state before the first change that is followed, or a write that saved no version.
    """
    rows = Record.objects.select_for_update().filter(pk__in=set(pks)).order_by("pk")
    _insert(rows, None, RecordVersion.Origin.FOUND, "")


def save_after(pks: Iterable[int], actor: User | None, origin: str, reason: str = "") -> None:
    """Save the records after a write, where it changed them, and have them checked."""
    written = sorted(set(pks))
    _insert(Record.objects.filter(pk__in=written), actor, RecordVersion.Origin(origin), reason)
    completeness.measure_records(written)
    for start in range(0, len(written), CHUNK):
        defer_task("check_quality", records=written[start : start + CHUNK])


def _insert(rows: QuerySet[Record], actor: User | None, origin: str, reason: str) -> None:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for pk, kind, state in rows.values_list("pk", "kind", "state"):
        if state != Record.State.DRAFT:
            by_kind[kind].append(pk)
    values = [timezone.now(), actor.pk if actor else None, str(origin), reason]
    for kind, found in sorted(by_kind.items()):
        for start in range(0, len(found), CHUNK):
            with connection.cursor() as cursor:
                cursor.execute(
                    INSERT.format(now=build_statement(kind)), [*values, found[start : start + CHUNK]]
                )
