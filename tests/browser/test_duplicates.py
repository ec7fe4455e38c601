"""Two records that are one: merged without a script on a phone, put back; sound on both screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import json
from django.test import Client
from django.utils import timezone
from catalogue.workshop.duplicates import candidates
from geo.models import Territory
from tests import factories
place = Territory.objects.get(level="commune", code="35238")
ground = {"territory": place, "published_at": timezone.now()}
first = factories.operation(
    title="Écoquartier des Deux Rives", slug="deux-rives-1", geometry=factories.square(-1.652, 48.103, 0.006),
    dwellings=2400, summary="Trente hectares de friches rendus à la ville.", **ground)
second = factories.operation(
    title="Quartier des Deux Rives", slug="deux-rives-2", geometry=factories.square(-1.6505, 48.1035, 0.006),
    dwellings=2500, **ground)
for one in (first, second):
    factories.award(one)
    factories.document(one)
candidates.refresh([first.pk, second.pk])
client = Client()
curator = factories.account(username="curatrice-fusions", email="curatrice-fusions@exemple.fr")
factories.Curatorship.objects.create(user=curator)
client.force_login(curator)
print(json.dumps(client.cookies["sessionid"].value))
"""


def test_two_records_are_merged_on_a_phone_and_put_back(
    ask: Callable[[str], Any], logged: Callable[..., Page], base_url: str
) -> None:
    session = ask(SCENE)
    desk = logged(session)
    faults = Witness(desk, base_url).faults
    phone = logged(session, scripts=False, width=390)

    phone.goto("/atelier/doublons/")
    phone.get_by_role("link", name="Quartier des Deux Rives").press("Enter")
    phone.get_by_role("radio", name="Fiche 1 Écoquartier des Deux Rives").press("Space")
    phone.get_by_role("group", name="Titre").get_by_role("radio").nth(1).press("Space")
    phone.get_by_role("button", name="Voir ce que donnera la fusion").press("Enter")
    said = "L’adresse /fiches/deux-rives-2/ mènera à /fiches/deux-rives-1/."
    expect(phone.get_by_text(said)).to_be_visible()

    for address in ("/atelier/doublons/", "/atelier/doublons/deux-rives-1/"):
        assert desk.goto(address).status == 200
        assert faults_of(desk) == [], address
    desk.goto("/atelier/doublons/deux-rives-1/deux-rives-2/")
    expect(desk.locator(".leaflet-container path").first).to_be_attached()
    for details in desk.locator("main details").all():
        details.evaluate("one => one.open = true")
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Voir ce que donnera la fusion").click()
    expect(desk.get_by_role("heading", name="Ce que donnera la fusion")).to_be_visible()
    assert faults_of(desk) == []

    phone.get_by_role("button", name="Fusionner les deux fiches").press("Enter")
    expect(phone.get_by_text("Les deux fiches n’en font plus qu’une.")).to_be_visible()
    merged = phone.url
    phone.goto("/fiches/deux-rives-2/")
    assert phone.url.endswith("/fiches/deux-rives-1/")
    expect(phone.get_by_role("heading", level=1, name="Quartier des Deux Rives")).to_be_visible()
    for address in (merged, "/atelier/doublons/fusions/"):
        assert desk.goto(address).status == 200
        assert faults_of(desk) == [], address

    phone.goto(merged)
    phone.get_by_role("button", name="Annuler cette fusion").press("Enter")
    expect(phone.get_by_text("les deux fiches sont comme avant")).to_be_visible()
    desk.goto("/fiches/deux-rives-2/")  # the phone may keep the redirection for a minute
    assert desk.url.endswith("/fiches/deux-rives-2/")
    assert faults == []
