"""Reverting to a version restores exactly its values; what cannot come back is reported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalogue.models import Document, Indicator, LabelAward, NeedAnswer, Record, RecordVersion, Section
from catalogue.records import versions
from catalogue.records.content import get_collections, item_names, read_items
from catalogue.records.shape import KINDS, parts
from catalogue.workshop.history import revert
from tests import factories

pytestmark = pytest.mark.django_db
few = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SHAPES = (
    None,
    "POINT (2.123456789012345 47.000000000000014)",
    "POLYGON ((2 47, 2.1 47, 2.1 47.1, 2 47.1, 2 47), (2.02 47.02, 2.03 47.02, 2.03 47.03, 2.02 47.02))",
    "MULTIPOLYGON (((2 47, 2.1 47, 2.1 47.1, 2 47)), ((3 48, 3.1 48, 3.1 48.1, 3 48)))",
    "LINESTRING (-61.5 16.2, -61.500000000000001 16.3)",
)
text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
years = st.none() | st.integers(1950, 2090)
MAKERS: dict[str, Any] = {
    "solution": factories.solution,
    "experimentation": factories.experiment,
    "operation": factories.operation,
    "site": factories.test_site,
    "besoin": factories.need,
}


@pytest.fixture
def curator() -> Any:
    return factories.curator()


@pytest.fixture
def names() -> dict[str, list[Any]]:
    return {
        "themes": [factories.theme(code=code) for code in ("eau", "air", "sols")],
        "organisations": [factories.organisation(slug=slug) for slug in ("ville", "labo")],
        "territories": [None, factories.commune(), factories.commune()],
        "solutions": [factories.solution(), factories.solution()],
    }


def write(record: Any, names: dict[str, list[Any]], draw: Any) -> None:
    """Give the record a state drawn at random, all that belongs to it included."""
    wkt = draw(st.sampled_from(SHAPES)) if record.kind != "solution" else None
    record.geometry = GEOSGeometry(wkt, srid=4326) if wkt else None
    record.location_precision = "exacte" if wkt else "aucune"
    record.title, record.summary, record.description = draw(text) + "t", draw(text), draw(text)
    record.year_start, record.territory = draw(years), draw(st.sampled_from(names["territories"]))
    record.owner = draw(st.none() | st.sampled_from(names["organisations"]))
    record.external_id = draw(st.sampled_from(["", "7"]))
    if record.kind == "operation":
        record.area_ha = draw(st.none() | st.decimals("0.01", "999", places=2))
    if record.kind == "site":
        record.ground_kinds = draw(st.lists(st.sampled_from(["parc", "rue", "toit"]), max_size=3))
    record.save()
    record.themes.set(draw(st.sets(st.sampled_from(names["themes"]))))
    record.organisation_links.all().delete()
    for one in draw(st.sets(st.sampled_from(names["organisations"]))):
        record.organisation_links.create(
            organisation=one, role=draw(st.sampled_from(["porteur", "financeur"]))
        )
    record.sections.all().delete()
    for code in draw(st.sets(st.sampled_from(["contexte", "etape"]))):
        Section.objects.create(record_id=record.pk, code=code, text=draw(text) + "s")
    _write_parts(record, names, draw)


def _write_parts(record: Any, names: dict[str, list[Any]], draw: Any) -> None:
    count = draw(st.integers(0, 3))
    documents = list(record.documents.filter(is_pending=False))
    for one in documents[: draw(st.integers(0, 2))]:
        Document.objects.filter(pk=one.pk).update(is_pending=True)
    for _each in range(draw(st.integers(0, 2))):
        factories.document(record, title=draw(text) + "d")
    papers = [None, *record.documents.filter(is_pending=False)]
    if record.kind == "experimentation":
        record.indicators.all().delete()
        for _each in range(count):
            Indicator.objects.create(
                experiment=record,
                name=draw(st.sampled_from(["Eau", "Air"])),
                text="dit",
                value=draw(st.none() | st.decimals("-99", "99", places=4)),
                document=draw(st.sampled_from(papers)),
            )
    if record.kind == "operation":
        record.awards.all().delete()
        for year in draw(st.sets(st.integers(2013, 2016), max_size=3)):
            LabelAward.objects.create(operation=record, regime="2013-2016", step="engage", year=year)
    if record.kind == "besoin":
        record.answer_links.all().delete()
        for one in draw(st.sets(st.sampled_from(names["solutions"]))):
            NeedAnswer.objects.create(need=record, solution=one, how=draw(text))


def as_text(row: dict[str, Any]) -> str:
    """A row as text, whatever the order of its attributes."""
    return json.dumps(row, sort_keys=True)


def version_of(record: Any) -> RecordVersion:
    """A version of the present values of the record."""
    with transaction.atomic():
        versions.save_before([record.pk])
    return RecordVersion.objects.filter(record=record.pk).first()


def test_what_a_version_holds_can_be_written() -> None:
    """Every attribute that a version reads is one that a return writes: a new column fails here first."""
    for kind in KINDS:
        known = get_collections(kind)
        tables = parts(kind)
        assert set(tables) == {*known, "documents"}
        for name, collection in known.items():
            assert {one.name for one in tables[name].fields} == set(item_names(collection))


@few
@given(data=st.data())
def test_a_revert_restores_exactly_the_version(data: Any, curator: Any, names: Any) -> None:
    """Whatever was written between the two, and there and back again."""
    kind = data.draw(st.sampled_from(sorted(MAKERS)))
    record = MAKERS[kind](source=factories.source())
    write(record, names, data.draw)
    first = version_of(record)
    for name, collection in get_collections(kind).items():
        bare = [
            {key: value for key, value in row.items() if key != "pk"}
            for row in read_items(record, collection)
        ]
        assert sorted(map(as_text, bare)) == sorted(map(as_text, first.data[name]))
    write(record, names, data.draw)
    second = version_of(record)
    for target in (first, second, first):
        now = versions.read_current([record.pk])[record.pk]
        if now == target.data:
            continue
        plan = revert.plan_revert(Record.objects.get(pk=record.pk).proper, target)
        assert plan.impossible == []
        revert.revert_record(record, target, curator, plan.seen, "essai")
        assert versions.read_current([record.pk])[record.pk] == target.data
        again = revert.plan_revert(Record.objects.get(pk=record.pk).proper, target)
        assert (again.wanted, again.list_changes(kind)) == (again.now, [])
        last = RecordVersion.objects.filter(record=record.pk).first()
        assert (last.data, last.origin, last.actor) == (target.data, "retour", curator)
