"""What the database refuses, however it is written to."""

import datetime
from typing import Any

import pytest
from django.contrib.gis.geos import (
    GeometryCollection,
    GEOSGeometry,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from catalogue.models import (
    Application,
    Document,
    Experiment,
    Indicator,
    LabelAward,
    Need,
    Operation,
    Organisation,
    Record,
    Source,
    TestSite,
)
from catalogue.models.organisation import luhn_is_valid, validate_siren, validate_siret
from tests import factories

pytestmark = pytest.mark.django_db

LA_POSTE = "35600000000048"
LA_POSTE_BRANCH = "35600000049837"


def refused(name: str):
    """The database refuses, naming the constraint."""
    return pytest.raises(IntegrityError, match=name)


# Geometry at rest


@pytest.mark.parametrize(
    "shape",
    [
        Point(2.35, 48.85),
        LineString((2, 47), (3, 48)),
        factories.square(),
        MultiPoint(Point(2, 47), Point(3, 48)),
        MultiPolygon(factories.square(), factories.square(lon=3)),
        Polygon(
            ((2, 47), (3, 47), (3, 48), (2, 48), (2, 47)),
            ((2.2, 47.2), (2.4, 47.2), (2.4, 47.4), (2.2, 47.2)),
        ),
        Point(-180, 85),
    ],
    ids=lambda shape: shape.geom_type,
)
def test_a_sound_shape_is_kept_with_a_point_that_lies_in_it(shape):
    shape.srid = 4326
    one = factories.need(geometry=shape)
    one.refresh_from_db()
    assert one.geometry.equals(shape)
    assert one.geometry.distance(one.point) < 1e-9
    assert one.geog.srid == 4326
    assert one.mercator.srid == 3857


BOW_TIE = Polygon(((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), srid=4326)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(BOW_TIE, id="bow tie"),
        pytest.param(GEOSGeometry("POINT EMPTY", srid=4326), id="empty point"),
        pytest.param(GEOSGeometry("POLYGON EMPTY", srid=4326), id="empty polygon"),
        pytest.param(
            GeometryCollection(Point(2, 47), LineString((2, 47), (3, 48)), srid=4326), id="collection"
        ),
        pytest.param(GeometryCollection(srid=4326), id="empty collection"),
        pytest.param(Point(190, 47, srid=4326), id="longitude 190"),
        pytest.param(Point(2, 89, srid=4326), id="latitude 89"),
        pytest.param(Point(2, 95, srid=4326), id="latitude 95"),
        pytest.param(Point(352000, 6789000, srid=4326), id="metres taken for degrees"),
        pytest.param(factories.square(lon=179.95), id="across the antimeridian"),
    ],
)
def test_an_unsound_shape_is_refused(shape):
    with pytest.raises(DatabaseError), transaction.atomic():
        factories.need(geometry=shape)


@pytest.mark.parametrize(
    "shape",
    [
        "'POINT(NaN NaN)'",
        "'POINT(2 NaN)'",
        "'LINESTRING(2 47, NaN 48)'",
        "'POLYGON((2 47, 3 47, 3 NaN, 2 47))'",
        "ST_MakePoint('Infinity', 47)",
        "ST_MakePoint(2, '-Infinity')",
        "ST_MakeLine(ST_MakePoint(2, 47), ST_MakePoint('Infinity', 48))",
    ],
)
def test_a_number_that_is_none_is_refused(shape):
    with refused("record_geometry_in_world"):
        _write_geometry(shape)


@pytest.mark.parametrize(
    "shape",
    [
        "'MULTIPOINT(2 47, EMPTY)'",
        "'MULTIPOINT(2 47, NaN NaN)'",
        "'MULTILINESTRING(EMPTY, (2 47, 3 48))'",
        "'MULTIPOLYGON(EMPTY, ((2 47, 3 47, 3 48, 2 47)))'",
        "'GEOMETRYCOLLECTION(POINT EMPTY, POINT(2 47))'",
        "'CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0))'",
        "'TRIANGLE((0 0, 1 0, 1 1, 0 0))'",
    ],
)
def test_a_part_that_would_bring_the_server_down_is_refused_before(shape):
    """PostGIS 3.3 crashes where it looks for a point on some of these."""
    with refused("record_geometry"):
        _write_geometry(shape)


