"""Names: compared without accents, written with their article."""

import pytest

from geo.names import bare_names, inner_names, normalise
from geo.prose import after_de, at_name, of_name


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("St-Étienne", "saint etienne"),
        ("  STE  marie ", "sainte marie"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("Villers s/ Mer", "villers sur mer"),
        ("…", ""),
    ],
)
def test_a_name_is_compared_without_what_people_type_otherwise(typed: str, compared: str) -> None:
    assert normalise(typed) == compared


def test_a_name_is_found_without_its_article_or_legal_form() -> None:
    assert bare_names("la riviere") == ["riviere"]
    assert bare_names("communaute de communes du val d ille") == ["du val d ille", "val d ille"]
    assert inner_names("saint malo de guersac") == ["malo de guersac", "guersac"]


@pytest.mark.parametrize(
    ("name", "level", "kind", "code", "of", "at"),
    [
        ("Rennes", "commune", 0, "35238", "de Rennes", "à Rennes"),
        ("Arras", "commune", 1, "62041", "d’Arras", "à Arras"),
        ("Ouessant", "commune", 1, "29155", "d’Ouessant", "à Ouessant"),
        ("Hirson", "commune", 1, "02381", "d’Hirson", "à Hirson"),
        ("Honfleur", "commune", 0, "14333", "de Honfleur", "à Honfleur"),
        ("Yutz", "commune", 1, "57757", "de Yutz", "à Yutz"),
        ("Alpes-Maritimes", "departement", 4, "06", "des Alpes-Maritimes", "dans les Alpes-Maritimes"),
        ("Nouvelle-Aquitaine", "region", 3, "75", "de la Nouvelle-Aquitaine", "en Nouvelle-Aquitaine"),
        ("Le Havre", "commune", 2, "76351", "du Havre", "au Havre"),
        ("Les Lilas", "commune", 4, "93045", "des Lilas", "aux Lilas"),
        ("La Rochelle", "commune", 3, "17300", "de La Rochelle", "à La Rochelle"),
        ("L’Haÿ-les-Roses", "commune", 5, "94038", "de L’Haÿ-les-Roses", "à L’Haÿ-les-Roses"),
        ("Ain", "departement", 5, "01", "de l’Ain", "dans l’Ain"),
        ("Morbihan", "departement", 2, "56", "du Morbihan", "dans le Morbihan"),
        ("Manche", "departement", 3, "50", "de la Manche", "dans la Manche"),
        ("Ille-et-Vilaine", "departement", 1, "35", "d’Ille-et-Vilaine", "en Ille-et-Vilaine"),
        ("Haute-Garonne", "departement", 3, "31", "de la Haute-Garonne", "en Haute-Garonne"),
        ("Yvelines", "departement", 4, "78", "des Yvelines", "dans les Yvelines"),
        ("La Réunion", "departement", 0, "974", "de La Réunion", "à La Réunion"),
        ("Bretagne", "region", 0, "53", "de Bretagne", "en Bretagne"),
        ("Grand Est", "region", 2, "44", "du Grand Est", "dans le Grand Est"),
        ("Hauts-de-France", "region", 4, "32", "des Hauts-de-France", "dans les Hauts-de-France"),
        (
            "Rennes Métropole",
            "epci",
            0,
            "243500139",
            "de Rennes Métropole",
            "sur le territoire de Rennes Métropole",
        ),
        (
            "Communauté de communes de Brocéliande",
            "epci",
            0,
            "243500618",
            "de la communauté de communes de Brocéliande",
            "sur le territoire de la communauté de communes de Brocéliande",
        ),
        ("France", "pays", 3, "FR", "de la France", "en France"),
    ],
)
def test_a_name_reads_well_in_a_sentence(
    name: str, level: str, kind: int, code: str, of: str, at: str
) -> None:
    assert of_name(name, level, kind) == of
    assert at_name(name, level, kind, code) == at


@pytest.mark.parametrize(
    ("name", "words"),
    [("Solinum", "de Solinum"), ("Ombrière SAS", "d’Ombrière SAS"), ("Île de Ré", "d’Île de Ré")],
)
def test_any_name_stands_after_de(name: str, words: str) -> None:
    assert after_de(name) == words
