"""Record tiles: the same set as the list, nothing unpublished, and answers that a cache can keep."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.db import connection
from django.test import Client

from catalogue.models import CatalogueChange, MapCell, MapEntry, Record
from catalogue.public import tiles
from tests import factories
from tests.catalogue.mvt import decode

pytestmark = pytest.mark.django_db

WORLD = "/tuiles/fiches/0/0/0.mvt"


@pytest.fixture(autouse=True)
def _version_is_always_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """No version known from another test."""
    monkeypatch.setattr(tiles, "VERSION_S", -1.0)


def publish(record: Record, **fields: Any) -> Record:
    """The record, published, with other fields changed."""
    Record.objects.filter(pk=record.pk).update(state="publiee", **fields)
    record.refresh_from_db()
    return record


def site(lon: float, lat: float, **fields: Any) -> Record:
    """A published test site at a point (degrees, srid 4326)."""
    return factories.test_site(
        geometry=Point(lon, lat, srid=4326), location_precision="exacte", state="publiee", **fields
    )


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile of a zoom that holds a point (degrees)."""
    side = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * side), int(y * side)


def address(z: int, x: int, y: int, query: str = "") -> str:
    """The address of a tile."""
    return f"/tuiles/fiches/{z}/{x}/{y}.mvt" + (f"?{query}" if query else "")


def layers(client: Client, where: str) -> dict[str, list[dict[str, Any]]]:
    """Properties of the features of each layer of a tile."""
    response = client.get(where)
    assert response.status_code in {200, 204}
    return decode(response.content)


def union(client: Client, z: int, query: str = "") -> Iterator[dict[str, Any]]:
    """The features of every tile of a zoom where a record may be."""
    places = [entry.point.transform(4326, clone=True) for entry in MapEntry.objects.all()]
    squares = {tile_at(place.x, place.y, z) for place in places}
    for square in squares:
        found = layers(client, address(*square, query))
        yield from found.get("agregats", []) + found.get("fiches", [])


@pytest.fixture
def scattered(client: Client) -> list[Record]:
    """Forty sites: around Rennes, on the edges of tiles, on one another, overseas."""
    places = [(-1.7 + 0.003 * i, 48.1 + 0.002 * (i % 7)) for i in range(30)]
    places += [
        (0.0, 0.0),
        (0.0, 48.92249926375824),
        (-1.7, 48.1),
        (-1.7, 48.1),
        (55.45, -20.88),
        (-149.57, -17.53),
    ]
    places += [(179.9999, -16.5), (-180.0, 60.0), (11.25, 40.97989806962013), (-22.5, 0.0)]
    return [site(lon, lat, title=f"Site {i}") for i, (lon, lat) in enumerate(places)]


@pytest.mark.parametrize("zoom", [0, 3, 5, 6, 7, 9, 12, 16])
def test_the_union_of_the_tiles_of_a_zoom_is_the_list(client: Client, scattered: list[Record], zoom: int):
    found = list(union(client, zoom))
    assert sum(feature.get("n", 1) for feature in found) == len(scattered)
    slugs = Counter(feature["slug"] for feature in found if "slug" in feature)
    assert set(slugs.values()) <= {1}
    if zoom > tiles.AGGREGATE_MAX_ZOOM:
        assert set(slugs) == {record.slug for record in scattered}


def test_a_crowded_tile_counts_instead_of_leaving_out(
    client: Client, scattered: list[Record], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tiles, "MAX_POINTS", 5)
    for zoom in (8, 10, 12, 14):
        assert sum(feature.get("n", 1) for feature in union(client, zoom)) == len(scattered)


def test_a_lone_record_of_a_low_zoom_can_be_opened(client: Client):
    lone = site(2.0, 47.0, title="Halle d’essai")
    (feature,) = layers(client, address(*tile_at(2.0, 47.0, 4)))["agregats"]
    assert feature == {"n": 1, "site": 1, "slug": lone.slug, "kind": "site", "title": "Halle d’essai"}


def test_records_on_one_point_are_all_there(client: Client):
    twins = {site(2.0, 47.0).slug, site(2.0, 47.0).slug}
    assert {
        feature["slug"] for feature in layers(client, address(*tile_at(2.0, 47.0, 16)))["fiches"]
    } == twins


def test_a_perimeter_and_a_street_are_drawn(client: Client):
    publish(factories.operation(), geometry=factories.square(2.0, 47.0, 0.05), location_precision="exacte")
    publish(
        factories.test_site(),
        geometry=LineString((2.0, 47.0), (2.03, 47.0), srid=4326),
        location_precision="exacte",
    )
    kinds = {feature["kind"] for feature in layers(client, address(*tile_at(2.01, 47.005, 11)))["perimetres"]}
    assert kinds == {"operation", "site"}


@pytest.mark.parametrize(
    "state", ["brouillon", "soumise", "en-instruction", "a-completer", "refusee", "archivee"]
)
@pytest.mark.parametrize("zoom", [0, 6, 9, 13])
def test_nothing_unpublished_is_ever_in_a_tile(client: Client, state: str, zoom: int):
    record = site(2.0, 47.0)
    Record.objects.filter(pk=record.pk).update(state=state)
    for query in (
        "",
        "type=site",
        "territoire=commune:" + record.territory.code if record.territory else "type=site",
    ):
        assert client.get(address(*tile_at(2.0, 47.0, zoom), query)).status_code == 204
    assert not MapEntry.objects.exists()


