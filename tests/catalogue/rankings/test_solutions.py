"""Ranking 1: proven solutions for a territory, explained, in one query carried by the spatial index."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.models import Experiment, Record
from catalogue.public.search.record_search import RecordSearch
from catalogue.rankings.solutions import ENOUGH_PROVEN, Ranking, rank_solutions
from geo.models import Territory
from tests import factories

pytestmark = pytest.mark.django_db

RENNES = Point(-1.68, 48.11, srid=4326)


def east(km: float) -> Point:
    """A point ``km`` kilometres east of Rennes, at its latitude."""
    return Point(RENNES.x + km / 74.4, RENNES.y, srid=4326)


def tried(km: float, **fields: object) -> Experiment:
    """A measured experiment at some kilometres from Rennes, in a commune of its own."""
    values: dict[str, object] = {"geometry": east(km), "year_end": 2020, **fields}
    return factories.measured_experiment(**values)


def slugs(ranking: Ranking) -> list[str]:
    return [solution.slug for solution in ranking.solutions]


@pytest.fixture
def rennes() -> Territory:
    return factories.commune(lon=RENNES.x - 0.05, lat=RENNES.y - 0.05)


def test_the_nearest_of_two_equal_proofs_comes_first(rennes: Territory) -> None:
    far, near = tried(40), tried(5)
    assert slugs(rank_solutions(rennes, RENNES)) == [near.solution.slug, far.solution.slug]


def test_a_measured_result_passes_before_a_nearer_declaration(rennes: Territory) -> None:
    declared = factories.experiment(geometry=east(2), year_end=2020)
    measured = tried(9)
    ranking = rank_solutions(rennes, RENNES, radius_km=50)
    assert slugs(ranking) == [measured.solution.slug, declared.solution.slug]
    by_distance = rank_solutions(rennes, RENNES, RecordSearch(sort="distance"), radius_km=50)
    assert slugs(by_distance) == [declared.solution.slug, measured.solution.slug]


def test_an_old_result_loses_to_a_fresh_one_at_the_same_place(rennes: Territory) -> None:
    old, fresh = tried(10, year_end=1995), tried(10.5, year_end=2025)
    for one in (old, fresh):
        one.indicators.update(year=one.year_end)
    assert slugs(rank_solutions(rennes, RENNES))[0] == fresh.solution.slug


def test_each_factor_is_named_told_in_words_and_multiplies_into_the_score(rennes: Territory) -> None:
    tried(12)
    found = rank_solutions(rennes, RENNES, weight=0).solutions[0]
    assert [factor.label for factor in found.factors] == ["Preuve", "Proximité", "Fraîcheur"]
    assert "3 sur 5" in found.factors[0].detail
    assert "à 12" in found.factors[1].detail
    product = 1.0
    for factor in found.factors:
        assert factor.value is not None
        assert 0 < factor.value <= 1
        product *= factor.value
    assert found.score == pytest.approx(product, rel=1e-3)


def test_a_solution_stands_once_with_its_other_places_behind_it(rennes: Territory) -> None:
    near = tried(3)
    other = tried(8, solution=near.solution)
    ranking = rank_solutions(rennes, RENNES, radius_km=50)
    assert slugs(ranking) == [near.solution.slug]
    assert [place["slug"] for place in ranking.solutions[0].others] == [other.slug]


def test_what_stands_in_the_territory_is_said_to_be_there(rennes: Territory) -> None:
    inside = tried(60, territory=rennes)
    found = rank_solutions(rennes, RENNES).solutions[0]
    assert found.slug == inside.solution.slug
    assert found.inside
    assert found.factors[1].detail == "sur le territoire"


def test_the_radius_widens_until_there_is_enough_proof_and_says_so(rennes: Territory) -> None:
    for step in range(ENOUGH_PROVEN):
        tried(60 + step)
    beyond = tried(150)
    ranking = rank_solutions(rennes, RENNES, weight=0)
    assert ranking.radius_km == 100
    assert ranking.widened
    assert not ranking.everywhere
    assert beyond.solution.slug not in slugs(ranking)
    assert not rank_solutions(rennes, RENNES, weight=0, radius_km=20).solutions


def test_a_larger_radius_never_loses_a_result(rennes: Territory) -> None:
    for km in (1, 15, 30, 80, 190):
        tried(km)
    previous: set[str] = set()
    for radius in (5, 20, 40, 100, 200):
        current = set(slugs(rank_solutions(rennes, RENNES, radius_km=radius)))
        assert previous <= current
        previous = current
    assert len(previous) == 5


def test_failures_are_lessons_apart_from_the_solutions(rennes: Territory) -> None:
    abandoned = factories.experiment(
        status=Experiment.Status.ABANDONED, abandon_reason="Trop cher.", geometry=east(4)
    )
    disappointing = tried(6, outcome=Experiment.Outcome.NEGATIVE)
    worked = tried(7)
    ranking = rank_solutions(rennes, RENNES, radius_km=50)
    assert slugs(ranking) == [worked.solution.slug]
    assert {lesson.slug for lesson in ranking.failures} == {
        abandoned.solution.slug,
        disappointing.solution.slug,
    }


def test_a_theme_asked_for_lifts_those_who_bear_it(rennes: Territory) -> None:
    theme = factories.theme()
    other, on_theme = tried(2), tried(9)
    on_theme.solution.themes.add(theme)
    asked = RecordSearch(facets=(("theme", (theme.code,)),))
    ranking = rank_solutions(rennes, RENNES, asked, radius_km=50)
    assert slugs(ranking) == [on_theme.solution.slug, other.solution.slug]
    assert ranking.solutions[0].factors[-1].detail == "thème demandé"


def test_the_filters_of_the_list_leave_out_experiments(rennes: Territory) -> None:
    town = factories.organisation()
    other, theirs = tried(2), tried(9)
    theirs.organisation_links.create(organisation=town)
    asked = RecordSearch(criteria=(("organisation", town), ("q", theirs.title), ("preuve", 3)))
    assert slugs(rank_solutions(rennes, RENNES)) == [other.solution.slug, theirs.solution.slug]
    assert slugs(rank_solutions(rennes, RENNES, asked)) == [theirs.solution.slug]


@pytest.mark.parametrize("hidden", ["experiment", "solution"])
def test_nothing_unpublished_is_ranked(rennes: Territory, hidden: str) -> None:
    one = tried(3)
    pk = one.pk if hidden == "experiment" else one.solution_id
    Record.objects.filter(pk=pk).update(state=Record.State.DRAFT)
    ranking = rank_solutions(rennes, RENNES)
    assert not ranking.solutions
    assert not ranking.failures


def test_the_counts_are_of_the_whole_ranking_not_of_the_page(rennes: Territory) -> None:
    for km in (2, 4, 6):
        tried(km)
    factories.experiment(geometry=east(3))
    ranking = rank_solutions(rennes, RENNES, radius_km=50, limit=2)
    assert (len(ranking.solutions), ranking.total, ranking.proven) == (2, 4, 3)


def test_lessons_stand_whatever_the_number_of_solutions(rennes: Territory) -> None:
    for km in (2, 4, 6):
        tried(km)
    tried(8, outcome=Experiment.Outcome.NEGATIVE)
    assert len(rank_solutions(rennes, RENNES, radius_km=50, limit=1).failures) == 1


def test_distances_overseas_are_true_metres(rennes: Territory) -> None:
    saint_denis = Point(55.4504, -20.8789, srid=4326)
    saint_pierre = Point(55.4781, -21.3393, srid=4326)
    factories.measured_experiment(geometry=saint_pierre)
    found = rank_solutions(None, saint_denis, radius_km=100).solutions[0]
    assert found.metres == pytest.approx(51_060, rel=0.003)


def test_the_ranking_is_one_query(rennes: Territory) -> None:
    tried(3)
    with CaptureQueriesContext(connection) as queries:
        rank_solutions(rennes, RENNES)
    assert len(queries) == 1


def test_the_place_that_resembles_gains_when_the_slider_moves() -> None:
    """Half of the score's place moves from nearness to resemblance: a far twin passes a near stranger."""
    from geo.models import TerritoryProfile

    here, twin, stranger = (factories.commune(lon=lon) for lon in (2.0, 6.0, 2.3))
    for place, profile in ((here, (0.0, 0.0)), (twin, (0.1, 0.0)), (stranger, (9.0, 9.0))):
        TerritoryProfile.objects.create(
            territory=place, level="commune", values=list(profile), profile=list(profile)
        )
    far = factories.measured_experiment(territory=twin, geometry=twin.point)
    near = factories.measured_experiment(territory=stranger, geometry=stranger.point)
    asked = {"territory": here, "point": here.point}
    assert slugs(rank_solutions(**asked, weight=0, radius_km=500)) == [near.solution.slug, far.solution.slug]
    alike = rank_solutions(**asked, weight=1, radius_km=500)
    assert slugs(alike) == [far.solution.slug, near.solution.slug]
    assert "jumeau" in alike.solutions[0].factors[2].detail
