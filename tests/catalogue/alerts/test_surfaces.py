"""One search, every surface: list, counts, tiles, exports and alerts answer each filter alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from catalogue.models import MapEntry, Record
from catalogue.public import tiles
from catalogue.public.search.filters import NO_FILTER, RecordFilterForm
from tests.catalogue.alerts.searches import find_matches, saved
from tests.catalogue.mvt import decode

pytestmark = pytest.mark.django_db

ZOOM = tiles.AGGREGATE_MAX_ZOOM + 1
"""The first zoom whose tiles name every record."""
VALUES: dict[str, list[dict[str, Any]]] = {
    "q": [{"q": "compost"}, {"q": "chaussée OU école"}],
    "type": [{"type": "site"}, {"type": ["besoin", "operation"]}],
    "theme": [{"theme": ["eau", "sols"]}],
    "enjeu": [{"enjeu": "inclusion"}],
    "programme": [{"programme": "divd"}],
    "preuve": [{"preuve": 0}, {"preuve": 3}],
    "statut": [{"statut": ["termine", "ouvert"]}],
    "label": [{"label": "2016-2022:etape-1"}],
    "mesures": [{"mesures": "oui"}],
    "documents": [{"documents": "oui"}],
    "de": [{"de": 2015}],
    "a": [{"a": 2015}],
    "population_min": [{"population_min": 3000}],
    "population_max": [{"population_max": 3000}],
    "densite": [{"densite": ["1", "5"]}],
    "organisation": [{"organisation": "porteur"}, {"organisation": "reunie", "theme": "eau"}],
    "territoire": [{"territoire": "epci:200000001"}],
    "jumeaux": [{"jumeaux": "commune:35001"}],
    "autour": [{"autour": "-2.7,47.7"}, {"autour": "179.99,-16.65", "rayon": 200}],
    "bbox": [{"bbox": "-5,41,10,52"}, {"bbox": "170,-60,-170,20"}],
}


@pytest.fixture(autouse=True)
def _version_is_always_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "VERSION_S", -1.0)


def listed(client: Client, query: str) -> list[str]:
    """The slugs of the list, page after page, whose number is that of the count above it."""
    slugs: list[str] = []
    number, last = 1, 1
    while number <= last:
        context = client.get(f"/fiches/?{query}&page={number}").context
        slugs += [card.slug for card in context["records"]]
        number, last = number + 1, context["page"].paginator.num_pages
    assert context["filters"]["total"] == len(slugs), query
    return slugs


def exported(client: Client, query: str) -> Iterator[list[str]]:
    """The slugs of each export."""
    response = client.get(f"/fiches.csv?{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert response["X-Total"] == str(len(rows)), query
    yield [row["slug"] for row in rows]
    collection = client.get(f"/fiches.geojson?{query}").json()
    assert collection["numberMatched"] == len(collection["features"]), query
    yield [feature["id"] for feature in collection["features"]]


def drawn(client: Client, query: str) -> list[str]:
    """The slugs of the tiles where records are, as many as the tile of the whole world counts."""
    shift = 21 - ZOOM
    places = {(col >> shift, line >> shift) for col, line in MapEntry.objects.values_list("col", "line")}
    slugs: list[str] = []
    for x, y in places:
        layers = decode(client.get(f"/tuiles/fiches/{ZOOM}/{x}/{y}.mvt?{query}").content)
        slugs += [feature["slug"] for feature in layers.get("fiches", [])]
    world = decode(client.get(f"/tuiles/fiches/0/0/0.mvt?{query}").content)
    assert sum(feature["n"] for feature in world.get("agregats", [])) == len(slugs), query
    return slugs


def alerted(query: str) -> list[str]:
    """The slugs of the records that a saved search is alerted to, when all are published anew."""
    search = saved(query)
    pairs = find_matches(list(Record.objects.values_list("pk", flat=True)))
    keys = [record for one, record in pairs if one == search.pk]
    return list(Record.objects.filter(pk__in=keys).values_list("slug", flat=True))


def test_every_filter_of_the_form_is_walked():
    assert set(VALUES) == set(RecordFilterForm.base_fields) - NO_FILTER


@pytest.mark.parametrize("names", [list(VALUES)[start::4] for start in range(4)], ids="abcd")
def test_every_surface_answers_a_filter_alike(client, records, likeness, names):
    located = set(Record.objects.published().located().values_list("slug", flat=True))
    for values in (values for name in names for values in VALUES[name]):
        query = urlencode(values, doseq=True)
        found = sorted(listed(client, query))
        assert found, query
        assert len(found) < Record.objects.published().count(), query
        for slugs in exported(client, query):
            assert sorted(slugs) == found, query
        assert sorted(drawn(client, query)) == [slug for slug in found if slug in located], query
        assert sorted(alerted(query)) == found, query
