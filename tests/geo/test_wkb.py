"""The quick reading of coordinates says what GEOS says."""

import json

import pytest
from django.contrib.gis.geos import GEOSGeometry

from geo.wkb import coordinates, positions


@pytest.mark.parametrize(
    "text",
    [
        "POINT (2 47)",
        "POINT Z (2 47 9)",
        "LINESTRING (0 0, 1 1, 2 -1.5)",
        "LINESTRING Z (0 0 1, 1 1 2)",
        "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))",
        "MULTIPOINT (1 2, 3 4)",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 5))",
        "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((9 9, 10 9, 10 10, 9 9)))",
        "MULTIPOLYGON (EMPTY, ((9 9, 10 9, 10 10, 9 9)))",
        "MULTIPOLYGON Z (((0 0 1, 4 0 1, 4 4 1, 0 0 1)))",
        "POLYGON EMPTY",
    ],
)
def test_coordinates_are_those_of_geos(text):
    geometry = GEOSGeometry(text)
    nested = coordinates(geometry)
    if "EMPTY" not in text:  # GEOS says ((),) where there is nothing
        assert json.dumps(nested) == json.dumps(geometry.coords)
    places = list(positions(nested))
    assert len(places) == geometry.num_coords
    if places:
        horizontal, vertical = [one[0] for one in places], [one[1] for one in places]
        assert geometry.extent == (min(horizontal), min(vertical), max(horizontal), max(vertical))
