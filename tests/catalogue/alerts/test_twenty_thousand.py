"""The reverse match at twenty thousand alerts: the exact set, found through the indexes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import connection, transaction
from django.db.models import Q
from pytest_django import DjangoDbBlocker

from bench.alert_paths import SEARCHES, create_searches
from catalogue.alerts import matching
from catalogue.alerts.statements import find_sql
from catalogue.models import AlertMatch, Record, SavedSearch
from tests import factories


@pytest.fixture(scope="module")
def record(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Record]:
    """A need at Rennes under two facets, and the crowd of those who look for something."""
    with django_db_blocker.unblock(), transaction.atomic():
        themes = [factories.theme(code=f"t{n}") for n in range(12)]
        region = factories.territory("region")
        places = [factories.commune(region=region) for _n in range(300)]
        need = factories.need(territory=places[7], geometry=Point(-1.68, 48.11, srid=4326))
        need.themes.set(themes[:2])
        terms = [f"theme:{theme.code}" for theme in themes] + ["statut:ouvert", "densite:2"]
        create_searches(factories.account(), [place.pk for place in [*places, region]], terms)
        yield need
        transaction.set_rollback(True)


def expected(record: Record) -> set[int]:
    """The searches that want the record, each condition asked from Django on its own."""
    own = {f"theme:{theme.code}" for theme in record.themes.all()}
    place = record.territory
    assert place is not None
    within = [place.pk, place.epci_id, place.region_id]
    plain = SavedSearch.objects.filter(
        Q(kinds=[]) | Q(kinds__contains=[record.kind]),
        Q(territory__isnull=True) | Q(territory__in=within),
        Q(zone__isnull=True) | Q(zone__bboverlaps=record.geometry),
    )
    near = {
        pk
        for metres in (5_000, 20_000, 50_000)
        for pk in SavedSearch.objects.filter(
            radius_m=metres, centre__dwithin=(record.geometry, D(m=metres))
        ).values_list("pk", flat=True)
    }
    found = set()
    for pk, radius, terms, facets in plain.values_list("pk", "radius_m", "terms", "facets"):
        borne = {term.partition(":")[0] for term in terms if term in own}
        if len(borne) == facets and (radius is None or pk in near):
            found.add(pk)
    return found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


@pytest.mark.django_db
def test_the_exact_set_and_once(record):
    assert SavedSearch.objects.count() == SEARCHES
    wanted = expected(record)
    assert len(wanted) > 500
    assert matching.match_published([record.pk]) == len(wanted)
    assert set(AlertMatch.objects.values_list("search_id", flat=True)) == wanted
    assert matching.match_published([record.pk]) == 0


@pytest.mark.django_db
def test_candidates_come_by_the_indexes(record):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {find_sql()}", matching.parameters([record.pk]))
        plan = cursor.fetchone()[0]
    found = list(nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    indexes = {node["Index Name"] for node in found if "Index Name" in node}
    zone = {name for name in indexes if "zone" in name}
    assert zone, indexes
    assert {"savedsearch_terms", "savedsearch_everywhere"} <= indexes
    assert any("territory" in name for name in indexes)
    assert not [
        node
        for node in found
        if node["Node Type"].endswith("Seq Scan") and node["Relation Name"] == "catalogue_savedsearch"
    ]
