"""Geometries that people type: what is read, and what is said of the rest."""

import json

import pytest
from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError

from geo.drawing import DrawingField, read_geometry, seems_swapped, write_geometry

SQUARE = [[[2, 47], [3, 47], [3, 48], [2, 48], [2, 47]]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("POINT(2.35 48.85)", "Point"),
        (" SRID=4326;point (2.35 48.85) ", "Point"),
        ("MULTIPOLYGON(((2 47, 3 47, 3 48, 2 47)))", "MultiPolygon"),
        ("POINT Z (2 47 130)", "Point"),
        (json.dumps({"type": "Polygon", "coordinates": SQUARE}), "Polygon"),
        (json.dumps({"type": "Point", "coordinates": [2, 47, 130]}), "Point"),
        (json.dumps({"type": "Feature", "geometry": {"type": "Point", "coordinates": [2, 47]}}), "Point"),
        (
            json.dumps(
                {"type": "MultiLineString", "coordinates": [[[2, 47], [3, 48]]], "crs": {"type": "link"}}
            ),
            "MultiLineString",
        ),
    ],
)
def test_geojson_and_wkt_are_read_flat_in_degrees(text, kind):
    geometry = read_geometry(text)
    assert (geometry.geom_type, geometry.srid, geometry.hasz) == (kind, 4326, False)
    assert read_geometry(write_geometry(geometry)).equals_exact(geometry)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bonjour", "pas un tracé"),
        ("{", "pas un tracé"),
        ("{}", "pas un tracé"),
        ("[1, 2]", "pas un tracé"),
        ("http://exemple.fr/a.geojson", "pas un tracé"),
        ("0101000000000000000000F03F000000000000F03F", "pas un tracé"),
        ("POINT(2)", "pas un tracé"),
        ("POLYGON((0 0, 1 1))", "pas un tracé"),
        ('{"type": "Point", "coordinates": ["a", 2]}', "pas un tracé"),
        ('{"type": "Point", "coordinates": [NaN, 2]}', "pas un tracé"),
        ("POINT (NAN NAN)", "pas un nombre"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}', "pas un tracé"),
        ('{"type": "Point", "coordinates": ' + "[" * 50_000, "pas un tracé"),
        ('{"type": "Point", "coordinates": [1e400, 2]}', "pas un nombre"),
        ("POINT(nan 2)", "pas un nombre|vide"),
        ("POINT EMPTY", "vide"),
        ("MULTIPOINT((2 47), EMPTY)", "vide"),
        ('{"type": "MultiPoint", "coordinates": []}', "vide"),
        ('{"type": "GeometryCollection", "geometries": []}', "un point, une ligne ou un polygone"),
        ("SRID=2154;POINT(652000 6862000)", "WGS 84"),
        ("POINT(652000 6862000)", "Lambert-93"),
        ("POINT(48.85 2.35)", "inversées"),
        ("POINT(190 20)", "sort du monde"),
        ("POINT(20 89)", "sort du monde"),
        ("POLYGON((2 47, 3 48, 3 47, 2 48, 2 47))", "se recoupe"),
        ("LINESTRING(2 47, 2 47)", "pas valide"),
        ("LINESTRING(" + ",".join(f"{n / 1000} 47" for n in range(20_001)) + ")", "20 000"),
        ("POINT(2 47)" + " " * 10 + "x" * 2_000_000, "20 000"),
    ],
)
def test_a_fault_is_named(text, message):
    with pytest.raises(ValidationError, match=message):
        read_geometry(text)


def test_a_place_of_somalia_is_not_one_of_france_whose_axes_are_swapped():
    with pytest.raises(ValidationError, match="inversées"):
        read_geometry("POINT(45.34 2.04)")
    mogadiscio = read_geometry("POINT(45.34 2.04)", in_france=False)
    assert seems_swapped(mogadiscio)
    assert not seems_swapped(read_geometry("POINT(2.04 45.34)"))
    assert Form({"geometry": "POINT(45.34 2.04)"}).is_valid()


class Form(forms.Form):
    geometry = DrawingField(required=False)


def test_a_form_knows_a_change_from_another_way_of_writing():
    place = Point(2.35, 48.85, srid=4326)
    assert not Form({"geometry": "POINT(2.35 48.85)"}, initial={"geometry": place}).has_changed()
    assert not Form({"geometry": ""}, initial={"geometry": None}).has_changed()
    assert Form({"geometry": ""}, initial={"geometry": place}).has_changed()
    assert Form({"geometry": "POINT(2.36 48.85)"}, initial={"geometry": place}).has_changed()
    assert Form({"geometry": "n’importe quoi"}, initial={"geometry": place}).has_changed()


def test_a_form_shows_what_was_typed_again():
    form = Form({"geometry": "POINT(2.35"})
    assert not form.is_valid()
    assert "POINT(2.35" in form.as_p()
