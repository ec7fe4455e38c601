"""The place of a record: every way of saying it, what is found, what must be confirmed."""

import json
from types import SimpleNamespace

import pytest
from django.contrib.gis.geos import GEOSGeometry, Point
from django.core.files.uploadedfile import SimpleUploadedFile

from catalogue.contributions.place_form import PlaceForm
from catalogue.models import Record
from geo.models import CompletionTerm, Level
from geo.names import normalise
from tests import factories

pytestmark = pytest.mark.django_db
LON, LAT = 2.05, 47.05


def named(place, *, terms=()):
    for term in (place.name, *terms):
        CompletionTerm.objects.create(territory=place, kind="nom", term=normalise(term), weight=1)
    return place


@pytest.fixture
def ground(db):
    """Two communes of 0.1° side by side, in one EPCI of one département."""
    departement = factories.territory(
        Level.DEPARTEMENT, lon=2, code="35", name="Ille", geometry=factories.multi(factories.square(side=1.0))
    )
    epci = factories.territory(
        Level.EPCI,
        lon=2,
        name="Métropole",
        departement=departement,
        geometry=factories.multi(factories.square(side=0.2)),
    )
    parents = {"epci": epci, "departement": departement}
    west = factories.commune(lon=2.0, name="Ouest", code="35001", postal_codes=["35900"], **parents)
    east = factories.commune(lon=2.1, name="Est", code="35002", postal_codes=["35900"], **parents)
    for one in (departement, epci, west, east):
        named(one)
    return SimpleNamespace(departement=departement, epci=epci, west=west, east=east)


@pytest.fixture
def draft(db):
    return factories.need(geometry=None, state=Record.State.DRAFT)


def filled(record, *, file=None, **given):
    files = {"file": SimpleUploadedFile("lieu", file)} if file else None
    return PlaceForm({"way": "carte", **given}, files, record=record)


def confirmed(record, *, file=None, **given):
    """The form, sent again as it came back."""
    form = filled(record, file=file, **given)
    assert not form.is_valid()
    assert form.confirming, form.errors
    again = {name: form[name].value() for name in form.fields if name != "file"}
    return PlaceForm({name: value for name, value in again.items() if value is not None}, record=record)


def test_a_drawing_finds_its_commune_and_asks_for_confirmation(ground, draft):
    form = filled(draft, geometry=f"POINT({LON} {LAT})")
    assert not form.is_valid()
    assert form.confirming
    assert not form.errors
    facts = {fact["term"]: fact["value"] for fact in form.surroundings.facts}
    assert (facts["Commune"], facts["Intercommunalité"]) == ("Ouest (35)", "Métropole")
    form = confirmed(draft, geometry=f"POINT({LON} {LAT})", place_name="Place du Marché")
    assert form.is_valid()
    assert set(form.cleaned_data) == {
        "geometry",
        "location_precision",
        "place_name",
        "territory",
        "country",
    }
    assert form.cleaned_data["geometry"].coords == (LON, LAT)
    assert form.cleaned_data["location_precision"] == "exacte"
    assert form.cleaned_data["territory"] == ground.west
    assert form.cleaned_data["place_name"] == "Place du Marché"
    assert form.cleaned_data["country"] == "FR"


def test_a_place_that_changes_after_the_question_is_asked_again(ground, draft):
    form = filled(draft, geometry=f"POINT({LON} {LAT})")
    form.is_valid()
    moved = filled(draft, geometry=f"POINT({LON + 0.1} {LAT})", confirmed=form["confirmed"].value())
    assert not moved.is_valid()
    assert moved.confirming
    assert moved.place.territory == ground.east