def test_what_moves_changes_or_goes_is_followed(client: Client):
    record = site(2.0, 47.0, title="Avant")
    there, here = address(*tile_at(2.0, 47.0, 9)), address(*tile_at(5.0, 45.0, 9))
    Record.objects.filter(pk=record.pk).update(geometry=Point(5.0, 45.0, srid=4326), title="Après")
    assert client.get(there).status_code == 204
    assert layers(client, here)["fiches"][0]["title"] == "Après"
    assert sum(feature["n"] for feature in layers(client, WORLD)["agregats"]) == 1
    Record.objects.filter(pk=record.pk).first().as_site.delete()
    assert client.get(here).status_code == 204
    assert client.get(WORLD).status_code == 204


def test_cells_stay_exact_when_they_are_compacted(client: Client):
    records = [site(2.0 + i / 1000, 47.0) for i in range(5)]
    for record in records[:3]:
        Record.objects.filter(pk=record.pk).update(state="archivee")
    before = layers(client, WORLD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_compact_map()")
    assert layers(client, WORLD) == before
    assert MapCell.objects.filter(zoom=0).count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_rebuild_map()")
    assert layers(client, WORLD) == before


FILTERS = [
    "type=site",
    "type=site&type=besoin",
    "type=besoin&theme=sols",
    "theme=sols",
    "statut=ouvert",
    "preuve=0",
    "preuve=3",
    "mesures=oui",
    "de=2020",
    "a=2016",
    "de=2014&a=2016&type=besoin",
    "autour=2.0,47.0&rayon=30",
    "bbox=1.9,46.9,2.1,47.1",
    "q=lavoir",
    "population_min=500",
    "tri=recent",
]


@pytest.mark.parametrize("query", FILTERS)
def test_every_filter_of_the_list_is_honoured(client: Client, query: str):
    kept = site(2.0, 47.0, year_start=2021, site_state="ouvert", title="Lavoir")
    kept.themes.add(factories.theme(code="sols"))
    site(2.05, 47.01, year_start=2012, year_end=2022)
    factories.need(geometry=Point(3.0, 47.5, srid=4326), year_start=2015)
    factories.measured_experiment(
        geometry=Point(2.01, 47.0, srid=4326), solution=factories.solution(state="brouillon")
    )
    listed = client.get(f"/fiches.geojson?{query}").json()["numberMatched"]
    for zoom in (4, 8, 14):
        assert sum(feature.get("n", 1) for feature in union(client, zoom, query)) == listed


def test_a_known_version_is_answered_304_without_the_tile(client: Client, monkeypatch: pytest.MonkeyPatch):
    site(2.0, 47.0)
    first = client.get(WORLD)
    assert first["Cache-Control"] == "public, max-age=30"
    monkeypatch.setattr(tiles, "record_tile", lambda *_: pytest.fail("the tile was made"))
    again = client.get(WORLD, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_only_what_the_public_sees_changes_the_version(client: Client):
    draft, shown = factories.test_site(state="brouillon"), site(2.0, 47.0)
    first = client.get(WORLD)["ETag"]
    Record.objects.filter(pk=draft.pk).update(title="Brouillon repris")
    draft.themes.add(factories.theme())
    assert client.get(WORLD)["ETag"] == first
    shown.themes.add(factories.theme())
    second = client.get(WORLD)["ETag"]
    assert second != first
    Record.objects.filter(pk=shown.pk).update(state="archivee")
    assert client.get(WORLD, headers={"If-None-Match": second}).status_code == 204


def test_a_trimmed_journal_of_changes_never_gives_a_version_again():
    shown, seen = site(2.0, 47.0), set()
    CatalogueChange.objects.bulk_create(CatalogueChange() for _ in range(998))
    for year in range(2000, 2006):
        Record.objects.filter(pk=shown.pk).update(year_start=year)
        assert tiles.tiles_version() not in seen
        seen.add(tiles.tiles_version())
    assert CatalogueChange.objects.count() < 100


def test_an_empty_tile_has_no_content(client: Client):
    response = client.get(address(5, 0, 0))
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("where", ["17/0/0", "0/1/0", "3/8/0", "3/0/8", "99999999/0/0", f"5/{10**30}/0"])
def test_a_tile_outside_the_world_or_the_zooms_is_not_found(client: Client, where: str):
    assert client.get(f"/tuiles/fiches/{where}.mvt").status_code == 404


@pytest.mark.parametrize(
    "query", ["type=inconnu", "bbox=1,2,3", "autour=nan,2", "preuve=9", "territoire=commune:00000"]
)
def test_a_parameter_that_makes_no_sense_is_said_in_json(client: Client, query: str):
    response = client.get(address(5, 16, 11, query))
    assert response.status_code == 400
    assert response.json()["details"]


def test_a_tile_is_only_read(client: Client):
    assert client.post(WORLD).status_code == 405
    assert client.head(WORLD).status_code in {200, 204}


def test_points_stay_when_a_perimeter_cannot_be_drawn(client: Client, monkeypatch: pytest.MonkeyPatch):
    kept = site(2.0, 47.0)
    broken = "SELECT ST_AsMVT(t, 'perimetres') FROM (SELECT 1 / 0 + {z} AS x) t"
    monkeypatch.setattr(tiles, "SHAPES", broken)
    (feature,) = layers(client, address(*tile_at(2.0, 47.0, 12)))["fiches"]
    assert feature["slug"] == kept.slug


def test_the_heaviest_tile_stays_under_500_kilobytes(client: Client):
    title = "é" * 250
    for i in range(30):
        site(2.0 + i / 10000, 47.0, title=title, slug=f"{'s' * 115}-{i}")
    weight = len(client.get(address(*tile_at(2.001, 47.0, 9))).content) / 30
    assert weight * tiles.MAX_POINTS < 450_000
