"""What the databases of the tests are made of: no more than what fills them, and all of it."""

from tests import databases


def test_the_territories_depend_on_their_importer_and_their_data() -> None:
    ground = databases.made_from(databases.GROUND)

    assert {"geo/data", "geo/importers/build.py", "geo/migrations"} <= set(ground)
    assert not [place for place in ground if place.startswith(("catalogue/imports", "fixtures", "geo/tiles"))]


def test_the_journeys_depend_on_what_reads_the_fixtures_and_not_on_the_wizard() -> None:
    pristine = databases.made_from(databases.PRISTINE)

    assert set(databases.made_from(databases.GROUND)) < set(pristine)
    assert {"fixtures", "catalogue/imports/fixtures.py", "catalogue/imports/write/writer.py"} <= set(pristine)
    assert not [place for place in pristine if "/views/" in place or "/wizard/" in place]


def test_every_place_exists_and_changes_the_fingerprint() -> None:
    places = databases.made_from(databases.PRISTINE)

    assert [place for place in places if not (databases.ROOT / place).exists()] == []
    assert databases.fingerprint(places) != databases.fingerprint(places[1:])
