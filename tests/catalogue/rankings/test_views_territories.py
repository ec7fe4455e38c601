"""The page of a territory: its ranking honours the filters of the list."""

from __future__ import annotations

import pytest
from django.test import Client

from catalogue.models import Experiment
from geo.models import Territory
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rennes() -> Territory:
    return factories.commune(code="35238", name="Rennes")


@pytest.fixture
def tried(rennes: Territory) -> list[Experiment]:
    """Two measured experiments in Rennes, of which the first is named by an organisation."""
    made = [
        factories.measured_experiment(territory=rennes, geometry=rennes.point, year_end=2020)
        for _number in range(2)
    ]
    made[0].organisation_links.create(organisation=factories.organisation(name="Ville", slug="ville"))
    return made


ADDRESS = "/territoires/commune/35238/"


def test_an_organisation_leaves_out_the_experiments_of_others(client: Client, tried: list[Experiment]):
    assert len(client.get(ADDRESS).context["solutions"]) == 2
    context = client.get(f"{ADDRESS}?organisation=ville&tri=distance").context
    assert [card.slug for card in context["solutions"]] == [tried[0].solution.slug]


def test_the_filter_is_shown_kept_and_removed_alone(client: Client, tried: list[Experiment]):
    page = client.get(f"{ADDRESS}?organisation=ville&tri=distance").content.decode()
    assert '<input type="hidden" name="organisation" value="ville">' in page
    assert "Organisation : Ville" in page
    (tag,) = client.get(f"{ADDRESS}?organisation=ville&tri=distance").context["active"]
    assert "tri=distance" in tag["url"]
    assert "organisation" not in tag["url"]
    assert client.get(ADDRESS).context["active"] == []


def test_an_unknown_organisation_is_refused_in_words(client: Client, tried: list[Experiment]):
    response = client.get(f"{ADDRESS}?organisation=inconnue")
    assert response.status_code == 400
    assert "inconnue" in response.content.decode()


def test_what_the_page_decides_is_not_asked(client: Client, tried: list[Experiment]):
    for query in ("type=besoin", "q=rien", "bbox=0,0,1,1", "page=9", "territoire=x", "autour=x"):
        assert len(client.get(f"{ADDRESS}?{query}").context["solutions"]) == 2, query
