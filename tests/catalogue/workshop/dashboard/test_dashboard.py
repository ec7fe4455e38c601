"""The figures of the workshop: each number is that of the list which it opens, in each scope."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalogue.models import ImportBatch, Record, Revision, Transition
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/atelier/tableau-de-bord/"
LINK = re.compile(r'<a\s+href="([^"#]*/atelier/tableau-de-bord/[^".]*)"\s*>([^<]*)</a>')
COUNT = re.compile(r'class="tdb-compte">([^<]*)<')
QUERIES = 25
"""Of the page, whatever is in the database: seven figures, the field, the session, the menu."""


@dataclass
class Scene:
    """Records of every age in two régions, a curator of everything and one of a single région."""

    general: User
    limited: User


@pytest.fixture
def scene() -> Scene:
    now, today = timezone.now(), timezone.localdate()
    regions = [factories.territory(Level.REGION, code=code, name=name) for code, name in REGIONS]
    themes = [factories.theme(code="eau", label="Eau"), factories.theme(code="sol", label="Sol")]
    places = [factories.commune(region=region) for region in regions]
    ages = [0, 3, 40, 200, 500, 900]
    for n, days in enumerate(ages):
        kind = (factories.solution, factories.operation, factories.need)[n % 3]
        place = places[n % 2] if n != 4 else regions[1]
        record = kind(
            territory=place if n != 5 else None,
            published_at=now - timedelta(days=days),
            verified_on=today - timedelta(days=days) if n % 2 else None,
            expires_on=today + timedelta(days=days - 60) if n != 1 else None,
        )
        record.themes.set(themes[: n % 3])
    for n, state in enumerate([*AWAITED, *AWAITED]):
        record = factories.need(state=state, territory=places[n % 2])
        waited(record, now - timedelta(days=20 * n))
    for n, record in enumerate(Record.objects.published()[:2]):
        change = Revision.objects.create(record=record, changes={"title": [record.title, "Autre"]})
        Revision.objects.filter(pk=change.pk).update(updated_at=now - timedelta(days=100 * n))
    ImportBatch.objects.create(filename="a.csv", sha256="a", state="ecrit", created_count=3)
    ImportBatch.objects.create(filename="b.csv", sha256="b", state="preparation")
    return Scene(factories.curator(), factories.curator(regions=regions[:1]))


REGIONS = [("53", "Bretagne"), ("28", "Normandie")]
AWAITED = ("soumise", "en-instruction", "a-completer")


def waited(record: Any, since: Any) -> None:
    line = Transition.objects.create(
        record=record, from_state="brouillon", to_state=record.state, action="submit"
    )
    Transition.objects.filter(pk=line.pk).update(created_at=since)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def numbers(page: str) -> Iterator[tuple[str, int]]:
    """The linked numbers of the page, with the URL of their list."""
    for url, text in LINK.findall(page):
        digits = re.sub(r"\D", "", unescape(text))
        if digits:
            yield unescape(url), int(digits)


def test_each_number_is_that_of_the_list_which_it_opens(scene: Scene) -> None:
    seen = {}
    for user, where in ((scene.general, ""), (scene.limited, ""), (scene.limited, "?champ=france")):
        client = client_of(user)
        found = list(numbers(client.get(PAGE + where).content.decode()))
        for url, number in found:
            response = client.get(url)
            assert response.status_code == 200, url
            shown = COUNT.search(response.content.decode())
            assert shown is not None
            assert int(re.sub(r"\D", "", unescape(shown[1]))) == number, url
        seen[user.pk, where] = dict(found)
    assert len(seen[scene.general.pk, ""]) > 40
    published = f"{PAGE}liste/"
    assert seen[scene.general.pk, ""][published] == 6
    assert seen[scene.limited.pk, ""][published] == 3  # one of them has no place
    assert seen[scene.limited.pk, "?champ=france"][f"{published}?champ=france"] == 6


def test_what_waits_elsewhere_is_never_listed(scene: Scene) -> None:
    client = client_of(scene.limited)
    waits = [
        client.get(f"{PAGE}liste/?etat=soumise{champ}").context["page"].paginator.count
        for champ in ("", "&champ=france")
    ]
    assert waits == [1, 1]
    assert client_of(scene.general).get(f"{PAGE}liste/?etat=soumise").context["page"].paginator.count == 2


def test_the_page_costs_the_same_whatever_it_counts(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(scene.general)
    client.get(PAGE)
    with django_assert_max_num_queries(QUERIES):
        client.get(PAGE)


def test_each_figure_is_a_table_that_a_spreadsheet_reads(scene: Scene) -> None:
    client = client_of(scene.general)
    for code in ("publications", "attente", "couverture", "verification", "revision", "imports"):
        response = client.get(f"{PAGE}{code}.csv")
        text = response.content.decode("utf-8-sig")
        rows = list(csv.reader(text.splitlines(), delimiter=";"))
        assert len({len(row) for row in rows[:-1]}) == 1, code
        assert len(rows) > 3, code
    assert client.get(f"{PAGE}inconnu.csv").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["publiee=2026", "region=99", "theme=rien", "verifiee=hier", "champ=monde", "page=0", "etat=brouillon"],
)
def test_a_url_that_makes_no_sense_is_reported(query: str) -> None:
    client = client_of(factories.curator())
    assert client.get(f"{PAGE}liste/?{query}").status_code == 400


def test_only_curators_have_a_dashboard() -> None:
    stranger = client_of(factories.account())
    for url in (PAGE, f"{PAGE}liste/", f"{PAGE}propositions/", f"{PAGE}lots/", f"{PAGE}imports.csv"):
        assert stranger.get(url).status_code == 404
        assert Client().get(url).status_code == 302


def test_an_empty_database_has_a_page_too() -> None:
    response = client_of(factories.curator()).get(PAGE)
    assert "Rien encore." in response.content.decode()
