"""A small ground with records, for the searches."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from catalogue.models import Theme
from geo.models import Territory
from tests import factories


@pytest.fixture
def eau() -> Theme:
    return factories.theme(code="eau", label="Eau")


@pytest.fixture
def rennes() -> Territory:
    region = factories.territory("region", code="53", name="Bretagne")
    return factories.commune(code="35238", name="Rennes", lon=-1.7, lat=48.05, region=region)


@pytest.fixture
def user() -> User:
    return factories.account()


@pytest.fixture
def mine(client: Client, user: User) -> Client:
    """A browser logged in as ``user``."""
    client.force_login(user)
    return client
