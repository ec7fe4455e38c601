"""Places in what is typed: what is understood, what is left alone, and how the page says so."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from catalogue.public.search import places
from geo.models import CompletionTerm, Level, Territory
from geo.names import bare_names, normalise
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "catalogue:record-list"


def named(name: str, level: str = Level.COMMUNE, **fields) -> Territory:
    """A territory with the completion terms of its name and postal codes."""
    territory = factories.territory(level, name=name, **fields)
    terms = [normalise(name), *bare_names(normalise(name))]
    CompletionTerm.objects.bulk_create(
        [CompletionTerm(territory=territory, kind="nom", term=term, weight=1) for term in terms]
        + [
            CompletionTerm(territory=territory, kind="postal", term=c, weight=1)
            for c in territory.postal_codes
        ]
        + [CompletionTerm(territory=territory, kind="code", term=territory.code, weight=1)]
    )
    return territory


@pytest.fixture
def france() -> None:
    named("Vannes", code="56260", population=55_000, postal_codes=["56000"])
    named("Le Havre", code="76351", population=166_000)
    named("Saint-Denis", code="93066", population=149_000)
    named("Saint-Denis", code="97411", population=155_000, postal_codes=["97400"])
    named("Bois", code="17050", population=524)
    named("Bourg-en-Bresse", code="01053", population=41_000)
    named("Paris", Level.DEPARTEMENT, code="75", population=2_100_000)
    named("Paris", code="75056", population=2_100_000)
    named("Bretagne", code="36024", population=126)
    named("Bretagne", Level.REGION, code="53", population=3_400_000)
    named("Ain", Level.DEPARTEMENT, code="01", population=660_000)


@pytest.mark.parametrize(
    ("typed", "words", "key"),
    [
        ("végétalisation cour d'école près de Vannes", "végétalisation cour d'école", "commune:56260"),
        ("compost à Vannes", "compost", "commune:56260"),
        ("compost a vannes", "compost", "commune:56260"),
        ("compost autour du Havre", "compost", "commune:76351"),
        ("école au havre", "école", "commune:76351"),
        ("près d’Ain", "", "departement:01"),
        ("mobilité dans l’Ain", "mobilité", "departement:01"),
        ("énergie en Bretagne", "énergie", "region:53"),
        ("vélo autour de Bourg en Bresse", "vélo", "commune:01053"),
        ("compost à Saint Denis (974)", "compost", "commune:97411"),
        ("compost à st-denis 93", "compost", "commune:93066"),
        ("vélo à Paris", "vélo", "commune:75056"),
        ("56000", "", "commune:56260"),
        ("compost 56000 Vannes", "compost", "commune:56260"),
        ("12 bis rue de la Paix, Vannes", "", "commune:56260"),
        ("4 rue de Bretagne 56000 Vannes", "", "commune:56260"),
        ("végétalisation, Vannes", "végétalisation", "commune:56260"),
    ],
)
def test_a_place_at_the_end_is_understood(france, typed, words, key):
    reading = places.read(typed)
    assert reading is not None
    assert (reading.words, f"{reading.territory.level}:{reading.territory.code}") == (words, key)


@pytest.fixture
def denominations(france) -> None:
    """Communes with the département and the région where they are."""
    reunion = named("La Réunion", Level.DEPARTEMENT, code="974", population=880_000)
    bretagne = Territory.objects.get(level=Level.REGION, code="53")
    morbihan = named("Morbihan", Level.DEPARTEMENT, code="56", population=780_000, region=bretagne)
    Territory.objects.filter(code="97411").update(departement=reunion)
    Territory.objects.filter(code="56260").update(departement=morbihan, region=bretagne)
    named("Y", code="80829", population=90)
    paris = Territory.objects.get(level=Level.COMMUNE, code="75056")
    named("Paris 5e arrondissement", Level.ARRONDISSEMENT, code="75105", population=56_000, commune=paris)


WRITTEN = [
    ("Vannes", "commune:56260"),
    ("ville de Vannes", "commune:56260"),
    ("la mairie de Vannes", "commune:56260"),
    ("Ville du Havre", "commune:76351"),
    ("commune de Bois", "commune:17050"),
    ("région Bretagne", "region:53"),
    ("commune de Bretagne", "commune:36024"),
    ("département de l’Ain", "departement:01"),
    ("département 01", "departement:01"),
    ("Vannes, Morbihan", "commune:56260"),
    ("Vannes (Morbihan)", "commune:56260"),
    ("vannes morbihan", "commune:56260"),
    ("Vannes, commune (Morbihan)", "commune:56260"),
    ("Vannes, Bretagne", "commune:56260"),
    ("Vannes (56)", "commune:56260"),
    ("Vannes (56000)", "commune:56260"),
    ("Vannes CEDEX", "commune:56260"),
    ("Saint-Denis, La Réunion", "commune:97411"),
    ("Saint-Denis (La Réunion)", "commune:97411"),
    ("St-Denis (Réunion)", "commune:97411"),
    ("St Denis 974", "commune:97411"),
    ("mairie de Saint-Denis (La Réunion)", "commune:97411"),
    ("Y", "commune:80829"),
    ("Paris 5e", "arrondissement:75105"),
    ("Paris 5ème", "arrondissement:75105"),
    ("mairie de Paris 5e", "arrondissement:75105"),
]


@pytest.mark.parametrize(("typed", "key"), WRITTEN)
def test_a_place_typed_alone_is_a_door(denominations, typed, key):
    """Its words are searched as they are, and its page is offered first."""
    assert places.read(typed) is None
    assert [f"{place.level}:{place.code}" for place in places.offered(typed)][:1] == [key]


@pytest.mark.parametrize(("typed", "key"), WRITTEN[1:])
def test_the_same_after_words_is_where_they_are_searched(denominations, typed, key):
    reading = places.read(f"compost près de {typed}")
    assert reading is not None
    assert (reading.words, f"{reading.territory.level}:{reading.territory.code}") == ("compost", key)


@pytest.mark.parametrize(
    ("typed", "words", "key"),
    [
        ("compost, Vannes, Morbihan", "compost", "commune:56260"),
        ("compost, ville de Vannes", "compost", "commune:56260"),
        ("vélo à la mairie de vannes", "vélo", "commune:56260"),
        ("vélo en région Bretagne", "vélo", "region:53"),
        ("vélo dans la ville de Vannes", "vélo", "commune:56260"),
        ("vélo dans le département de l’Ain", "vélo", "departement:01"),
    ],
)
def test_it_is_read_within_a_sentence(denominations, typed, words, key):
    reading = places.read(typed)
    assert reading is not None
    assert (reading.words, f"{reading.territory.level}:{reading.territory.code}") == (words, key)


@pytest.mark.parametrize(
    "typed", ["Vannes (Ain)", "région Vannes", "Saint-Denis, Morbihan", "département 99", "réduire à 01"]
)
def test_a_place_that_is_not_there_is_no_door(denominations, typed):
    assert places.offered(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        "Vannes",  # words find it, and its page is offered
        "habitat en bois",  # a material, although a village is called so
        "chauffage au bois",
        "transport à la demande",
        "près de nulle part",
        "école Vannes Paris",
        "99999",
        "56000 Paris",  # the code belies the name
        "à à à à à à à à à à à à",
        "près de",
        ",,,",
        "(56)",
    ],
)
def test_what_names_no_place_is_left_alone(france, typed):
    assert places.read(typed) is None


def test_a_place_already_chosen_gives_way_to_plain_words_only(france):
    assert places.read("compost à Vannes", has_place=True) is None
    assert places.read("compost près de Vannes", has_place=True) is not None


@pytest.mark.parametrize("typed", ["compost", "compost à Vannes", "à " * 90 + "Vannes"])
def test_one_query_at_most(france, typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        places.read(typed)


# On the page


def test_the_place_goes_into_the_address(client, france):
    response = client.get(
        reverse(LIST), {"q": "compost près de Vannes", "theme": "", "type": "site", "page": "3"}
    )
    assert response.status_code == 302
    address = urlsplit(response.headers["Location"])
    assert address.path == reverse(LIST)
    assert parse_qs(address.query) == {"q": ["compost"], "autour": ["commune:56260"], "type": ["site"]}


def test_a_region_is_searched_inside(client, france):
    query = {"q": "énergie en Bretagne", "autour": "2,47", "rayon": "20", "tri": "distance"}
    response = client.get(reverse(LIST), {**query, "autour": "", "rayon": "", "tri": ""})
    assert parse_qs(urlsplit(response.headers["Location"]).query) == {
        "q": ["énergie"],
        "territoire": ["region:53"],
    }


def test_what_was_understood_is_told_and_can_be_undone(client, france):
    response = client.get(reverse(LIST), {"q": "compost", "autour": "commune:56260"})
    told = response.context["understood"]
    assert "compost" in told["text"]
    assert "Vannes (56)" in told["text"]
    assert "50 km" in told["text"]
    page, everywhere, literal = (link["url"] for link in told["links"])
    assert page == reverse("catalogue:territory-detail", args=["commune", "56260"])
    assert parse_qs(urlsplit(everywhere).query) == {"q": ["compost"]}
    assert parse_qs(urlsplit(literal).query) == {"q": ["compost Vannes"], "partout": ["oui"]}
    assert client.get(literal).status_code == 200


def test_words_are_searched_everywhere_when_asked(client, france):
    assert client.get(reverse(LIST), {"q": "compost à Vannes", "partout": "oui"}).status_code == 200


def test_a_name_alone_offers_its_territory(client, france):
    offered = client.get(reverse(LIST), {"q": "saint denis"}).context["places"]
    assert [territory.code for territory in offered] == ["97411", "93066"]


def test_a_misspelt_place_is_offered_when_nothing_is_found(client, france):
    for typed in ("vanes", "compost près de vanes"):
        offered = client.get(reverse(LIST), {"q": typed}).context["places"]
        assert [territory.code for territory in offered] == ["56260"], typed


def test_a_correction_is_told(client):
    factories.solution(title="Végétalisation")
    response = client.get(reverse(LIST), {"q": "vegetalisaton"})
    assert response.context["corrections"] == [
        "Aucune fiche ne contient «\N{NO-BREAK SPACE}vegetalisaton\N{NO-BREAK SPACE}». "
        "Résultats pour «\N{NO-BREAK SPACE}végétalisation\N{NO-BREAK SPACE}»."
    ]
    assert len(response.context["records"]) == 1


def test_an_extract_replaces_the_summary(client):
    factories.solution(summary="Des arbres <b>dans</b> la cour")
    response = client.get(reverse(LIST), {"q": "arbre"})
    assert "<mark>arbres</mark>" in response.content.decode()
    assert "<b>dans</b>" not in response.content.decode()
