"""Tiles and outlines of the territory: what they hold, and how they are kept."""

import math

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from geo import tiles
from geo.models import TerritoryLoad
from geo.tiles import MAX_ZOOM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground", "_fresh_version")]

RENNES = (-1.68, 48.11)


@pytest.fixture
def _fresh_version() -> None:
    tiles.version.forget()


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    """Column and row of the tile at a place."""
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return zoom, int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom)


def address(z: int, x: int, y: int) -> str:
    return reverse("geo:tile-territories", args=[z, x, y])


def layer_name(name: bytes) -> bytes:
    """The name of a layer as a tile holds it: field, length, letters."""
    return b"\n" + bytes([len(name)]) + name


@pytest.mark.parametrize(
    ("zoom", "there", "absent"),
    [
        (4, [b"regions"], [b"departements", b"epci", b"communes"]),
        (6, [b"regions", b"departements", b"villes"], [b"epci", b"communes"]),
        (8, [b"departements", b"epci"], [b"communes"]),
        (11, [b"departements", b"epci", b"communes", b"villes"], []),
        (MAX_ZOOM, [b"regions", b"communes"], []),
    ],
)
def test_a_tile_holds_the_layers_of_its_zoom(
    client: Client, zoom: int, there: list[bytes], absent: list[bytes]
) -> None:
    response = client.get(address(*tile_of(*RENNES, zoom)))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert all(layer_name(layer) in response.content for layer in there)
    assert not any(layer_name(layer) in response.content for layer in absent)


def test_a_tile_names_its_towns(client: Client) -> None:
    content = client.get(address(*tile_of(*RENNES, 9))).content
    assert all(word in content for word in (b"Rennes", b"population", b"35238"))


def test_overseas_has_tiles_too(client: Client) -> None:
    assert "La Réunion".encode() in client.get(address(*tile_of(55.5, -21.1, 8))).content


def test_an_empty_tile_says_so(client: Client) -> None:
    response = client.get(address(8, 0, 0))
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("tile", [(17, 0, 0), (3, 8, 0), (3, 0, 8), (99, 0, 0)])
def test_a_tile_outside_the_world_is_not_found(client: Client, tile: tuple[int, int, int]) -> None:
    assert client.get(address(*tile)).status_code == 404


def test_a_tile_is_kept_until_the_next_import(
    client: Client, ground: TerritoryLoad, django_assert_num_queries
) -> None:
    path = address(*tile_of(*RENNES, 7))
    first = client.get(path)
    assert "max-age" in first["Cache-Control"]
    with django_assert_num_queries(0):
        again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    TerritoryLoad.objects.create(fingerprint="suivant", millesime=2027)
    tiles.version.forget()
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_tile_is_only_read(client: Client) -> None:
    assert client.post(address(0, 0, 0)).status_code == 405


def test_a_tile_costs_one_query(client: Client, django_assert_num_queries) -> None:
    path = address(*tile_of(*RENNES, 10))
    client.get(path)
    with django_assert_num_queries(1):
        client.get(path)


@pytest.mark.parametrize("zoom", [6, 8, 9, 12, 16])
def test_a_tile_reads_the_index_of_its_band(zoom: int) -> None:
    z, x, y = tile_of(*RENNES, zoom)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + tiles.statement(zoom), {"z": z, "x": x, "y": y})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"outline_band_{tiles.band_of(zoom).value}" in plan
    assert "territory_label_mercator" in plan or "territory_label_zoom" in plan


def outline(client: Client, level: str, code: str) -> dict:
    return client.get(reverse("geo:territory-outline", args=[level, code])).json()


def test_the_outline_of_a_territory_is_geojson(client: Client) -> None:
    feature = outline(client, "departement", "56")
    assert feature["properties"] == {"level": "departement", "code": "56", "name": "Morbihan"}
    assert feature["geometry"]["type"] == "MultiPolygon"
    longitude, latitude = feature["geometry"]["coordinates"][0][0][0]
    assert -4 < longitude < -2
    assert 47 < latitude < 49


def test_the_outline_of_an_old_code_is_that_of_its_successor(client: Client) -> None:
    assert outline(client, "commune", "56183")["properties"]["code"] == "56033"


@pytest.mark.parametrize(("level", "code"), [("commune", "99999"), ("canton", "35"), ("commune", "abc")])
def test_an_unknown_outline_is_not_found(client: Client, level: str, code: str) -> None:
    assert client.get(reverse("geo:territory-outline", args=[level, code])).status_code == 404
