"""Journeys of those who look for something: a mayor's office near Vannes, an innovator, a curious visitor."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Witness

SUGGESTION = ".completion [role=option][aria-posinset]"


def test_proven_solutions_near_vannes_in_three_interactions(
    page: Page, base_url: str, witness: Witness
) -> None:
    page.goto(f"{base_url}/")
    box = page.get_by_role("combobox", name="Un lieu ou des mots")
    box.press_sequentially("vannes")
    page.get_by_role("option", name=re.compile("^Vannes")).first.click()
    expect(page).to_have_url(re.compile("/territoires/commune/56260/"))
    first = page.locator(".fiches .fiche").first
    expect(first.locator(".fiche-preuve")).to_be_visible()
    for factor in ("Preuve", "Proximité", "Ressemblance", "Fraîcheur"):
        expect(first.locator(".facteur-nom", has_text=factor)).to_be_visible()


def test_the_same_by_keyboard_alone(page: Page, base_url: str, witness: Witness) -> None:
    page.goto(f"{base_url}/")
    box = page.get_by_role("combobox", name="Un lieu ou des mots")
    for _tab in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('name') === 'q'"):
            break
    expect(box).to_be_focused()
    page.keyboard.type("vannes")
    expect(page.get_by_role("option", name=re.compile("^Vannes")).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/territoires/commune/56260/"))


BOXES = [("/", "eau"), ("/fiches/", "eau"), ("/carte/", "eau"), ("/territoires/", "vannes")]


def type_in_the_box(page: Page, address: str, typed: str, width: int) -> Locator:
    """The search box of a page, once its suggestions are there for what was typed."""
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(address)
    box = page.locator("main").get_by_role("combobox", name="Un lieu ou des mots")
    box.press_sequentially(typed)
    expect(page.locator(SUGGESTION).last).to_have_text(f"Chercher “{typed}”")
    return box


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("is_hovered", [False, True])
@pytest.mark.parametrize(("path", "typed"), BOXES)
def test_enter_searches_what_was_typed_while_suggestions_are_open(
    page: Page, base_url: str, witness: Witness, path: str, typed: str, is_hovered: bool, width: int
) -> None:
    box = type_in_the_box(page, base_url + path, typed, width)
    if is_hovered:
        page.locator(SUGGESTION).first.hover()  # the mouse over a suggestion chooses nothing
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"[?&]q={typed}(&|$)"))


@pytest.mark.parametrize(("path", "typed"), BOXES)
def test_the_last_suggestion_searches_what_was_typed(
    page: Page, base_url: str, witness: Witness, path: str, typed: str
) -> None:
    type_in_the_box(page, base_url + path, typed, 390)
    page.locator(SUGGESTION).last.click()
    expect(page).to_have_url(re.compile(rf"[?&]q={typed}(&|$)"))


def test_the_last_suggestion_is_reached_by_the_arrows(page: Page, base_url: str, witness: Witness) -> None:
    type_in_the_box(page, f"{base_url}/", "vannes", 1366)
    for _suggestion in page.locator(SUGGESTION).all():
        page.keyboard.press("ArrowDown")
    expect(page.locator(SUGGESTION).last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q=vannes(&|$)"))


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize(("path", "typed"), BOXES)
def test_the_menu_ends_above_the_fold_under_its_headings(
    page: Page, base_url: str, witness: Witness, path: str, typed: str, width: int
) -> None:
    type_in_the_box(page, base_url + path, typed, width)
    headings = page.locator(".completion .option-rubrique").all_inner_texts()
    assert headings == (["Fiches", "Territoires"] if typed == "eau" else ["Territoires"])
    menu, last = page.locator(".completion [role=listbox]"), page.locator(SUGGESTION).last
    assert bottom_of(menu) <= 850
    assert bottom_of(last) <= bottom_of(menu)  # in sight without scrolling


def bottom_of(one: Locator) -> float:
    """Pixels from the top of the window to the end of an element."""
    bounds = one.bounding_box()
    assert bounds is not None
    return bounds["y"] + bounds["height"]


def test_one_suggestion_is_said_in_the_singular(page: Page, base_url: str, witness: Witness) -> None:
    type_in_the_box(page, f"{base_url}/", "quelneuc", 1366)
    status = page.locator(".completion [role=status]")
    expect(status.filter(has_text=re.compile(r"^1 suggestion\."))).to_have_count(1)


def test_back_in_the_box_enter_searches_again(page: Page, base_url: str, witness: Witness) -> None:
    page.goto(f"{base_url}/fiches/")
    box = page.get_by_role("combobox", name="Un lieu ou des mots")
    box.press_sequentially("vannes")
    expect(page.locator(SUGGESTION).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator(SUGGESTION).first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q=vannes(&|$)"))


def test_the_same_without_javascript(browser: Browser, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{base_url}/territoires/")
    page.get_by_label("Un lieu ou des mots").fill("56000")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("h1")).to_have_text("Vannes")
    page.get_by_label("Classer par").select_option("distance")
    page.get_by_role("button", name="Reclasser").click()
    expect(page).to_have_url(re.compile("tri=distance"))
    assert page.locator(".fiches .fiche").count() > 0
    context.close()


def test_a_marker_opens_the_records_of_its_place(page: Page, base_url: str, witness: Witness) -> None:
    page.goto(f"{base_url}/carte/?type=operation&autour=commune:44109&rayon=10")
    page.wait_for_load_state("networkidle")
    page.locator("[data-carte]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup a, .bulle a").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup a, .bulle a")).to_have_count(0)


def test_a_filtered_address_can_be_shared(
    page: Page, browser: Browser, base_url: str, witness: Witness
) -> None:
    page.goto(f"{base_url}/fiches/?type=solution&preuve=3")
    count = page.locator("#compte").inner_text()
    address = page.url
    other = browser.new_context(locale="fr-FR").new_page()
    other.goto(address)
    assert other.locator("#compte").inner_text() == count
    other.locator(".filtres-actifs a").first.click()
    assert other.locator("#compte").inner_text() != count
    other.context.close()


def test_an_innovator_finds_a_ground_and_learns_why_not_another(
    page: Page, base_url: str, witness: Witness
) -> None:
    page.goto(f"{base_url}/")
    page.get_by_role("link", name="Trouver un terrain").last.click()
    expect(page).to_have_url(re.compile("/trouver-un-terrain/"))
    page.goto(f"{base_url}/fiches/?q=lumiroute&type=solution")
    page.locator(".fiche-titre a").first.click()
    page.locator("main").get_by_role("link", name=re.compile("terrain|territoire", re.I)).last.click()
    expect(page).to_have_url(re.compile("/trouver-un-terrain/.*solution="))
    assert page.locator(".facteurs").count() > 0
    page.goto(f"{page.url}&pourquoi=commune:87085")
    expect(page.locator("main")).to_contain_text("Limoges")


def test_kept_records_become_a_selection(page: Page, base_url: str, witness: Witness) -> None:
    page.goto(f"{base_url}/fiches/?type=experimentation&preuve=3")
    titles = [page.locator(".fiche-titre").nth(number).inner_text() for number in range(2)]
    for number in range(2):
        page.locator(".panier-bouton").nth(number).click()
    page.locator("[data-panier-lien]").click()
    expect(page).to_have_url(re.compile("fiches="))
    for title in titles:
        expect(page.locator("main")).to_contain_text(title)


def test_phone_visitor_reaches_a_record(phone: Page, base_url: str, witness: Witness) -> None:
    phone.goto(f"{base_url}/")
    phone.get_by_label("Un lieu ou des mots").fill("compost")
    phone.get_by_role("button", name="Rechercher").click()
    expect(phone).to_have_url(re.compile("/fiches/.*q=compost"))
    phone.locator(".fiche-titre a").first.click()
    expect(phone.locator("h1")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
