"""The form of the list: what each parameter keeps, what it refuses, how it is told."""

import pytest
from django.contrib.gis.geos import Point
from django.http import QueryDict
from django.urls import reverse

from catalogue.models import Record
from catalogue.public.search.filters import FACETS, RecordFilterForm
from tests import factories

pytestmark = pytest.mark.django_db


def found(query: str) -> set[Record]:
    """The records that a query string accepts."""
    form = RecordFilterForm(QueryDict(query))
    assert form.is_valid(), form.errors
    return set(form.search.narrow(Record.objects.published()))


def tags(query: str) -> list[tuple[str, str]]:
    """The active filters of a query string."""
    form = RecordFilterForm(QueryDict(query))
    assert form.is_valid(), form.errors
    return list(form.search.active_tags())


# What each parameter keeps


def test_several_values_widen_a_facet_and_two_facets_narrow():
    water, soil = factories.theme(code="eau"), factories.theme(code="sols")
    first, second, third = factories.operation(), factories.operation(), factories.test_site()
    first.themes.add(water)
    second.themes.add(soil)
    third.themes.add(water, soil)
    assert found("theme=eau") == {first.record_ptr, third.record_ptr}
    assert found("theme=eau&theme=sols") == {first.record_ptr, second.record_ptr, third.record_ptr}
    assert found("theme=eau&theme=sols&type=site") == {third.record_ptr}


def test_label_takes_a_regime_or_one_of_its_steps():
    early, late = factories.operation(), factories.operation()
    factories.award(early, regime="2013-2016", step="labellise")
    factories.award(late, regime="2016-2022", step="etape-3")
    assert found("label=2013-2016") == found("label=2013-2016:labellise") == {early.record_ptr}
    assert found("label=2013-2016:charte") == set()
    assert found("label=2013-2016:labellise&label=2016-2022:etape-3") == {early.record_ptr, late.record_ptr}


def test_measured_results_and_documents():
    measured = factories.measured_experiment()
    documented = factories.experiment()
    factories.document(documented)
    assert found("mesures=oui") == {measured.record_ptr, measured.solution.record_ptr}
    assert found("documents=oui") == {documented.record_ptr}
    assert found("mesures=oui&documents=oui") == set()


def test_population_and_density_are_those_of_the_territory():
    village = factories.test_site(territory=factories.commune(population=800, density_class=5))
    town = factories.test_site(territory=factories.commune(population=80_000, density_class=1))
    factories.test_site(territory=None)
    assert found("population_max=1000") == found("densite=5") == {village.record_ptr}
    assert found("population_min=1000") == found("densite=1&densite=2") == {town.record_ptr}
    assert found("population_min=800&population_max=800") == {village.record_ptr}


def test_an_organisation_has_its_records_whatever_its_role():
    town, other = factories.organisation(slug="ville"), factories.organisation(slug="autre")
    first, second, third = factories.test_site(), factories.need(), factories.operation()
    first.organisation_links.create(organisation=town)
    second.organisation_links.create(organisation=town, role="financeur")
    second.organisation_links.create(organisation=town, role="partenaire")
    third.organisation_links.create(organisation=other)
    factories.organisation(slug="ancienne", merged_into=town)
    assert found("organisation=ville") == {first.record_ptr, second.record_ptr}
    assert found("organisation=ancienne") == found("organisation=ville")
    assert tags("organisation=autre&q=eau")[0] == (f"Organisation : {other.name}", "q=eau")


def test_an_organisation_that_no_published_record_names_is_unknown(client):
    draft = factories.test_site(state=Record.State.DRAFT)
    draft.organisation_links.create(organisation=factories.organisation(slug="discrete"))
    response = client.get(f"{reverse('catalogue:record-list')}?organisation=discrete")
    assert response.status_code == 400


def test_years_touch_the_period():
    site = factories.test_site(year_start=2015, year_end=2018)
    factories.test_site()
    assert found("de=2018") == found("a=2015") == found("de=2016&a=2017") == {site.record_ptr}
    assert found("de=2019") == found("a=2014") == set()


def test_a_radius_is_in_true_metres_overseas():
    site = factories.test_site(geometry=Point(55.45, -20.88, srid=4326))
    assert found("autour=55.45,-20.79&rayon=10") == {site.record_ptr}
    assert found("autour=55.45,-20.79&rayon=9.9") == set()


# What is told


