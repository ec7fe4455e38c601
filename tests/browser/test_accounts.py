"""One creates an account, confirms it, joins an organisation: by keyboard only, then without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.soundness import faults_of

PASSWORD = "une phrase assez longue 7"
MANY_TABS = 40


def press_to(page: Page, label: str) -> None:
    """Tab until the element named ``label`` has the focus."""
    for _ in range(MANY_TABS):
        page.keyboard.press("Tab")
        named = page.evaluate(
            "() => { const e = document.activeElement;"
            " return (e.labels?.[0]?.textContent || e.textContent || '').trim(); }"
        )
        if named.startswith(label):
            return
    raise AssertionError(f"{label} is not reached by the keyboard")


def here(base_url: str, link: str) -> str:
    """The same page on the server under test."""
    return base_url + urlsplit(link).path


@pytest.fixture
def plain(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page of a browser without JavaScript."""
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    yield context.new_page()
    context.close()


def test_by_keyboard_from_sign_up_to_an_organisation(
    page: Page, base_url: str, mailbox: Callable[[str], list[Any]], witness: Any
) -> None:
    email = "clavier@exemple.fr"
    page.goto(f"{base_url}/compte/inscription/")
    press_to(page, "Adresse électronique")
    page.keyboard.type(email)
    press_to(page, "Mot de passe")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    assert faults_of(page) == []

    page.goto(here(base_url, mailbox(email)[0].link))
    assert faults_of(page) == []
    press_to(page, "Oui, confirmer")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/mon-espace/$"))

    press_to(page, "Mes organisations")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/organisations/$"))
    press_to(page, "Rejoindre mon organisation")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/rejoindre/$"))
    press_to(page, "SIRET de votre organisation")
    page.keyboard.type("21380185500015")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Décrire l’organisation")).to_be_visible()
    assert faults_of(page) == []
    press_to(page, "Nom de l’organisation")
    page.keyboard.type("Atelier du clavier")
    press_to(page, "Type d’organisation")
    page.keyboard.type("start-up")
    press_to(page, "Territoire ou commune du siège")
    page.keyboard.type("Grenoble")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Atelier du clavier")).to_be_visible()
    expect(page.get_by_text("attend d’être confirmée")).to_be_visible()
    expect(page.get_by_role("link", name="Grenoble")).to_be_visible()
    assert faults_of(page) == []

    for path in (
        "/mon-espace/compte/",
        "/mon-espace/organisations/",
        "/mon-espace/organisations/rejoindre/",
        "/compte/double-authentification/",
        "/compte/mot-de-passe/",
        "/compte/adresse/",
    ):
        page.goto(base_url + path)
        assert faults_of(page) == [], path

    press_to(page, "Mon compte")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/compte/$"))
    press_to(page, "Se déconnecter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()


def test_without_javascript_from_sign_up_to_the_settings(
    plain: Page, base_url: str, mailbox: Callable[[str], list[Any]]
) -> None:
    email = "sans-script@exemple.fr"
    plain.goto(f"{base_url}/compte/inscription/?next=/mon-espace/compte/")
    plain.get_by_label("Adresse électronique").fill(email)
    plain.get_by_label("Mot de passe").fill("aaaaaaaaaaaa")
    plain.get_by_role("button", name="Créer mon compte").click()
    expect(plain.get_by_text("Ce mot de passe est trop répétitif.")).to_be_visible()
    plain.get_by_label("Mot de passe").fill(PASSWORD)
    plain.get_by_role("button", name="Créer mon compte").click()
    plain.goto(here(base_url, mailbox(email)[0].link))
    plain.get_by_role("button", name="Oui, confirmer").click()
    expect(plain.get_by_role("heading", name="Mon compte", exact=True)).to_be_visible()
    plain.get_by_label("Prénom").fill("Ada")
    plain.get_by_label("Nom", exact=False).nth(1).fill("Lovelace")
    plain.get_by_role("button", name="Enregistrer").click()
    expect(plain.get_by_text("Votre nom est enregistré.")).to_be_visible()
    plain.get_by_role("button", name="Se déconnecter").click()
    expect(plain.get_by_text("Vous êtes déconnecté.")).to_be_visible()


def test_pages_of_the_entrance_fit_and_read(page: Page, base_url: str, witness: Any) -> None:
    for path in ("connexion/", "inscription/", "mot-de-passe/oublie/", "adresse/confirmation/x/"):
        page.goto(f"{base_url}/compte/{path}")
        assert faults_of(page) == [], path
    page.goto(f"{base_url}/compte/connexion/")
    page.get_by_label("Adresse électronique").fill("personne@exemple.fr")
    page.get_by_label("Mot de passe").fill("inconnu")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("inexact")
    assert faults_of(page) == []
