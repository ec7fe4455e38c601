"""Changes of a published record: prepared, sent, accepted in whole or in part, refused, in conflict."""

import pytest
from django.contrib.gis.geos import Point

from catalogue.contributions import revisions
from catalogue.models import Indicator, Record, Revision
from catalogue.records.content import get_collections, list_attributes, read_items, read_values
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.writing import write_values
from tests import factories

pytestmark = pytest.mark.django_db
State = Revision.RevisionState


@pytest.fixture
def curator():
    return factories.curator()


@pytest.fixture
def owned():
    organisation = factories.organisation(name="Atelier Nord")
    author = factories.member(organisation)
    record = factories.need(title="Avant", owner=organisation, created_by=author)
    return Record.objects.get(pk=record.pk), author


def prepared(record, author, **values):
    revision = revisions.open_draft(record, author)
    revisions.store_changes(revision, read_values(record.proper, values), values)
    return revision


@pytest.mark.parametrize("kind", ["solution", "experimentation", "operation", "site", "besoin"])
def test_what_is_read_is_written_back_the_same(kind):
    makers = {
        "solution": factories.solution,
        "experimentation": factories.experiment,
        "operation": factories.operation,
        "site": factories.test_site,
        "besoin": factories.need,
    }
    record = makers[kind](summary="Un résumé", year_start=2020)
    record.themes.add(factories.theme())
    record.organisations.add(factories.organisation(), through_defaults={"role": "porteur"})
    values = read_values(record, list_attributes(kind))
    write_values(record, values)
    fresh = KIND_SPECS[kind].model.objects.get(pk=record.pk)
    assert read_values(fresh, list_attributes(kind)) == values


def test_one_revision_is_prepared_by_account_and_record(owned):
    record, author = owned
    assert revisions.open_draft(record, author) == revisions.open_draft(record, author)
    assert revisions.find_draft(record, factories.account()) is None


def test_a_value_put_back_is_no_change(owned):
    record, author = owned
    revision = prepared(record, author, title="Après")
    assert revision.changes == {"title": ["Avant", "Après"]}
    revisions.store_changes(revision, {"title": "Avant"}, {"title": "Avant"})
    assert revision.changes == {}


def test_the_public_sees_the_published_value_until_it_is_accepted(client, owned, curator):
    record, author = owned
    place = Point(3, 47, srid=4326)
    revision = prepared(record, author, title="Après", geometry="POINT (3 47)")
    revisions.propose(revision, "Le lieu a changé")
    assert "Après" not in client.get(record.get_absolute_url()).content.decode()
    revisions.accept(revision, curator)
    record.refresh_from_db()
    assert (record.title, record.geometry.coords) == ("Après", place.coords)
    done = Revision.objects.get()
    assert (done.state, done.decided_by) == (State.ACCEPTED, curator)
    assert done.decided_at is not None


def test_a_part_is_accepted_and_the_rest_leaves_a_trace(owned, curator):
    record, author = owned
    revision = prepared(record, author, title="Après", summary="Nouveau")
    revisions.propose(revision, "")
    revisions.accept(revision, curator, ["summary"])
    record.refresh_from_db()
    assert (record.title, record.summary) == ("Avant", "Nouveau")
    assert set(Revision.objects.values_list("state", flat=True)) == {State.ACCEPTED, State.REFUSED}


def test_a_field_changed_meanwhile_is_told_and_written_only_knowingly(owned, curator):
    record, author = owned
    revision = prepared(record, author, title="Après")
    revisions.propose(revision, "")
    Record.objects.filter(pk=record.pk).update(title="Corrigé")
    with pytest.raises(revisions.RevisionConflict, match="Titre"):
        revisions.accept(revision, curator)
    line = revisions.describe_changes(revision)[0]
    assert (line["old"], line["new"], line["now"], line["moved"]) == ("Avant", "Après", "Corrigé", True)
    revisions.accept(revision, curator, knowingly=True)
    record.refresh_from_db()
    assert record.title == "Après"


def test_a_refusal_says_why_and_changes_nothing(owned, curator):
    record, author = owned
    revision = prepared(record, author, title="Après")
    revisions.propose(revision, "")
    with pytest.raises(revisions.RevisionRefused, match="pourquoi"):
        revisions.refuse(revision, curator, " ")
    revisions.refuse(revision, curator, "Non vérifié")
    record.refresh_from_db()
    assert record.title == "Avant"
    with pytest.raises(revisions.RevisionRefused, match="ne sont plus à décider"):
        revisions.accept(revision, curator)


def test_nothing_prepared_is_not_sent(owned):
    record, author = owned
    revision = revisions.open_draft(record, author)
    with pytest.raises(revisions.RevisionRefused, match="aucun changement"):
        revisions.propose(revision, "")


def test_what_the_base_refuses_is_said_and_nothing_is_written(owned, curator):
    record, author = owned
    revision = prepared(record, author, title="Après", year_start=2022, year_end=2020)
    revisions.propose(revision, "")
    with pytest.raises(revisions.RevisionRefused, match="année de fin"):
        revisions.accept(revision, curator)
    record.refresh_from_db()
    assert record.title == "Avant"


def test_rows_are_added_changed_and_removed_once_accepted(curator):
    organisation = factories.organisation()
    author = factories.member(organisation)
    one = factories.experiment(owner=organisation)
    kept, gone = factories.indicator(one, name="Gardé"), factories.indicator(one, name="Retiré")
    record = Record.objects.get(pk=one.pk)
    rows = read_items(record.proper, get_collections(record.kind)["indicators"])
    revision = revisions.open_draft(record, author)
    changed = [{**row, "value": "15"} for row in rows if row["pk"] == kept.pk]
    added = {"name": "Neuf", "nature": "annonce", "text": "Prévu", "new": "a"}
    revisions.store_item_changes(revision, "indicators", rows, [*changed, added])
    assert Indicator.objects.count() == 2
    told = revisions.describe_changes(revision)[0]
    assert told["kind"] == "lignes"
    assert "Neuf" in str(told["new"])
    revisions.propose(revision, "")
    revisions.accept(revision, curator)
    assert not Indicator.objects.filter(pk=gone.pk).exists()
    assert {(i.name, i.value and int(i.value)) for i in Indicator.objects.all()} == {
        ("Gardé", 15),
        ("Neuf", None),
    }


def test_a_revision_of_the_importers_is_accepted_too(curator):
    solution = factories.solution()
    one = factories.experiment(solution=solution, external_id="x", source=factories.source(), title="Avant")
    row = factories.indicator(one, name="Bruit", value=3)
    theme = factories.theme(code="bruit")
    old = read_items(one, get_collections(one.kind)["indicators"])[0]
    old.pop("document")
    new = {name: value for name, value in old.items() if name != "pk"} | {"value": "4.5"}
    revision = Revision.objects.create(
        record=one,
        changes={
            "title": ["Avant", "Après"],
            "themes": [[], ["bruit"]],
            "geometry": [None, "POINT(2.3 48.8)"],
            "location_precision": ["aucune", "exacte"],
            "indicators": [[old], [new]],
        },
    )
    revisions.accept(revision, curator)
    one.refresh_from_db()
    row.refresh_from_db()
    assert (one.title, float(row.value), one.geometry.coords) == ("Après", 4.5, (2.3, 48.8))
    assert list(one.themes.all()) == [theme]
    assert {"title", "themes", "indicators"} <= set(one.locked_fields)
