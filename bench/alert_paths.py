"""A publication under twenty thousand saved searches: the reverse match, its own SQL, and the naive way."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from bench.query_paths import median_ms, search_of
from catalogue.alerts import matching, zones
from catalogue.alerts.statements import find_sql
from catalogue.models import AlertMatch, Record, SavedSearch, Theme
from geo.models import Territory

SEARCHES = 20_000
RECORDS = 20
SAMPLE = 50
"""Searches run one by one, from which the naive way is extrapolated."""


def measure() -> dict[str, float]:
    """Return the milliseconds to match one record with SEARCHES searches; the database is left as it was."""
    with transaction.atomic():
        owner = User.objects.create_user("bench-alertes")
        places = Territory.objects.current().filter(level__in=["commune", "epci", "departement", "region"])
        terms = [f"theme:{code}" for code in Theme.objects.values_list("code", flat=True)]
        create_searches(
            owner, list(places.order_by("pk").values_list("pk", flat=True)[::9]), [*terms, "statut:termine"]
        )
        records = list(
            Record.objects.published().located().order_by("-pk").values_list("pk", flat=True)[:RECORDS]
        )
        found = {
            "alerts_raw": median_ms([lambda key=key: _raw(key) for key in records]),
            "alerts": median_ms([lambda key=key: _whole(key) for key in records]),
            "alerts_naive": median_ms([lambda key=key: _naive(key) for key in records[:3]])
            * SEARCHES
            / SAMPLE,
        }
        transaction.set_rollback(True)
    return found


def _raw(key: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(find_sql(), matching.parameters([key]))
        return cursor.fetchall()


def _whole(key: int) -> int:
    """Run all that a publication triggers: words read again, the match, the rows that it leaves."""
    AlertMatch.objects.all().delete()
    return matching.match_published([key])


def _naive(key: int) -> int:
    """Run each search in turn to see whether it would list the record."""
    search = search_of("preuve=1")
    published = Record.objects.published()
    return sum(search.narrow(published).filter(pk=key).exists() for _n in range(SAMPLE))


def create_searches(
    owner: User, territories: list[int], terms: list[str], searches: int = SEARCHES, seed: float = 0.5
) -> None:
    """Searches drawn at random over metropolitan France: half within a circle or a window, a quarter within a
    territory, a fifth by facets alone, the rest of everything.

    The first is made by Django, the others are copies of it in which what varies is drawn.
    """
    model = SavedSearch.objects.create(
        user=owner,
        name="Recherche",
        query_string="n=0",
        read_at=timezone.now(),
        criteria="essai",
        reason_words={"terms": {}, "place": "", "others": "", "solution": ""},
    )
    columns = [field.column for field in SavedSearch._meta.concrete_fields if not field.primary_key]
    statement = COPIES.format(
        columns=", ".join(columns),
        values=", ".join(DRAWN.get(column, f"model.{column}") for column in columns),
    )
    drawn = {
        "searches": searches - 1,
        "model": model.pk,
        "kinds": Record.Kind.values,
        "territories": territories,
        "terms": terms,
        "margin": zones.MARGIN,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s), set_config('statement_timeout', '0', true)", [seed])
        cursor.execute(statement, drawn)
        cursor.execute("ANALYZE catalogue_savedsearch")


DRAWN = {
    "name": "'Recherche ' || n",
    "query_string": "'n=' || n",
    "kinds": "CASE WHEN n %% 3 > 0 THEN ARRAY[one_of_kinds] ELSE '{}' END",
    "centre": "CASE WHEN lot < 6 THEN place::geography END",
    "radius_m": "CASE WHEN lot < 6 THEN metres END",
    "zone": """CASE
        WHEN lot < 6 THEN ST_Buffer(place::geography, metres * %(margin)s, 'quad_segs=16')::geometry
        WHEN lot < 10
        THEN ST_MakeEnvelope(ST_X(place), ST_Y(place), ST_X(place) + side, ST_Y(place) + side, 4326)
    END""",
    "territory_id": "CASE WHEN lot BETWEEN 10 AND 14 THEN one_of_territories END",
    "terms": "CASE WHEN by_facets THEN wanted ELSE '{}' END",
    "facets": """CASE
        WHEN by_facets THEN (SELECT count(DISTINCT split_part(term, ':', 1)) FROM unnest(wanted) term)
        ELSE 0
    END""",
}
"""What varies from one search of the crowd to the next; the rest is the model's."""
COPIES = """
WITH draw AS MATERIALIZED (
    SELECT n, n %% 20 AS lot, n %% 20 BETWEEN 15 AND 18 OR n %% 4 = 0 AS by_facets,
        ST_SetSRID(ST_MakePoint(-4.5 + 12 * random(), 43 + 7.5 * random()), 4326) AS place,
        (ARRAY[5000.0, 20000.0, 50000.0])[ceil(3 * random())] AS metres,
        0.05 + 0.95 * random() AS side,
        (%(kinds)s::text[])[ceil(cardinality(%(kinds)s::text[]) * random())] AS one_of_kinds,
        (%(territories)s::bigint[])[ceil(cardinality(%(territories)s::bigint[]) * random())]
            AS one_of_territories,
        ARRAY(SELECT term FROM unnest(%(terms)s::text[]) term ORDER BY random() + n * 0 LIMIT 2) AS wanted
    FROM generate_series(1, %(searches)s) n
)
INSERT INTO catalogue_savedsearch ({columns})
SELECT {values} FROM draw, catalogue_savedsearch model WHERE model.id = %(model)s
"""
