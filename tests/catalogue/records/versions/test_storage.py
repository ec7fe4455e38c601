"""Versions are kept around a write: when it changed something, once, and in order."""

from decimal import Decimal
from hashlib import md5

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalogue.models import Record, RecordOrganisation, RecordVersion
from catalogue.records import versions
from tests import factories

pytestmark = pytest.mark.django_db
Origin = versions.Origin


def whole() -> Record:
    """A published experiment that says something of every sort."""
    record = factories.experiment(geometry=Point(2.123456789012345, 47.1), location_precision="exacte")
    record.themes.add(factories.theme(code="z-eau"), factories.theme(code="a-air"))
    RecordOrganisation.objects.create(
        record=record, organisation=factories.organisation(slug="ville"), role="territoire-hote"
    )
    paper = factories.document(record)
    factories.indicator(record, name="Eau", value=Decimal("12.5000"), document=paper)
    factories.document(record, is_pending=True)
    return record


def test_a_version_says_the_whole_record() -> None:
    """Every field of a form is there, a link by its natural key, a pending document is not."""
    record = whole()
    said = versions.read_current([record.pk])[record.pk]
    assert said["title"] == record.title
    assert said["geometry"] == "POINT(2.123456789012345 47.1)"
    assert said["themes"] == ["a-air", "z-eau"]
    assert said["organisations.territoire-hote"] == ["ville"]
    assert said["solution"] == record.solution.slug
    (row,) = said["indicators"]
    assert (row["name"], row["value"]) == ("Eau", "12.5")
    (paper,) = said["documents"]
    assert row["document"] == paper["key"]
    assert "pk" not in row
    assert not {"slug", "state", "proof_level", "updated_at", "created_by"} & set(said)


def test_versions_are_kept_around_a_write() -> None:
    """The state before the first change, each change with its author, nothing when nothing changed."""
    record, curator = whole(), factories.curator()
    with transaction.atomic():
        versions.save_before([record.pk])
        record.indicators.update(value=13)
        versions.save_after([record.pk], curator, Origin.FORM, "Chiffre revu")
    with transaction.atomic():
        versions.save_before([record.pk])
        versions.save_after([record.pk], curator, Origin.FORM)
    Record.objects.filter(pk=record.pk).update(summary="écrit sans un mot")
    with transaction.atomic():
        versions.save_before([record.pk])
        Record.objects.filter(pk=record.pk).update(summary="dit")
        versions.save_after([record.pk], None, Origin.IMPORT)
    kept = list(RecordVersion.objects.filter(record=record).order_by("number"))
    assert [(one.number, one.origin, one.actor, one.reason) for one in kept] == [
        (1, "constat", None, ""),
        (2, "formulaire", curator, "Chiffre revu"),
        (3, "constat", None, ""),
        (4, "import", None, ""),
    ]
    assert [one.data["indicators"][0]["value"] for one in kept] == ["12.5", "13", "13", "13"]
    assert kept[3].data == versions.read_current([record.pk])[record.pk]


def test_a_field_that_the_models_have_since_makes_no_version_while_it_is_empty() -> None:
    """The version of before does not know it; what somebody writes there is a change like any other."""
    record = factories.test_site()
    with transaction.atomic():
        versions.save_before([record.pk])
    last = RecordVersion.objects.get()
    former = {name: value for name, value in last.data.items() if name not in {"available_from", "equipment"}}
    RecordVersion.objects.update(data=former, digest=md5(b"of the former data").hexdigest())
    with transaction.atomic():
        versions.save_before([record.pk])
    assert RecordVersion.objects.count() == 1
    type(record).objects.update(equipment="Une borne")
    with transaction.atomic():
        versions.save_before([record.pk])
    assert RecordVersion.objects.get(number=2).data["equipment"] == "Une borne"


def test_drafts_have_none_and_many_records_cost_no_more_queries() -> None:
    """A draft is its author's; what a write of many records asks does not grow with them."""
    draft = factories.solution(state="brouillon")
    with transaction.atomic():
        versions.save_before([draft.pk])
    assert not RecordVersion.objects.exists()
    many = [factories.solution().pk for _each in range(4)]
    counts = []
    for pks in (many[:1], many[1:]):
        with (
            CaptureQueriesContext(
                connection,
            ) as asked,
            transaction.atomic(),
        ):
            versions.save_before(pks)
            Record.objects.filter(pk__in=pks).update(summary="revu")
            versions.save_after(pks, None, Origin.IMPORT)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert RecordVersion.objects.count() == 8