def _write_geometry(shape: str) -> None:
    """Write a geometry behind Django's back; ``shape`` is SQL."""
    one = factories.need()
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            f"UPDATE catalogue_record SET geometry = ST_SetSRID({shape}::geometry, 4326) WHERE id = %s",
            [one.pk],
        )


def test_another_reference_system_is_refused_or_converted_never_mistaken():
    one = factories.need()
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(
            "UPDATE catalogue_record SET geometry = 'SRID=2154;POINT(652000 6862000)' WHERE id = %s", [one.pk]
        )
    paris = factories.need(geometry=Point(652000, 6862000, srid=2154))
    paris.refresh_from_db()
    assert (round(paris.geometry.x, 2), round(paris.geometry.y, 2)) == (2.35, 48.86)


def test_at_most_twenty_thousand_vertices():
    factories.need(geometry=LineString([(n / 1000, 47) for n in range(20_000)], srid=4326))
    with refused("record_geometry_shape"), transaction.atomic():
        factories.need(geometry=LineString([(n / 1000, 47) for n in range(20_001)], srid=4326))


def test_a_solution_is_no_place():
    with refused("record_solution_has_no_place"):
        factories.solution(geometry=Point(2, 47, srid=4326))


@pytest.mark.parametrize(
    ("geometry", "precision"),
    [
        (None, Record.Precision.EXACT),
        (None, Record.Precision.COMMUNE),
        (Point(2, 47, srid=4326), Record.Precision.NONE),
    ],
)
def test_the_precision_says_whether_there_is_a_place(geometry, precision):
    with refused("record_precision_says_geometry"):
        factories.need(geometry=geometry, location_precision=precision)


# Dates, figures, enumerations


@pytest.mark.parametrize(
    ("make", "fields", "name"),
    [
        (factories.need, {"year_start": 2020, "year_end": 2019}, "record_years_in_order"),
        (factories.need, {"year_start": 20}, "record_years_plausible"),
        (factories.need, {"year_end": 2999}, "record_years_plausible"),
        (
            factories.need,
            {"verified_on": datetime.date(2024, 5, 1), "expires_on": datetime.date(2024, 4, 30)},
            "record_expiry_after_verification",
        ),
        (
            factories.test_site,
            {"available_from": datetime.date(2024, 5, 1), "available_until": datetime.date(2024, 4, 30)},
            "testsite_dates_in_order",
        ),
        (factories.solution, {"trl": 0}, "solution_trl_range"),
        (factories.solution, {"trl": 10}, "solution_trl_range"),
        (factories.operation, {"area_ha": 0}, "operation_area_positive"),
        (factories.operation, {"dwellings": 10, "social_dwellings": 11}, "operation_social_within_dwellings"),
        (factories.experiment, {"status": "abandonne"}, "experiment_abandon_has_reason"),
        (
            factories.experiment,
            {"status": "abandonne", "abandon_reason": "  "},
            "experiment_abandon_has_reason",
        ),
        (factories.experiment, {"status": "fini"}, "experiment_status_known"),
        (factories.experiment, {"outcome": "bof"}, "experiment_outcome_known"),
        (factories.need, {"state": "publie"}, "record_state_known"),
        (factories.test_site, {"site_state": "libre"}, "testsite_state_known"),
    ],
)
def test_what_makes_no_sense_is_refused(make, fields, name):
    with refused(name):
        make(**fields)


def test_a_record_is_of_a_known_kind():
    with refused("record_kind_known"):
        Record.objects.create(kind="autre", title="Autre", slug="autre")


def test_the_kind_is_that_of_the_class_whatever_is_given():
    assert factories.need(kind="solution").kind == Record.Kind.NEED


def test_an_indicator_says_something_in_a_plausible_year():
    experiment = factories.experiment()
    with refused("indicator_says_something"), transaction.atomic():
        factories.indicator(experiment, value=None)
    with refused("indicator_year_plausible"), transaction.atomic():
        factories.indicator(experiment, year=23)
    with pytest.raises((DatabaseError, ValidationError)), transaction.atomic():
        Indicator.objects.filter(pk=factories.indicator(experiment).pk).update(value="NaN")


def test_a_document_is_somewhere():
    with refused("document_has_url_or_file"):
        Document.objects.create(record=factories.need(), title="Plan")


# Once only


@pytest.mark.parametrize("year", [2018, None])
def test_an_award_is_given_once(year):
    operation = factories.operation()
    factories.award(operation, year=year)
    factories.award(operation, year=2019)
    with refused("labelaward_once"):
        factories.award(operation, year=year)


