"""What the checks found in a hundred thousand records, and a record of five hundred versions."""

from __future__ import annotations

from django.db import connection, transaction
from django.test import Client

from bench.pages import curator, own_ms, page_ms
from catalogue.models import Record
from catalogue.models.versions import RecordVersion
from catalogue.records import versions
from catalogue.workshop.quality.refresh import refresh_findings

VERSIONS = 500
QUALITY = "/atelier/qualite/"
AGED = """
INSERT INTO catalogue_recordversion (record_id, number, made_at, origin, reason, data, digest)
SELECT record_id, n, now() - (%(versions)s - n) * interval '1 day', origin, reason,
       jsonb_set(data, '{title}', to_jsonb('Titre ' || n)), md5(n::text)
FROM catalogue_recordversion, generate_series(2, %(versions)s) n WHERE record_id = %(record)s AND number = 1
"""


def measure() -> dict[str, float]:
    """Return the milliseconds of the two pages and of their own SQL; the database is left as it was."""
    with transaction.atomic():
        _user, client = curator("bench-relecture")
        refresh_findings()
        record = Record.objects.published().filter(kind=Record.Kind.OPERATION).latest("pk")
        versions.save_after([record.pk], None, RecordVersion.Origin.FOUND)
        with connection.cursor() as cursor:
            cursor.execute(AGED, {"versions": VERSIONS, "record": record.pk})
            cursor.execute("ANALYZE catalogue_qualityfinding, catalogue_recordversion")
        history = f"/atelier/fiches/{record.slug}/versions/"
        found = {
            **_page(client, "quality", QUALITY),
            **_page(client, "history", history),
            **_page(client, "compare", f"{history}comparer/?de=1&a={VERSIONS}"),
        }
        transaction.set_rollback(True)
    return found


def _page(client: Client, name: str, url: str) -> dict[str, float]:
    return {name: page_ms(client, url), f"{name}_raw": own_ms(lambda: client.get(url))}
