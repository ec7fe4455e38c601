"""Ranking 2: which grounds are proposed, which are not, and why."""

import csv
from dataclasses import replace
from math import prod
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from catalogue.imports.fixtures import FOLDER
from catalogue.models import Need, Record, Solution, TestSite, Theme
from catalogue.rankings.grounds import Ground, Matching, Wish, match, verdict
from catalogue.rankings.grounds.statements import POOL_BY_KNN, TERRITORIES
from catalogue.rankings.solutions import PROFILED
from catalogue.records import meaning
from geo.models import Territory, TerritoryProfile
from tests import factories

pytestmark = pytest.mark.django_db
OPEN = TestSite.SiteState.OPEN
HISTORIC = TestSite.SiteState.HISTORIC


def town(profile: float, **fields: Any) -> Territory:
    """A commune whose profile is ``profile`` standard deviations away from zero on the first axis."""
    place = factories.commune(density_class=3, **fields)
    TerritoryProfile.objects.create(
        territory=place,
        level="commune",
        values=[place.population, 50, 80, 1, 9000, 12, 0, 0],
        profile=(profile, *[0] * 7),
    )
    return place


@pytest.fixture
def solution() -> Solution:
    """A solution on one theme that worked in one commune, of profile 0."""
    one = factories.solution()
    one.themes.add(factories.theme(code="eau", label="Eau"))
    factories.meaning(one)
    factories.measured_experiment(solution=one, territory=town(0, name="Modèle"))
    return one


def near_need(cosine: float = 0.6, **fields: Any) -> Need:
    """A need whose subject is at this cosine of that of the solution."""
    need = factories.need(**fields)
    factories.meaning(need, cosine)
    return need


def wish(solution: Solution, **fields: Any) -> Wish:
    return Wish(solution_id=solution.pk, themes=tuple(solution.themes.all()), **fields)


def names(matching: Matching) -> list[str]:
    return [ground.row["name"] for ground in matching.territories]


def titles(grounds: list[Ground]) -> list[str]:
    return [ground.row["title"] for ground in grounds]


def details(ground: Ground) -> dict[str, str]:
    return {factor.label: factor.detail for factor in ground.factors}


# Territories


def test_twins_come_closest_first_and_say_whom_they_resemble(solution):
    town(3, name="Lointaine")
    town(1, name="Proche")
    found = match(wish(solution))
    assert names(found) == ["Proche", "Lointaine"]
    assert "profil proche de celui de Modèle" in details(found.territories[0])["Ressemblance"]
    assert "Modèle" in found.territories[0].sentence
    assert "preuve 3 sur 5" in found.territories[0].sentence


def test_the_score_is_the_product_of_the_factors_shown_and_gives_the_order(solution):
    near, far = town(2, name="Près", lon=1), town(1, name="Loin", lon=9)
    for place in (near, far):
        town(1.5, lon=place.point.x)
    found = match(wish(solution, point=near.point))
    scores = [ground.score for ground in found.territories]
    assert scores == sorted(scores, reverse=True)
    for ground in found.territories:
        assert prod(factor.value for factor in ground.factors) == pytest.approx(ground.score)


def test_a_territory_that_has_the_solution_is_left_out_and_its_enclosing_ones_count(solution):
    has = town(0.1, name="A déjà")
    factories.experiment(solution=solution, territory=has)
    group = factories.territory("epci")
    factories.experiment(solution=solution, territory=group)
    town(0.2, name="Dans l’EPCI", epci=group)
    town(0.3, name="Libre")
    assert names(match(wish(solution))) == ["Libre"]


def test_a_draft_experiment_neither_excludes_nor_serves_as_a_model(solution):
    here = town(0.1, name="Libre")
    factories.measured_experiment(
        solution=solution, territory=here, state=Record.State.DRAFT, title="Brouillon secret"
    )
    found = match(wish(solution))
    assert names(found) == ["Libre"]
    assert [model.name for model in found.footprint.models] == ["Modèle"]


def test_a_place_where_it_failed_is_no_model_but_is_left_out(solution):
    factories.experiment(
        solution=solution, territory=town(5, name="Échec"), status="abandonne", abandon_reason="Trop cher"
    )
    town(0.3, name="Libre")
    found = match(wish(solution))
    assert [model.name for model in found.footprint.models] == ["Modèle"]
    assert names(found) == ["Libre"]


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ({"population_min": 500}, {"population": 500}, {"population": 499}),
        ({"population_max": 500}, {"population": 500}, {"population": 501}),
        ({"coastal": True}, {"is_coastal": True}, {"is_coastal": None}),
    ],
)
def test_hard_constraints_exclude_territories_sites_and_needs(solution, condition, inside, outside):
    for name, fields in (("Dedans", inside), ("Dehors", outside)):
        place = town(1, name=name, **fields)
        factories.test_site(territory=place, title=name, site_state=OPEN)
        near_need(territory=place, title=name)
    found = match(wish(solution, **condition))
    assert names(found) == ["Dedans"]
    assert titles(found.sites) == ["Dedans"]
    assert titles(found.needs) == ["Dedans"]