@pytest.mark.parametrize(
    ("regime", "step"),
    [
        ("2013-2016", "etape-2"),
        ("2016-2022", "labellise"),
        ("2023", "etape-4"),
        ("2016-2022", "vecu"),
        ("autre", "vecu"),
    ],
)
def test_a_step_belongs_to_one_regime(regime, step):
    with refused("labelaward_step_of_regime"):
        factories.award(factories.operation(), regime=regime, step=step)


def test_every_step_of_every_regime_is_accepted():
    operation = factories.operation()
    for regime, steps in LabelAward.STEPS.items():
        for step in steps:
            factories.award(operation, regime=regime, step=step)
    assert operation.awards.count() == len(LabelAward.STEP_CHOICES)


def test_an_external_id_is_used_once_per_source():
    source = factories.source()
    factories.need(source=source, external_id="A1")
    factories.need(source=factories.source(), external_id="A1")
    factories.need(source=source, external_id="")
    factories.need(source=source, external_id="")
    with refused("record_external_id_once"):
        factories.operation(source=source, external_id="A1")


def test_one_application_alive_per_site_and_solution():
    fields: dict[str, Any] = {
        "site": factories.test_site(),
        "solution": factories.solution(),
        "organisation": factories.organisation(),
        "motivation": "Essayer",
    }
    Application.objects.create(**fields, state="retiree")
    Application.objects.create(**fields)
    with refused("application_one_alive"), transaction.atomic():
        Application.objects.create(**fields)
    with refused("application_decline_has_reason"), transaction.atomic():
        Application.objects.create(**fields, state="declinee")


# Numbers of organisations


@pytest.mark.parametrize("number", ["732829320", "356000000", LA_POSTE, LA_POSTE_BRANCH, "73282932000074"])
def test_sound_numbers_pass(number):
    assert luhn_is_valid(number)
    field = "siren" if len(number) == 9 else "siret"
    factories.organisation(**{field: number})


@pytest.mark.parametrize("number", ["732829321", "73282932000075", "35600000049838"])
def test_a_wrong_check_digit_is_refused_by_python_and_by_the_database(number):
    field, validate = ("siren", validate_siren) if len(number) == 9 else ("siret", validate_siret)
    with pytest.raises(ValidationError, match="clé de contrôle"):
        validate(number)
    with refused(f"organisation_{field}_luhn"):
        factories.organisation(**{field: number})


@pytest.mark.parametrize("number", ["73282932100007", "21380185600005"])
def test_a_siret_whose_siren_has_a_wrong_key_is_refused(number):
    """The fourteen digits pass Luhn's check, the first nine do not."""
    with pytest.raises(ValidationError, match="clé de contrôle"):
        validate_siret(number)


@pytest.mark.parametrize("number", ["12345", "73282932A", "７３２８２９３２０", "732 829 320"])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(ValidationError):
        validate_siren(number)
    with pytest.raises(DatabaseError):
        factories.organisation(siren=number)


def test_la_poste_s_rule_is_for_its_establishments_alone():
    """Luhn refuses 73282932000004, whose digits add up to a multiple of five."""
    assert sum(map(int, "73282932000004")) % 5 == 0
    assert not luhn_is_valid("73282932000004")


def test_a_siret_begins_with_its_siren_and_is_given_once():
    with pytest.raises(ValidationError, match="SIREN"):
        Organisation(name="A", slug="a", siren="356000000", siret="73282932000074").full_clean()
    factories.organisation(siret="73282932000074")
    with refused("organisation_siret_once"):
        factories.organisation(siret="73282932000074")


# What a form is told


@pytest.mark.parametrize("make", [factories.solution, factories.experiment, factories.need])
def test_a_record_is_validated_with_and_without_a_place(make):
    one = make()
    one.full_clean()
    if one.kind != Record.Kind.SOLUTION:
        one.geometry, one.location_precision = BOW_TIE, Record.Precision.EXACT
        with pytest.raises(ValidationError, match="se recoupe"):
            one.full_clean()


def test_constraints_speak_french_to_forms():
    models = (
        Record,
        Experiment,
        Operation,
        TestSite,
        Need,
        Indicator,
        LabelAward,
        Document,
        Application,
        Source,
    )
    silent = [
        constraint.name
        for model in models
        for constraint in model._meta.constraints
        if constraint.violation_error_message == constraint.default_violation_error_message
        and not constraint.name.endswith("_known")
    ]
    assert silent == []
