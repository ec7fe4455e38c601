"""A publication under twenty thousand saved searches: the reverse match, its own SQL, and the naive way."""

from __future__ import annotations

import random
from typing import Any

from django.contrib.auth.models import User
from django.contrib.gis.geos import Point, Polygon
from django.db import connection, transaction
from django.utils import timezone

from bench.query_paths import form_of, median_ms
from catalogue.alerts import matching
from catalogue.alerts.statements import FIND
from catalogue.alerts.zones import circle
from catalogue.models import AlertMatch, Record, SavedSearch, Theme
from geo.models import Territory

SEARCHES = 20_000
RECORDS = 20
SAMPLE = 50
"""Searches asked one by one, from which the naive way is told."""


def measure() -> dict[str, float]:
    """Milliseconds to match one record with SEARCHES searches; nothing is left in the base."""
    with transaction.atomic():
        owner = User.objects.create_user("bench-alertes")
        places = Territory.objects.current().filter(level__in=["commune", "epci", "departement", "region"])
        terms = [f"theme:{code}" for code in Theme.objects.values_list("code", flat=True)]
        crowd(
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
        cursor.execute(FIND, matching.parameters([key]))
        return cursor.fetchall()


def _whole(key: int) -> int:
    """All that a publication sets off: words read again, the match, the rows that it leaves."""
    AlertMatch.objects.all().delete()
    return matching.match_published([key])


def _naive(key: int) -> int:
    """Each search asked in turn whether it would list the record."""
    form = form_of("preuve=1")
    published = Record.objects.published()
    return sum(form.narrow(published).filter(pk=key).exists() for _n in range(SAMPLE))


def crowd(
    owner: User, territories: list[int], terms: list[str], searches: int = SEARCHES, seed: int = 1
) -> None:
    """Searches drawn at random over metropolitan France: half within a circle or a window, a quarter within a
    territory, a fifth by facets alone, the rest of everything."""
    draw = random.Random(seed)
    rows = [_search(owner, draw, n, territories, terms) for n in range(searches)]
    SavedSearch.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalogue_savedsearch")


def _search(
    owner: User, draw: random.Random, n: int, territories: list[int], terms: list[str]
) -> SavedSearch:
    fields: dict[str, Any] = {"kinds": [draw.choice(Record.Kind.values)] if n % 3 else []}
    place = Point(draw.uniform(-4.5, 7.5), draw.uniform(43, 50.5), srid=4326)
    if n % 20 < 6:
        metres = draw.choice([5_000.0, 20_000.0, 50_000.0])
        fields |= {"centre": place, "radius_m": metres, "zone": circle(place, metres)}
    elif n % 20 < 10:
        side = draw.uniform(0.05, 1)
        fields["zone"] = Polygon.from_bbox((place.x, place.y, place.x + side, place.y + side))
        fields["zone"].srid = 4326
    elif n % 20 < 15:
        fields["territory_id"] = draw.choice(territories)
    if 15 <= n % 20 < 19 or n % 4 == 0:
        wanted = draw.sample(terms, k=min(len(terms), 2))
        fields |= {"terms": wanted, "facets": len({term.partition(":")[0] for term in wanted})}
    return SavedSearch(
        user=owner,
        name=f"Recherche {n}",
        query_string=f"n={n}",
        read_at=timezone.now(),
        criteria="essai",
        told={"terms": {}, "place": "", "others": "", "solution": ""},
        **fields,
    )