def test_a_place_already_saved_is_not_asked_about(ground):
    record = factories.need(geometry=Point(LON, LAT, srid=4326), territory=ground.west)
    shown = PlaceForm(record=record)
    same = {name: shown[name].value() for name in ("way", "geometry", "commune", "country")}
    assert PlaceForm(same, record=record).is_valid()
    moved = {**same, "geometry": f"POINT({LON + 0.1} {LAT})"}
    form = PlaceForm(moved, record=record)
    form.is_valid()
    assert form.confirming
    assert form.place.territory == ground.east, "the commune that was shown is that of the former place"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("POLYGON((2.01 47.01, 2.05 47.01, 2.05 47.05, 2.01 47.01))", "west"),
        ("POLYGON((2.01 47.01, 2.105 47.01, 2.105 47.09, 2.01 47.09, 2.01 47.01))", "west"),
        ("POLYGON((2.01 47.01, 2.19 47.01, 2.19 47.09, 2.01 47.09, 2.01 47.01))", "epci"),
        ("POLYGON((2.01 47.01, 2.9 47.01, 2.9 47.9, 2.01 47.9, 2.01 47.01))", "departement"),
        ("LINESTRING(2.05 47.05, 2.15 47.05)", "epci"),
        ("MULTIPOINT(2.05 47.05, 2.15 47.05)", "epci"),
    ],
)
def test_a_large_place_is_given_the_territory_that_holds_it(ground, draft, text, expected):
    form = filled(draft, geometry=text)
    form.is_valid()
    assert form.place.territory == getattr(ground, expected)


@pytest.mark.parametrize("text", ["Ouest", "ouest (35)", "Ouest (35001)", "35001"])
def test_a_commune_alone_stands_at_its_point_and_says_so(ground, draft, text):
    form = confirmed(draft, way="commune", commune=text)
    assert form.is_valid()
    assert form.cleaned_data["location_precision"] == "commune"
    assert form.cleaned_data["geometry"].equals(ground.west.point)
    assert form.cleaned_data["territory"] == ground.west
    assert "point de la commune" in " ".join(form.place.remarks)


def test_a_commune_written_while_nothing_is_drawn_is_enough(ground, draft):
    form = filled(draft, way="carte", commune="Est")
    form.is_valid()
    assert (form.place.territory, form.place.precision) == (ground.east, "commune")


def test_a_larger_territory_has_no_point(ground, draft):
    form = confirmed(draft, way="commune", commune="Métropole")
    assert form.is_valid()
    assert form.cleaned_data["geometry"] is None
    assert form.cleaned_data["location_precision"] == "aucune"
    assert form.cleaned_data["territory"] == ground.epci


def test_homonyms_are_offered_and_the_written_choice_is_understood(ground, draft):
    form = filled(draft, way="commune", commune="35900")
    assert not form.is_valid()
    assert form.homonyms == ["Est (35002)", "Ouest (35001)"]
    assert "Lequel" in form.errors["commune"][0]
    assert confirmed(draft, way="commune", commune=form.homonyms[0]).is_valid()


def test_an_unknown_commune_is_said(ground, draft):
    form = filled(draft, way="commune", commune="Nulle-Part-sur-Rien")
    assert not form.is_valid()
    assert "aucun territoire" in form.errors["commune"][0]


def test_a_drawing_outside_the_chosen_commune_is_told_with_both(ground, draft):
    form = filled(draft, geometry=f"POINT({LON} {LAT})", commune="Est")
    assert not form.is_valid()
    assert not form.confirming
    message = form.errors["commune"][0]
    assert "Ouest" in message
    assert "Est (35)" in message
    assert "km" in message


def test_a_drawing_over_two_communes_may_be_said_of_one(ground, draft):
    form = filled(draft, geometry="LINESTRING(2.05 47.05, 2.15 47.05)", commune="Est")
    form.is_valid()
    assert form.place.territory == ground.east


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("47.05, 2.05", "latitude puis longitude"),
        ("2.05 47.05", "échangées"),
        ("47°03′00″ N 2°03′00″ E", "lettres"),
        ("627850.5 6661000", "Lambert-93"),
    ],
)
def test_pasted_coordinates_are_read_and_the_reading_is_said(ground, draft, text, said):
    form = filled(draft, way="coordonnees", coordinates=text)
    form.is_valid()
    assert form.confirming, form.errors
    assert said in " ".join(form.place.remarks)
    assert form.place.territory == ground.west


