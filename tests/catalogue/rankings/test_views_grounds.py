"""/trouver-un-terrain/: the address, what it refuses, what it shows."""

import pytest
from django.urls import reverse

from catalogue.models import Record, TestSite
from catalogue.records import meaning
from tests import factories
from tests.catalogue.rankings.test_grounds import town

pytestmark = pytest.mark.django_db
URL = "/trouver-un-terrain/"


@pytest.fixture
def solution():
    one = factories.solution(title="Pavé drainant")
    one.themes.add(factories.theme(code="eau", label="Eau"))
    factories.meaning(one)
    factories.measured_experiment(solution=one, territory=town(0, name="Modèle", lon=2))
    return one


def text(response):
    """The page, its attributes and texts on one line."""
    return " ".join(response.content.decode().split())


def test_the_address_is_the_documented_one():
    assert reverse("catalogue:ground-search") == URL


def test_without_anything_it_offers_published_solutions_to_start_from(client, solution):
    factories.solution(title="Secret", state=Record.State.DRAFT)
    page = text(client.get(URL))
    assert f"?solution={solution.slug}" in page
    assert "Secret" not in page


def test_a_solution_gives_its_grounds_with_the_reasons_and_the_map(client, solution):
    town(1, name="Jumelle", lon=3)
    response = client.get(URL, {"solution": solution.slug})
    page = text(response)
    assert "Jumelle" in page
    assert "profil proche de celui de Modèle" in page
    assert '"title": "Jumelle"' in page
    assert response.context["geojson"]["features"][0]["geometry"]["type"] == "Point"


def test_everything_asked_for_stays_in_the_address_of_every_link_of_the_form(client, solution):
    page = text(
        client.get(URL, {"solution": solution.slug, "theme": "eau", "population_min": "10", "densite": "3"})
    )
    for field in ('name="solution"', 'name="theme" value="eau" checked', 'name="population_min"'):
        assert field in page
    assert 'type="hidden" name="densite" value="3"' in page


