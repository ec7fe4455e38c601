"""The curators’ queue when a hundred thousand records wait: its page, its own SQL, its hardest orders."""

from __future__ import annotations

import time

from django.db import connection, transaction

from bench.pages import RUNS, curator, own_ms, page_ms
from bench.query_paths import fetch_all, median_ms
from catalogue.models import Theme
from catalogue.records import completeness
from geo.models import Territory

PAGE = "/atelier/"

# they wait, one in ten with a doubt: triggers and checks aside, which are not what is measured
FILL = """
INSERT INTO catalogue_casefile (record_id, state, since, completeness)
SELECT id, CASE WHEN id % 4 = 0 THEN 'en-instruction' ELSE 'soumise' END,
       now() - (id % 5000) * interval '1 hour', id % 101
FROM catalogue_record ORDER BY id LIMIT 100000 ON CONFLICT DO NOTHING;
INSERT INTO catalogue_qualityfinding (record_id, code, severity, detail, since, changed_at, waiver)
SELECT id, 'essai', 2, '{}', now(), now(), '' FROM catalogue_record WHERE id % 10 = 0;
"""
FIRST = """
SELECT record_id FROM catalogue_casefile WHERE state IN ('soumise', 'en-instruction')
ORDER BY since, record_id LIMIT 20
"""


def measure() -> dict[str, float]:
    """Return the milliseconds of the queue; the database is left as it was."""
    with transaction.atomic():
        _user, client = curator("bench-file")
        with connection.cursor() as cursor:
            cursor.execute(FILL)
            cursor.execute("ANALYZE catalogue_casefile, catalogue_qualityfinding")
        found = {
            "workshop": page_ms(client, PAGE),
            "workshop_raw": own_ms(lambda: client.get(PAGE)),
            "workshop_first": median_ms([lambda: fetch_all(FIRST, [])] * RUNS),
        }
        found |= {name: page_ms(client, PAGE + query, runs=3) for name, query in _queries().items()}
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalogue_casefile SET completeness = NULL")
        began = time.perf_counter()
        completeness.measure_waiting()
        found["workshop_measure"] = 1000 * (time.perf_counter() - began)
        transaction.set_rollback(True)
    return found


def _queries() -> dict[str, str]:
    """The filters and orders that cost most."""
    region = Territory.objects.current().at_level("region").order_by("code").values_list("code", flat=True)[5]
    theme = Theme.objects.order_by("code").values_list("code", flat=True)[0]
    return {
        "workshop_region_theme": f"?region={region}&theme={theme}",
        "workshop_words": "?q=place",
        "workshop_completeness": "?tri=completes&complet=moyenne",
        "workshop_doubts": "?tri=doutes&doutes=avec",
        "workshop_all": "?voir=toutes&q=place",
    }
