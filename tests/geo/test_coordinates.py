"""Coordinates that people paste: what is read, in which order, and how that is said."""

import pytest
from django.core.exceptions import ValidationError

from geo.coordinates import read_coordinates

RENNES = pytest.approx((-1.68, 48.1113), abs=0.002)


@pytest.mark.parametrize(
    "text",
    [
        "48.1113, -1.68",
        "48.1113,-1.68",
        "48.1113 -1.68",
        "48,1113 -1,68",
        "48,1113, -1,68",
        "48,1113; -1,68",
        "(48.1113, -1.68)",
        "lat: 48.1113 lon: -1.68",
        "48.1113, \u22121.68",
        "48.1113N 1.68O",
        "N 48.1113 W 1.68",
        "48°06′41″ N 1°40′48″ O",
        "48°06'41\"N, 1°40'48\"W",
        "48° 6,678' N 1° 40,8' O",
        "351902 6789315",
        "x=351902 y=6789315",
        "351902,0 6789315,0",
        "351 902 6 789 315",
        "6789315 351902",
        "-1.68 48.1113",
        "1°40′48″ O 48°06′41″ N",
    ],
)
def test_ways_of_writing_one_place(text):
    assert read_coordinates(text).point.coords == RENNES


@pytest.mark.parametrize(
    ("text", "swapped", "said"),
    [
        ("48.1113, -1.68", False, "latitude puis longitude"),
        ("-1.68, 48.1113", True, "échangées"),
        ("55.45, -20.88", True, "échangées"),
        ("-20.88, 55.45", False, "latitude puis longitude"),
        ("6789315 351902", True, "échangés"),
        ("338000 7650000", False, "La Réunion"),
        ("640000 1790000", False, "Antilles"),
        ("139.7, 35.6", True, "échangées"),
        ("48.1113N 1.68O", False, "lettres"),
    ],
)
def test_the_reading_is_said(text, swapped, said):
    found = read_coordinates(text)
    assert found.is_swapped is swapped
    assert said in found.reading


def test_abroad_latitude_comes_first_whatever_france_says():
    assert read_coordinates("-53.1, 5.0", in_france=False).point.coords == (5.0, -53.1)
    assert read_coordinates("-53.1, 5.0").point.coords == (-53.1, 5.0)
    assert read_coordinates("52.52, 13.40").point.coords == (13.4, 52.52)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ne se lisent pas"),
        ("Rennes", "ne se lisent pas"),
        ("48.11", "ne se lisent pas"),
        ("1 2 3", "ne se lisent pas"),
        ("nan, inf", "ne se lisent pas"),
        ("1e400, 2", "ne se lisent pas"),
        ("48°61′00″ N 1°00′00″ O", "ne se lisent pas"),
        ("48 N 2 N", "ne se lisent pas"),
        ("48 N 2", "ne se lisent pas"),
        ("9" * 300, "ne se lisent pas"),
        ("91, 200", "sort du monde"),
        ("500000 100", "aucune projection légale"),
    ],
)
def test_a_fault_is_named(text, said):
    with pytest.raises(ValidationError, match=said):
        read_coordinates(text)
