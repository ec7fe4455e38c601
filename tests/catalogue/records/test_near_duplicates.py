"""The one rule of near-duplicates: which words of titles count, which factors, from which score."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.records.near_duplicates import (
    CURATING,
    IMPORTING,
    WRITING,
    Description,
    find_near_duplicates,
    reasons,
)
from tests import factories

pytestmark = pytest.mark.django_db
BOTH_GIVEN = "pair AS (SELECT -1 AS first, -2 AS second)"
HERE = (2.05, 47.05)


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
