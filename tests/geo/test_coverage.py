"""Polygons that tile the ground: shapes of four points, by hand."""

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely import box

from geo.importers import coast, coverage, labels
from geo.importers.nomenclature import Named

# Four blocks around a hole of one square.
AROUND = coverage.clean(np.array([box(0, 0, 3, 1), box(2, 1, 3, 3), box(0, 2, 2, 3), box(0, 1, 1, 2)]))


def test_a_hole_goes_to_its_only_incomplete_neighbour() -> None:
    filled, grown = coverage.fill_holes(AROUND, [False, True, False, False])
    assert grown == [1]
    assert filled[1].area == AROUND[1].area + 1
    assert coverage.holes(filled) == []


def test_a_hole_between_two_incomplete_neighbours_stays() -> None:
    filled, grown = coverage.fill_holes(AROUND, [True, True, False, False])
    assert grown == []
    assert len(coverage.holes(filled)) == 1


def test_a_speck_goes_to_the_longest_neighbour_and_a_lake_stays() -> None:
    assert coverage.holes(coverage.close_gaps(AROUND, largest=1.0)) == []
    assert len(coverage.holes(coverage.close_gaps(AROUND, largest=0.5))) == 1


def test_generalised_neighbours_keep_the_same_border() -> None:
    wave = [(x / 10, 1 + 0.05 * (x % 2)) for x in range(101)]
    north = shapely.Polygon([*wave, (10, 3), (0, 3)])
    south = shapely.Polygon([*wave, (10, -1), (0, -1)])
    coarse = coverage.simplify(np.array([north, south]), 0.5)
    assert shapely.get_num_coordinates(coarse).sum() < 20
    assert shapely.coverage_is_valid(coarse)
    assert shapely.area(coarse).sum() == shapely.union_all(coarse).area


def test_web_mercator_is_that_of_the_map() -> None:
    x, y = coverage.mercator(np.array([[2.3522, 48.8566]]))[0]
    assert (x, y) == pytest.approx(
        Transformer.from_crs(4326, 3857, always_xy=True).transform(2.3522, 48.8566)
    )


def test_the_coast_is_the_outside_less_the_land_border(monkeypatch) -> None:
    west, east = box(0, 0, 1, 1), box(1, 0, 2, 1)
    border = coast.LandBorder("voisin", (1, 0), (2, 0.5), (1, 1))
    monkeypatch.setattr(coast, "LAND_BORDERS", (border,))
    units = [Named("commune", "00001", "Ouest", 0, 1), Named("commune", "00002", "Est", 0, 1)]
    assert [unit.name for unit in coast.coastal(units, np.array([west, east]))] == ["Ouest"]


def test_what_stands_in_a_hole_is_not_on_the_coast() -> None:
    ring = box(0, 0, 9, 9).difference(box(3, 3, 6, 6))
    units = [Named("commune", "00001", "Autour", 0, 1), Named("commune", "00002", "Dedans", 0, 1)]
    found = coast.coastal(units, np.array([ring, box(4, 4, 5, 5)]))
    assert [unit.name for unit in found] == ["Autour"]


def test_the_bigger_of_two_near_towns_is_named_first() -> None:
    points = np.array([[0.0, 0.0], [20_000.0, 0.0], [900_000.0, 0.0]])
    first, second, far = labels.label_zooms(points, np.array([300_000, 290_000, 280_000]))
    assert first == far == 4
    assert second > first
