"""A mapping file maps columns to fields; a mistake in it is reported before any row is read."""

import pytest

from catalogue.imports.columns import mapping as mappings
from catalogue.imports.read.files import read_file
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.rows.candidates import read_candidates
from catalogue.records.kinds import KIND_SPECS
from tests.catalogue.imports.conftest import DATA


def candidates(text, toml=None, kind="operation"):
    table = read_file(text.encode() if isinstance(text, str) else text)
    given = mappings.load_mapping(toml) if toml else mappings.match_headers(KIND_SPECS[kind], table.headers)
    return read_candidates(table, mappings.bind_columns(given, table.headers))


@pytest.mark.parametrize(
    ("toml", "word"),
    [
        ("nature = ", "TOML"),
        ('nature = "licorne"', "nature"),
        ('nature = "site"\n[champs]\nlogements = "x"', "Champ inconnu"),
        ('nature = "site"\n[champs.titre]\ncolone = "x"', "réglage inconnu"),
        ('nature = "operation"\nprojection = 9999', "Projection"),
        ('nature = "operation"\nprojection = "http://exemple.fr"', "Projection"),
        ('nature = "operation"\n[[labels]]\ncolonne = "x"\nchamp = "grade"', "champ inconnu"),
    ],
)
def test_a_wrong_mapping_is_refused(toml, word):
    with pytest.raises(FileRefused) as refusal:
        mappings.load_mapping(toml)
    assert word in str(refusal.value)


def test_a_missing_column_is_named():
    toml = 'nature = "operation"\n[champs]\nidentifiant = "id"\ntitre = "Nom du quartier"'
    with pytest.raises(FileRefused, match="Nom du quartier"):
        candidates("id;nom\n1;x\n", toml)


def test_headers_are_compared_without_accents_breaks_or_case():
    toml = 'nature = "operation"\n[champs]\nidentifiant = "ID"\ntitre = "nom de l\'opération"'
    (row,) = candidates('id;"Nom de\nl’Operation"\n1;Les Rives\n', toml)
    assert row.values["title"] == "Les Rives"


def test_known_headers_are_recognised_without_a_mapping():
    table = read_file(
        b"objectid;Nom_du_projet;Code_INSEE;Longitude;Latitude;Statut_du_projet;mel_mairie;nom_maire\n1;a;b;1;2;x;y;z\n"
    )
    mapping = mappings.match_headers(KIND_SPECS["experimentation"], table.headers)
    assert {name: rule.column for name, rule in mapping.rules.items()} == {
        "identifiant": "objectid",
        "titre": "Nom_du_projet",
        "territoire": "Code_INSEE",
        "lon": "Longitude",
        "lat": "Latitude",
        "avancement": "Statut_du_projet",
    }
    personal, others = mappings.unread_columns(mapping, table.headers)
    assert personal == ["mel_mairie", "nom_maire"]
    assert others == []


@pytest.mark.parametrize("header", ["Nom maire", "mel_mairie", "Téléphone", "e-mail", "Prénom du contact"])
def test_personal_columns_are_flagged(header):
    assert mappings.is_personal(header)


@pytest.mark.parametrize("header", ["Mairie", "site", "nom", "url_service"])
def test_ordinary_columns_are_not(header):
    assert not mappings.is_personal(header)


def test_the_excerpt_becomes_candidates():
    toml = (DATA / "ecoquartiers_extrait.toml").read_text(encoding="utf-8")
    rows = {row.line: row for row in candidates((DATA / "ecoquartiers_extrait.csv").read_bytes(), toml)}
    bonne = rows[3]
    assert bonne.key == "38185-zac-de-bonne"
    assert bonne.values["operation_type"] == "renouvellement"
    assert bonne.values["area_ha"] == "15.5"
    assert bonne.collections["awards"] == [
        {
            "label": "ÉcoQuartier",
            "regime": "2013-2016",
            "step": "charte",
            "year": 2013,
            "source_citation": "Table d’essai, ligne 3",
        },
        {"label": "ÉcoQuartier", "regime": "2013-2016", "step": "labellise", "year": 2013},
    ]
    havre = rows[5]
    assert havre.values["dwellings"] == 1206
    assert [(item["step"], item.get("year")) for item in havre.collections["awards"]] == [
        ("charte", None),
        ("engage", 2014),
    ]
    assert rows[13].values["area_ha"] == "3.36"
    assert "social_dwellings" not in rows[14].values
    assert [p.code for p in rows[17].problems] == ["obligatoire"]


def test_an_empty_cell_changes_nothing_and_a_word_empties():
    first, second = candidates("identifiant;titre;description\n1;a;\n2;b;(vide)\n")
    assert "description" not in first.values
    assert second.values["description"] == ""


def test_an_identifier_given_twice_names_the_first_line():
    _first, second = candidates("identifiant;titre\n1;a\n1;b\n")
    assert second.problems[0].code == "identifiant-repete"
    assert "ligne 2" in second.problems[0].message


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("1;;;;", "obligatoire"),
        (";a;;;", "identifiant-absent"),
        ("1;a;beaucoup;;", "illisible"),
        ("1;a;-5;;", "illisible"),
        ("1;a;;jardin;", "illisible"),
        ("1;a;;;entre 2010 et 2014", "illisible"),
        ("1;Ã©coquartier;;;", "mal-encode"),
        ("1;" + "x" * 251 + ";;;", "illisible"),
    ],
)
def test_each_doubtful_cell_is_reported(cells, code):
    (row,) = candidates("identifiant;titre;logements;type_operation;debut\n" + cells + "\n")
    assert code in [problem.code for problem in row.problems]


def test_a_number_of_an_organisation_is_checked():
    rows = candidates(
        "identifiant;nom;siren;siret\na;La Poste;356000000;35600000000048\nb;Faux;123456789;\nc;Court;12;\n"
        "d;SIREN faux;;73282932100007\n",
        kind="organisation",
    )
    assert [[p.code for p in row.problems] for row in rows] == [
        [],
        ["illisible"],
        ["illisible"],
        ["illisible"],
    ]
