"""An author in an organisation, and a browser where they are logged in."""

import pytest

from tests import factories


@pytest.fixture
def author():
    return factories.member(factories.organisation(name="Atelier Nord", slug="atelier-nord"))


@pytest.fixture
def logged(client, author):
    client.force_login(author)
    return client