@pytest.mark.parametrize(
    ("query", "label", "rest"),
    [
        ("type=site&page=2", "Site d’expérimentation", ""),
        ("theme=eau&q=sol", "Eau et sols", "q=sol"),
        ("label=2013-2016:labellise", "ÉcoQuartier, régime 2013-2016 – labellisé", ""),
        ("preuve=3", "Niveau de preuve minimal : 3 – résultat mesuré et comparé", ""),
        ("mesures=oui", "Avec un résultat mesuré et comparé", ""),
        ("population_min=500", "Population, au moins : 500 hab.", ""),
        ("q=+toits+", "« toits »", ""),
        ("bbox=1,2,3,4&tri=recent", "Fenêtre de la carte", "tri=recent"),
    ],
)
def test_an_active_filter_is_a_tag_in_words_that_removes_it_alone(query, label, rest):
    factories.theme(code="eau", label="Eau et sols")
    assert tags(query)[0] == (label, rest)


def test_removing_the_place_removes_what_needs_it():
    assert tags("autour=2,47&rayon=10&tri=distance")[0][1] == ""


def test_one_of_several_values_is_removed_alone():
    assert [rest for _label, rest in tags("type=site&type=besoin")] == ["type=besoin", "type=site"]


# What is refused

HOSTILE = [
    "x", "0", "-1", "1e309", "nan", "inf", "%00", "a%00b", "%ED%A0%80", "%F0%9F%8E%89", "'", '"', "\\", "%25",
    "--", "';DROP TABLE catalogue_record;--", "<script>", "{{7*7}}", "../../etc/passwd", ":*%26|!()", "-",
    '"-"', "commune:", "commune:%00", "commune:99999", "epci:2", "pays:FR", "niveau:1", ",", "1,2,3",
    "nan,nan",
    "inf,1", "181,0", "0,91", "350000,6700000", "1,2,3,4,5", "5,5,1,1", "0,90,1,-90", "nan,0,1,1",
    "2013-2016:vecu", "9" * 400, "a" * 3000, "%20", "٣", "oui", "true", "[]", "null", "+", "OU", "OU OU",
    "a OU", "-OU",
]  # fmt: skip
PAGES = [
    "catalogue:record-list",
    "catalogue:map",
    "catalogue:record-list-geojson",
    "catalogue:record-list-csv",
]


@pytest.mark.parametrize("name", [*RecordFilterForm.base_fields, "inconnu"])
def test_no_value_of_a_parameter_breaks_a_page(client, name):
    client.raise_request_exception = False
    for value in HOSTILE:
        response = client.get(f"{reverse('catalogue:record-list')}?{name}={value}")
        assert response.status_code in {200, 302, 400, 404, 414}, (name, value)
        if response.status_code == 400:
            assert b'<html lang="fr"' in response.content, (name, value)
            assert all(len(error) < 300 for error in response.context.get("errors", [])), (name, value)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query", ["theme=%00", "autour=nan,nan", "q=%00", "q=" + "e" * 1500, "page=0", "rayon=5"]
)
def test_every_surface_refuses_alike(client, page, query):
    assert client.get(f"{reverse(page)}?{query}").status_code == 400


def test_a_tile_refuses_as_the_list_does(client):
    address = reverse("catalogue:tile-records", args=[5, 15, 11])
    assert client.get(f"{address}?theme=inconnu").status_code == 400
    assert client.get(f"{address}?q=%22;%27:*").status_code in {200, 204}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("theme=inconnu", "« inconnu » n’existe pas dans cette liste"),
        ("organisation=inconnue", "Aucune fiche publiée ne nomme une organisation « inconnue »"),
        ("type=solution&type=autre", "« autre » n’existe pas dans cette liste"),
        ("preuve=9", "de 0 à 5"),
        ("de=2020&a=2010", "période est inversée"),
        ("population_min=9&population_max=3", "population est inversée"),
        ("rayon=10", "Un rayon demande un lieu"),
        ("tri=distance", "demande un lieu"),
        ("rayon=201&autour=2,47", "200"),
        ("autour=652000,6862000", "Lambert-93"),
        ("bbox=1,9,3,4", "Emprise inversée"),
        ("jumeaux=region:53", "ce filtre connaît seulement"),
        ("&".join(["type=site"] * 51), "50 valeurs au plus"),
    ],
)
def test_a_value_that_makes_no_sense_is_told(client, query, message):
    response = client.get(f"{reverse('catalogue:record-list')}?{query}")
    assert response.status_code == 400
    assert any(message in error for error in response.context["errors"]), response.context["errors"]


def test_every_facet_is_a_parameter():
    assert set(FACETS) <= set(RecordFilterForm.base_fields)
