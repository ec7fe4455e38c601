"""The public pages answer, say what is wrong, and stay within a bounded number of queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.models import Experiment, LabelAward, Programme, Record, Theme
from catalogue.public.cards import Card, figures
from catalogue.records.wording import place_words
from geo.models import Territory
from tests import factories

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def rennes() -> Territory:
    region = factories.territory("region", code="53", name="Bretagne")
    departement = factories.territory("departement", code="35", name="Ille-et-Vilaine", region=region)
    epci = factories.territory("epci", name="Rennes Métropole", departement=departement, region=region)
    return factories.commune(
        code="35238", name="Rennes", epci=epci, departement=departement, region=region, lon=-1.7, lat=48.0
    )


@pytest.fixture
def catalogue(rennes: Territory) -> dict[str, Record]:
    """A record of each kind in Rennes, enough of them to show an N+1."""
    theme = factories.theme(code="eau", label="Eau")
    found: dict[str, Record] = {}
    town = factories.organisation(slug="ville")
    for _number in range(4):
        experiment = factories.measured_experiment(territory=rennes, geometry=rennes.point)
        operation = factories.operation(territory=rennes)
        factories.award(operation)
        found = {
            "solution": experiment.solution,
            "experimentation": experiment,
            "operation": operation,
            "site": factories.test_site(territory=rennes),
            "besoin": factories.need(territory=rennes, geometry=rennes.point),
        }
        for record in found.values():
            record.themes.add(theme)
            record.organisation_links.create(organisation=factories.organisation())
            record.organisation_links.create(organisation=town, role="partenaire")
    return found


def test_a_record_placed_by_its_commune_is_near_not_at_so_many_metres(client: Client, rennes: Territory):
    placed = {"territory": rennes, "geometry": rennes.point}
    factories.test_site(title="Placé par sa commune", location_precision="commune", **placed)
    page = client.get("/fiches/?autour=commune:35238&rayon=20").content.decode()
    assert "à proximité" in page
    assert "à 0 m" not in page
    factories.test_site(title="Sur la place même", **placed)
    assert "à 0 m" in client.get("/fiches/?autour=commune:35238&rayon=20").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/carte/",
        "/fiches/",
        "/fiches/?type=solution&type=operation&theme=eau&preuve=0",
        "/fiches/?autour=commune:35238&rayon=20&tri=distance",
        "/fiches/?organisation=ville",
        "/territoires/",
        "/territoires/?q=rennes",
        "/territoires/commune/35238/",
        "/territoires/departement/35/",
        "/territoires/region/53/",
        "/fiches.geojson",
        "/fiches.csv",
        "/api/completion/?q=ren",
    ],
)
def test_page_answers_within_twelve_queries(
    client: Client, catalogue: dict[str, Record], address: str
) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
        content = response.getvalue()
    assert response.status_code == 200, content[:500]
    assert len(queries) <= MOST_QUERIES, [query["sql"][:120] for query in queries]


@pytest.mark.parametrize("kind", ["solution", "experimentation", "operation", "site", "besoin"])
def test_record_page_shows_its_proof_place_and_source(
    client: Client, catalogue: dict[str, Record], kind: str
) -> None:
    record = catalogue[kind]
    for one in Record.objects.exclude(pk=record.pk):
        factories.meaning(one, 0.9)
    Record.objects.filter(pk=record.pk).update(source_citation="Bilan public de 2023", summary="Un résumé.")
    factories.meaning(record)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(record.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 200
    assert record.title in page
    assert "Bilan public de 2023" in page
    assert "Un résumé." in page
    assert ("Niveau de preuve" in page) == (kind in {"solution", "experimentation"})
    assert len(queries) <= MOST_QUERIES + 8, [query["sql"][:120] for query in queries]


def titles(cards: list[Card]) -> list[str]:
    return [card.title for card in cards]


def alike(cosine: float, record: Record, theme: Theme) -> Record:
    factories.meaning(record, cosine)
    record.themes.add(theme)
    return record


def test_the_records_about_the_same_stand_on_the_page_the_nearest_first(client: Client) -> None:
    theme = factories.theme(code="eau", label="Eau")
    record = alike(1, factories.operation(territory=None, geometry=None, title="Quartier"), theme)
    for title, cosine in (("Voisine de sens", 0.7), ("La plus proche", 0.9), ("Trop loin", 0.49)):
        alike(cosine, factories.need(title=title, geometry=None), theme)
    alike(0.8, factories.need(title="Brouillon", geometry=None, state=Record.State.DRAFT), theme)
    factories.meaning(factories.need(title="Autre thème", geometry=None), 0.9)
    response = client.get(record.get_absolute_url())
    assert titles(response.context["alike"]) == ["La plus proche", "Voisine de sens"]
    assert "Fiches au sujet proche" in response.content.decode()
    assert "Brouillon" not in response.content.decode()


def test_a_solution_and_what_tried_it_are_not_said_to_be_alike(client: Client) -> None:
    theme = factories.theme(code="eau", label="Eau")
    solution = alike(1, factories.solution(), theme)
    tried = [
        alike(0.95, factories.experiment(solution=solution, geometry=None), theme) for _number in range(2)
    ]
    other = alike(0.7, factories.experiment(solution=factories.solution(), geometry=None), theme)
    for record in (solution, *tried):
        assert titles(client.get(record.get_absolute_url()).context["alike"]) == [other.title]


def test_a_solution_and_a_need_name_each_other_and_say_why(client: Client) -> None:
    theme = factories.theme(code="eau", label="Eau")
    solution = alike(1, factories.solution(title="Pavé drainant"), theme)
    answered = alike(0.2, factories.need(title="Déjà rapproché", geometry=None), theme)
    answered.answer_links.create(solution=solution)
    near = alike(0.45, factories.need(title="Garder la pluie", geometry=None), theme)
    alike(0.41, factories.need(title="Même thème seul", geometry=None), theme)
    page = " ".join(client.get(solution.get_absolute_url()).content.decode().split())
    assert 'Déjà rapproché</a> <span class="discret">répond explicitement' in page
    assert 'Garder la pluie</a>, besoin national <span class="discret">sujet proche' in page
    assert "Même thème seul" not in page
    page = " ".join(client.get(near.get_absolute_url()).content.decode().split())
    assert "Des solutions qui peuvent y répondre" in page
    assert 'Pavé drainant</a> <span class="discret">sujet proche' in page


def test_with_meaning_off_a_need_shares_a_theme_and_a_word_of_the_title(
    client: Client, settings: Any
) -> None:
    settings.SEARCH_BY_MEANING = False
    theme = factories.theme(code="eau", label="Eau")
    solution = alike(1, factories.solution(title="Pavé drainant"), theme)
    alike(0.9, factories.need(title="Des pavés qui boivent", geometry=None), theme)
    alike(0.9, factories.need(title="Garder la pluie", geometry=None), theme)
    response = client.get(solution.get_absolute_url())
    assert titles(response.context["counterparts"]) == ["Des pavés qui boivent"]
    assert "même thème et mots du titre en commun" in response.content.decode()
    assert not response.context["alike"]


def test_a_record_leads_to_all_the_records_of_each_organisation(client: Client) -> None:
    record, other = factories.test_site(), factories.need(title="Autre fiche")
    town = factories.organisation(name="Ville d’essai", slug="ville")
    for one in (record, other):
        one.organisation_links.create(organisation=town)
    factories.operation(title="Sans rapport")
    page = client.get(record.get_absolute_url()).content.decode()
    assert "Toutes les fiches de cette organisation" in page
    link = "/fiches/?organisation=ville"
    assert f'href="{link}"' in page
    listing = client.get(link).content.decode()
    assert "Organisation : Ville d’essai" in listing
    assert "Autre fiche" in listing
    assert "Sans rapport" not in listing


def test_a_measured_figure_and_an_announced_one_are_told_apart(client: Client, rennes: Territory) -> None:
    experiment = factories.measured_experiment(territory=rennes, geometry=rennes.point)
    factories.indicator(experiment, name="Objectif visé", nature="annonce", value=50)
    page = client.get(experiment.get_absolute_url()).content.decode()
    assert page.count("Annoncé, non mesuré.") == 1


def test_the_three_label_regimes_stay_apart_on_the_page(client: Client, rennes: Territory) -> None:
    operation = factories.operation(territory=rennes)
    factories.award(operation, regime=LabelAward.Regime.R2013, step="labellise", year=2014)
    factories.award(operation, regime=LabelAward.Regime.R2023, step="vecu", year=2024)
    page = client.get(operation.get_absolute_url()).content.decode()
    assert "régime 2013-2016" in page
    assert "régime depuis 2023" in page
    assert page.index("2014") < page.index("2024")


def test_a_point_of_the_commune_is_said_to_be_one(client: Client, rennes: Territory) -> None:
    record = factories.operation(territory=rennes, geometry=rennes.point, location_precision="commune")
    assert "au point de la commune" in client.get(record.get_absolute_url()).content.decode()


def test_a_synthetic_record_says_that_it_is_one(client: Client, rennes: Territory) -> None:
    record = factories.operation(territory=rennes, is_synthetic=True)
    assert "Donnée de synthèse" in client.get(record.get_absolute_url()).content.decode()


def test_a_failure_is_told_as_a_lesson_on_the_territory(client: Client, rennes: Territory) -> None:
    factories.experiment(
        territory=rennes,
        geometry=rennes.point,
        status=Experiment.Status.ABANDONED,
        abandon_reason="Trop cher.",
        title="Un essai abandonné",
    )
    assert "Ce qui n’a pas marché" in client.get("/territoires/commune/35238/").content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/fiches/?type=maison", "maison"),
        ("/fiches/?theme=inconnu", "inconnu"),
        ("/fiches/?preuve=9", "9"),
        ("/fiches/?de=2020&a=2010", "inversée"),
        ("/fiches/?bbox=1,2,3", "4 nombres"),
        ("/fiches/?bbox=1,50,2,40", "inversée"),
        ("/fiches/?bbox=nan,0,1,1", "nombres"),
        ("/fiches/?bbox=inf,0,1,1", "nombres"),
        ("/fiches/?autour=652709,6862305", "mètres"),
        ("/fiches/?autour=commune:99999", "commune:99999"),
        ("/fiches/?territoire=rennes", "niveau:code"),
        ("/fiches/?rayon=10", "autour"),
        ("/fiches/?rayon=9000&autour=2,48", "200"),
        ("/fiches/?page=0", "1"),
        ("/fiches/?page=abc", "entier"),
        ("/carte/?tri=hasard", "hasard"),
        ("/territoires/commune/35238/?rayon=abc", "nombre"),
        ("/territoires/commune/35238/?theme=rien", "rien"),
        ("/fiches/?q=" + "a" * 5000, "200"),
    ],
)
def test_a_wrong_parameter_gets_a_page_that_says_which_and_why(
    client: Client, rennes: Territory, address: str, said: str
) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert said in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/fiches/nulle-part/",
        "/fiches/?page=7",
        "/territoires/commune/99999/",
        "/territoires/planete/1/",
        "/tuiles/fiches/3/9/0.mvt",
        "/tuiles/fiches/17/0/0.mvt",
    ],
)
def test_what_does_not_exist_is_a_404(client: Client, rennes: Territory, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_merged_commune_leads_to_its_successor(client: Client, rennes: Territory) -> None:
    rennes.former_communes.create(code="35999", name="Ancienne")
    response = client.get("/territoires/commune/35999/")
    assert (response.status_code, response["Location"]) == (301, "/territoires/commune/35238/")


def test_pages_only_read(client: Client, rennes: Territory) -> None:
    for address in ("/", "/carte/", "/fiches/", "/territoires/commune/35238/", "/fiches.csv"):
        assert client.post(address).status_code == 405


def test_csv_never_starts_a_cell_with_a_formula(client: Client, rennes: Territory) -> None:
    factories.operation(territory=rennes, title="=HYPERLINK(1)", summary="+1", place_name="@x")
    text = b"".join(client.get("/fiches.csv").streaming_content).decode()
    assert "'=HYPERLINK(1)" in text
    assert "'+1" in text


def test_geojson_says_how_many_there_are(client: Client, catalogue: dict[str, Record]) -> None:
    answer = client.get("/fiches.geojson?type=operation").json()
    assert answer["numberMatched"] == answer["numberReturned"] == 4
    assert answer["features"][0]["properties"]["nature"] == "operation"


def test_what_is_near_stops_at_thirty_kilometres(client: Client, rennes: Territory) -> None:
    record = factories.operation(territory=rennes, geometry=Point(-1.68, 48.11, srid=4326))
    factories.operation(title="À Bruz", geometry=Point(-1.75, 48.02, srid=4326))
    factories.operation(title="À Nantes", geometry=Point(-1.55, 47.22, srid=4326))
    page = client.get(record.get_absolute_url()).content.decode()
    assert "À moins de 30 km" in page
    assert "À Bruz" in page
    assert "À Nantes" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"area_ha": 1, "dwellings": 1}, [("1", "logement"), ("1", "hectare")]),
        ({"area_ha": "1.5"}, [("1,5", "hectare")]),
        ({"area_ha": 2, "dwellings": 700}, [("700", "logements"), ("2", "hectares")]),
    ],
)
def test_figures_agree_with_their_number(fields: dict[str, object], words: list[tuple[str, str]]) -> None:
    operation = factories.operation(**fields)
    operation.refresh_from_db()
    found = figures(Record.objects.get(pk=operation.pk))
    assert [(one["value"], one["label"]) for one in found] == words


def test_a_place_that_is_its_own_departement_is_named_once() -> None:
    departement = factories.territory("departement", code="75", name="Paris")
    paris = factories.commune(code="75056", name="Paris", departement=departement)
    assert place_words(factories.operation(territory=paris)) == "Paris"


def test_programmes_and_themes_say_what_they_are(client: Client, rennes: Territory) -> None:
    programme = Programme.objects.create(
        code="divd", label="DIVD", description="Démonstrateurs industriels.", year_start=2015
    )
    Programme.objects.create(code="vide", label="Sans fiche")
    theme = factories.theme(code="eau", label="Eau")
    theme.crosswalk.create(source_list="Réseau Vivapolis", source_label="Cycle de l’eau")
    for state in ("publiee", "brouillon"):
        record = factories.operation(state=state, territory=rennes)
        record.programmes.add(programme)
        record.themes.add(theme)
    page = " ".join(client.get("/programmes-et-themes/").content.decode().split())
    assert "Démonstrateurs industriels." in page
    assert "Depuis 2015." in page
    assert "1 fiche du programme DIVD" in page
    assert 'href="/fiches/?programme=divd"' in page
    assert 'href="/fiches/?programme=vide"' not in page
    assert "Cycle de l’eau" in page
    assert "Réseau Vivapolis" in page
    assert "1 fiche du thème Eau" in page
    assert 'href="/programmes-et-themes/"' in client.get("/a-propos/").content.decode()
