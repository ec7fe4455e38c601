"""The page of a territory: its ranking honours the filters of the list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from catalogue.models import Experiment
from catalogue.rankings.cards import ranked_card
from catalogue.rankings.solutions import rank_solutions
from catalogue.rankings.views import territories
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


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().replace("\u00a0", " ").split())


def test_the_counts_are_of_the_theme_that_is_asked_for(client: Client, tried: list[Experiment]):
    theme = factories.theme(code="eau", label="Eau")
    tried[0].solution.themes.add(theme)
    assert "2 solutions ont un résultat mesuré" in text_of(client, ADDRESS)
    assert "1 solution de ce thème a un résultat mesuré" in text_of(client, f"{ADDRESS}?theme=eau")
    theme.records.clear()
    page = text_of(client, f"{ADDRESS}?theme=eau")
    assert "aucune solution de ce thème n’a de résultat mesuré" in page


def test_a_twin_beyond_the_radius_is_said_to_be_beyond(client: Client, rennes: Territory, monkeypatch):
    factories.measured_experiment(territory=rennes, geometry=rennes.point)
    far = factories.measured_experiment(territory=rennes, geometry=Point(7.2, 43.7, srid=4326))
    ranking = rank_solutions(None, rennes.point)
    assert ranking.beyond == 0
    words = territories.radius_words(
        rennes, replace(ranking, radius_km=500.0, widened=True, proven=1, beyond=1), on_theme=False
    )
    assert "1 solution a un résultat mesuré et comparé." in words
    assert words.endswith("Plus loin, 1 solution est classée parce qu’un territoire jumeau l’a essayée.")
    found = next(one for one in ranking.solutions if one.slug == far.solution.slug)
    assert ranked_card(replace(found, is_beyond=True)).distance.endswith(" km, territoire jumeau")
    assert ranked_card(found).distance.endswith(" km")


def test_no_title_promises_what_is_near_or_proven(client: Client, tried: list[Experiment]):
    page = text_of(client, ADDRESS)
    assert "près d’ici" not in page
    assert "classées par preuve, proximité et ressemblance" in page
    assert "de la plus proche à la plus lointaine" in text_of(client, f"{ADDRESS}?tri=distance")


def test_a_territory_leads_down_to_what_lies_in_it(client: Client):
    region = factories.territory("region", code="53", name="Bretagne")
    departement = factories.territory("departement", code="35", name="Ille-et-Vilaine", region=region)
    for number in range(101):
        factories.commune(
            code=f"35{number:03}", name=f"Commune {number:03}", slug=f"commune-{number:03}",
            departement=departement, region=region,
        )  # fmt: skip
    page = text_of(client, "/territoires/region/53/")
    assert "1 département" in page
    assert "101 communes" in page
    first = client.get("/territoires/region/53/commune/")
    assert len(first.context["page"].object_list) == 100
    assert "Commune 100" in text_of(client, "/territoires/region/53/commune/?page=2")
    assert 'href="/territoires/commune/35000/"' in first.content.decode()
    assert client.get("/territoires/region/53/commune/?page=3").status_code == 404
    assert client.get("/territoires/region/53/commune/?page=x").status_code == 400
    assert client.get("/territoires/region/53/epci/").status_code == 404
    assert client.get("/territoires/region/53/pays/").status_code == 404
    assert client.get("/territoires/region/99/commune/").status_code == 404


def test_no_link_leads_to_an_empty_list_of_twins(client: Client, rennes: Territory, monkeypatch):
    vannes = factories.commune(code="56260", name="Vannes")
    monkeypatch.setattr(
        territories, "_twin_line", lambda twin: {"name": twin.name, "url": "#", "closest": [], "farthest": ""}
    )
    monkeypatch.setattr(Territory, "twins", lambda self, n=10: [vannes])
    page = text_of(client, ADDRESS)
    assert "?jumeaux=" not in page
    assert "Le catalogue n’a aucune fiche sur ses vingt territoires jumeaux" in page
    factories.operation(territory=vannes, geometry=vannes.point)
    page = text_of(client, ADDRESS)
    assert "?jumeaux=commune:35238" in page
    assert "1 fiche de ses vingt territoires jumeaux" in page