def test_density_region_and_radius_are_hard_constraints(solution):
    region = factories.territory("region")
    town(1, name="Bonne", region=region, lon=2)
    town(1, name="Autre région", lon=2)
    town(1, name="Trop loin", region=region, lon=8)
    found = match(
        wish(solution, region=region, point=Point(2.05, 47.05, srid=4326), radius_km=100, densities=(3,))
    )
    assert names(found) == ["Bonne"]
    assert names(match(wish(solution, densities=(1,)))) == []


def test_a_need_and_an_open_site_lift_a_territory_above_a_closer_twin(solution):
    town(0.4, name="Plus ressemblante")
    wanted = town(0.6, name="Demandeuse")
    near_need(territory=wanted, title="Garder l’eau")
    factories.test_site(territory=wanted, title="Friche", site_state=OPEN)
    found = match(wish(solution))
    assert names(found)[0] == "Demandeuse"
    assert "Garder l’eau" in details(found.territories[0])["Besoin exprimé"]
    assert "Friche" in details(found.territories[0])["Terrain offert"]


def test_epci_are_proposed_at_their_scale():
    solution = factories.solution()
    home, other = factories.territory("epci", name="Chez elle"), factories.territory("epci", name="Ailleurs")
    for group, value in ((home, 0), (other, 1)):
        TerritoryProfile.objects.create(
            territory=group, level="epci", values=[9000, 90, 500, 9, 40, 0, 0], profile=(value, *[0] * 6)
        )
    factories.measured_experiment(solution=solution, territory=factories.commune(epci=home))
    assert names(match(wish(solution, scale="epci"))) == ["Ailleurs"]


def test_without_a_solution_the_places_with_measured_results_on_the_theme_are_the_models(solution):
    experiment = Record.objects.get(kind="experimentation")
    theme = solution.themes.get()
    experiment.themes.add(theme)
    town(1, name="Jumelle")
    found = match(Wish(themes=(theme,)))
    assert "Jumelle" in names(found)
    assert experiment.title in found.territories[0].sentence


# Sites


def test_open_sites_come_first_historic_ones_apart_closed_ones_never():
    for title, state in (("Vieux", HISTORIC), ("Fermé", "ferme"), ("Réservé", "reserve"), ("Ouvert", OPEN)):
        factories.test_site(title=title, site_state=state, territory=town(1))
    factories.test_site(title="Terminé", site_state=OPEN, available_until="2020-01-01", territory=town(1))
    found = match(Wish())
    assert titles(found.sites) == ["Ouvert", "Réservé"]
    assert titles(found.hosts) == ["Vieux"]


def test_the_kind_of_ground_excludes_other_sites():
    factories.test_site(title="Friche", site_state=OPEN, ground_kinds=["friche"])
    factories.test_site(title="Campus", site_state=OPEN, ground_kinds=["campus"])
    assert titles(match(Wish(grounds=("friche",))).sites) == ["Friche"]


def test_a_site_on_theme_outranks_another_and_a_site_of_a_taken_commune_is_left_out(solution):
    other = factories.test_site(title="Autre thème", site_state=OPEN, territory=town(1))
    other.themes.add(factories.theme())
    factories.test_site(title="Bon thème", site_state=OPEN, territory=town(1)).themes.add(
        solution.themes.get()
    )
    factories.test_site(title="Déjà", site_state=OPEN, territory=Territory.objects.get(name="Modèle"))
    assert titles(match(wish(solution)).sites) == ["Bon thème", "Autre thème"]


def test_the_nearest_sites_are_read_when_a_place_is_given():
    for lon in (1.0, 5.0, 3.0):
        factories.test_site(title=f"À {lon}", site_state=OPEN, geometry=Point(lon, 47, srid=4326))
    assert titles(match(Wish(point=Point(0.9, 47, srid=4326))).sites) == ["À 1.0", "À 3.0", "À 5.0"]


# Needs


def test_needs_of_no_place_are_apart_and_those_a_curator_linked_come_first(solution):
    near_need(title="Sans lieu", geometry=None)
    near_need(0.9, title="Plus proche", geometry=None)
    linked = factories.need(title="Rapproché", geometry=None)
    linked.answer_links.create(solution=solution, how="Elle garde l’eau")
    near_need(0.3, title="Autre sujet", geometry=None)
    near_need(title="Sur place", territory=town(1))
    found = match(wish(solution))
    assert titles(found.national_needs) == ["Rapproché", "Plus proche", "Sans lieu"]
    assert details(found.national_needs[0])["Besoin"] == "répond explicitement : Elle garde l’eau"
    assert details(found.national_needs[1])["Besoin"] == "sujet proche"
    assert titles(found.needs) == ["Sur place"]


