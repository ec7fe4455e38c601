"""What holds of every search, whatever is asked: sets, counts and orders, on records all over the world."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.models import Experiment, Programme, Record, Stake, TestSite
from catalogue.public.search import answers
from catalogue.public.search.counts import count_terms
from catalogue.public.search.filters import FACETS, RecordFilterForm
from catalogue.public.search.record_search import RecordSearch
from catalogue.public.search.results import page_keys
from tests import factories

pytestmark = pytest.mark.django_db

quick = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)

PLACES = [
    (-2.76, 47.66), (-1.68, 48.11), (2.35, 48.86), (7.75, 48.58), (5.37, 43.3), (9.15, 41.9), (55.45, -20.88),
    (-61.5, 16.2), (-52.3, 4.9), (45.2, -12.8), (-56.2, 46.8), (166.4, -22.3), (-149.6, -17.5),
    (-176.2, -13.3), (179.95, -16.6), (-179.95, -16.7), (178.4, -18.1), (-179.2, -51.0), (180.0, 10.0),
    (-180.0, -10.0),
]  # fmt: skip
WORDS = [
    "compost",
    "compostage collectif",
    "école",
    "cour -école",
    "compost OU cour",
    '"cour fraîche"',
    "dra",
]


@pytest.fixture
def records() -> None:
    """Forty records of every kind, their attributes in every mixture, at twenty places."""
    themes = [factories.theme(code=code, label=code) for code in ("eau", "sols", "air")]
    stakes = [Stake.objects.create(code=code, label=code) for code in ("sobriete", "inclusion")]
    programme = Programme.objects.create(code="divd", label="DIVD")
    communes = [factories.commune(population=n * 3000, density_class=n) for n in range(1, 6)]
    solution = factories.solution(title="Pavé drainant", year_start=2012)
    titles = ("Compostage collectif", "Cour fraîche d’école", "Chaussée drainante")
    statuses = itertools.cycle(Experiment.Status.values)
    states = itertools.cycle(TestSite.SiteState.values)
    made: list[Record] = []
    for n, (lon, lat) in enumerate(PLACES * 2):
        common: dict[str, Any] = {
            "title": titles[n % 3],
            "geometry": Point(lon, lat, srid=4326),
            "territory": communes[n % 5] if n % 7 else None,
            "year_start": 2010 + n % 9 if n % 4 else None,
            "state": "publiee" if n % 11 else "brouillon",
        }
        if n % 4 == 0:
            record = factories.experiment(
                solution=solution, status=next(statuses), abandon_reason="Coût", **common
            )
            if n % 3 == 0:
                factories.indicator(record)
        elif n % 4 == 1:
            record = factories.operation(**common)
            factories.award(record, step=f"etape-{n % 3 + 1}")
        elif n % 4 == 2:
            record = factories.test_site(site_state=next(states), **common)
        else:
            record = factories.need(**common)
        record.themes.add(*[theme for bit, theme in enumerate(themes) if n >> bit & 1])
        record.stakes.add(*[stake for bit, stake in enumerate(stakes) if n >> (bit + 1) & 1])
        if n % 5 == 0:
            record.programmes.add(programme)
            factories.document(record)
        made.append(record)


@pytest.fixture
def few_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five records are ranked by their words, so that forty are enough to go beyond."""
    monkeypatch.setattr(answers, "MOST_RANKED", 5)
    answers._kept.cache_clear()


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2)


facet_choices = st.fixed_dictionaries(
    {},
    optional={
        "type": some(*Record.Kind.values),
        "theme": some("eau", "sols", "air"),
        "enjeu": some("sobriete", "inclusion"),
        "programme": some("divd"),
        "statut": some("termine", "abandonne", "ouvert", "historique"),
        "label": some("2016-2022", "2016-2022:etape-1", "2016-2022:etape-2", "2013-2016:charte"),
        "densite": some("1", "2", "5"),
        "mesures": st.just(["oui"]),
        "documents": st.just(["oui"]),
    },
)
other_choices = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(WORDS).map(lambda words: [words]),
        "preuve": st.integers(0, 5).map(lambda level: [str(level)]),
        "de": st.integers(2008, 2014).map(lambda year: [str(year)]),
        "a": st.integers(2014, 2020).map(lambda year: [str(year)]),
        "population_min": st.integers(0, 9000).map(lambda least: [str(least)]),
        "population_max": st.integers(9000, 20000).map(lambda most: [str(most)]),
        "bbox": st.sampled_from(["-5,41,10,52", "170,-60,-170,20", "-180,-85,180,85", "-70,-25,60,20"]).map(
            lambda bbox: [bbox]
        ),
    },
)
points = st.tuples(st.floats(-180, 180), st.floats(-60, 60)) | st.sampled_from(PLACES)


def asked(parameters: dict[str, list[str]]) -> RecordSearch:
    """The search of these parameters."""
    query = QueryDict(mutable=True)
    for name, values in parameters.items():
        query.setlist(name, values)
    form = RecordFilterForm(query)
    assert form.is_valid(), form.errors
    return form.search


def found(parameters: dict[str, list[str]]) -> set[int]:
    """The keys of the records that the parameters accept."""
    return set(asked(parameters).narrow(Record.objects.published()).values_list("pk", flat=True))


