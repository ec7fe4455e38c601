"""The synthetic catalogue: marked, the same for a seed, true to the rules of the base, and removable."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from catalogue.management import synthetic
from catalogue.models import (
    Experiment,
    Indicator,
    LabelAward,
    MapCell,
    MapEntry,
    Organisation,
    Record,
    SearchEntry,
    SearchWord,
    Source,
    Theme,
)
from tests import factories

pytestmark = pytest.mark.django_db

RECORDS = 300


@pytest.fixture
def ground() -> None:
    """Six communes of two EPCI in one département, the first with nearly everybody."""
    region = factories.territory("region")
    departement = factories.territory("departement", region=region)
    for n in range(6):
        parents = {"departement": departement, "region": region}
        epci = factories.territory("epci", **parents)
        factories.commune(population=100_000 if n == 0 else 100, epci=epci, **parents)


@pytest.fixture
def made(ground: None) -> None:
    """A generated catalogue."""
    synthetic.generate(RECORDS, seed=7)


def drawn() -> list[tuple[Any, ...]]:
    """What distinguishes the records of a seed."""
    rows = Record.objects.order_by("external_id").values_list(
        "slug", "title", "proof_level", "year_start", "state"
    )
    return [*rows, *Record.objects.order_by("external_id").values_list("geometry")]


def queried(sql: str) -> Any:
    """The first row of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def test_every_record_is_marked_and_every_kind_is_there(made: None):
    assert Record.objects.filter(is_synthetic=True, title__startswith="[synthèse]").count() == RECORDS
    kinds = dict(Record.objects.values_list("kind").annotate(Count("pk")))
    assert set(kinds) == set(Record.Kind.values)
    assert kinds["experimentation"] > RECORDS / 2


def test_records_gather_where_people_are(made: None):
    crowd = (
        Record.objects.filter(territory__isnull=False)
        .values_list("territory__population")
        .annotate(Count("pk"))
    )
    counts = dict(crowd)
    assert counts[100_000] > 0.9 * sum(counts.values())


def test_perimeters_results_and_labels_are_there(made: None):
    assert Record.objects.filter(kind="operation").extra(where=["ST_Dimension(geometry) = 2"]).exists()
    assert Indicator.objects.filter(nature="mesure").exists()
    assert LabelAward.objects.exists()
    assert Experiment.objects.filter(solution__isnull=False).count() == Experiment.objects.count()


def test_a_record_with_a_place_stands_in_its_commune(made: None):
    outside = """
        SELECT count(*) FROM catalogue_record r JOIN geo_territory t ON t.id = r.territory_id
        WHERE ST_Dimension(r.geometry) = 0 AND NOT ST_Covers(t.geometry, r.geometry)
    """
    assert queried(outside) == (0,)


def test_the_same_seed_gives_the_same_records(made: None):
    first = drawn()
    assert synthetic.remove() == RECORDS
    synthetic.generate(RECORDS, seed=7)
    assert drawn() == first
    synthetic.remove()
    synthetic.generate(RECORDS, seed=8)
    assert drawn() != first


def test_proof_is_what_the_database_computes(made: None):
    before = dict(Record.objects.values_list("pk", "proof_level"))
    queried("SELECT catalogue_refresh_proof(ARRAY(SELECT record_ptr_id FROM catalogue_experiment), '{}')")
    assert dict(Record.objects.values_list("pk", "proof_level")) == before
    assert set(before.values()) >= {0, 1, 2, 3, 4}


def entries() -> dict[int, tuple[set[str], list[str]]]:
    """The facet terms of each entry, and its words of each weight."""
    weighed = ", ".join(f"strip(ts_filter(document, '{{{weight}}}'))::text" for weight in "abcd")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT record_id, terms, ARRAY[{weighed}] FROM catalogue_searchentry")
        return {key: (set(terms), words) for key, terms, words in cursor.fetchall()}


def known_words() -> set[tuple[str, str]]:
    """The words that a search completes and corrects."""
    return set(SearchWord.objects.values_list("word", "stem"))


def test_search_entries_are_what_the_database_computes(made: None):
    before, known = entries(), known_words()
    queried("SELECT catalogue_rebuild_search()")
    assert entries() == before
    assert known_words() <= known


def test_the_map_is_what_the_database_keeps(made: None):
    located = Record.objects.published().located().count()
    assert MapEntry.objects.count() == located
    assert sum(MapCell.objects.filter(zoom=0).values_list("n", flat=True)) == located


def test_the_triggers_and_constraints_are_back(made: None):
    entries = SearchEntry.objects.count()
    lone = factories.solution(title="Vraie solution")
    assert SearchEntry.objects.count() == entries + 1
    unchecked = """
        SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated
        UNION ALL SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'
    """
    assert queried(f"SELECT sum(count) FROM ({unchecked}) t") == (0,)
    lone.refresh_from_db()
    assert lone.proof_level == 0


def test_removal_leaves_what_is_real(ground: None):
    real = factories.measured_experiment(title="Vraie expérimentation")
    theme = factories.theme()
    real.themes.add(theme)
    synthetic.generate(50, seed=1)
    assert synthetic.remove() == 50
    assert set(Record.objects.values_list("pk", flat=True)) == {real.pk, real.solution_id}
    assert list(Theme.objects.all()) == [theme]
    assert not Organisation.objects.filter(name__startswith="[synthèse]").exists()
    assert not Source.objects.filter(code="synthese").exists()
    assert MapEntry.objects.count() == Record.objects.published().located().count()


def test_a_second_catalogue_is_refused(made: None):
    with pytest.raises(CommandError, match="--remove"):
        call_command("generate_catalogue", "--records", "10")


def test_without_ground_the_command_says_what_to_do():
    with pytest.raises(CommandError, match="import_territories"):
        call_command("generate_catalogue", "--records", "10")


@pytest.mark.parametrize("count", ["0", "-1", "999999999"])
def test_a_count_that_makes_no_sense_is_refused(count: str):
    with pytest.raises(CommandError, match="Le nombre de fiches"):
        call_command("generate_catalogue", "--records", count)