def test_a_theme_in_common_is_no_reason_it_only_lowers_the_floor(solution):
    theme = solution.themes.get()
    for title, cosine in (("Loin", 0.41), ("Assez près", 0.43)):
        near_need(cosine, title=title, geometry=None).themes.add(theme)
    near_need(0.49, title="Autre thème, loin", geometry=None)
    near_need(0.51, title="Autre thème, près", geometry=None)
    found = match(wish(solution)).national_needs
    assert titles(found) == ["Autre thème, près", "Assez près"]
    assert details(found[1])["Besoin"] == "sujet proche ; thème en commun : Eau"


def test_a_theme_asked_for_without_a_solution_finds_its_needs(solution):
    theme = solution.themes.get()
    factories.need(title="Du thème", geometry=None).themes.add(theme)
    near_need(0.9, title="D’un autre", geometry=None)
    found = match(Wish(themes=(theme,)))
    assert titles(found.national_needs) == ["Du thème"]
    assert details(found.national_needs[0])["Besoin"] == "même thème"


def test_without_meaning_a_need_shares_a_theme_and_a_word_of_the_title(solution, settings):
    settings.SEARCH_BY_MEANING = False
    Solution.objects.filter(pk=solution.pk).update(title="Lampadaire qui s’éteint la nuit")
    theme = solution.themes.get()
    for title, themed in (
        ("Des lampadaires sobres", True),
        ("Des lampadaires", False),
        ("Dormir mieux", True),
    ):
        need = near_need(0.9, title=title, geometry=None)
        need.themes.add(*[theme] if themed else [])
    found = match(wish(solution)).national_needs
    assert titles(found) == ["Des lampadaires sobres"]
    assert details(found[0])["Besoin"] == "même thème et mots du titre en commun"


def of_fixtures(kind: str, *keys: str) -> dict[str, Record]:
    """Records of the initial data, with their themes and nothing else, by their identifiers."""
    make, file = {
        "besoin": (factories.need, "besoins.csv"),
        "solution": (factories.solution, "solutions.csv"),
    }[kind]
    made = {}
    with (FOLDER / file).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["identifiant"] not in keys:
                continue
            made[row["identifiant"]] = make(title=row["titre"], summary=row["resume"], geometry=None)
            codes = row["themes"].split(";")
            themes = [Theme.objects.get_or_create(code=code, defaults={"label": code})[0] for code in codes]
            made[row["identifiant"]].themes.set(themes)
    assert len(made) == len(keys)
    return made


def test_the_needs_of_five_solutions_of_the_initial_data_are_right():
    """Each was shown needs with which it has a theme alone in common: parking for carpooling, for example."""
    needs = of_fixtures(
        "besoin", "A08-R11", "A01-I01", "A01-R05", "A01-P06", "A01-P04", "A01-I06", "A01-R14", "A02-I04",
        "A01-R10",
    )  # fmt: skip
    solutions = of_fixtures(
        "solution", "sol-lane", "sol-kara", "sol-lumiroute", "sol-cool-roof", "sol-arrosage-chaussee",
        "sol-cycle-up",
    )  # fmt: skip
    for key in ("sol-kara", "sol-lumiroute"):  # as fixtures/reponses.csv says
        needs["A02-I04"].answer_links.create(solution=solutions[key])
    meaning.encode_lacking()
    proposed = {key: titles(match(wish(one)).national_needs) for key, one in solutions.items()}
    light = "Revoir l’éclairage public dans son ensemble"
    assert proposed == {
        "sol-lane": [],
        "sol-kara": [light],
        "sol-lumiroute": [light],
        "sol-cool-roof": [],
        "sol-arrosage-chaussee": [],
        "sol-cycle-up": ["Trouver des matériaux recyclés à proximité"],
    }


def test_a_description_finds_needs_sites_and_solutions_near_it(settings):
    like = factories.solution(title="Pavé drainant", summary="Il laisse la pluie entrer dans le sol.")
    factories.measured_experiment(solution=like, territory=town(0, name="Modèle"), title="Pavés à Modèle")
    factories.solution(title="Des capteurs disent quand vider les poubelles")
    factories.need(title="Laisser la pluie entrer dans le sol", geometry=None)
    factories.need(title="Des capteurs disent quand vider les poubelles", geometry=None)
    home = town(0.5, name="Jumelle")
    for title, tests in (("Rien de dit", ""), ("Sols", "Revêtements de sol perméables")):
        factories.test_site(title=title, allowed_tests=tests, site_state=OPEN, territory=home)
    meaning.encode_lacking()
    asked = Wish(description="Un revêtement qui laisse la pluie entrer dans le sol")
    found = match(asked)
    assert [one.solution for one in found.likely.like] == [like.pk]
    assert titles(found.national_needs) == ["Laisser la pluie entrer dans le sol"]
    assert titles(found.sites) == ["Sols", "Rien de dit"]
    assert details(found.sites[0])["Essais"].startswith("sujet proche, ou mots de votre description")
    assert names(found) == ["Jumelle"]
    modelled = Territory.objects.get(name="Modèle")
    answer = verdict(modelled, asked, match(replace(asked, named=modelled)))
    assert answer.note == "Une solution qui ressemble à la vôtre y a été essayée : c’est l’un des modèles."
    assert "« Pavés à Modèle », d’une solution qui lui ressemble" in found.territories[0].sentence
    settings.SEARCH_BY_MEANING = False
    assert match(asked).national_needs == []