def compact() -> None:
    """Make every block of bits anew, as the database does once some have changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_compact_facets()")


@quick
@given(facets=facet_choices, others=other_choices)
def test_the_count_of_each_choice_is_what_choosing_it_finds(records, facets, others):
    search = asked({**others, **facets})
    counts = count_terms(search, Record.objects.published())
    assert counts.pop("", 0) == len(found({**others, **facets}))
    for term, count in counts.items():
        name, _colon, value = term.partition(":")
        assert count == len(found({**others, **facets, name: [value]})), term


@quick
@given(facets=facet_choices, others=st.just({}) | other_choices)
def test_bits_count_as_records_do(records, facets, others):
    search, published = asked({**others, **facets}), Record.objects.published()
    one_by_one = count_terms(search, published)
    compact()
    assert count_terms(search, published) == one_by_one
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_facetchange (block) SELECT DISTINCT block FROM catalogue_facetblock"
        )


def test_a_change_is_counted_at_once(records):
    def count(term: str) -> int:
        return count_terms(asked({}), Record.objects.published()).get(term, 0)

    compact()
    water, everything = count("theme:eau"), count("")
    record = Record.objects.published().filter(themes__code="eau").first()
    record.themes.clear()
    assert (count("theme:eau"), count("")) == (water - 1, everything)
    compact()
    assert (count("theme:eau"), count("")) == (water - 1, everything)
    Record.objects.filter(pk=record.pk).update(state="archivee")
    assert count("") == everything - 1
    other = Record.objects.published().filter(kind="besoin").first()
    other.as_need.delete()
    assert count("") == everything - 2
    compact()
    assert count("") == everything - 2
    Record.objects.filter(state="brouillon").update(state="publiee")
    compact()
    assert count("") == Record.objects.published().count()


def test_a_choice_that_is_not_counted_finds_nothing(records):
    search = asked({"theme": ["eau"], "statut": ["ouvert"], "q": ["cour"]})
    fields = RecordFilterForm().fields
    counts = count_terms(search, Record.objects.published())
    for name in FACETS:
        for value, _label in fields[name].choices:
            expected = len(found({"theme": ["eau"], "statut": ["ouvert"], "q": ["cour"], name: [str(value)]}))
            assert counts.get(f"{name}:{value}", 0) == expected, (name, value)


@quick
@given(facets=facet_choices, others=other_choices)
def test_filters_commute(records, facets, others):
    each = [found({name: values}) for name, values in {**facets, **others}.items()]
    together = found({**facets, **others})
    assert together == set.intersection(found({}), *each)


@quick
@given(place=points, radii=st.tuples(st.floats(0, 200), st.floats(0, 200)), facets=facet_choices)
def test_a_larger_radius_never_loses_a_result(records, place, radii, facets):
    around = {**facets, "autour": [f"{place[0]},{place[1]}"]}
    small, large = (found({**around, "rayon": [str(radius)]}) for radius in sorted(radii))
    assert small <= large <= found(facets)


@quick
@given(place=points)
def test_the_nearest_are_those_that_measuring_every_one_gives(records, place):
    point = Point(*place, srid=4326)
    by_index = list(Record.objects.published().located().nearest_first(point).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalogue_record WHERE state = 'publiee' AND geog IS NOT NULL"
            " ORDER BY ST_Distance(geog, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography, false), id",
            list(place),
        )
        measured = [key for (key,) in cursor.fetchall()]
    assert by_index == measured


def degrees(most: int) -> st.SearchStrategy[float]:
    """Degrees to the fourth decimal: the boxes of an index are rounded at the fifth."""
    return st.integers(-most * 10_000, most * 10_000).map(lambda number: number / 10_000)


@quick
@given(
    west=degrees(180), east=degrees(180), south=degrees(60).map(lambda d: -abs(d)), north=degrees(60).map(abs)
)
def test_a_box_finds_what_lies_in_it_across_the_antimeridian_too(records, west, east, south, north):
    inside = found({"bbox": [f"{west},{south},{east},{north}"]})
    expected = {
        record.pk
        for record in Record.objects.published().located()
        if south <= record.point.y <= north
        and (west <= record.point.x <= east if west <= east else not east < record.point.x < west)
    }
    assert inside == expected


@quick
@given(facets=facet_choices, others=other_choices, order=st.sampled_from(["pertinence", "recent"]))
def test_pages_neither_overlap_nor_miss(records, facets, others, order):
    search = asked({**facets, **others, "tri": [order]})
    records, expected = search.narrow(Record.objects.published()), found({**facets, **others})
    keys = [key for n in range(0, 50, 7) for key in page_keys(search, records, len(expected), n, n + 7)]
    assert len(keys) == len(set(keys))
    assert set(keys) == expected


@quick
@given(facets=facet_choices, others=other_choices)
def test_beyond_what_is_ranked_the_order_is_the_same(records, few_ranked, facets, others):
    search = asked({**facets, **others})
    matching = search.narrow(Record.objects.published())
    whole = page_keys(search, matching, matching.count(), 0, 100)
    assert sorted(whole) == sorted(matching.values_list("pk", flat=True))
    for total in (len(whole), 1_000, 100_000):  # sorted, found by sorting, found along the index
        assert [key for n in range(0, 50, 7) for key in page_keys(search, matching, total, n, n + 7)] == whole
