"""What a page of results is called, and the door to the place that its words name."""

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from geo.models import CompletionTerm, Level, Territory
from geo.names import normalise
from tests import factories

pytestmark = pytest.mark.django_db

LIST, MAP = "catalogue:record-list", "catalogue:map"


def page_of(client, view: str, **parameters) -> str:
    response = client.get(reverse(view), parameters)
    assert response.status_code == 200
    return response.content.decode()


def titles(page: str) -> tuple[str, str]:
    """The title of the window, that of the site aside, and the heading of the page."""
    title = re.search(r"<title>\s*(.*?)\s*·", page, re.DOTALL)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert title
    assert heading
    return title[1], heading[1]


def doors(page: str) -> list[tuple[str, str]]:
    """The words and the address of each link from the results to the page of a place."""
    found = re.search(r'<div class="portes-lieux">.*?</div>', page, re.DOTALL)
    links = re.findall(r'<a href="([^"]*)">(.*?)<span', found[0], re.DOTALL) if found else []
    return [(re.sub(r"[ \n]+", " ", words).strip(), address) for address, words in links]


# Titles


@pytest.mark.parametrize(
    ("parameters", "title", "heading"),
    [
        ({}, "Fiches", "Toutes les fiches"),
        ({"q": "vélo"}, "vélo – fiches", "Fiches\xa0: vélo"),
        ({"q": "  cour d’école "}, "cour d’école – fiches", "Fiches\xa0: cour d’école"),
        ({"type": "solution"}, "solutions – fiches", "Fiches\xa0: solutions"),
        (
            {"q": "vélo", "type": ["solution", "besoin"], "preuve": "3"},
            "vélo, solutions et besoins, preuve 3 sur 5 au moins – fiches",
            "Fiches\xa0: vélo, solutions et besoins, preuve 3 sur 5 au moins",
        ),
        ({"tri": "recent", "partout": "oui"}, "Fiches", "Toutes les fiches"),
        ({"q": "<b>"}, "&lt;b&gt; – fiches", "Fiches\xa0: &lt;b&gt;"),
    ],
)
def test_the_list_says_what_is_searched(client, parameters, title, heading):
    assert titles(page_of(client, LIST, **parameters)) == (title, heading)


def test_the_map_says_it_too(client):
    assert titles(page_of(client, MAP)) == ("Carte", "Carte des fiches")
    assert titles(page_of(client, MAP, q="vélo")) == ("vélo – carte", "Carte des fiches\xa0: vélo")


def test_filters_are_in_the_words_of_the_lists(client):
    theme = factories.theme(code="eau", label="Eau")
    place = factories.territory(name="Vannes", code="56260")
    shown = page_of(client, LIST, theme=theme.code, territoire=f"commune:{place.code}")
    assert titles(shown)[0] == "thème Eau, à Vannes – fiches"


def test_the_page_has_its_number(client):
    for number in range(21):
        factories.solution(title=f"Vélo {number}")
    assert titles(page_of(client, LIST, q="vélo")) == ("vélo – fiches", "Fiches\xa0: vélo")
    assert titles(page_of(client, LIST, q="vélo", page=2)) == (
        "vélo – fiches, page 2", "Fiches\xa0: vélo, page 2",
    )  # fmt: skip
    assert titles(page_of(client, LIST, page=2)) == ("Fiches, page 2", "Toutes les fiches, page 2")


def test_a_long_question_is_cut_at_a_word(client):
    title, _heading = titles(page_of(client, LIST, q="rafraîchir " * 12))
    assert title.endswith("rafraîchir… – fiches")
    assert len(title) < 110


# Doors


def named(name: str, level: str = Level.COMMUNE, **fields) -> Territory:
    territory = factories.territory(level, name=name, **fields)
    CompletionTerm.objects.create(territory=territory, kind="nom", term=normalise(name), weight=1)
    return territory


@pytest.fixture
def france() -> None:
    ille = named("Ille-et-Vilaine", Level.DEPARTEMENT, code="35", population=1_100_000)
    named("Rennes", code="35238", population=225_000, departement=ille)
    reunion = named("La Réunion", Level.DEPARTEMENT, code="974", population=880_000)
    named("Saint-Denis", code="97411", population=155_000, departement=reunion)
    named("Saint-Denis", code="93066", population=149_000)


RENNES = (
    "Rennes, commune (Ille-et-Vilaine)\xa0: les solutions classées pour elle",
    "/territoires/commune/35238/",
)


@pytest.mark.parametrize("view", [LIST, MAP])
@pytest.mark.parametrize(
    "typed", ["Rennes", "rennes", "ville de Rennes", "Rennes (35)", "Rennes (Ille-et-Vilaine)"]
)
def test_a_place_heads_the_results(client, france, view, typed):
    factories.solution(title="Un essai à Rennes")
    page = page_of(client, view, q=typed)
    assert doors(page) == [RENNES]
    assert "Vouliez-vous dire" not in page
    assert page.index("portes-lieux") < page.index('id="compte"')


def test_each_homonym_has_its_door_unless_the_words_choose(client, france):
    assert [address for _words, address in doors(page_of(client, LIST, q="Saint-Denis"))] == [
        "/territoires/commune/97411/",
        "/territoires/commune/93066/",
    ]
    for typed in ("Saint-Denis (La Réunion)", "Saint-Denis, La Réunion", "St Denis 974"):
        page = page_of(client, LIST, q=typed)
        assert [address for _words, address in doors(page)] == ["/territoires/commune/97411/"], typed
        assert "Vouliez-vous dire" not in page


def test_a_departement_is_masculine(client, france):
    [(words, _address)] = doors(page_of(client, LIST, q="département d’Ille-et-Vilaine"))
    assert words == "Ille-et-Vilaine, département\xa0: les solutions classées pour lui"


def test_what_names_no_place_has_no_door(client, france):
    factories.solution(title="Vélo")
    assert doors(page_of(client, LIST, q="vélo")) == []
    assert doors(page_of(client, LIST)) == []


def test_a_typing_error_is_a_question(client, france):
    page = page_of(client, LIST, q="Renes")
    assert [address for _words, address in doors(page)] == ["/territoires/commune/35238/"]
    assert escape("Vouliez-vous dire ce territoire") in page


def test_no_other_place_is_guessed_once_there_is_one(client, france):
    page = page_of(client, LIST, q="renes", territoire="commune:93066")
    assert doors(page) == []


def test_the_door_stands_on_the_first_page_only(client, france):
    for number in range(21):
        factories.solution(title=f"Rennes {number}")
    assert doors(page_of(client, LIST, q="Rennes", page=2)) == []
