"""The one rule of near-duplicates: which words of titles count, which factors, from which score."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from catalogue.records import meaning
from catalogue.records.near_duplicates import (
    CURATING,
    IMPORTING,
    WRITING,
    Description,
    find_near_duplicates,
    reasons,
    understand,
)
from tests import factories

pytestmark = pytest.mark.django_db
BOTH_GIVEN = "pair AS (SELECT -1 AS first, -2 AS second)"
STORED = "pair AS (SELECT %(one)s::bigint AS first, %(other)s::bigint AS second)"
HERE = (2.05, 47.05)
ELSEWHERE = (2.15, 47.05)
WHITE = {
    "title": "Toitures réfléchissantes contre la chaleur",
    "summary": "Peindre en blanc les toits des gymnases pour que les salles restent fraîches en été.",
}
FRESH = {
    "title": "Peinture blanche sur les toits des gymnases",
    "summary": "Les salles restent fraîches en été sous un toit qui renvoie le soleil.",
}
"""The same thing in other words: cosine 0.81, and no word in common that distinguishes a title."""


def compare(first: Description, second: Description, threshold: Any = WRITING) -> Any:
    found = find_near_duplicates(BOTH_GIVEN, {}, threshold, [first, second])
    return found[0] if found else None


def operation(title: str, **known: Any) -> Description:
    return Description("operation", title, **known)


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("Quartier Gare", "Quartier de la Gare de La Roche-sur-Yon", "La Roche-sur-Yon"),
        ("Écoquartier Monconseil", "Monconseil", "Tours"),
        ("Projet Urbain Nancy GrandCoeur", "Nancy Grand Cœur", "Nancy"),
        ("Les docks de Ris", "Les Docks de Ris", "Ris-Orangis"),
    ],
)
def test_titles_are_compared_by_the_words_that_distinguish_them(first: str, second: str, place: str) -> None:
    commune = factories.commune(name=place).pk
    pair = compare(operation(first, territory=commune), operation(second, territory=commune), IMPORTING)
    assert pair is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ZAC Petit Étang", "ZAC les Gravières"),
        ("Flaubert", "Châtelet"),
        ("Aménagement du quartier nord", "Aménagement du quartier sud"),
    ],
)
def test_words_that_all_titles_share_make_none_alike(first: str, second: str) -> None:
    commune = factories.commune().pk
    known = {"territory": commune, "position": HERE}
    assert compare(operation(first, **known), operation(second, **known), IMPORTING) is None


def test_each_factor_gives_its_points_and_its_words() -> None:
    owner, solution = factories.organisation(), factories.solution()
    one = factories.source(code="une"), factories.source(code="autre")
    known = {
        "territory": factories.commune().pk,
        "position": HERE,
        "owner": owner.pk,
        "solution": solution.pk,
        "external_id": "12",
        "year": 2020,
    }
    first = Description("experimentation", "Halle des mobilités", source=one[0].code, **known)
    second = Description("experimentation", "HALLE DES MOBILITES", source=one[1].code, **known)
    pair = compare(first, second)
    assert [(code, points) for code, points, _detail in pair.factors] == [
        ("same_title", 55),
        ("place", 30),
        ("territory", 5),
        ("organisation", 15),
        ("solution", 12),
        ("external_id", 12),
        ("year", 5),
    ]
    assert pair.score == 100
    assert reasons(pair.factors)[:2] == ["même titre", "au même endroit"]


def test_a_place_alone_is_under_every_threshold() -> None:
    first, second = operation("Halle", position=HERE), operation("Verger", position=HERE)
    for threshold in (WRITING, IMPORTING, CURATING):
        assert compare(first, second, threshold) is None


def test_without_a_title_alike_only_a_writer_is_asked() -> None:
    solution = factories.solution().pk
    first, second = (
        Description("experimentation", title, position=HERE, solution=solution)
        for title in ("Halle", "Verger")
    )
    assert compare(first, second, WRITING) is not None
    assert compare(first, second, IMPORTING) is None


def test_the_commune_counts_for_more_when_nothing_tells_where_in_it() -> None:
    commune = factories.commune().pk
    first, second = (operation("Les Rives", territory=commune) for _ in range(2))
    coarse = compare(first, second)
    assert ["commune", 18, None] in coarse.factors
    far = (HERE[0] + 0.05, HERE[1])
    apart = compare(
        operation("Les Rives", territory=commune, position=HERE),
        operation("Les Rives", territory=commune, position=far),
    )
    assert [code for code, _points, _detail in apart.factors] == ["same_title", "territory", "far"]
    assert apart.score < IMPORTING.score


def compare_in_words(first: Description, second: Description, threshold: Any = WRITING) -> Any:
    return compare(*understand([first, second]), threshold)


@pytest.mark.parametrize("kind", ["besoin", "solution"])
def test_the_same_thing_in_other_words_is_a_pair_of_one_organisation_or_commune(kind: str) -> None:
    owner, commune = factories.organisation().pk, factories.commune().pk
    for known in ({"owner": owner}, {"territory": commune}, {"owner": owner, "territory": commune}):
        first, second = Description(kind, **WHITE, **known), Description(kind, **FRESH, **known)
        pair = compare_in_words(first, second, CURATING)
        assert pair is not None, known
        assert reasons(pair.factors)[0] == "même sujet, dit autrement"
        assert compare(first, second, CURATING) is None, "the words alone say nothing"


def test_the_same_thing_in_other_words_is_a_doubt_of_an_import_in_its_commune_alone() -> None:
    here, there = factories.commune(), factories.commune()
    first = Description("besoin", **WHITE, territory=here.pk)
    doubt = compare_in_words(first, Description("besoin", **FRESH, territory=here.pk), IMPORTING)
    assert [(code, points) for code, points, _detail in doubt.factors] == [("meaning", 58), ("commune", 18)]
    assert compare_in_words(first, Description("besoin", **FRESH, territory=there.pk), WRITING) is None


def test_what_is_said_of_a_place_makes_no_two_places_one() -> None:
    """Two ÉcoQuartiers of one town have the summary of all: only their names tell them apart."""
    known = {"territory": factories.commune().pk, "owner": factories.organisation().pk}
    same = "Renouvellement urbain : 700 logements, dont 200 sociaux, sur 10 ha. ÉcoQuartier étape 2 en 2018."
    for kind in ("operation", "site"):
        first = Description(kind, "Quartier Thurot", summary=same, **known)
        second = Description(kind, "Les Docks", summary=same, **known)
        assert compare_in_words(first, second, WRITING) == compare(first, second, WRITING)
        assert compare_in_words(first, second, IMPORTING) is None


def test_experiments_of_one_solution_are_one_where_they_stand_together() -> None:
    solution, other = factories.solution().pk, factories.solution().pk
    here, there = factories.commune(lon=2.0).pk, factories.commune(lon=3.0).pk
    owner = factories.organisation().pk
    first = Description("experimentation", **WHITE, solution=solution, territory=here, owner=owner)
    second = replace(first, **FRESH)
    assert compare_in_words(first, second, CURATING) is not None
    for apart in (
        replace(second, territory=there),
        replace(second, solution=other),
        replace(second, position=ELSEWHERE),
    ):
        placed = replace(first, position=HERE) if apart.position else first
        assert compare_in_words(placed, apart, IMPORTING) is None, apart


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            ("Trouver quelqu’un pour aider à domicile", "Une aide pour les courses, le jardin ou le ménage."),
            ("Trouver un jardin partagé", "S’inscrire pour cultiver une parcelle près de chez soi."),
        ),
        (
            ("Connaître sa taxe foncière", "Retrouver le montant de son impôt local."),
            ("Voir les taxes sur le logement", "Comparer ce que demandent les communes voisines."),
        ),
        (
            ("Livrer sans camion", "Des vélos-cargos apportent les colis depuis un entrepôt du centre."),
            ("Compter piétons, vélos et voitures", "Des capteurs mesurent le trafic de chaque rue."),
        ),
    ],
)
def test_needs_that_are_neighbours_in_theme_are_no_doubt(first: Any, second: Any) -> None:
    commune = factories.commune().pk
    one, other = (
        Description("besoin", title, summary=summary, territory=commune) for title, summary in (first, second)
    )
    assert compare_in_words(one, other, IMPORTING) is None


def test_the_meaning_adds_what_it_says_beyond_the_title() -> None:
    known = {"owner": factories.organisation().pk}
    first = Description("besoin", "Connaître les horaires des parcs", **known)
    same = compare_in_words(first, replace(first, summary="L’heure d’ouverture des jardins."))
    assert [code for code, _points, _detail in same.factors] == ["same_title", "organisation"]
    first = replace(first, summary="Savoir quand les jardins et les espaces verts sont ouverts.")
    other = replace(
        first, title="Connaître l’ouverture des parcs", summary="Savoir quand les espaces verts sont ouverts."
    )
    assert [code for code, _points, _detail in compare(first, other).factors] == [
        "alike_title",
        "organisation",
    ]
    alike = compare_in_words(first, other)
    points = {code: points for code, points, _detail in alike.factors}
    assert points["meaning"] > 0
    assert points["alike_title"] + points["meaning"] <= 75
    assert reasons(alike.factors)[1] == "même sujet, dit autrement"


def test_the_score_is_the_same_from_either_side() -> None:
    solution, commune = factories.solution().pk, factories.commune().pk
    known = (
        {},
        {"territory": commune},
        {"position": HERE, "territory": commune, "year": 2020},
        {"owner": factories.organisation().pk, "source": factories.source().code, "external_id": "1"},
    )
    descriptions = understand(
        [
            Description(kind, **words, **more, solution=solution if kind == "experimentation" else None)
            for kind in ("besoin", "experimentation")
            for words in (WHITE, FRESH)
            for more in known
        ]
    )
    met = 0
    for first, second in combinations(descriptions, 2):
        if first.kind != second.kind:
            continue
        one, other = compare(first, second), compare(second, first)
        assert (one and (one.score, one.factors)) == (other and (other.score, other.factors))
        met += one is not None
    assert met > len(descriptions)


def test_what_is_stored_is_compared_by_its_stored_meaning(settings: Any) -> None:
    owner = factories.organisation()
    one, other = (factories.need(**words, owner=owner, geometry=None) for words in (WHITE, FRESH))

    def pairs() -> Any:
        return find_near_duplicates(STORED, {"one": one.pk, "other": other.pk}, CURATING, [])

    assert pairs() == [], "their meaning is not known yet"
    meaning.encode_lacking()
    (pair,) = pairs()
    assert reasons(pair.factors) == ["même sujet, dit autrement", "même organisation"]
    settings.SEARCH_BY_MEANING = False
    assert pairs() == []
    assert (
        compare_in_words(Description("besoin", **WHITE, owner=owner.pk), Description("besoin", **FRESH))
        is None
    )
