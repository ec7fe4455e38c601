"""A small ground with records, for the searches."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point, Polygon
from django.test import Client
from django.utils import timezone

from catalogue.models import Experiment, NeedAnswer, Programme, Record, Stake, TestSite, Theme
from geo.models import Territory, TerritoryProfile
from tests import factories


@pytest.fixture
def eau() -> Theme:
    return factories.theme(code="eau", label="Eau")


@pytest.fixture
def rennes() -> Territory:
    region = factories.territory("region", code="53", name="Bretagne")
    return factories.commune(code="35238", name="Rennes", lon=-1.7, lat=48.05, region=region)


@pytest.fixture
def user() -> User:
    return factories.account()


@pytest.fixture
def mine(client: Client, user: User) -> Client:
    """A browser logged in as ``user``."""
    client.force_login(user)
    return client


PLACES = [
    (-2.76, 47.66), (-1.68, 48.11), (2.35, 48.86), (5.37, 43.3), (55.45, -20.88), (-61.5, 16.2),
    (166.4, -22.3), (-176.2, -13.3), (179.95, -16.6), (-179.95, -16.7), (180.0, 10.0), (-180.0, -10.0),
    (12.0, 84.0),
]  # fmt: skip


@pytest.fixture
def ground() -> list[Territory]:
    """A région, its département, two EPCI, five communes and an arrondissement, of every size."""
    region = factories.territory("region", code="53")
    departement = factories.territory("departement", code="35", region=region)
    groups = [
        factories.territory("epci", code=f"20000000{n}", departement=departement, region=region) for n in "12"
    ]
    communes = [
        factories.commune(
            code=f"3500{n}",
            population=n * 3000 if n < 5 else None,
            density_class=n,
            epci=groups[n % 2],
            departement=departement,
            region=region,
            is_coastal=bool(n % 2),
        )
        for n in range(1, 6)
    ]
    part = factories.territory(
        "arrondissement", code="35901", commune=communes[1], epci=groups[1], departement=departement,
        region=region, population=500, density_class=1,
    )  # fmt: skip
    return [*communes, part]


@pytest.fixture
def records(ground: list[Territory]) -> list[Record]:
    """Fifty records of every kind, their attributes in every mixture, drafts among them."""
    themes = [factories.theme(code=code, label=code) for code in ("eau", "sols", "air")]
    stakes = [Stake.objects.create(code=code, label=code) for code in ("sobriete", "inclusion")]
    programme = Programme.objects.create(code="divd", label="DIVD")
    solution = factories.solution(title="Pavé drainant", slug="pave", year_start=2012)
    solution.themes.add(themes[0])
    titles = ("Compostage collectif", "Cour fraîche d’école", "Chaussée drainante")
    statuses = itertools.cycle(Experiment.Status.values)
    states = itertools.cycle(TestSite.SiteState.values)
    kinds = itertools.cycle([["friche"], ["place", "quartier"], []])
    dates = itertools.cycle([None, timezone.localdate(), timezone.localdate() - dt.timedelta(days=1)])
    made: list[Record] = []
    for n in range(50):
        lon, lat = PLACES[n % len(PLACES)]
        square = Polygon.from_bbox((lon, lat, min(lon + 0.5, 180.0), lat + 0.5)) if lon < 180 else None
        common: dict[str, Any] = {
            "title": titles[n % 3],
            "geometry": None
            if n % 9 == 8
            else square
            if n % 5 == 0 and square
            else Point(lon, lat, srid=4326),
            "territory": ground[n % 6] if n % 7 else None,
            "year_start": 2010 + n % 9 if n % 4 else None,
            "year_end": 2018 + n % 3 if n % 8 == 1 else None,
            "state": "publiee" if n % 11 else "brouillon",
        }
        if n % 4 == 0:
            record = factories.experiment(
                solution=solution if n % 8 else None, status=next(statuses), abandon_reason="Coût", **common
            )
            if n % 3 == 0:
                factories.indicator(record)
        elif n % 4 == 1:
            record = factories.operation(**{**common, "geometry": common["geometry"] or factories.square()})
            factories.award(record, step=f"etape-{n % 3 + 1}")
        elif n % 4 == 2:
            record = factories.test_site(
                **{**common, "geometry": common["geometry"] or factories.square()},
                site_state=next(states),
                ground_kinds=next(kinds),
                available_until=next(dates),
            )
        else:
            if n % 12 == 3:
                common |= {"geometry": None, "territory": None}
            record = factories.need(**common)
            if n % 8 == 3:
                NeedAnswer.objects.create(need=record, solution=solution)
        record.themes.add(*[theme for bit, theme in enumerate(themes) if n // 2 >> bit & 1])
        record.stakes.add(*[stake for bit, stake in enumerate(stakes) if n >> (bit + 1) & 1])
        if n % 5 == 0:
            record.programmes.add(programme)
            factories.document(record)
        made.append(record)
    factories.experiment(solution=solution, territory=ground[5])
    name_organisations(made)
    return made


def name_organisations(records: list[Record]) -> None:
    """A holder that funds too, a partner, and an organisation that was merged into the partner."""
    holder = factories.organisation(name="Porteur d’essai", slug="porteur")
    partner = factories.organisation(name="Partenaire d’essai", slug="partenaire")
    factories.organisation(name="Réunie", slug="reunie", merged_into=partner)
    for record in records[::3]:
        record.organisation_links.create(organisation=holder)
        record.organisation_links.create(organisation=holder, role="financeur")
    for record in records[::5]:
        record.organisation_links.create(organisation=partner, role="partenaire")


@pytest.fixture
def likeness(ground: list[Territory]) -> None:
    """Profiles of the communes, so that they have twins."""
    for n, place in enumerate(ground[:5]):
        TerritoryProfile.objects.create(
            territory=place, level="commune", values=[1] * 8, profile=(float(n), *[0.0] * 7)
        )