def test_a_description_of_an_unknown_meaning_is_like_the_title_that_has_its_rare_word():
    for title in ("Lane : covoiturage sans réserver", "Un service de repas"):
        factories.solution(title=title)
    found = match(Wish(description="Un service de covoiturage pour aller travailler depuis les villages"))
    titled = Solution.objects.in_bulk([one.solution for one in found.likely.like if not one.by_meaning])
    assert "Lane : covoiturage sans réserver" in {one.title for one in titled.values()}


def test_drafts_are_in_no_family(solution):
    theme = solution.themes.get()
    place = town(1, name="Libre")
    factories.test_site(territory=place, site_state=OPEN, state=Record.State.DRAFT)
    for geometry in (None, place.point):
        need = factories.need(
            geometry=geometry, territory=place if geometry else None, state=Record.State.SUBMITTED
        )
        need.themes.add(theme)
        need.answer_links.create(solution=solution)
    found = match(wish(solution))
    assert [found.sites, found.hosts, found.needs, found.national_needs] == [[], [], [], []]
    assert details(found.territories[0])["Besoin exprimé"].startswith("aucun besoin")
    assert details(found.territories[0])["Terrain offert"].startswith("aucun site")


# Why not


def test_why_not_names_the_experiment_that_excludes_the_territory(solution):
    place = Territory.objects.get(name="Modèle")
    asked = wish(solution, named=place)
    answer = verdict(place, asked, match(asked))
    assert answer.is_excluded
    assert [experiment.solution_id for experiment in answer.experiments] == [solution.pk]


def test_why_not_names_each_condition_that_fails(solution):
    place = town(1, population=100, lon=9, is_coastal=False)
    asked = wish(
        solution, named=place, population_min=500, densities=(1,), coastal=True,
        region=factories.territory("region", name="Ailleurs"), point=Point(0, 47, srid=4326), radius_km=50,
    )  # fmt: skip
    answer = verdict(place, asked, match(asked))
    assert len(answer.reasons) == 5
    assert "minimum demandé de 500" in answer.reasons[0]
    assert answer.rank is None


def test_why_not_gives_the_rank_and_the_factors_of_a_territory_that_nothing_excludes(solution):
    for n in range(15):
        town(1 + n / 10)
    last = town(9, name="Dernière")
    asked = wish(solution, named=last)
    found = match(asked)
    answer = verdict(last, asked, found)
    assert "Dernière" not in names(found)
    assert (answer.rank, answer.examined) == (16, 16)
    assert answer.ground.factors[0].label == "Ressemblance"


def test_why_not_never_lists_a_draft(solution):
    place = town(1)
    factories.experiment(solution=solution, territory=place, state=Record.State.DRAFT)
    asked = wish(solution, named=place)
    assert not verdict(place, asked, match(asked)).is_excluded


# Cost


def test_the_number_of_queries_does_not_depend_on_the_base(solution, django_assert_max_num_queries):
    for n in range(5):
        place = town(n)
        factories.test_site(territory=place, site_state=OPEN).themes.add(solution.themes.get())
        near_need(territory=place)
    asked = wish(solution, point=Point(2, 47, srid=4326))
    with django_assert_max_num_queries(9):
        match(asked)


def test_twins_are_found_by_the_index_of_the_profiles(solution):
    model = Territory.objects.get(name="Modèle")
    level, parent, _profiled = PROFILED["commune"]
    asked = wish(solution)
    pool = POOL_BY_KNN.format(level=level, accepted=asked.accepted("t.geog"), close_by="")
    statement = TERRITORIES.format(parent=parent, accepted=asked.accepted("t.geog"), pool=pool)
    values = {
        **asked.parameters, "taken": [model.pk], "model_ids": [model.pk], "per_model": 40, "limit": 12,
        "kept": 200, "today": "2026-01-01", "near_needs": [],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + statement, values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    scan = plan[plan.index("Index Scan using profile_knn_commune") :]
    assert "Order By: (p" in scan.splitlines()[1]
