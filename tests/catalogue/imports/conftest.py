"""Territories with the codes that the traps of real files are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.gis.geos import Point

from catalogue.imports.places.territories import FormerCode, IndexedTerritory, TerritoryIndex
from geo.models import FormerCommune, Level, Territory
from geo.names import slugify_name
from tests import factories
from tests.factories import multi, square

DATA = Path(__file__).parents[2] / "data"

# code, name, département, lon, lat (south-west corner of a square of 0.1°), postal codes
COMMUNES = (
    ("38185", "Grenoble", "38", 5.7, 45.1, ["38000"]),
    ("38338", "La Rivière", "38", 5.4, 45.2, ["38210"]),
    ("38421", "Saint-Martin-d’Hères", "38", 5.8, 45.1, ["38400"]),
    ("21231", "Dijon", "21", 5.0, 47.3, ["21000"]),
    ("21232", "Dompierre-en-Morvan", "21", 4.2, 47.3, ["21390"]),
    ("76351", "Le Havre", "76", 0.1, 49.4, ["76600"]),
    ("33063", "Bordeaux", "33", -0.6, 44.8, ["33000"]),
    ("93066", "Saint-Denis", "93", 2.3, 48.9, ["93200"]),
    ("59350", "Lille", "59", 3.0, 50.6, ["59000"]),
    ("13037", "La Fare-les-Oliviers", "13", 5.1, 43.5, ["13580"]),
    ("2B313", "San-Nicolao", "2B", 9.5, 42.3, ["20230"]),
    ("37116", "Les Hermites", "37", 0.7, 47.6, ["37110"]),
    ("01053", "Bourg-en-Bresse", "01", 5.2, 46.2, ["01000"]),
    ("54280", "Jœuf", "54", 6.0, 49.2, ["54240"]),
    ("68210", "Mittlach", "68", 7.0, 48.0, ["68380"]),
    ("68068", "Dannemarie", "68", 7.1, 47.6, ["68210"]),
    ("49323", "Verrières-en-Anjou", "49", -0.5, 47.5, ["49112"]),
    ("97415", "Saint-Paul", "974", 55.2, -21.0, ["97460"]),
    ("97416", "Saint-Pierre", "974", 55.4, -21.3, ["97410"]),
    ("75056", "Paris", "75", 2.2, 48.8, ["75001"]),
)
FORMER = (
    ("93059", "Pierrefitte-sur-Seine", "93066"),
    ("20313", "", "2B313"),
    ("49238", "Pellouailles-les-Vignes", "49323"),
)


@pytest.fixture
def index() -> TerritoryIndex:
    """The same territories, in memory."""
    grounds = [
        IndexedTerritory(n, "commune", code, name, departement, (lon + 0.05, lat + 0.05), 80.0, tuple(postal))
        for n, (code, name, departement, lon, lat, postal) in enumerate(COMMUNES, 1)
    ]
    paris = grounds[-1]
    grounds.append(
        IndexedTerritory(
            90,
            "arrondissement",
            "75113",
            "Paris 13e arrondissement",
            "75",
            paris.point,
            7.0,
            ("75013",),
            "Paris",
        )
    )
    grounds.append(IndexedTerritory(91, "epci", "243500139", "Rennes Métropole"))
    by_code = {ground.code: ground for ground in grounds}
    return TerritoryIndex.build(grounds, [FormerCode(code, name, by_code[to]) for code, name, to in FORMER])


@pytest.fixture
def territories(db: None) -> dict[str, Territory]:
    """The communes in the database, with their départements and the codes that are no longer in force."""
    shared = {"millesime": 2025, "source": "essai"}
    codes = sorted({departement for _c, _n, departement, *_ in COMMUNES})
    departements = {
        d.code: d
        for d in Territory.objects.bulk_create(
            Territory(
                level=Level.DEPARTEMENT, code=code, name=f"Département {code}", slug=f"d-{code}", **shared
            )
            for code in codes
        )
    }
    rows = [
        Territory(
            level=Level.COMMUNE,
            code=code,
            name=name,
            slug=slugify_name(name),
            departement=departements[departement],
            geometry=multi(square(lon, lat)),
            point=Point(lon + 0.05, lat + 0.05, srid=4326),
            area_km2=80.0,
            postal_codes=postal,
            **shared,
        )
        for code, name, departement, lon, lat, postal in COMMUNES
    ]
    communes = {t.code: t for t in Territory.objects.bulk_create(rows)}
    FormerCommune.objects.bulk_create(
        FormerCommune(code=code, name=name, successor=communes[to]) for code, name, to in FORMER
    )
    return communes


@pytest.fixture
def ready(territories: dict[str, Territory]) -> dict[str, Territory]:
    """The same with a source, a theme and an organisation."""
    factories.source(code="essai")
    factories.theme(code="theme-eau", label="Eau")
    factories.organisation(slug="ville-test", name="Ville test")
    return territories
