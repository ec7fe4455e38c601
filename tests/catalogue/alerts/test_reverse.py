"""The reverse match finds exactly the searches whose page would list the record."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.alerts import saving
from catalogue.models import (
    Record,
    SavedSearch,
)
from catalogue.public.search.filters import RecordFilterForm
from catalogue.rankings.grounds import match
from catalogue.rankings.grounds.forms import GroundForm
from tests.catalogue.alerts.searches import find_matches, saved

pytestmark = pytest.mark.django_db

quick = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
WORDS = ["compost", "compostage collectif", "école", "cour -école", "compost OU cour", '"cour fraîche"',
         "dra", "compots", "-compost", "zzzzzz", "fraicheur"]  # fmt: skip


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=1, max_size=2)


def one(*values: str) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(values).map(lambda value: [value])


TERRITORIES = ("commune:35001", "commune:35003", "arrondissement:35901", "epci:200000001", "departement:35",
               "region:53")  # fmt: skip
DISCS = (
    "-2.7,47.7",
    "commune:35002",
    "179.99,-16.65",
    "-179.99,10",
    "180,9.9",
    "55,-21",
    "100,89.9",
    "0,83.5",
)
BOXES = (
    "-5,41,10,52", "170,-60,-170,20", "-180,-85,180,85", "-180,-90,180,90", "180,-20,-170,20",
    "-70,-25,60,20",
    "-2.76,47.66,-2.76,47.66", "-2.76,40,-2.76,50",
)  # fmt: skip
on_map = st.fixed_dictionaries(
    {},
    optional={
        "type": some(*Record.Kind.values),
        "theme": some("eau", "sols", "air"),
        "enjeu": some("sobriete", "inclusion"),
        "programme": one("divd"),
        "statut": some("termine", "abandonne", "ouvert", "historique"),
        "label": some("2016-2022", "2016-2022:etape-1", "2016-2022:etape-2", "2013-2016:charte"),
        "densite": some("1", "2", "5"),
        "mesures": one("oui"),
        "documents": one("oui"),
        "q": one(*WORDS),
        "preuve": one("0", "1", "3", "5"),
        "de": st.integers(2008, 2020).map(lambda year: [str(year)]),
        "a": st.integers(2014, 2024).map(lambda year: [str(year)]),
        "population_min": one("0", "500", "3000", "9000"),
        "population_max": one("9000", "12000", "0"),
        "territoire": one(*TERRITORIES),
        "jumeaux": one("commune:35001", "epci:200000001"),
        "organisation": one("porteur", "reunie"),
        "bbox": one(*BOXES),
    },
)
around = st.fixed_dictionaries({}, optional={"autour": one(*DISCS)}) | st.fixed_dictionaries(
    {"autour": one(*DISCS), "rayon": one("0", "1", "20", "200")}
)
as_ground = st.fixed_dictionaries(
    {},
    optional={
        "solution": one("pave"),
        "theme": some("eau", "sols", "air"),
        "terrain": some("friche", "place", "campus"),
        "population_min": one("0", "500", "3000"),
        "population_max": one("9000", "12000"),
        "densite": some("1", "2", "5"),
        "littoral": one("oui"),
        "region": one("region:53"),
    },
)
ground_around = st.just({}) | st.fixed_dictionaries(
    {"autour": one(*DISCS[:-1])}, optional={"rayon": one("1", "20", "200")}
)


def listed_on_map(query: str) -> set[int]:
    form = RecordFilterForm(QueryDict(query))
    assert form.is_valid(), form.errors
    return set(form.search.narrow(Record.objects.published()).values_list("pk", flat=True))


def listed_as_ground(query: str) -> set[int]:
    form = GroundForm(QueryDict(query))
    assert form.is_valid(), form.errors
    found = match(form.wish, limit=1000)
    slugs = {one.row["slug"] for one in (*found.sites, *found.hosts, *found.needs, *found.national_needs)}
    return set(Record.objects.filter(slug__in=slugs).values_list("pk", flat=True))


def wanted(search: SavedSearch) -> set[int]:
    """The records that the reverse match gives to a search, of all there are."""
    keys = list(Record.objects.values_list("pk", flat=True))
    return {record for one, record in find_matches(keys) if one == search.pk}


def check(query: str, target: str, listed: Callable[[str], set[int]]) -> set[int]:
    """What both ways find, the same."""
    form = saving.form_of(target, QueryDict(query))
    if not form.is_valid():  # an inverted range
        return set()
    search = saved(query, target=target)
    found = listed(query)
    assert wanted(search) == found, query
    SavedSearch.objects.filter(pk=search.pk).delete()
    return found


EACH_ON_MAP = [
    *({"type": kind} for kind in Record.Kind.values),
    *({"q": words} for words in WORDS),
    *({"territoire": place} for place in TERRITORIES),
    *({"bbox": box} for box in BOXES),
    *({"autour": disc} for disc in DISCS),
    *({"autour": disc, "rayon": "1"} for disc in DISCS),
    *({"jumeaux": place} for place in ("commune:35001", "epci:200000001")),
    *({"organisation": slug} for slug in ("porteur", "partenaire", "reunie")),
    *({"preuve": level} for level in range(6)),
    *({"de": year} for year in range(2008, 2022)),
    *({"a": year} for year in range(2008, 2022)),
    *({"population_min": n} for n in (0, 500, 3000, 9000)),
    *({"population_max": n} for n in (0, 500, 3000, 9000)),
    {"theme": ["eau", "sols"], "enjeu": "inclusion"},
    {"label": "2016-2022:etape-1", "theme": "air"},
    {"mesures": "oui"}, {"documents": "oui"}, {"densite": ["1", "5"]}, {"statut": ["termine", "ouvert"]}, {},
]  # fmt: skip
EACH_AS_GROUND = [
    {"solution": "pave"},
    {"solution": "pave", "theme": "air"},
    *({"theme": theme} for theme in ("eau", "sols", "air")),
    *({"theme": "eau", "population_min": n} for n in (0, 500, 3000, 9000)),
    *({"theme": "eau", "population_max": n} for n in (0, 500, 3000, 9000)),
    *({"theme": "sols", "densite": n} for n in (1, 2, 5)),
    {"terrain": ["friche"]}, {"terrain": ["place", "campus"]}, {"littoral": "oui"}, {"region": "region:53"},
    {"theme": "eau", "region": "region:53", "littoral": "oui"},
    *({"theme": "sols", "autour": disc, "rayon": "200"} for disc in DISCS),
    {"theme": "eau", "autour": DISCS[0]},
]  # fmt: skip


def test_each_criterion_of_the_map_alone(records, likeness):
    found = [check(urlencode(one, doseq=True), "carte", listed_on_map) for one in EACH_ON_MAP]
    assert sum(map(bool, found)) > len(found) * 0.6  # most of them do find something


def test_each_criterion_of_the_grounds_alone(records):
    found = [check(urlencode(one, doseq=True), "terrain", listed_as_ground) for one in EACH_AS_GROUND]
    assert sum(map(bool, found)) > len(found) * 0.6


@quick
@given(criteria=on_map, where=around)
def test_a_search_of_the_map_is_told_what_the_map_lists(records, criteria, where):
    check(urlencode({**criteria, **where}, doseq=True), "carte", listed_on_map)


@quick
@given(criteria=st.fixed_dictionaries({"q": one(*WORDS)}), where=around)
def test_words_mean_the_same_both_ways(records, criteria, where):
    check(urlencode({**criteria, **where}, doseq=True), "carte", listed_on_map)


@quick
@given(bbox=one(*BOXES), where=around)
def test_windows_and_circles_mean_the_same_both_ways(records, bbox, where):
    check(urlencode({"bbox": bbox, **where}, doseq=True), "carte", listed_on_map)
    check(urlencode(where, doseq=True), "carte", listed_on_map)


@quick
@given(criteria=as_ground, where=ground_around)
def test_a_search_of_grounds_is_told_what_ranking_2_lists(records, criteria, where):
    check(urlencode({**criteria, **where}, doseq=True), "terrain", listed_as_ground)
