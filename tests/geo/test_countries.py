"""The names of countries: France first, then the French usual ones."""

import pytest

from geo.countries import FRANCE, countries


def test_france_comes_first_and_its_overseas_parts_are_no_countries():
    codes = [country.code for country in countries]
    assert (codes[0], len(codes)) == (FRANCE, 237)
    assert "RE" not in codes


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("GB", "Royaume-Uni"),
        ("CI", "Côte d’Ivoire"),
        ("BZ", "Belize"),
        ("KG", "Kirghizstan"),
        ("LR", "Liberia"),
        ("MM", "Birmanie (Myanmar)"),
        ("PN", "Îles Pitcairn"),
        ("VC", "Saint-Vincent-et-les Grenadines"),
    ],
)
def test_each_bears_its_usual_name(code, name):
    assert countries.name(code) == name
