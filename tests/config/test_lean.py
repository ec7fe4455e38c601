"""The short way of the tiles: the same protections as everywhere else, without the session."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

TILE = "/tuiles/fiches/3/4/2.mvt"


def test_a_tile_leaves_no_cookie_and_says_its_type(client: Client):
    response = client.get(TILE)
    assert response.status_code in {200, 204}
    assert not response.cookies
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_limits_of_addresses_hold(client: Client):
    assert client.get(TILE, {"q": "a" * 9000}).status_code == 414
    assert client.get(TILE + "?q=%00").status_code == 400


def test_an_unknown_layer_is_the_page_that_says_so(client: Client):
    response = client.get("/tuiles/inconnue/3/4/2.mvt")
    assert response.status_code == 404
    assert "Content-Security-Policy" in response.headers


def test_production_sends_tiles_to_https(client: Client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["testserver"]
    fresh = Client()
    assert fresh.get(TILE).status_code == 301