@pytest.mark.parametrize(
    "query",
    [
        "solution=inconnue", "theme=inconnu", "terrain=lune", "population_min=-1",
        "population_min=9&population_max=1",
        "densite=9", "littoral=peut-etre", "region=commune:35238", "region=region:ZZ", "autour=abc",
        "autour=999,0", "rayon=10", "autour=2,47&rayon=900", "autour=2,47&rayon=nan", "echelle=canton",
        "pourquoi=region:53", "pourquoi=commune:00000", "nom=Xqzzzw", "description=!!",
        f"description={'mot ' * 80}",
    ],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_told(client, query):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert query.split("=")[-2].split("&")[-1] in text(response)


def test_a_draft_solution_answers_as_one_that_does_not_exist(client):
    draft = factories.solution(state=Record.State.DRAFT)
    assert client.get(URL, {"solution": draft.slug}).status_code == 400


def test_names_typed_become_codes_in_the_address(client, completed):
    response = client.get(URL, {"lieu": completed.name, "population_min": "", "rayon": "10"})
    assert response.status_code == 302
    assert response.url == f"{URL}?autour=commune%3A{completed.code}&rayon=10"
    response = client.get(URL, {"nom": completed.name, "theme": []})
    assert response.url == f"{URL}?pourquoi=commune%3A{completed.code}"


def test_a_place_emptied_in_the_form_leaves_the_address_with_its_radius(client, completed):
    response = client.get(URL, {"lieu": "", "autour": f"commune:{completed.code}", "rayon": "10"})
    assert response.url == f"{URL}?"


@pytest.fixture
def completed():
    place = factories.commune(name="Trifouillis", slug="trifouillis")
    place.terms.create(kind="nom", term="trifouillis", weight=1)
    return place


def test_why_not_says_what_excludes(client, solution):
    small = town(1, population=5)
    query = {"solution": solution.slug, "pourquoi": f"commune:{small.code}", "population_min": "1000"}
    response = client.get(URL, query)
    assert "sous le minimum demandé de 1" in text(response)


def test_why_not_says_that_the_solution_is_there(client, solution):
    experiment = Record.objects.get(kind="experimentation")
    response = client.get(
        URL, {"solution": solution.slug, "pourquoi": f"commune:{experiment.territory.code}"}
    )
    assert "La solution y est déjà" in text(response)
    assert experiment.get_absolute_url() in text(response)


def test_what_the_catalogue_lacks_is_said(client, solution):
    page = text(client.get(URL, {"solution": solution.slug, "population_min": "90000000"}))
    assert "Aucun territoire ne satisfait à toutes les conditions." in page
    assert "Aucun site ouvert ou réservé" in page


def test_hostile_titles_are_text(client, solution):
    factories.test_site(title="</script><img src=x onerror=alert(1)>", site_state=TestSite.SiteState.OPEN)
    page = text(client.get(URL, {"solution": solution.slug}))
    assert "<img src=x" not in page


def test_a_description_and_a_solution_together_are_refused(client, solution):
    response = client.get(URL, {"solution": solution.slug, "description": "Un revêtement qui boit la pluie"})
    assert response.status_code == 400
    assert "Choisissez une solution du catalogue ou décrivez la vôtre, pas les deux." in text(response)


def test_with_meaning_off_a_description_is_refused_and_its_box_is_gone(client, settings):
    settings.SEARCH_BY_MEANING = False
    response = client.get(URL, {"description": "Un revêtement qui boit la pluie"})
    assert response.status_code == 400
    assert "La recherche par le sens est éteinte" in text(response)
    assert 'id="description"' not in text(client.get(URL))


def test_a_description_says_what_it_resembles_and_finds_needs(client):
    like = factories.solution(title="Pavé drainant", summary="Il laisse la pluie entrer dans le sol.")
    factories.solution(title="Pavé drainant secret", state=Record.State.DRAFT)
    factories.need(title="Laisser la pluie entrer dans le sol", geometry=None)
    meaning.encode_lacking()
    query = {"description": "Un revêtement qui laisse la pluie  entrer dans le sol", "population_min": "10"}
    page = text(client.get(URL, query))
    assert f'href="?solution={like.slug}&amp;population_min=10#resultats"' in page
    assert "secret" not in page
    assert "Laisser la pluie entrer dans le sol" in page
    assert "sujet proche" in page
    assert 'type="hidden" name="description" value=' in page  # « pourquoi pas ? » keeps it


def test_words_that_no_title_has_can_become_a_description(client):
    page = text(client.get(URL, {"cherche": "pluie dans le sol", "theme": []}))
    assert 'href="?description=pluie+dans+le+sol#resultats"' in page


def test_only_reading_is_answered(client):
    assert client.post(URL).status_code == 405


def test_the_page_costs_at_most_thirteen_queries(client, solution, django_assert_max_num_queries):
    for n in range(1, 6):
        place = town(n, lon=n)
        factories.test_site(territory=place, site_state=TestSite.SiteState.OPEN)
        factories.meaning(factories.need(territory=place), 0.6)
    query = {"solution": solution.slug, "autour": "2,47", "theme": "eau"}
    with django_assert_max_num_queries(13):
        assert client.get(URL, query).status_code == 200


def test_a_place_where_nothing_was_measured_is_not_one_where_it_worked(client):
    tried = factories.solution(title="Toit blanc")
    factories.experiment(solution=tried, status="deploiement", territory=town(0, name="Modèle", lon=2))
    town(1, name="Jumelle", lon=3)
    page = text(client.get(URL, {"solution": tried.slug}))
    assert "a marché" not in page.replace("que cela y a marché", "")
    assert "Des territoires qui ressemblent à ceux où cela a été essayé" in page
    assert "Aucun résultat mesuré ne dit encore que cela y a marché." in page


def test_a_measured_place_alone_is_a_model_when_there_is_one(client, solution):
    factories.experiment(solution=solution, status="deploiement", territory=town(2, name="Sans", lon=4))
    town(1, name="Jumelle", lon=3)
    response = client.get(URL, {"solution": solution.slug})
    assert [model["name"] for model in response.context["models"]] == ["Modèle"]
    page = text(response)
    assert "Des territoires qui ressemblent à ceux où un résultat est mesuré" in page
    assert "Aucun résultat mesuré" not in page
