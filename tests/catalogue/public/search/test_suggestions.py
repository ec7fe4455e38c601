"""What a search box suggests: which titles a word meets, and what comes first."""

import pytest
from django.urls import reverse

from catalogue.models import Record
from geo.models import CompletionTerm, Level, Territory
from geo.names import bare_names, inner_names, normalise
from tests import factories

pytestmark = pytest.mark.django_db


def named(name: str, level: str = Level.COMMUNE, **fields) -> Territory:
    """A territory that can be completed by its name, the words inside it and its code."""
    territory = factories.territory(level, name=name, **fields)
    weight = territory.population or 1
    kinds = dict.fromkeys(inner_names(normalise(name)), ("mot", weight / 10))
    kinds |= dict.fromkeys([normalise(name), *bare_names(normalise(name))], ("nom", weight))
    CompletionTerm.objects.bulk_create(
        CompletionTerm(territory=territory, kind=kind, term=term, weight=weight)
        for term, (kind, weight) in kinds.items()
    )
    return territory


@pytest.fixture
def places() -> None:
    ille = named("Ille-et-Vilaine", Level.DEPARTEMENT, code="35", population=1_100_000)
    named("Rennes", code="35238", population=225_000, departement=ille)
    named("Rennes-les-Bains", code="11310", population=200)
    named("Eaubonne", code="95203", population=26_000)
    named("Bordeaux", code="33063", population=260_000)
    named("École", code="73106", population=280)
    named("Saint-Marcel-l’Éclairé", code="69225", population=500)
    named("Saint-Étienne", code="42218", population=170_000)
    named("Y", code="80829", population=90)


def titled(typed: str) -> list[str]:
    return [record.title for record in Record.objects.published().titled(typed)]


def suggested(client, typed: str) -> list[tuple[str, str]]:
    answer = client.get(reverse("catalogue:completion"), {"q": typed})
    assert answer.status_code == 200
    return [(one["type"], one["nom"]) for one in answer.json()["resultats"]]


# Titles


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("eau", "Récupérer l’eau de pluie"),
        ("EAUX", "Récupérer l’eau de pluie"),
        ("eau", "Eaux pluviales"),
        ("l’eau", "Eaux pluviales"),
        ("pluie eau", "Récupérer l’eau de pluie"),
        ("récup", "Récupérer l’eau de pluie"),
        ("cours d’école", "Une cour d’école fraîche"),
        ("tiers lieu", "Les tiers-lieux du canton"),
        ("tiers-lieux", "Un tiers lieu"),
        ("éco quartier", "ÉcoQuartier des Docks"),
        ("ecoquartiers", "ÉcoQuartier des Docks"),
        ("IA", "L’IA des cantines"),
        ("oeuvre", "Mettre en œuvre"),
        ("CO2", "Mesurer le CO₂ des classes"),
        ("CO₂", "Mesurer le CO2 des classes"),
        ("50%", "Réduire de 50 %"),
    ],
)
def test_a_title_is_met_at_the_beginning_of_its_words(typed, title):
    factories.solution(title=title)
    assert titled(typed) == [title]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("eau", "Un réseau à Bordeaux"),
        ("cole", "Une école"),
        ("eau bois", "Récupérer l’eau"),
        ("ia", "Un diagnostic"),
        ("le", "Le toit de la halle"),
        ("l’", "Le toit de la halle"),
        ("m", "Une maison"),
        ("%", "Réduire de 50 %"),
        (".*", "Une maison"),
        ("(", "Une maison (de bois)"),
        ("", "Une maison"),
    ],
)
def test_nothing_else_meets_it(typed, title):
    factories.solution(title=title)
    assert titled(typed) == []


def test_whole_words_come_first_then_proof():
    factories.measured_experiment(title="Une végétation dense")
    factories.solution(title="Végétal en pot")
    assert titled("végétal") == ["Végétal en pot"]
    assert titled("végéta") == ["Une végétation dense", "Végétal en pot"]
    factories.solution(title="Végétalisation")
    assert titled("végétal") == ["Végétal en pot", "Végétalisation"]


# Which comes first


@pytest.mark.parametrize("typed", ["école", "écoles", "Ecole"])
def test_records_come_first_when_a_title_has_the_word(client, places, typed):
    factories.solution(title="Rafraîchir l’école")
    assert suggested(client, typed)[0] == ("fiche", "Rafraîchir l’école")
    assert ("territoire", "École") in suggested(client, typed)


def test_places_come_first_when_no_title_has_the_word(client, places):
    factories.solution(title="Un écoquartier")
    assert [kind for kind, _name in suggested(client, "eco")] == ["territoire", "fiche"]
    assert suggested(client, "rennes")[:2] == [("territoire", "Rennes"), ("territoire", "Rennes-les-Bains")]


@pytest.mark.parametrize(
    "typed", ["Rennes", "ville de Rennes", "Rennes (Ille-et-Vilaine)", "ille-et-vilaine"]
)
def test_a_well_known_place_of_that_name_comes_first(client, places, typed):
    factories.solution(title="La ville de Rennes en Ille-et-Vilaine")
    assert suggested(client, typed)[0][0] == "territoire"


def test_the_beginning_of_a_name_is_no_subject(client, places):
    factories.solution(title="Un radar à Saint-Forget")
    assert suggested(client, "saint")[0][0] == "territoire"


def test_no_word_is_met_in_its_middle(client, places):
    factories.solution(title="Un réseau")
    factories.solution(title="L’eau des toits")
    assert suggested(client, "eau") == [("fiche", "L’eau des toits"), ("territoire", "Eaubonne")]


def test_ordinary_words_do_not_suggest_a_village_before_the_records(client, places):
    factories.need(title="Revoir l’éclairage public")
    assert suggested(client, "éclairage public")[0] == ("fiche", "Revoir l’éclairage public")


def test_one_letter_suggests_a_place_of_that_name_and_nothing_else(client, places):
    factories.solution(title="Y voir clair")
    assert suggested(client, "Y") == [("territoire", "Y")]
    assert suggested(client, "é") == []


def test_all_that_the_box_takes_is_read(client, places):
    assert suggested(client, "é" * 200) == []
    assert client.get(reverse("catalogue:completion"), {"q": "é" * 201}).status_code == 400


def test_what_is_not_published_is_not_suggested(client, places):
    factories.solution(title="Éclairage secret", state=Record.State.DRAFT)
    assert suggested(client, "éclairage secret") == []


def test_both_lists_are_bounded(client):
    for number in range(9):
        factories.solution(title=f"Toit numéro {number}")
        named(f"Toitville-{number}", population=100)
    kinds = [kind for kind, _name in suggested(client, "toit")]
    assert kinds == ["fiche"] * 6 + ["territoire"] * 3
    kinds = [kind for kind, _name in suggested(client, "toi")]
    assert kinds == ["territoire"] * 6 + ["fiche"] * 3
