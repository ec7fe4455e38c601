"""Every kind of page, at a desk and on a phone: accessible, silent, light, readable without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

PAGES = {
    "accueil": "/",
    "carte": "/carte/",
    "liste": "/fiches/",
    "liste vide": "/fiches/?type=solution&preuve=5&de=2099",
    "solution": "/fiches/?type=solution&preuve=3",
    "operation": "/fiches/?type=operation",
    "besoin": "/fiches/?type=besoin",
    "commune": "/territoires/commune/35238/",
    "region": "/territoires/region/53/",
    "territoires": "/territoires/?q=saint-denis",
    "introuvable": "/fiches/nulle-part/",
    "refus": "/fiches/?de=abc",
    "accessibilite": "/accessibilite/",
}
REFUSED = {"introuvable", "refus"}
RECORDS = {"solution", "operation", "besoin"}


def visit(page: Page, base_url: str, name: str) -> None:
    """Open a page; for a kind of record, the first of its list."""
    page.goto(base_url + PAGES[name])
    if name in RECORDS:
        page.locator(".fiche-titre a").first.click()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_fits_and_asks_no_third_party(page: Page, base_url: str, name: str) -> None:
    seen = Witness(page, base_url)
    visit(page, base_url, name)
    if name == "carte":
        page.wait_for_load_state("networkidle")  # its list comes after its tiles
    assert faults_of(page) == []
    expect(page.locator("h1")).to_have_count(1)
    if name not in REFUSED:  # the console tells the status of these
        assert seen.faults == []


@pytest.mark.parametrize(
    "name", ["accueil", "carte", "liste", "solution", "operation", "besoin", "commune", "region"]
)
def test_page_says_the_same_without_javascript(browser: Browser, base_url: str, name: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    visit(page, base_url, name)
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator("main a").count() > 3
    context.close()


def test_home_and_map_are_light(page: Page, base_url: str, witness: Witness) -> None:
    page.goto(f"{base_url}/")
    page.wait_for_load_state("networkidle")
    assert len(witness.requests) < 25
    assert witness.weight() < 300_000
    witness.requests.clear()
    page.goto(f"{base_url}/carte/")
    page.wait_for_load_state("networkidle")
    assert witness.weight() < 900_000
