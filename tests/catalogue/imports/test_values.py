"""What a cell means, and how it was read when that is not what is written."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalogue.imports.read.typography import apply_typography
from catalogue.imports.rows import values


@pytest.mark.parametrize(
    "text", ["", " ", "-", "/", "?", "NC", "n.c.", "Néant", "non renseigné", "\u00a0", "N/A"]
)
def test_words_for_the_unknown_are_empty(text):
    assert values.is_empty(text)


@pytest.mark.parametrize("text", ["0", "x", "non", "Nantes", "Le Cannet"])
def test_other_words_are_not_empty(text):
    assert not values.is_empty(text)


@pytest.mark.parametrize(
    ("text", "number", "is_reported"),
    [
        ("1447", 1447, False),
        ("1 447", 1447, False),
        ("1\u202f447", 1447, False),
        ("12,0", 12, False),
        ("4458 (en 2012)", 4458, True),
        ("350 logements", 350, True),
        ("-3", -3, False),
    ],
)
def test_whole_numbers(text, number, is_reported):
    value, reading = values.parse_whole(text)
    assert value == number
    assert bool(reading) is is_reported


@pytest.mark.parametrize(
    "text", ["Non définitivement arrêté", "12,5", "1.2.3", "1e9", "nan", "inf", "12 34 5", "9" * 40, "²"]
)
def test_what_is_no_whole_number(text):
    with pytest.raises(values.Unreadable):
        values.parse_whole(text)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("2 ha", "2"),
        ("16,6ha", "16.6"),
        ("33 600 m²", "3.36"),
        ("33\u00a0600\u00a0m²", "3.36"),
        ("1,2 km²", "120"),
        ("0,77", "0.77"),
        ("4,0508", "4.05"),
    ],
)
def test_areas_in_hectares(text, area):
    assert values.parse_hectares(text)[0] == area


@pytest.mark.parametrize("text", ["0", "-2", "3 arpents", "0,001"])
def test_areas_that_make_no_sense(text):
    with pytest.raises(values.Unreadable):
        values.parse_hectares(text)


def test_a_converted_area_is_reported():
    assert values.parse_hectares("33 600 m²")[1] == "« 33 600 m² » lu 3,36 ha"
    assert values.parse_hectares("2 ha")[1] == ""


@pytest.mark.parametrize(
    ("text", "year"),
    [("2013", 2013), ("12/2021", 2021), ("31-12-2020", 2020), ("2020-12-31", 2020), ("2020-12", 2020)],
)
def test_years(text, year):
    assert values.parse_year(text)[0] == year


@pytest.mark.parametrize("text", ["x", "13", "entre 2010 et 2014", "1800", "20133"])
def test_what_is_no_year(text):
    with pytest.raises(values.Unreadable):
        values.parse_year(text)


@pytest.mark.parametrize(
    "text", ["31/12/2020", "31-12-2020", "2020-12-31", "31.12.2020", "2020-12-31 00:00:00"]
)
def test_dates(text):
    assert values.parse_date(text)[0] == "2020-12-31"


@pytest.mark.parametrize("text", ["31/02/2020", "2020", "hier", "12/31/2020"])
def test_what_is_no_date(text):
    with pytest.raises(values.Unreadable):
        values.parse_date(text)


def test_yes_and_no():
    assert [values.parse_boolean(text)[0] for text in ("oui", "X", "1", "Non", "faux")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(values.Unreadable):
        values.parse_boolean("peut-être")


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "ftp://x", "http://", "exemple.fr", "http://a b.fr", "x" * 700]
)
def test_what_is_no_url(text):
    with pytest.raises(values.Unreadable):
        values.parse_url(text, 600)


@pytest.mark.parametrize("text", ["48.85, 2.35", "48.85,2.35", "48,85 2,35", "48.85;2.35"])
def test_the_point_of_opendatasoft_is_latitude_first(text):
    assert values.parse_lat_lon(text) == (2.35, 48.85)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Havre (Le)", "Le Havre"),
        ("Abymes (Les)", "Les Abymes"),
        ("Ile-Saint-Denis (L')", "L'Ile-Saint-Denis"),
        ("Rodez (Le Grand Rodez)", "Rodez (Le Grand Rodez)"),
    ],
)
def test_articles_go_back_to_their_place(text, name):
    assert values.put_article_first(text) == name


def test_french_typography():
    assert apply_typography("L'école  : « test » ; 70 % de 1 200 m² !") == (
        "L’école\u00a0: «\u00a0test\u00a0»\u202f; 70\u00a0% de 1\u202f200\u00a0m²\u202f!"
    )
    assert apply_typography("voir https://a.fr/x?y=1;z:2") == "voir https://a.fr/x?y=1;z:2"
    assert apply_typography("a\u200bb\x07c") == "abc"


@given(st.text(max_size=80))
def test_typography_is_stable_after_one_pass(text):
    once = apply_typography(text)
    assert apply_typography(once) == once


@pytest.mark.parametrize("read", [values.parse_whole, values.parse_decimal, values.parse_hectares])
@pytest.mark.parametrize("text", ["1000000000000", "100000000000000000000000000", "9" * 40])
def test_a_number_that_no_column_holds_is_refused_in_words(read, text):
    with pytest.raises(values.Unreadable, match="trop grand"):
        read(text)


@example("100000000000000000000000000")
@given(st.text(max_size=40))
def test_no_cell_crashes_a_reader(text):
    readers = (
        values.parse_whole,
        values.parse_decimal,
        values.parse_hectares,
        values.parse_year,
        values.parse_date,
        values.parse_boolean,
        values.parse_lat_lon,
    )
    for read in readers:
        with contextlib.suppress(values.Unreadable):
            read(text)
