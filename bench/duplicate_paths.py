"""The possible duplicates of a record: found through the indexes, by comparing all, and in a crowd."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from bench.query_paths import median_ms
from catalogue.models import Curatorship, Record
from catalogue.records import permissions
from catalogue.workshop.duplicates import candidates
from catalogue.workshop.duplicates.views.lists import filter_pairs

RECORDS = 20
CROWD = 5_000
"""Records of one kind put at the point of one commune, under titles that are alike."""
NAIVE = """
SELECT o.id FROM catalogue_record r JOIN catalogue_record o ON o.kind = r.kind AND o.id <> r.id
WHERE r.id = %s AND o.state <> 'brouillon'
  AND similarity(f_unaccent(lower(o.title)), f_unaccent(lower(r.title))) >= 0.45
"""
GATHER = """
UPDATE catalogue_record r
SET territory_id = t.id, geometry = t.point, location_precision = 'commune', title = %s || r.id %% 1000
FROM (SELECT id, point FROM geo_territory
      WHERE level = 'commune' ORDER BY population DESC NULLS LAST LIMIT 1) t
WHERE r.id = ANY(%s)
"""


def measure() -> dict[str, float]:
    """Return the milliseconds for the pairs of one record; the database is left as it was."""
    with transaction.atomic():
        experiments = Record.objects.published().filter(kind=Record.Kind.EXPERIMENT).order_by("-pk")
        keys = list(experiments.values_list("pk", flat=True)[:CROWD])
        few = keys[:RECORDS]
        found = {
            "duplicates": median_ms([lambda key=key: candidates.refresh([key]) for key in few]),
            "duplicates_naive": median_ms([lambda key=key: _run(NAIVE, [key]) for key in few[:3]]),
        }
        _run(GATHER, ["Un jardin de pluie n° ", keys])
        _run("ANALYZE catalogue_record", [])
        found["duplicates_crowd"] = median_ms([lambda key=key: candidates.refresh([key]) for key in few])
        found["duplicates_list"] = median_ms([_list] * 5)
        transaction.set_rollback(True)
    return found


def _run(sql: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _list() -> int:
    """Read the first page of the workshop's list, for a curator of everything."""
    user, _made = User.objects.get_or_create(username="bench-doublons")
    Curatorship.objects.get_or_create(user=user)
    everything = {"voir": "", "type": "", "score": "", "region": None}
    return len(filter_pairs(permissions.in_field(user), everything)[:20])
