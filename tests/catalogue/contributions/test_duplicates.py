"""Likely duplicates: found by title, place, solution and organisation; never somebody else's draft."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.contributions.duplicates import describe, likely_duplicates
from catalogue.models import Record
from catalogue.records import meaning
from catalogue.records.near_duplicates import Description
from tests import factories

pytestmark = pytest.mark.django_db
HERE = Point(2.05, 47.05, srid=4326)
POSITION = HERE.coords


@pytest.fixture
def writer():
    return factories.member()


def told(writer, besides=None, **given):
    description = Description(**{"kind": "site", "title": "", **given})
    return {one.record.title: one.reasons for one in likely_duplicates(writer, description, besides)}


def test_a_title_alike_is_told_whatever_its_accents_and_capitals(writer):
    factories.test_site(title="Terrain d’essai de la Prévalaye")
    factories.test_site(title="Friche du port de commerce")
    found = told(writer, title="TERRAIN D’ESSAI DE LA PREVALAYE")
    assert found == {"Terrain d’essai de la Prévalaye": ["même titre"]}
    assert told(writer, title="Terrain d’essai à la Prévalaye") == {
        "Terrain d’essai de la Prévalaye": ["titre très proche"]
    }
    assert told(writer, title="Terrain d’essai de la Prévalaye", kind="besoin") == {}
    assert told(writer, title="Ter") == {}


def test_what_is_near_and_alike_says_how_near(writer):
    commune = factories.commune(lon=2.0)
    factories.test_site(
        title="Halle des mobilités", geometry=Point(2.0515, 47.05, srid=4326), territory=commune
    )
    factories.test_site(title="Tout autre chose", geometry=Point(2.0515, 47.05, srid=4326))
    found = told(writer, title="La halle aux mobilités", position=POSITION, territory=commune.pk)
    assert list(found) == ["Halle des mobilités"]
    reasons = found["Halle des mobilités"]
    assert reasons[1:] == ["à 110 m", "même territoire"]
    assert reasons[0].startswith("titre")


def test_what_is_placed_by_its_commune_is_not_at_the_same_place(writer):
    """All the records of a town would else be told to each other."""
    commune = factories.commune(lon=2.0)
    placed = {"geometry": HERE, "territory": commune, "location_precision": "commune"}
    factories.test_site(title="Halle des mobilités", **placed)
    mine = factories.test_site(title="Jardins partagés", **placed)
    assert (
        told(writer, title="Jardins partagés", position=POSITION, territory=commune.pk, besides=mine.pk) == {}
    )
    assert likely_duplicates(writer, describe(mine), mine.pk) == []
    assert (
        "même titre" in told(writer, title="Halle des mobilités", territory=commune.pk)["Halle des mobilités"]
    )


def test_another_experiment_of_the_same_solution_next_door_is_told(writer):
    solution = factories.solution()
    one = factories.experiment(solution=solution, title="Essai au marché", geometry=HERE)
    found = told(writer, kind="experimentation", title="Ombrières", position=POSITION, solution=solution.pk)
    assert found == {"Essai au marché": ["au même endroit", "même solution"]}
    assert told(writer, kind="experimentation", title="Essai au marché", besides=one.pk) == {}


def test_the_same_organisation_counts(writer):
    owner = factories.organisation()
    factories.test_site(title="Parc des essais", owner=owner)
    assert told(writer, title="Parc aux essais", owner=owner.pk)["Parc des essais"][-1] == "même organisation"


@pytest.mark.parametrize("state", [state for state in Record.State if state != Record.State.PUBLISHED])
def test_unpublished_records_are_told_to_those_they_belong_to_alone(writer, state):
    organisation = writer.memberships.get().organisation
    factories.test_site(title="Secret de polichinelle", state=state)
    assert told(writer, title="Secret de polichinelle", position=factories.test_site().point.coords) == {}
    factories.test_site(title="Secret de polichinelle", state=state, owner=organisation)
    (twin,) = likely_duplicates(writer, Description(kind="site", title="Secret de polichinelle"))
    assert twin.is_own
    assert twin.address == ""


def test_the_address_answers_the_account_alone_and_never_fails(client, writer):
    factories.test_site(title="Terrain d’essai de la Prévalaye")
    address = "/api/doublons/"
    assert client.get(address, {"kind": "site", "title": "x"}).status_code == 302
    client.force_login(writer)
    answer = client.get(address, {"kind": "site", "title": "Terrain d’essai de la Prévalaye"})
    assert answer.json()["nombre"] == 1
    assert "même titre" in answer.json()["html"].lower()
    assert client.get(address, {"kind": "site", "title": "<script>alert(1)</script>"}).json()["nombre"] == 0
    for wrong in (
        {},
        {"kind": "x"},
        {"kind": "site", "lon": "nan", "lat": "1"},
        {"kind": "site", "lon": "400"},
    ):
        assert client.get(address, wrong).status_code == 400, wrong
    assert client.post(address).status_code == 405


def test_the_record_of_somebody_else_tells_nothing_of_itself(client, writer):
    commune = factories.commune(lon=2.0)
    hidden = factories.test_site(
        state=Record.State.DRAFT, title="Halle des mobilités", geometry=HERE, territory=commune
    )
    factories.test_site(title="Halle des mobilités douces et actives de la ville", geometry=HERE)
    client.force_login(writer)
    asked = {"kind": "site", "title": "Halle", "fiche": hidden.slug}
    assert client.get("/api/doublons/", asked).json()["nombre"] == 0


def test_the_record_being_written_completes_what_is_asked(client, writer):
    organisation = writer.memberships.get().organisation
    draft = factories.test_site(
        state=Record.State.DRAFT, title="Halle", geometry=HERE, owner=organisation, created_by=writer
    )
    factories.test_site(title="La halle", geometry=HERE)
    client.force_login(writer)
    answer = client.get("/api/doublons/", {"kind": "site", "title": "Halle", "fiche": draft.slug})
    assert "au même endroit" in answer.json()["html"]


def test_the_same_need_in_other_words_is_told(client, writer, settings):
    parks = factories.need(
        title="Savoir quand les espaces verts sont ouverts",
        summary="Les horaires des parcs, à jour.",
        geometry=None,
    )
    factories.need(
        title="Connaître les horaires du bus", summary="Savoir quand passe le prochain.", geometry=None
    )
    meaning.encode_lacking()
    client.force_login(writer)
    asked = {
        "kind": "besoin",
        "title": "Connaître l’ouverture des jardins publics",
        "summary": "Quand les parcs et les espaces verts ouvrent et ferment.",
    }
    html = client.get("/api/doublons/", asked).json()["html"]
    assert parks.title in html
    assert "même sujet, dit autrement" in html.lower()
    assert "bus" not in html
    assert told(writer, title="Recette de crêpes", kind="besoin") == {}
    assert client.get("/api/doublons/", asked | {"kind": "site"}).json()["nombre"] == 0
    settings.SEARCH_BY_MEANING = False
    assert client.get("/api/doublons/", asked).json()["nombre"] == 0


def test_what_somebody_else_writes_in_other_words_is_not_told(writer):
    hidden = {
        "title": "Savoir quand les espaces verts sont ouverts",
        "summary": "Les horaires des parcs, à jour.",
    }
    factories.need(**hidden, geometry=None, state=Record.State.DRAFT)
    meaning.encode_lacking()
    asked = {"title": "Connaître les horaires des parcs", "summary": "Publier l’ouverture des espaces verts."}
    assert told(writer, kind="besoin", **asked) == {}


def test_as_many_queries_whatever_the_number(writer):
    for number in range(40):
        factories.test_site(title=f"Terrain d’essai {number}", geometry=HERE, territory=factories.commune())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = likely_duplicates(
            writer, Description(kind="site", title="Terrain d’essai", position=POSITION)
        )
        assert [twin.place for twin in found]
    assert len(queries) <= 6, "own records, savepoint, threshold, candidates, savepoint, records"
    assert len(found) == 5


def test_a_record_says_what_is_known_of_it():
    experiment = factories.experiment(geometry=HERE)
    experiment.refresh_from_db()
    description = describe(experiment)
    assert (description.solution, description.territory, description.position) == (
        experiment.solution_id,
        experiment.territory_id,
        POSITION,
    )
