"""What is around a place: its territories, what designates them, what is published near."""

import pytest
from django.contrib.gis.geos import Point

from catalogue.contributions.surroundings import describe_surroundings, suggested_programmes
from catalogue.models import Programme, Record, Zonage, ZonageMember
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db
HERE = Point(2.05, 47.05, srid=4326)


@pytest.fixture
def commune():
    epci = factories.territory(Level.EPCI, name="Métropole d’ici")
    departement = factories.territory(Level.DEPARTEMENT, name="Ille")
    return factories.commune(
        lon=2.0,
        name="Ici",
        code="35001",
        epci=epci,
        departement=departement,
        density_class=2,
        population=12345,
    )


def zonage(label, *territories, programme=None):
    one = Zonage.objects.create(code=label.lower().replace(" ", "-"), label=label, programme=programme)
    for territory in territories:
        ZonageMember.objects.create(zonage=one, territory=territory)
    return one


def test_the_territories_and_their_density_are_told(commune):
    facts = {fact["term"]: fact["value"] for fact in describe_surroundings(HERE, commune).facts}
    assert facts["Commune"] == "Ici (35)"
    assert facts["Intercommunalité"] == "Métropole d’ici"
    assert facts["Département"] == "Ille"
    assert facts["Densité"] == "dense (300 à 1 500 hab./km²)"
    assert facts["Population"].startswith("12")


def test_programmes_of_the_commune_and_of_what_it_lies_in_are_told_and_suggested(commune):
    programme = Programme.objects.create(code="acv", label="Action cœur de ville")
    zonage("Villes du dispositif", commune, programme=programme)
    zonage("Territoires pilotes", commune.epci)
    zonage("Ailleurs", factories.commune(), programme=Programme.objects.create(code="x", label="X"))
    assert describe_surroundings(HERE, commune).programmes == [
        "Territoires pilotes (Métropole d’ici)",
        "Villes du dispositif (Ici)",
    ]
    assert list(suggested_programmes(commune)) == [programme]
    assert not suggested_programmes(factories.commune(lon=9.0)).exists()


def test_what_is_published_within_two_kilometres_is_told_nearest_first(commune):
    factories.test_site(title="À un kilomètre", geometry=Point(2.06, 47.055, srid=4326))
    factories.operation(title="Tout près", geometry=Point(2.051, 47.05, srid=4326))
    factories.test_site(title="Trop loin", geometry=Point(2.2, 47.05, srid=4326))
    factories.test_site(title="Brouillon", geometry=HERE, state=Record.State.DRAFT)
    factories.need(title="Un besoin", geometry=HERE)
    own = factories.test_site(title="Elle-même", geometry=HERE)
    found = describe_surroundings(HERE, commune, record_key=own.pk).neighbours
    assert [one.title for one in found] == ["Tout près", "À un kilomètre"]
    assert found[0].distance == "à 80 m"


def test_the_live_answer_says_the_same_and_refuses_what_is_no_place(client, commune):
    factories.operation(title="<b>Tout près</b>", geometry=Point(2.051, 47.05, srid=4326))
    address = "/api/lieu/"
    assert client.get(address, {"lon": 2.05, "lat": 47.05}).status_code == 302
    client.force_login(factories.account())
    answer = client.get(address, {"lon": 2.05, "lat": 47.05})
    assert answer.json()["territoire"] == {"niveau": "commune", "code": "35001", "nom": "Ici (35)"}
    assert "&lt;b&gt;Tout près" in answer.json()["html"]
    answer = client.post(address, {"geometry": "POLYGON((2.01 47.01, 2.05 47.01, 2.05 47.05, 2.01 47.01))"})
    assert answer.json()["territoire"]["code"] == "35001"
    for abroad in ("POINT(13.4 52.5)", "POINT(48 2)"):
        assert client.get(address, {"geometry": abroad}).json()["territoire"] is None
    for wrong in (
        {},
        {"lon": "nan", "lat": "inf"},
        {"lon": "2"},
        {"geometry": "x"},
    ):
        assert client.get(address, wrong).status_code == 400, wrong


def test_the_live_answer_costs_few_queries(client, commune, django_assert_max_num_queries):
    for number in range(10):
        factories.test_site(geometry=Point(2.05 + number / 10_000, 47.05, srid=4326))
    client.force_login(factories.account())
    with django_assert_max_num_queries(9):
        client.get("/api/lieu/", {"lon": 2.05, "lat": 47.05})


def test_the_programmes_of_the_territory_are_offered_where_they_are_ticked(client, commune):
    programme = Programme.objects.create(code="acv-essai", label="Action cœur de ville d’essai")
    zonage("Villes", commune, programme=programme)
    writer = factories.member()
    owner = writer.memberships.get().organisation
    need = factories.need(state=Record.State.DRAFT, owner=owner, created_by=writer, territory=commune)
    client.force_login(writer)
    page = client.get(f"/proposer/fiche/{need.slug}/themes/").content.decode()
    assert "Désignent ce territoire\u00a0: Action cœur de ville d’essai." in page
    assert "checked" not in page
