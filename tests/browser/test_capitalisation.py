"""A curator writes the sheet of an experiment, with and without scripts, and brings its results together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import json
from django.test import Client
from catalogue.models import IndicatorType
from geo.models import Territory
from tests import factories
curator = factories.curator()
solution = factories.solution(title="Ombrières de marché", slug="ombrieres")
places = Territory.objects.filter(level="commune", code__in=["35238", "44109"]).order_by("code")
kind = IndicatorType.objects.get(code="economie-energie")
for place, value in zip(places, (12, 20)):
    one = factories.experiment(solution=solution, territory=place, slug=f"ombrieres-{place.code}",
        title=f"Ombrières à {place.name}", status="termine", geometry=place.point)
    factories.indicator(one, type=kind, value=value)
factories.indicator(one, name="Économie d’énergie de la halle", value=31, unit="%")
client = Client()
client.force_login(curator)
print(json.dumps(client.cookies["sessionid"].value))
"""


def test_a_sheet_is_written_previewed_and_read_beside_its_synthesis(
    ask: Callable[[str], Any], logged: Callable[..., Page], base_url: str
) -> None:
    session = ask(SCENE)
    page = logged(session)
    faults = Witness(page, base_url).faults
    page.goto("/atelier/fiches/ombrieres-35238/capitalisation/")
    assert faults_of(page) == []
    field = page.get_by_role("textbox", name="Contexte")
    field.fill("Une place minérale")
    field.select_text()
    page.get_by_role("group", name="Mettre en forme : Contexte").get_by_role("button", name="G, Gras").click()
    expect(field).to_have_value("**Une place minérale**")
    expect(page.locator("[data-mots=id_texte-contexte]")).to_have_text("3 mots")
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator(".capitalisation-apercu strong")).to_have_text("Une place minérale")
    assert faults_of(page) == []
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Enregistré : Contexte.")).to_be_visible()
    page.goto("/fiches/ombrieres-35238/")
    expect(page.get_by_role("heading", name="Contexte")).to_be_visible()

    plain = logged(session, scripts=False, width=390)
    plain.goto("/atelier/indicateurs/")
    plain.get_by_role("checkbox", name="Économie d’énergie de la halle").check()
    plain.get_by_role("button", name="Voir ce qui changerait").click()
    plain.get_by_role("button", name="Rapprocher").click()
    expect(plain.get_by_text("1 résultat est rapproché")).to_be_visible()
    plain.get_by_role("button", name="Annuler").first.click()
    expect(plain.get_by_text("1 résultat revient dans la liste")).to_be_visible()

    page.goto("/atelier/indicateurs/")
    assert faults_of(page) == []
    page.goto("/fiches/ombrieres/")
    expect(page.get_by_role("img", name="2 essais, de 12 à 20 %, médiane 16")).to_be_visible()
    for details in page.locator(".synthese details").all():
        details.evaluate("one => one.open = true")
    assert faults_of(page) == []
    assert faults == []
