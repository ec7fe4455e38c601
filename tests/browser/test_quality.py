"""Quality in a browser: a curator from a figure to a finding, an owner who answers without an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import datetime, json
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from catalogue.models import ConfirmationRound, Curatorship
from catalogue.workshop.quality import confirmation
from catalogue.workshop.quality.refresh import refresh_findings
from geo.models import Territory
from tests import factories
place = Territory.objects.get(level="commune", code="35238")
owner = factories.organisation(name="Ville des essais", slug="ville-qualite", territory=place)
factories.membership(factories.account(username="tient-qualite", email="tient-qualite@exemple.fr"), owner)
site = factories.test_site(
    title="Esplanade qualité", slug="esplanade-qualite", owner=owner, territory=place, geometry=place.point,
    site_state="ouvert", summary="Court.",
    expires_on=datetime.date(2026, 1, 2), verified_on=datetime.date(2025, 7, 2),
)
curator = factories.account(username="curateur-qualite", email="curateur-qualite@exemple.fr")
Curatorship.objects.create(user=curator)
refresh_findings()
confirmation.ask_owners()
client = Client()
client.force_login(curator)
asked = ConfirmationRound.objects.get(record=site)
print(json.dumps([client.cookies["sessionid"].value,
                  reverse("catalogue:record-confirm", args=[confirmation.make_token(asked)])]))
"""


def test_from_a_figure_to_a_finding_and_from_a_mail_to_an_answer(
    ask: Callable[[str], Any], logged: Callable[..., Page], page: Page, base_url: str
) -> None:
    session, link = ask(SCENE)
    desk = logged(session)
    faults = Witness(desk, base_url).faults
    desk.goto("/atelier/qualite/?region=53&type=site")
    assert faults_of(desk) == []
    desk.get_by_role("row", name="Site ouvert sans périmètre").get_by_role("link").click()
    expect(desk.get_by_role("heading", name="Esplanade qualité")).to_be_visible()
    desk.get_by_role("link", name="Esplanade qualité").click()
    desk.wait_for_url(re.compile("esplanade-qualite"))
    finding = desk.locator(".constat", has_text="Site ouvert sans périmètre")
    finding.get_by_text("Accepter l’écart", exact=True).press("Enter")
    finding.get_by_label("Pourquoi l’accepter").fill("Le point suffit : une borne.")
    assert faults_of(desk) == []
    finding.get_by_role("button", name="Accepter").press("Enter")
    expect(desk.locator(".constat-accepte")).to_contain_text("une borne")
    assert faults == []

    seen = Witness(page, base_url).faults
    page.goto("/fiches/esplanade-qualite/")
    expect(page.get_by_text("Information à confirmer")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("Le site passera à « fermé »")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Oui, toujours exacte").press("Enter")
    expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    assert faults_of(page) == []
    page.goto("/fiches/esplanade-qualite/")
    expect(page.get_by_text("Information à confirmer")).to_have_count(0)
    assert seen == []
