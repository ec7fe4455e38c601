"""A place is taken when it is believable; the database raises the doubts that a map would."""

import pytest

from catalogue.imports.columns import mapping as mappings
from catalogue.imports.places import duplicates
from catalogue.imports.places.duplicates import doubt_duplicates
from catalogue.imports.places.placement import place_candidates
from catalogue.imports.places.suspicion import doubt_places
from catalogue.imports.places.territories import TerritoryIndex
from catalogue.imports.read.files import read_file
from catalogue.imports.rows.candidates import read_candidates
from catalogue.imports.views.words import acceptance_label
from catalogue.models import Record
from catalogue.records import meaning
from catalogue.records.kinds import KIND_SPECS
from tests import factories

HEADER = "identifiant;titre;territoire;lon;lat;precision;surface_ha;pays\n"


def placed(index, *cells, header=HEADER, srid=4326, kind="operation"):
    table = read_file((header + "".join(f"{row}\n" for row in cells)).encode())
    spec = KIND_SPECS[kind]
    rows = read_candidates(table, mappings.match_headers(spec, table.headers))
    place_candidates(rows, spec, index, srid)
    return rows


def codes(row):
    return [problem.code for problem in row.problems]


def test_without_coordinates_a_record_stands_at_its_commune(index):
    (row,) = placed(index, "1;a;38185;;;;;")
    assert row.values["location_precision"] == "commune"
    assert row.values["geometry"] == "POINT(5.75 45.15)"
    assert row.values["territory"] == "commune:38185"


def test_a_larger_territory_gives_no_point(index):
    (row,) = placed(index, "1;a;epci:243500139;;;;;")
    assert row.values["geometry"] is None
    assert row.values["location_precision"] == "aucune"


def test_given_coordinates_are_exact_unless_the_row_tells_otherwise(index):
    exact, address, none = placed(
        index, "1;a;38185;5,72;45,13;;;", "2;b;38185;5.72;45.13;adresse;;", "3;c;38185;;;aucune;;"
    )
    assert exact.values["geometry"] == "POINT(5.72 45.13)"
    assert exact.values["location_precision"] == "exacte"
    assert address.values["location_precision"] == "adresse"
    assert none.values["geometry"] is None


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("1;a;38185;0;0;;;", "zero-zero"),
        ("1;a;38185;5.75;45.15;;;", "sur-la-mairie"),
        ("1;a;38185;x;y;;;", "coordonnees-illisibles"),
        ("1;a;38185;5.7;;;;", "coordonnees-illisibles"),
        ("1;a;38185;nan;45;;;", "coordonnees-illisibles"),
        ("1;a;38185;652000;6862000;;;", "hors-du-monde"),
        ("1;a;38185;200;45;;;", "hors-du-monde"),
        ("1;a;38185;5.7;-89;;;", "hors-du-monde"),
        ("1;a;38185;;;exacte;;", "precision-sans-point"),
        ("1;a;38185;;;au pif;;", "illisible"),
    ],
)
def test_unbelievable_coordinates(index, cells, code):
    (row,) = placed(index, cells)
    assert codes(row) == [code]


def test_lambert_93_is_converted_when_the_mapping_names_it(index):
    (row,) = placed(index, "1;a;75056;652000;6862000;;;", srid=2154)
    lon, lat = (float(part) for part in row.values["geometry"].removeprefix("POINT(").rstrip(")").split())
    assert (round(lon, 2), round(lat, 2)) == (2.35, 48.86)


def test_the_point_of_opendatasoft(index):
    (row,) = placed(index, "1;a;38185;45.13, 5.72", header="identifiant;titre;territoire;geo_point_2d\n")
    assert row.values["geometry"] == "POINT(5.72 45.13)"


def doubted(*cells, header=HEADER, source="essai", kind="operation"):
    index = TerritoryIndex.load()
    rows = placed(index, *cells, header=header, kind=kind)
    doubt_places(rows, index)
    doubt_duplicates(rows, kind, index, source)
    return rows


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("1;a;38185;5.72;45.13;;;", []),
        ("1;a;38185;5.803;45.13;;;", []),  # 240 m outside: borders move
        ("1;a;38185;6.5;45.13;;;", ["hors-de-la-commune"]),
        ("1;a;38185;45.13;5.72;;;", ["axes-a-echanger"]),
        ("1;a;;5.72;45.13;;;", ["commune-du-point"]),
        ("1;a;;-30;45.13;;;", ["hors-de-france"]),
        ("1;a;;-30;45.13;;;PT", []),
        ("1;a;38185;;;;9000;", ["surface-trop-grande"]),
    ],
)
def test_the_database_doubts_a_point(territories, cells, code):
    (row,) = doubted(cells)
    assert codes(row) == code


