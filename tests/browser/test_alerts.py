"""Keeping a search and stopping its alerts: by mouse, by keyboard, without a script, without a login."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of
from tests.factories import PASSWORD

MOST_TABS = 60
SOMEBODY = """
from tests import factories
factories.account(email="{email}", username="{email}")
"""
ALERTED = """
from django.contrib.auth.models import User
from django.http import QueryDict
from catalogue.alerts import matching, saving, sending
from catalogue.models import OutgoingMail, Record
user = User.objects.get(email="{email}")
form = saving.form_of("carte", QueryDict("type=besoin"))
form.is_valid()
saving.save(user, "carte", form, "Les besoins", "immediat")
needs = Record.objects.filter(kind="besoin").order_by("pk")
matching.match_published(list(needs.values_list("pk", flat=True)[:3]))
sending.send_immediate()
print(OutgoingMail.objects.filter(to="{email}").latest("pk").text)
"""
BUTTON = "Enregistrer cette recherche, être alerté"


@pytest.fixture
def email(on_site: Callable[[str], str]) -> str:
    """The address of a new account."""
    address = f"alerte-{uuid.uuid4().hex[:8]}@exemple.fr"
    on_site(SOMEBODY.format(email=address))
    return address


def log_in(page: Page, email: str) -> None:
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")


def test_a_visitor_keeps_the_search_of_the_map_by_mouse(
    page: Page, base_url: str, witness: Witness, email: str
) -> None:
    page.goto(f"{base_url}/carte/?type=besoin")
    page.get_by_role("link", name=BUTTON).click()
    log_in(page, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enregistrer cette recherche")
    assert faults_of(page) == []
    page.get_by_label("Nom de la recherche").fill("Les besoins de tous")
    page.get_by_label("une fois par jour").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_contain_text("Vous serez prévenu une fois par jour.")
    page.get_by_role("link", name="Ouvrir Les besoins de tous").click()
    expect(page).to_have_url(re.compile(r"/carte/\?type=besoin"))


def test_the_search_follows_the_window_of_the_map(
    page: Page, base_url: str, witness: Witness, email: str
) -> None:
    page.goto(f"{base_url}/carte/?type=operation")
    page.get_by_label("La liste suit la carte").check()
    link = page.get_by_role("link", name=BUTTON)
    expect(link).to_have_attribute("href", re.compile(r"cible=carte&type=operation&bbox="))


def test_a_search_is_kept_changed_and_deleted_by_keyboard_alone(
    page: Page, base_url: str, witness: Witness, email: str
) -> None:
    page.goto(f"{base_url}/compte/connexion/")
    log_in(page, email)
    expect(page).to_have_url(re.compile("/mon-espace/"))
    page.goto(f"{base_url}/fiches/?type=site")
    press(page, page.get_by_role("link", name=BUTTON))
    expect(page.get_by_role("heading", level=1)).to_have_text("Enregistrer cette recherche")
    press(page, page.get_by_label("Nom de la recherche"))
    expect(page.get_by_role("status")).to_contain_text("Recherche « Sites d’expérimentation » enregistrée.")
    press(page, page.get_by_role("link", name="Modifier Sites d’expérimentation"))
    reach(page, page.get_by_label("une fois par semaine"))
    page.keyboard.press("ArrowUp")
    press(page, page.get_by_role("button", name="Enregistrer"))
    expect(page.locator(".etat")).to_have_text("une fois par jour")
    press(page, page.get_by_role("link", name="Supprimer Sites d’expérimentation"))
    press(page, page.get_by_role("button", name="Supprimer la recherche"))
    expect(page.get_by_text("Aucune recherche enregistrée")).to_be_visible()


def reach(page: Page, target: Locator) -> None:
    expect(target).to_be_visible()
    for _tab in range(MOST_TABS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"out of reach of the keyboard: {target}")


def press(page: Page, target: Locator) -> None:
    reach(page, target)
    page.keyboard.press("Enter")


def test_a_search_of_grounds_is_kept_without_a_script(browser: Browser, base_url: str, email: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{base_url}/trouver-un-terrain/?terrain=friche")
    page.get_by_role("link", name=BUTTON).click()
    log_in(page, email)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=2, name="Terrains, friche")).to_be_visible()
    page.get_by_role("button", name="Obtenir l’adresse du flux").click()
    feed = page.get_by_label("Son adresse, à garder pour vous").input_value()
    answer = context.request.get(base_url + re.sub("^https?://[^/]+", "", feed))
    assert answer.headers["content-type"].startswith("application/atom+xml")
    context.close()


def test_an_alert_is_stopped_from_its_mail_without_a_login(
    page: Page,
    base_url: str,
    witness: Witness,
    email: str,
    on_site: Callable[[str], str],
) -> None:
    text = on_site(ALERTED.format(email=email))
    found = re.search(r"sans vous connecter :\s+https?://[^/]+(/\S+)", text)
    assert found is not None, text
    page.goto(base_url + found[1])
    expect(page.get_by_role("heading", level=1)).to_have_text("Arrêter cette alerte ?")
    assert faults_of(page) == []
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cette alerte est arrêtée")
    assert faults_of(page) == []
    page.goto(base_url + found[1])
    expect(page.get_by_role("heading", level=1)).to_have_text("Il n’y a plus rien à arrêter")


def test_the_pages_of_searches_are_accessible_at_both_widths(
    page: Page,
    base_url: str,
    witness: Witness,
    email: str,
    on_site: Callable[[str], str],
) -> None:
    on_site(ALERTED.format(email=email))
    page.goto(f"{base_url}/compte/connexion/?next=/mon-espace/recherches/")
    log_in(page, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Recherches et alertes")
    assert faults_of(page) == []
    page.get_by_role("link", name="Modifier Les besoins").click()
    expect(page.get_by_text("Pourquoi : fiche mise à jour, besoins").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="La supprimer").click()
    expect(page.get_by_role("button", name="Supprimer la recherche")).to_be_visible()
    assert faults_of(page) == []
