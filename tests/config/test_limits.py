"""Addresses that no page of the site could want."""

import pytest
from django.test import Client

from config.limits import LONGEST_QUERY


def test_an_endless_query_is_refused_with_a_page(client: Client) -> None:
    response = client.get("/sante/vie/", {"q": "x" * LONGEST_QUERY})

    assert response.status_code == 414
    assert "trop longue" in response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_a_long_query_is_not(client: Client) -> None:
    assert client.get("/sante/vie/", {"q": "x" * (LONGEST_QUERY - 10)}).status_code == 200


@pytest.mark.parametrize("address", ["/sante/vie/?q=a%00b", "/sante/vie/%00", "/sante/vie/?%00"])
def test_a_nul_byte_is_refused_with_a_page(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 400
    assert "<html" in response.content.decode()
