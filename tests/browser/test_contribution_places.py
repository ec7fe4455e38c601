"""The place of a record and its documents: by mouse, by keyboard only, and without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness

WRITER = """
import json
from django.test import Client
from tests import factories
tag = "{tag}"
owner = factories.organisation(name=f"Ville {{tag}}", slug=f"ville-lieu-{{tag}}")
writer = factories.account(username=f"lieu-{{tag}}", email=f"lieu-{{tag}}@exemple.fr")
factories.membership(writer, owner)
factories.test_site(
    title=f"Terrain d’essai {{tag}}", slug=f"terrain-{{tag}}", state="brouillon", owner=owner,
    created_by=writer, geometry=None, location_precision="aucune",
)
client = Client()
client.force_login(writer)
print(json.dumps(client.cookies["sessionid"].value))
"""
READ = """
import json
from catalogue.models import Record
one = Record.objects.get(slug="terrain-{tag}")
print(json.dumps([
    one.geometry and one.geometry.geom_type, one.location_precision, one.territory and one.territory.code
]))
"""


def logged_in(page: Page, ask: Callable[[str], Any], base_url: str, tag: str) -> str:
    """The address of the steps of a draft, once its writer is logged in."""
    session = ask(WRITER.format(tag=tag))
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": base_url}])
    return f"{base_url}/proposer/fiche/terrain-{tag}/"


def saved(page: Page) -> None:
    """Say that the place found is the right one, and wait for the next step."""
    expect(page.get_by_role("heading", name=re.compile("Est-ce bien là"))).to_be_visible()
    page.get_by_role("button", name="C’est bien là").press("Enter")
    page.wait_for_url(re.compile(r"/(?!lieu)[a-z]+/$"))


def test_by_mouse_a_click_then_a_surface(
    page: Page, base_url: str, ask: Callable[[str], Any], witness: Witness, axe: Callable[[], list[str]]
) -> None:
    steps = logged_in(page, ask, base_url, "souris")
    page.goto(f"{steps}lieu/")
    assert axe() == []
    chart = page.locator(".dessin-carte")
    chart.click(position={"x": 420, "y": 260})
    text = page.locator("textarea[data-dessin]")
    expect(text).to_have_value(re.compile(r'^\{"type":"Point"'))
    expect(page.locator("[data-lieu-autour]")).to_contain_text("Intercommunalité")
    assert axe() == []
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator(".lieu-trouve")).to_contain_text("emplacement exact")
    assert axe() == []
    saved(page)
    assert ask(READ.format(tag="souris"))[:2] == ["Point", "exacte"]
    page.goto(f"{steps}lieu/")
    page.get_by_role("link", name="Tracer un rectangle").click()
    box = chart.bounding_box()
    assert box is not None
    for number, (x, y) in enumerate(((0.6, 0.6), (0.7, 0.7))):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=3)
        page.mouse.up() if number else page.mouse.down()
    expect(page.locator(".dessin-message")).to_contain_text("une seule sorte")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(re.compile(r"/(?!lieu)[a-z]+/$"))


def test_by_keyboard_only(page: Page, base_url: str, ask: Callable[[str], Any], witness: Witness) -> None:
    steps = logged_in(page, ask, base_url, "clavier")
    page.goto(f"{steps}lieu/")
    page.locator(".dessin-carte").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    page.get_by_role("button", name="Placer le point au centre de la carte").press("Enter")
    expect(page.locator("textarea[data-dessin]")).to_have_value(re.compile(r'^\{"type":"Point"'))
    page.get_by_role("radio", name="Sur la carte").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Par des coordonnées")).to_be_checked()
    coordinates = page.get_by_role("textbox", name="Coordonnées")
    coordinates.focus()
    page.keyboard.type("48.1113, -1.6800")
    page.keyboard.press("Enter")
    expect(page.locator(".lieu-trouve")).to_contain_text("Rennes (35)")
    expect(page.locator(".lieu-trouve")).to_contain_text("latitude puis longitude")
    saved(page)
    assert ask(READ.format(tag="clavier")) == ["Point", "exacte", "35238"]


def test_without_javascript(browser: Browser, base_url: str, ask: Callable[[str], Any]) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    steps = logged_in(page, ask, base_url, "sans-script")
    page.goto(f"{steps}lieu/")
    page.get_by_role("radio", name="Par la commune ou le territoire seulement").check()
    page.get_by_label("Commune ou territoire").fill("35000")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator(".lieu-trouve")).to_contain_text("au point de la commune")
    saved(page)
    assert ask(READ.format(tag="sans-script")) == ["Point", "commune", "35238"]
    page.goto(f"{steps}lieu/")
    page.get_by_role("radio", name="Par un fichier").check()
    ring = [[-1.69, 48.1], [-1.68, 48.1], [-1.68, 48.11], [-1.69, 48.1]]
    data = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    page.get_by_label("Fichier", exact=True).set_input_files(
        {"name": "terrain.json", "mimeType": "application/json", "buffer": data}
    )
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator(".lieu-trouve")).to_contain_text("Lu dans un fichier GeoJSON")
    saved(page)
    assert ask(READ.format(tag="sans-script")) == ["Polygon", "exacte", "35238"]
    page.goto(f"{steps}documents/")
    page.get_by_label("Titre").fill("Plan du terrain")
    page.get_by_label("Fichier").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    )
    page.get_by_label("Licence").select_option("Licence Ouverte 2.0")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.locator(".piece-titre")).to_have_text("Plan du terrain")
    context.close()


def test_on_a_phone_nothing_overflows(
    phone: Page, base_url: str, ask: Callable[[str], Any], witness: Witness, axe: Callable[[], list[str]]
) -> None:
    steps = logged_in(phone, ask, base_url, "telephone")
    for step in ("lieu/", "documents/"):
        phone.goto(steps + step)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        assert axe() == []


def test_likely_duplicates_are_told_while_the_title_is_typed(
    page: Page, base_url: str, ask: Callable[[str], Any], witness: Witness, axe: Callable[[], list[str]]
) -> None:
    logged_in(page, ask, base_url, "doublon")
    page.goto(f"{base_url}/proposer/site/")
    page.get_by_label("Titre").press_sequentially("Terrain d’essai doublon")
    told = page.locator("[data-doublons]")
    expect(told).to_contain_text("Même titre")
    expect(told).to_contain_text("votre fiche, brouillon")
    assert axe() == []
