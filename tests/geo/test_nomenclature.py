"""The vendored nomenclature: the whole of France, and what became of old codes."""

from collections import Counter

import pytest

from geo.importers.nomenclature import Nomenclature, clean_name, epci_name, read_nomenclature
from geo.importers.pack import pack_former


@pytest.fixture(scope="module")
def france() -> Nomenclature:
    return read_nomenclature()


def test_the_whole_of_france_is_there(france: Nomenclature) -> None:
    levels = Counter(named.level for named in france.named)
    assert levels == {
        "commune": 34969, "arrondissement": 45, "epci": 1255, "ept": 11, "departement": 109, "region": 18,
        "pays": 1,
    }  # fmt: skip


def test_communes_keep_their_article_and_know_where_they_lie(france: Nomenclature) -> None:
    places = {named.code: named for named in france.named}
    assert places["38338"].name == "La Rivière"
    assert places["94038"].name == "L’Haÿ-les-Roses"
    assert places["93066"].parents == {
        "departement": "93", "region": "11", "epci": "200054781", "ept": "200057867"
    }  # fmt: skip


def test_every_parent_exists(france: Nomenclature) -> None:
    known = {(named.level, named.code) for named in france.named}
    assert all(parent in known for named in france.named for parent in named.parents.items())


def test_an_overseas_collectivity_belongs_to_no_region(france: Nomenclature) -> None:
    noumea = next(named for named in france.named if named.code == "98818")
    assert noumea.parents == {"departement": "988"}


def test_no_former_code_is_that_of_a_current_commune(france: Nomenclature) -> None:
    current = {named.code for named in france.named if named.level == "commune"}
    assert not {former.code for former in france.former} & current
    successors = {former.code: former.successor for former in france.former}
    assert (successors["93059"], successors["20004"]) == ("93066", "2A004")


def test_old_codes_decide_when_the_two_lists_differ() -> None:
    rows = [{"code": "60455", "nom": "Neuville", "type": "commune-deleguee", "chefLieu": "60694"}]
    current = [{"code": "60054", "anciensCodes": ["60455", "60999"]}]
    assert pack_former(rows, current) == [
        ["60455", "Neuville", "deleguee", "60054"],
        ["60999", "", "fusionnee", "60054"],
    ]


def test_names_are_set_in_french_typography() -> None:
    assert clean_name('Val d\'Ille  "Sud"') == "Val d’Ille «\u00a0Sud\u00a0»"
    assert epci_name("CC du Val d'Ille") == "Communauté de communes du Val d’Ille"
    assert epci_name("CA Vitré Communauté") == "Vitré Communauté"
    assert epci_name("CA du Pays de Saint Malo Agglomération").startswith(
        "Communauté d’agglomération du Pays"
    )
