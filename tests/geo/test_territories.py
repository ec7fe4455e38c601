"""Finding a territory: by a point, by what one types, by a code; and what resembles it."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from geo.models import CompletionTerm, Territory, TerritoryLoad
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


def place(code: str, level: str = "commune") -> Territory:
    return Territory.objects.get(level=level, code=code)


def completed(query: str, limit: int = 10, **options: object) -> list[str]:
    return [territory.label for territory in Territory.objects.complete(query, limit, **options)]


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (-1.68, 48.11, "35238"),
        (2.3470, 48.8470, "75105"),
        (55.4536, -20.8837, "97411"),
        (-2.76, 47.66, "56260"),
    ],
)
def test_a_point_is_in_its_commune_or_arrondissement(lon: float, lat: float, code: str) -> None:
    assert Territory.objects.locate(Point(lon, lat, srid=4326)).code == code


def test_a_point_at_sea_is_nowhere() -> None:
    assert Territory.objects.locate(Point(-5, 47, srid=4326)) is None


def test_a_point_on_a_border_is_in_both() -> None:
    shared = place("35238").geometry.boundary.intersection(place("35240").geometry.boundary)
    corner = Point(*(shared[0] if shared.geom_type.startswith("Multi") else shared).coords[0], srid=4326)
    found = Territory.objects.containing(corner).at_level("commune")
    assert {"35238", "35240"} <= {territory.code for territory in found}


def test_a_point_is_in_every_level_above() -> None:
    levels = Territory.objects.containing(Point(2.347, 48.847, srid=4326)).values_list("level", flat=True)
    assert sorted(levels) == ["arrondissement", "commune", "departement", "epci", "pays", "region"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("renn", "Rennes (35)"),
        ("RENNES", "Rennes (35)"),
        ("35238", "Rennes (35)"),
        ("35700", "Rennes (35)"),
        ("243500139", "Rennes Métropole"),
        ("metropole rennes", "Rennes Métropole"),
        ("st malo", "Saint-Malo (35)"),
        ("malo", "Saint-Malo (35)"),
        ("saint-malo 35", "Saint-Malo (35)"),
        ("vanes", "Vannes (56)"),
        ("loriant", "Lorient (56)"),
        ("l'ile aux moines", "Île-aux-Moines (56)"),
        ("ile aux moines", "Île-aux-Moines (56)"),
        ("st denis", "Saint-Denis (974)"),
        ("paris 5e", "Paris 5e arrondissement (75)"),
        ("morbihan", "Morbihan"),
        ("bretagne", "Bretagne"),
        ("974", "La Réunion"),
    ],
)
def test_what_one_types_finds_the_place(typed: str, first: str) -> None:
    assert completed(typed)[0] == first


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ville de Rennes", "Rennes (35)"),
        ("la mairie de Lorient", "Lorient (56)"),
        ("mairie du Port", "Le Port (974)"),
        ("commune de Saint-Malo", "Saint-Malo (35)"),
        ("hôtel de ville de Vannes", "Vannes (56)"),
        ("ville de ren", "Rennes (35)"),
        ("mairie de Loriant", "Lorient (56)"),
        ("ville de Paris", "Paris (75)"),
        ("Paris 5ème", "Paris 5e arrondissement (75)"),
        ("mairie de Paris 5e", "Paris 5e arrondissement (75)"),
        ("préfecture de Vannes", "Vannes (56)"),
        ("région Bretagne", "Bretagne"),
        ("conseil régional de Bretagne", "Bretagne"),
        ("département du Morbihan", "Morbihan"),
        ("département d’Ille-et-Vilaine", "Ille-et-Vilaine"),
        ("département 56", "Morbihan"),
        ("métropole de Rennes", "Rennes Métropole"),
        ("agglomération de Vannes", "Golfe du Morbihan - Vannes Agglomération"),
        ("Rennes, Ille-et-Vilaine", "Rennes (35)"),
        ("Rennes (Ille-et-Vilaine)", "Rennes (35)"),
        ("Rennes Ille-et-Vilaine", "Rennes (35)"),
        ("Rennes, Ille-et-V", "Rennes (35)"),
        ("Rennes, commune (Ille-et-Vilaine)", "Rennes (35)"),
        ("Rennes, Bretagne", "Rennes (35)"),
        ("Rennes, France", "Rennes (35)"),
        ("Rennes (35)", "Rennes (35)"),
        ("35000 Rennes", "Rennes (35)"),
        ("Rennes CEDEX 7", "Rennes (35)"),
        ("35042 RENNES CEDEX", "Rennes (35)"),
        ("Sainte-Marie, La Réunion", "Sainte-Marie (974)"),
        ("Sainte-Marie (La Réunion)", "Sainte-Marie (974)"),
        ("Ste Marie (Réunion)", "Sainte-Marie (974)"),
        ("Ste-Marie 974", "Sainte-Marie (974)"),
        ("mairie de Sainte-Marie (Ille-et-Vilaine)", "Sainte-Marie (35)"),
    ],
)
def test_a_place_is_found_as_people_and_pages_write_it(typed: str, first: str) -> None:
    assert completed(typed)[0] == first


def test_a_name_of_one_letter_is_a_whole_name(ground) -> None:
    y = factories.territory(code="80829", name="Y", population=90)
    CompletionTerm.objects.create(territory=y, kind="nom", term="y", weight=91)
    assert completed("Y")[0] == "Y (80)"
    assert completed("commune d’Y")[0] == "Y (80)"


def test_a_name_that_begins_like_a_mairie_is_a_name(ground) -> None:
    avray = factories.territory(code="92077", name="Ville-d’Avray", population=11_000)
    CompletionTerm.objects.create(territory=avray, kind="nom", term="ville d avray", weight=11_001)
    assert completed("Ville d’Avray") == ["Ville-d’Avray (92)"]
    assert completed("ville de Ville-d’Avray") == ["Ville-d’Avray (92)"]


@pytest.mark.parametrize("typed", ["région Vannes", "département de Lorient", "Rennes, Morbihan"])
def test_what_is_said_of_a_place_is_not_forgotten(typed: str) -> None:
    assert not {"Vannes (56)", "Lorient (56)", "Rennes (35)"} & set(completed(typed))


def test_words_are_met_at_their_beginning_only() -> None:
    assert "Saint-Jacques-de-la-Lande (35)" in completed("lande jacques")
    assert completed("acq lan") == []


@pytest.mark.parametrize("typed", ["éclairage public", "îlots de chaleur urbains", "bruit la nuit"])
def test_ordinary_words_are_not_the_typing_error_of_a_place(typed: str) -> None:
    assert completed(typed) == []


def test_big_places_come_first_and_homonyms_are_told_apart() -> None:
    populations = [t.population for t in Territory.objects.complete("sai", 8, levels=["commune"])]
    assert populations == sorted(populations, reverse=True)
    assert {"Sainte-Marie (35)", "Sainte-Marie (974)"} <= set(completed("sainte marie"))
    assert completed("sainte marie 35") == ["Sainte-Marie (35)"]


def test_a_former_name_finds_its_successor_and_says_so() -> None:
    assert Territory.objects.complete("carentoir")[0].alias == ""
    carentoir = Territory.objects.complete("quelneuc")[0]
    assert (carentoir.name, carentoir.alias) == ("Carentoir", "Quelneuc")


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "'", "\x00", "💥", "x" * 10_000, "1' or 1=1 --"])
def test_nothing_that_one_types_breaks(typed: str) -> None:
    assert len(completed(typed)) <= 10


def test_completion_takes_few_queries(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(2):
        completed("saint")
    with django_assert_max_num_queries(5):
        completed("loriant")
    with django_assert_max_num_queries(8):
        completed("mairie de Sainte-Marie, Ille-et-Vilaine, 35")


def test_an_old_code_leads_to_its_successor() -> None:
    assert Territory.objects.resolve("commune", "56183").code == "56033"
    assert Territory.objects.resolve("commune", " 35238 ").name == "Rennes"
    with pytest.raises(Territory.DoesNotExist):
        Territory.objects.resolve("commune", "99999")


def test_a_retired_commune_leads_to_the_one_that_took_it_over() -> None:
    Territory.objects.filter(code="35240").update(is_current=False)
    place("35238").former_communes.create(code="35240", kind="fusionnee")
    assert Territory.objects.resolve("commune", "35240").name == "Rennes"


def test_what_lies_in_a_territory() -> None:
    ille_et_vilaine = place("35", "departement")
    inside = ille_et_vilaine.and_inside()
    assert ille_et_vilaine in inside
    assert place("35238") in inside
    assert place("56260") not in inside
    assert place("75056").and_inside().count() == 21
    assert place("FR", "pays").and_inside().count() == Territory.objects.count()


def test_nearness_is_in_true_metres() -> None:
    rennes = place("35238")
    found = Territory.objects.at_level("commune").near(rennes.point, km=12).with_distance(rennes.point)
    distances = {territory.code: territory.distance.km for territory in found}
    assert max(distances.values()) <= 12
    assert distances["35240"] == pytest.approx(9, abs=1)
    nearest = Territory.objects.at_level("commune").nearest_first(rennes.point)[:3]
    assert nearest[0] == rennes


def test_a_list_reads_no_outline(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        territories = list(Territory.objects.filter(level="region"))
    assert "geometry" in territories[0].get_deferred_fields()
    assert Territory.objects.with_geometry().get(level="region", code="53").geometry.valid


def test_bounds_are_known_without_the_outline(django_assert_num_queries) -> None:
    rennes = place("35238")
    with django_assert_num_queries(0):
        west, south, east, north = rennes.bbox
    assert west < rennes.point.x < east
    assert south < rennes.point.y < north
    assert rennes.has_outline


def test_twins_are_the_nearest_profiles_and_say_why() -> None:
    vannes = place("56260")
    twins = vannes.twins(5)
    distances = [twin.twin_distance for twin in twins]
    assert len(twins) == 5
    assert vannes not in twins
    assert distances == sorted(distances)
    explanation = twins[0].explanation
    assert len(explanation.closest) == 3
    assert all(explanation.farthest.gap >= comparison.gap for comparison in explanation.closest)
    assert "contre" in str(explanation)


@pytest.mark.parametrize("level", ["commune", "epci", "departement"])
def test_twins_are_in_the_order_of_brute_force(level: str) -> None:
    territory = Territory.objects.filter(level=level, profile__isnull=False).order_by("code")[1]
    own = territory.profile.profile

    def gap(other: Territory) -> float:
        return sum((a - b) ** 2 for a, b in zip(own, other.profile.profile, strict=True)) ** 0.5

    others = Territory.objects.filter(level=level).exclude(pk=territory.pk).select_related("profile")
    expected = sorted(gap(other) for other in others)[:5]
    assert [twin.twin_distance for twin in territory.twins(5)] == pytest.approx(expected)


def test_a_territory_without_profile_has_no_twin() -> None:
    assert place("FR", "pays").twins() == []


def test_density_classes_are_said_to_be_computed() -> None:
    field = Territory._meta.get_field("density_class")
    assert "calculée" in str(field.verbose_name)
    assert place("75056").get_density_class_display().startswith("très dense")


@pytest.mark.parametrize(
    ("queryset", "index"),
    [
        (lambda: Territory.objects.containing(Point(-1.68, 48.11, srid=4326)), "territory_geometry"),
        (lambda: Territory.objects.near(Point(-1.68, 48.11, srid=4326), 5), "territory_geog"),
        (lambda: Territory.objects.nearest_first(Point(-1.68, 48.11, srid=4326))[:5], "territory_geog"),
        (lambda: Territory.objects.with_postal_code("35000"), "territory_postal_codes"),
    ],
)
def test_a_search_is_carried_by_its_index(queryset, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert index in queryset().explain()


def test_what_is_loaded_is_kept_in_a_journal(ground: TerritoryLoad) -> None:
    last = TerritoryLoad.objects.latest()
    assert last == ground
    assert last.departements == ["35", "56", "75", "974"]
