"""A code in force that its name confirms is taken; everything else is reported, moved or doubted."""

import pytest

from catalogue.imports.places.resolution import resolve_territory
from catalogue.imports.read.problems import Severity


def outcome(index, code, name="", departement=""):
    found = resolve_territory(index, code, name, departement)
    return (found.territory and found.territory.code), [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    ("code", "name", "departement"),
    [
        ("38185", "Grenoble", "38"),
        (" 38 185 ", "GRENOBLE", ""),
        ("38185.0", "", ""),
        ("2b313", "San Nicolao", "20B"),
        ("76351", "Havre (Le)", "76"),
        ("54280", "Joeuf", "54"),
        ("01053", "Bourg en Bresse", "1"),
        ("75113", "Paris", "75"),
        ("75113", "Paris 13e Arrondissement", ""),
        ("commune:38185", "", ""),
    ],
)
def test_a_code_that_its_name_confirms_raises_no_problem(index, code, name, departement):
    ground, problems = outcome(index, code, name, departement)
    assert ground
    assert problems == []


@pytest.mark.parametrize(
    ("code", "name", "departement", "expected", "problem"),
    [
        ("1053", "Bourg-en-Bresse", "01", "01053", "zero-perdu"),
        ("38185", "Grenoblle", "38", "38185", "nom-approche"),
        ("33063", "Bordeaux\nCommunauté urbaine de Bordeaux", "33", "33063", "plusieurs-lieux"),
        ("38185", "Grenoble et La Rivière", "38", "38185", "plusieurs-lieux"),
        ("49323", "Pellouailles-les-Vignes", "49", "49323", "nom-approche"),
        ("38185", "Grenoble", "69", "38185", "departement-contredit"),
    ],
)
def test_what_is_resolved_is_reported(index, code, name, departement, expected, problem):
    found = resolve_territory(index, code, name, departement)
    assert found.territory.code == expected
    assert [p.code for p in found.problems] == [problem]
    assert found.problems[0].severity is Severity.NOTICE


@pytest.mark.parametrize(
    ("code", "name", "departement", "doubt", "proposal"),
    [
        ("21232", "Dijon", "22", "code-contredit-nom", "Dijon (21231)"),
        ("97416", "Saint-Paul", "974", "code-contredit-nom", "Saint-Paul (97415)"),
        ("68210", "Dannemarie", "68", "code-contredit-nom", "C’est un code postal"),
        ("49323", "Saint-Sylvain-d'Anjou", "49", "code-contredit-nom", "commune nouvelle"),
        ("13580", "La Fare Les Oliviers", "13", "code-postal", "La Fare-les-Oliviers (13037)"),
        ("59999", "Lille", "59", "code-inconnu", "Lille (59350)"),
        (
            "93059",
            "Pierrefitte-sur-Seine",
            "93",
            "commune-fusionnee",
            "fait aujourd’hui partie de Saint-Denis",
        ),
        ("93059", "", "", "commune-fusionnee", "Saint-Denis (93066)"),
        ("20313", "San Nicolao", "20B", "code-ancien", "San-Nicolao (2B313)"),
        ("93059", "Marseille", "13", "code-contredit-nom", ""),
        ("75056", "Communauté d'agglomération Cap Excellence", "", "groupement", ""),
        ("", "Dijon", "", "code-absent", "Dijon (21231)"),
        ("", "Rennes Métropole", "", "code-absent", "Rennes Métropole"),
        ("38185", "", "69", "departement-contredit", ""),
    ],
)
def test_what_contradicts_waits_with_a_proposal(index, code, name, departement, doubt, proposal):
    found = resolve_territory(index, code, name, departement)
    assert [p.code for p in found.problems] == [doubt]
    assert found.problems[0].severity is Severity.DOUBT
    assert proposal in found.problems[0].message


@pytest.mark.parametrize(
    ("code", "name"),
    [("99999", "Atlantis"), ("", ""), ("", "Val de Fensh"), ("commune:99999", ""), ("xx", "")],
)
def test_what_leads_nowhere_is_rejected(index, code, name):
    found = resolve_territory(index, code, name)
    assert found.territory is None
    assert [p.severity for p in found.problems] == [Severity.REJECT]


def test_an_epci_by_its_siren(index):
    assert outcome(index, "243500139")[0] == "243500139"
