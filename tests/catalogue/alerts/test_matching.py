"""What a publication sets off: matches once, with their reason, whatever road it took."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from catalogue.alerts import matching, saving
from catalogue.models import AlertMatch, Record, SavedSearch
from catalogue.records import workflow
from tests import factories
from tests.catalogue.alerts.searches import saved

pytestmark = pytest.mark.django_db
Rhythm = SavedSearch.Rhythm


def found(search: SavedSearch) -> list[str]:
    return list(search.matches.order_by("record__title").values_list("record__title", flat=True))


def test_a_publication_by_the_workflow_is_matched_by_the_worker(run_jobs):
    search = saved("type=site")
    site = factories.test_site(title="Friche", state=Record.State.SUBMITTED)
    assert "match_alerts" not in run_jobs()
    workflow.apply(site, "publish", factories.curator())
    assert "match_alerts" in run_jobs()
    assert found(search) == ["Friche"]


def test_a_change_accepted_is_matched_and_says_that_it_is_one(run_jobs, eau):
    need = factories.need(title="Fuites", published_at=timezone.now())
    search = saved("theme=eau")
    assert matching.match_published([need.pk]) == 0
    need.themes.add(eau)
    assert matching.match_published([need.pk]) == 1
    assert search.matches.get().reason == "fiche mise à jour, thème Eau"


def test_an_import_of_published_records_is_matched(run_jobs):
    from catalogue.imports.run import ImportOptions, import_file

    search = saved("type=besoin")
    factories.source(code="essai")
    data = b"identifiant;titre\nb1;Mesurer les fuites\n"
    import_file(ImportOptions("b.csv", data, kind="besoin", source="essai", state="publiee"))
    assert "match_alerts" in run_jobs()
    assert found(search) == ["Mesurer les fuites"]


def test_never_twice_for_the_same_record(eau):
    search = saved("type=besoin")
    need = factories.need()
    assert matching.match_published([need.pk]) == 1
    assert matching.match_published([need.pk, need.pk]) == 0
    assert search.matches.count() == 1


def test_only_published_records_match():
    saved()
    keys = [factories.need(state=state).pk for state in Record.State if state != Record.State.PUBLISHED]
    assert matching.match_published(keys) == 0
    assert matching.match_published([0]) == 0
    assert matching.match_published([]) == 0


def test_the_reason_names_the_place_and_the_terms_that_the_record_bears(rennes, eau):
    sols = factories.theme(code="sols", label="Sols")
    need = factories.need(territory=rennes, geometry=rennes.point)
    need.themes.add(eau)
    search = saved(f"theme=eau&theme={sols.code}&territoire=commune:35238")
    near = saved("autour=commune:35238&rayon=20", user=search.user)
    words = saved("q=besoin&type=besoin", user=search.user)
    matching.match_published([need.pk])
    assert search.matches.get().reason == "à Rennes, thème Eau"
    assert near.matches.get().reason == "à moins de 20 km de Rennes"
    assert words.matches.get().reason == "«\u00a0besoin\u00a0»"


def test_a_search_of_everything_says_so():
    search = saved()
    matching.match_published([factories.need().pk])
    assert search.matches.get().reason == "toutes les fiches"


def test_a_word_that_the_catalogue_learns_with_the_record_counts():
    begun = saved("q=compo")
    misspelt = saved("q=compsteur", user=begun.user)
    need = factories.need(title="Composteur de quartier")
    matching.match_published([need.pk])
    assert found(begun) == found(misspelt) == ["Composteur de quartier"]


def test_a_word_corrected_once_is_itself_once_known():
    factories.need(title="Composteur")
    search = saved("q=compostier")
    assert search.has_unknown_words
    need = factories.need(title="Compostier")
    matching.match_published([need.pk])
    assert found(search) == ["Compostier"]
    search.refresh_from_db()
    assert not search.has_unknown_words


def test_a_solution_that_gains_a_theme_widens_its_search_of_grounds(eau):
    solution = factories.solution(slug="pave")
    factories.meaning(solution)
    search = saved("solution=pave", target="terrain")
    need = factories.need()
    factories.meaning(need, 0.45)
    need.themes.add(eau)
    assert matching.match_published([need.pk]) == 0
    solution.themes.add(eau)
    matching.match_published([solution.pk])
    matching.match_published([need.pk])
    assert found(search) == [need.title]
    reason = search.matches.get().reason
    assert reason.startswith("pour «\u00a0")
    assert reason.endswith(", sujet proche")


def test_a_theme_alone_in_common_with_the_solution_no_longer_alerts(eau):
    solution = factories.solution(slug="pave")
    factories.meaning(solution)
    search = saved("solution=pave", target="terrain")
    needs = {}
    for title, cosine in (("Même thème", 0.41), ("Répond", 0.1), ("Sujet proche", 0.51)):
        needs[title] = factories.need(title=title, geometry=None)
        factories.meaning(needs[title], cosine)
    for one in (solution, needs["Même thème"]):
        one.themes.add(eau)
    needs["Répond"].answer_links.create(solution=solution)
    saving.refresh(SavedSearch.objects.all())
    matching.match_published([need.pk for need in needs.values()])
    assert sorted(found(search)) == ["Répond", "Sujet proche"]
    assert search.matches.get(record__title="Répond").reason.endswith(", répond explicitement")


def test_a_description_alerts_for_the_needs_near_it():
    search = saved("description=Un revêtement qui laisse la pluie entrer dans le sol", target="terrain")
    near = factories.need(title="Laisser la pluie entrer dans le sol")
    far = factories.need(title="Des capteurs disent quand vider les poubelles")
    matching.match_published([near.pk, far.pk])
    assert found(search) == [near.title]
    assert search.criteria.startswith("terrains pour une solution décrite ainsi : «\u00a0Un revêtement qui")


def test_a_territory_that_has_the_solution_is_left_aside():
    solution = factories.solution(slug="pave")
    trial = factories.experiment(solution=solution)
    search = saved("solution=pave", target="terrain")
    there = factories.test_site(territory=trial.territory, site_state="ouvert")
    elsewhere = factories.test_site(territory=factories.commune(), site_state="ouvert", title="Ailleurs")
    matching.match_published([there.pk, elsewhere.pk])
    assert found(search) == ["Ailleurs"]


def test_a_criterion_that_goes_makes_a_search_silent_not_wider(eau):
    search = saved("theme=eau")
    eau.delete()
    SavedSearch.objects.update(read_at=None)
    assert saving.refresh_oldest() == 1
    search.refresh_from_db()
    assert not search.is_readable
    assert matching.match_published([factories.need().pk]) == 0


def test_searches_are_read_again_once_a_week():
    search = saved("type=site")
    assert not saving.refresh_oldest()
    SavedSearch.objects.update(read_at=None, kinds=[])
    saving.refresh_oldest()
    search.refresh_from_db()
    assert search.kinds == ["site"]
    assert search.read_at is not None


def test_the_words_of_criteria_in_every_form(rennes, eau):
    factories.territory("departement", code="35", name="Ille-et-Vilaine", name_type=1)
    query = (
        "type=solution&type=besoin&theme=eau&q=fuite&preuve=3&de=2015&a=2020&population_min=5000"
        "&territoire=departement:35&autour=commune:35238&rayon=2.5"
    )
    assert saved(query).criteria == (
        "solutions et besoins · thème Eau · «\u00a0fuite\u00a0» · preuve 3 sur 5 au moins · de 2015 à 2020 · "
        "au moins 5\u202f000 habitants · en Ille-et-Vilaine, à moins de 2,5 km de Rennes"
    )
    assert saved(
        "theme=eau&littoral=oui&autour=commune:35238&population_max=900", target="terrain"
    ).criteria == ("terrains · thème Eau · sur le littoral · au plus 900 habitants · près de Rennes")


def test_erasing_an_account_erases_its_searches_and_what_they_found(user):
    saved("type=besoin", user=user)
    matching.match_published([factories.need().pk])
    user.delete()
    assert not SavedSearch.objects.exists()
    assert not AlertMatch.objects.exists()


def test_saved_searches_cross_the_migration_of_their_criteria_both_ways():
    factories.theme(code="eau", label="Eau")
    factories.territory("region", code="53")
    on_map = saved("type=site&preuve=0&de=2010&a=2020&population_min=0&population_max=9000")
    ground = saved(
        "theme=eau&terrain=friche&densite=1&densite=2&littoral=oui&region=region:53&population_max=9",
        target="terrain",
    )
    asked = [on_map.asked, ground.asked, saved("q=eau").asked, saved("theme=eau", target="terrain").asked]
    assert all(asked[:2])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end forbids to alter a table
        MigrationExecutor(connection).migrate([("catalogue", "0034_search_plan")])
        cursor.execute(
            "SELECT proof, first_year, last_year, population_min, population_max, grounds, densities, coastal"
            " FROM catalogue_savedsearch ORDER BY id"
        )
        rows = cursor.fetchall()
    assert rows == [
        (0, 2010, 2020, 0, 9000, [], [], False),
        (None, None, None, None, 9, ["friche"], [1, 2], True),
        *[(None, None, None, None, None, [], [], False)] * 2,
    ]
    MigrationExecutor(connection).migrate([("catalogue", "0035_saved_search_asked")])
    assert list(SavedSearch.objects.order_by("pk").values_list("asked", flat=True)) == asked


def test_a_zone_that_the_database_could_not_bear_is_refused():
    from django.db import IntegrityError, transaction

    search = saved()
    for text in ("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))", "MULTIPOLYGON(((0 0, NaN 1, 1 0, 0 0)))"):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedSearch.objects.filter(pk=search.pk).extra().update(zone=f"SRID=4326;{text}")


def test_a_bbox_of_nowhere_cannot_be_kept():
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="aucun lieu"):
        saved("bbox=0,86,10,89")


@pytest.mark.parametrize("place", [(2.0, 48.0), (179.9, -17.0), (-179.95, 65.0), (0.0, 79.9), (55.5, -21.0)])
@pytest.mark.parametrize("km", [0, 1, 50, 200])
def test_the_zone_of_a_circle_contains_it(place, km):
    from django.db import connection

    search = saved(f"autour={place[0]},{place[1]}&rayon={km}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE NOT ST_Intersects(s.zone, p.place)), count(*)"
            " FROM catalogue_savedsearch s, generate_series(0, 359, 5) AS bearing,"
            " LATERAL (SELECT ST_Project(s.centre, s.radius_m, radians(bearing))::geometry AS place) p"
            " WHERE s.id = %s AND ST_Y(p.place) <= 85",
            [search.pk],
        )
        outside, tried = cursor.fetchone()
    assert tried > 30
    assert outside == 0