@pytest.mark.parametrize("text", ["", "ici", "1", "1, 2, 3", "nan, 2", "1e400, 2", "500000 100", "91, 200"])
def test_unreadable_coordinates_are_told(ground, draft, text):
    form = filled(draft, way="coordonnees", coordinates=text)
    assert not form.is_valid()
    assert form.errors["coordinates"]


def test_a_file_is_read_once_and_kept_for_the_confirmation(ground, draft):
    data = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [LON, LAT]}}
    form = confirmed(draft, way="fichier", file=json.dumps(data).encode())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["geometry"].coords == (LON, LAT)


def collection(*geometries):
    features = [
        {
            "type": "Feature",
            "properties": {"nom": f"Élément {n}"},
            "geometry": json.loads(GEOSGeometry(g).json),
        }
        for n, g in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_several_of_one_kind_are_put_together_and_several_kinds_are_asked_about(ground, draft):
    points = collection("POINT(2.01 47.01)", "POINT(2.02 47.02)")
    form = filled(draft, way="fichier", file=points)
    form.is_valid()
    assert form.place.geometry.geom_type == "MultiPoint"
    mixed = collection("POINT(2.01 47.01)", "LINESTRING(2.02 47.02, 2.03 47.03)")
    form = filled(draft, way="fichier", file=mixed)
    assert not form.is_valid()
    assert "1 point, 1 ligne" in form.errors["file"][0]
    form = filled(draft, way="fichier", file=mixed, keep="LineString")
    form.is_valid()
    assert form.place.geometry.geom_type == "LineString"
    form = filled(draft, way="fichier", file=points, element="élément 1")
    form.is_valid()
    assert form.place.geometry.coords == (2.02, 47.02)
    form = filled(draft, way="fichier", file=points, element="autre")
    assert not form.is_valid()
    assert "« Élément 0 »" in form.errors["element"][0]


def test_a_refused_file_says_why(ground, draft):
    form = filled(draft, way="fichier", file=b"<kml><Placemark>")
    assert not form.is_valid()
    assert "tronqué" in form.errors["file"][0]


def test_a_place_abroad_has_a_country_and_no_territory(ground, draft):
    form = confirmed(draft, way="coordonnees", coordinates="52.52, 13.40", country="DE", place_name="Berlin")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["territory"] is None
    assert form.cleaned_data["country"] == "DE"
    form = filled(draft, way="coordonnees", coordinates="52.52, 13.40")
    assert not form.is_valid()
    assert "étranger" in form.non_field_errors()[0]
    form = filled(draft, geometry=f"POINT({LON} {LAT})", country="DE")
    assert not form.is_valid()
    assert "Allemagne" in form.errors["country"][0]
    turned = {"geometry": "POINT(45.34 2.04)", "place_name": "Mogadiscio"}
    assert "inversées" in filled(draft, **turned).errors["geometry"][0]
    assert confirmed(draft, **turned, country="SO").is_valid()


def test_a_point_at_sea_is_given_the_nearest_commune_and_says_so(ground, draft):
    form = filled(draft, geometry="POINT(2.05 46.95)")
    form.is_valid()
    assert form.confirming
    assert form.place.territory == ground.west
    assert "plus proche" in " ".join(form.place.remarks)


def test_nothing_is_a_place_not_yet_given_and_nowhere_takes_a_place_away(ground):
    record = factories.need(geometry=Point(LON, LAT, srid=4326), territory=ground.west)
    form = PlaceForm({"way": "aucun", "commune": "Ouest", "country": "FR"}, record=record)
    assert form.is_valid()
    assert form.cleaned_data["geometry"] is None
    assert form.cleaned_data["location_precision"] == "aucune"
    assert form.cleaned_data["territory"] is None
    draft = factories.need(geometry=None, state=Record.State.DRAFT)
    assert filled(draft).is_valid()
