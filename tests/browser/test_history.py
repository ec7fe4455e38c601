"""A curator compares two versions of a record, without a script then with one, and goes back by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import json
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.test import Client
from catalogue.records import versions, workflow
from catalogue.models import Operation
from tests import factories
curator = factories.account(username="relectrice", email="relectrice@exemple.fr")
factories.Curatorship.objects.create(user=curator)
def outline(lon):
    ring = f"{lon} 48.1, -1.67 48.1, -1.67 48.105, {lon} 48.105, {lon} 48.1"
    return GEOSGeometry(f"POLYGON(({ring}))", srid=4326)
record = factories.operation(title="Les Rives relues", slug="rives-relues", summary="Un quartier neuf.",
    geometry=outline(-1.68), location_precision="exacte")
def write(origin, reason, **fields):
    with transaction.atomic():
        versions.save_before([record.pk])
        Operation.objects.filter(pk=record.pk).update(**fields)
        versions.save_after([record.pk], curator, origin, reason)
write("import", "Import du fichier de 2016", geometry=outline(-1.675))
workflow.apply(record, "archive", curator, "Trop vieille.")
write("formulaire", "", summary="Un quartier presque neuf.", dwellings=120)
client = Client()
client.force_login(curator)
print(json.dumps(client.cookies["sessionid"].value))
"""
HERE = "/atelier/fiches/rives-relues/"


@pytest.fixture
def curator(ask: Callable[[str], Any]) -> str:
    """The session of a curator, beside a record with three versions."""
    return str(ask(SCENE))


def test_versions_are_compared_and_one_comes_back(
    curator: str, logged: Callable[..., Page], base_url: str
) -> None:
    page = logged(curator)
    faults = Witness(page, base_url).faults
    page.goto(f"{HERE}versions/")
    assert faults_of(page) == []
    page.get_by_role("group", name="Version 1", exact=True).get_by_label("de").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Comparer les deux versions choisies").press("Enter")
    expect(page.locator("ins", has_text="presque")).to_be_visible()
    expect(page.get_by_text("Le centre se déplace de 186")).to_be_visible()
    expect(
        page.locator("[data-carte] path.leaflet-interactive, [data-carte] svg path").first
    ).to_be_attached()
    assert faults_of(page) == []
    page.get_by_role("link", name="Revenir à la version 1").press("Enter")
    page.get_by_label("Motif").focus()
    page.keyboard.type("Le périmètre de 2016 n’était pas le bon.")
    assert faults_of(page) == []
    page.get_by_role("button", name="Revenir à la version 1").press("Enter")
    expect(page.get_by_text("Ce retour est lui-même une version.")).to_be_visible()
    expect(page.get_by_text("Version 4 – retour à une version")).to_be_visible()
    page.goto(HERE)
    expect(page.get_by_text("Un quartier neuf.").first).to_be_visible()
    assert faults_of(page) == []
    assert faults == []

    bare = logged(curator, scripts=False)
    bare.goto(f"{HERE}versions/")
    bare.get_by_role("group", name="Version 1", exact=True).get_by_label("de").check()
    bare.get_by_role("group", name="Version 2", exact=True).get_by_label("à").check()
    bare.get_by_role("button", name="Comparer les deux versions choisies").click()
    expect(bare.get_by_role("row", name="Surface 41,4 ha 20,7 ha")).to_be_visible()
