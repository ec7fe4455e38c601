"""No query of the map's path reads a whole big table: the plans are read on a catalogue of 20,000 records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from pytest_django import DjangoDbBlocker

from catalogue.management import synthetic
from catalogue.models import Record
from catalogue.public import tiles
from catalogue.public.search import results
from catalogue.public.search.filters import RecordFilterForm
from catalogue.records import permissions
from catalogue.workshop.queue import listing
from tests import factories

RECORDS = 20_000
BIG = {
    "catalogue_record",
    "catalogue_searchentry",
    "catalogue_mapentry",
    "catalogue_mapcell",
    "catalogue_mapshape",
    "catalogue_record_themes",
    "catalogue_record_stakes",
    "catalogue_record_programmes",
    "catalogue_experiment",
}
NEAR = "autour=1.05,47.05"


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A synthetic catalogue on four hundred communes, side by side."""
    with django_db_blocker.unblock():
        region = factories.territory("region")
        departement = factories.territory("departement", region=region)
        for n in range(400):
            factories.commune(
                lon=0.1 * (n % 20), lat=46.0 + 0.1 * (n // 20), departement=departement, region=region
            )
        synthetic.generate(RECORDS, seed=3)
        town = factories.organisation(slug="ville")
        for record in Record.objects.published().order_by("pk")[:30]:
            record.organisation_links.create(organisation=town)
    yield
    with django_db_blocker.unblock():
        town.record_links.all().delete()
        town.delete()
        synthetic.remove()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM geo_territory")


def scanned(sql: str, parameters: Any = ()) -> set[str]:
    """The tables that the plan of a query reads from end to end."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0]
    found, nodes = set(), [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    for node in nodes:
        if node["Node Type"].endswith("Seq Scan"):
            found.add(node["Relation Name"])
        nodes += node.get("Plans", [])
    return found


@pytest.fixture
def seen(crowd: None, db: None, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What each statement of a tile scans, read before it runs."""
    plans: list[set[str]] = []
    prepared = tiles.run_prepared

    def explained(statement: str, parameters: dict[str, Any]) -> Any:
        plans.append(scanned(statement, parameters))
        return prepared(statement, parameters)

    def watched(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "ST_AsMVT" in sql and not sql.startswith("EXPLAIN"):
            plans.append(scanned(sql, parameters))
        return execute(sql, parameters, many, context)

    monkeypatch.setattr(tiles, "run_prepared", explained)
    connection.execute_wrappers.append(watched)
    yield plans  # type: ignore[misc]
    connection.execute_wrappers.remove(watched)


@pytest.mark.parametrize(
    ("z", "x", "y"), [(3, 4, 2), (6, 32, 22), (9, 257, 180), (11, 1029, 721), (13, 4119, 2886)]
)
def test_a_tile_of_everything_scans_no_big_table(client: Any, seen: list[set[str]], z: int, x: int, y: int):
    assert client.get(f"/tuiles/fiches/{z}/{x}/{y}.mvt").status_code == 200
    assert seen
    assert not set.union(*seen) & BIG


@pytest.mark.parametrize(
    "query",
    [
        "type=operation",
        "theme=synthese-01&preuve=3",
        "de=2015&a=2020",
        "organisation=ville",
        f"{NEAR}&rayon=5",
    ],
)
def test_a_filtered_tile_scans_no_big_table(client: Any, seen: list[set[str]], query: str):
    assert client.get(f"/tuiles/fiches/12/2059/1443.mvt?{query}").status_code in {200, 204}
    assert seen
    assert not set.union(*seen) & BIG


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "bbox=1.0,47.0,1.1,47.1",
        f"{NEAR}&rayon=10&tri=distance",
        "tri=recent",
        "organisation=ville",
    ],
)
def test_a_page_of_the_list_scans_no_big_table(crowd: None, query: str):
    form = RecordFilterForm(QueryDict(query))
    assert form.is_valid(), form.errors
    records = form.search.narrow(Record.objects.published())
    page = results.sort(form.search, records).values_list("pk", flat=True)[:20]
    assert not scanned(*page.query.sql_with_params()) & BIG


@pytest.mark.django_db
@pytest.mark.parametrize("tab", ["", "personne", "moi", "a-completer", "toutes"])
def test_the_queue_of_the_curators_scans_no_big_table(crowd: None, tab: str):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_casefile (record_id, state, since)"
            " SELECT id, CASE WHEN id % 9 = 0 THEN 'a-completer' ELSE 'soumise' END,"
            " now() - id * interval '1 minute' FROM catalogue_record"
        )
        cursor.execute(
            "INSERT INTO catalogue_transition (record_id, from_state, to_state, action, reason, created_at)"
            " SELECT id, 'brouillon', 'soumise', 'submit', '', now() FROM catalogue_record"
        )
        cursor.execute("ANALYZE catalogue_casefile, catalogue_transition")
    curator = factories.curator()
    filters = listing.QueueFilters(tab=tab)
    records = listing.filter_records(permissions.in_field(curator), filters, curator)
    rows = listing.load_line_details(records)[:20]
    assert not scanned(*rows.query.sql_with_params()) & (BIG | {"catalogue_casefile", "catalogue_transition"})