def test_two_columns_given_the_wrong_way_round_are_exchanged_once_the_row_is_accepted(territories):
    (row,) = doubted("1;a;38185;45.13;5.72;;;")
    assert row.values["geometry"] == "POINT(5.72 45.13)"
    (problem,) = row.problems
    assert "échangées, elles tombent dans Grenoble (38185). Importer la ligne les échange." in problem.message
    assert acceptance_label([problem.code]) == "Importer en échangeant les axes"


def test_one_cell_given_the_wrong_way_round_is_proposed_the_right_way(territories):
    header = "identifiant;titre;territoire;geo_point_2d\n"
    (row,) = doubted("1;a;38185;5.72, 45.13", header=header)
    (problem,) = row.problems
    assert (problem.code, problem.proposals) == ("axes-inverses", (("45.13, 5.72", "les axes échangés"),))


def test_a_point_alone_finds_its_commune(territories):
    (row,) = doubted("1;a;;5.72;45.13;;;")
    assert row.values["territory"] == "commune:38185"


def test_a_near_duplicate_of_the_catalogue_waits(territories):
    grenoble = territories["38185"]
    factories.operation(
        title="ZAC de Bonne",
        territory=grenoble,
        geometry=grenoble.point,
        location_precision=Record.Precision.COMMUNE,
    )
    same, other, far = doubted(
        "1;ÉcoQuartier de la ZAC de Bonne;38185;;;;;", "2;Flaubert;38185;;;;;", "3;ZAC de Bonne;38421;;;;;"
    )
    assert codes(same) == ["quasi-doublon"]
    assert codes(other) == []
    assert codes(far) == []


def test_a_need_of_the_catalogue_in_other_words_waits(territories, settings, monkeypatch):
    grenoble = territories["38185"]
    need = factories.need(
        title="Savoir quand les espaces verts sont ouverts",
        summary="Les horaires des parcs, à jour.",
        territory=grenoble,
        geometry=grenoble.point,
        location_precision=Record.Precision.COMMUNE,
    )
    meaning.encode_lacking()
    header = "identifiant;titre;resume;territoire\n"
    parks = "Connaître les horaires des parcs;Publier l’ouverture des espaces verts."
    buses = "Connaître les horaires du bus;Savoir quand passe le prochain."
    rows = [f"1;{parks};38185", f"2;{buses};38185", f"3;{parks};38421"]
    same, other, far = doubted(*rows, header=header, kind="besoin")
    assert codes(same) == ["quasi-doublon"]
    assert same.problems[0].message == (
        f"Ressemble à une fiche du catalogue : « {need.title} » (même sujet, dit autrement, même territoire)."
    )
    assert codes(other) == codes(far) == []
    monkeypatch.setattr(duplicates, "MOST_UNDERSTOOD", 0)
    assert [codes(row) for row in doubted(*rows, header=header, kind="besoin")] == [[], [], []]
    monkeypatch.undo()
    settings.SEARCH_BY_MEANING = False
    assert [codes(row) for row in doubted(*rows, header=header, kind="besoin")] == [[], [], []]


def test_rows_without_a_neighbour_are_not_encoded(territories, monkeypatch):
    monkeypatch.setattr("catalogue.records.encoder._model", lambda: pytest.fail("encoded for nothing"))
    rows = ["1;Connaître les horaires des parcs;Chaque jour.;38185", "2;Trouver un banc;À l’ombre.;38185"]
    doubted(*rows, header="identifiant;titre;resume;territoire\n", kind="besoin")


def test_within_five_hundred_metres_is_near(territories):
    from django.contrib.gis.geos import Point

    factories.operation(
        title="Les Rives", territory=territories["38185"], geometry=Point(5.72, 45.13, srid=4326)
    )
    near, far = doubted("1;Les Rives;38185;5.7245;45.13;;;", "2;Les Rives du Drac;38185;5.74;45.13;;;")
    assert codes(near) == ["quasi-doublon"]
    assert codes(far) == []


def test_a_row_is_no_duplicate_of_the_record_it_updates(territories):
    source = factories.source(code="essai")
    factories.operation(
        title="Les Rives",
        territory=territories["38185"],
        geometry=territories["38185"].point,
        location_precision="commune",
        source=source,
        external_id="1",
    )
    (row,) = doubted("1;Les Rives;38185;;;;;")
    assert codes(row) == []


def test_two_rows_that_describe_the_same(territories):
    first, second = doubted("1;ZAC des Rives;38185;;;;;", "2;Quartier des Rives;38185;;;;;")
    assert codes(first) == []
    assert codes(second) == ["quasi-doublon"]
