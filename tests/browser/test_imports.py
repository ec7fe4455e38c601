"""A curator imports a file full of traps: every row accounted for, then published, then undone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.soundness import faults_of

FILE = ROOT / "tests" / "data" / "pieges.csv"
PATIENCE_MS = 60_000
CURATOR = """
import json
from django.test import Client
from tests import factories
curator = factories.account(username="imports-{tag}", email="imports-{tag}@exemple.fr")
factories.Curatorship.objects.create(user=curator)
client = Client()
client.force_login(curator)
print(json.dumps(client.cookies["sessionid"].value))
"""
CATALOGUE = """
import json, re
from django.db import connection
derived = "cataloguechange|facet|mapcell|searchword|importbatch|importrow|transition|outgoingmail|curatorship"
sum_of = 'SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), chr(10))) FROM "{}" t'
found = {}
with connection.cursor() as cursor:
    cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'catalogue%' ORDER BY 1")
    for (table,) in cursor.fetchall():
        if re.search(derived, table):
            continue
        cursor.execute(sum_of.format(table))
        found[table] = cursor.fetchone()[0]
print(json.dumps(found))
"""


@pytest.fixture
def curator(logged: Callable[..., Page], ask: Callable[[str], Any]) -> Callable[..., Page]:
    """Opens a browser of a curator who is logged in."""
    return lambda tag, **options: logged(ask(CURATOR.format(tag=tag)), **options)


def sound(page: Page) -> None:
    """The page is accessible and fits its screen, at a desk and on a phone."""
    page.wait_for_load_state()
    assert faults_of(page) == []
    expect(page.locator("h1")).to_have_count(1)


def give(page: Page, source: str) -> None:
    """Give the file and say where it comes from."""
    page.goto("/atelier/imports/")
    page.get_by_role("link", name="Importer un fichier").click()
    page.get_by_label("Fichier", exact=True).set_input_files(FILE)
    page.get_by_label("Que décrit chaque ligne ?").select_option("operation")
    page.get_by_label("Nom de la nouvelle source").fill(source)
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.get_by_label("Nom EcoQuartier")).to_have_value("titre")
    expect(page.get_by_label("CODE INSEE")).to_have_value("territoire")
    expect(page.get_by_label("Superficie du quartier (ha)")).to_have_value("surface_ha")
    expect(page.get_by_label("Mel maire")).to_have_value("")
    expect(page.get_by_text("Semble personnelle")).to_be_visible()


def counted(page: Page, words: str) -> None:
    """The counts of the import, once its job is done."""
    expect(page.get_by_text(words).first).to_be_visible(timeout=PATIENCE_MS)


def row(page: Page, line: int) -> Any:
    """What the page says of a line of the file."""
    return page.locator(f"#ligne-{line}")


def test_a_file_full_of_traps_is_published_then_undone(
    curator: Callable[..., Page], ask: Callable[[str], Any]
) -> None:
    page = curator("souris")
    before = ask(CATALOGUE)
    give(page, "Épreuve")
    sound(page)
    page.get_by_role("button", name="Faire un essai à blanc").click()
    counted(page, "5 nouvelles, 3 douteuses, 1 rejetée.")
    expect(page.get_by_text("1 ligne vide, 1 ligne de total, mises à part.")).to_be_visible()
    expect(row(page, 3)).to_contain_text("Le code 21232 est celui de Dompierre-en-Morvan")
    expect(row(page, 8)).to_contain_text("13580 est un code postal")
    sound(page)
    page.get_by_role("link", name="Nouvelles").click()
    expect(row(page, 5)).to_contain_text("Zéro perdu")
    expect(row(page, 7)).to_contain_text("fait partie de Saint-Denis")
    expect(row(page, 4)).to_contain_text("lu 3,36 ha")
    expect(row(page, 6)).to_contain_text("Maquis")
    sound(page)
    page.get_by_role("link", name="Rejetées").click()
    expect(row(page, 11)).to_contain_text("manque")
    page.get_by_role("link", name="Douteuses").click()
    row(page, 3).get_by_role("button", name="Prendre Dijon (21231)").click()
    expect(row(page, 3)).to_contain_text("Corrigée")
    page.get_by_label("À lire comme").select_option("renouvellement")
    page.get_by_role("button", name="Appliquer").click()
    row(page, 8).get_by_role("button", name="Écarter la ligne").click()
    expect(row(page, 8)).to_contain_text("Écartée")
    page.get_by_role("button", name="Refaire l’essai à blanc").click()
    counted(page, "7 nouvelles, 2 rejetées.")
    page.get_by_role("link", name="Écrire 7 fiches").click()
    sound(page)
    assert ask(CATALOGUE) == before
    page.get_by_role("button", name="Écrire").click()
    page.get_by_role("link", name="Publier 7 fiches").click(timeout=PATIENCE_MS)
    sound(page)
    page.get_by_role("button", name="Publier 7 fiches").click()
    counted(page, "7 fiches créées sont publiées.")
    sound(page)
    public = page.context.new_page()
    public.goto("/fiches/?q=épreuve&type=operation")
    expect(public.get_by_role("link", name="Les Vignes de l’épreuve")).to_be_visible()
    page.get_by_role("link", name="Annuler l’import").click()
    expect(page.get_by_text("7 fiches créées par l’import seront supprimées.")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Annuler l’import").click()
    counted(page, "7 fiches supprimées")
    sound(page)
    assert ask(CATALOGUE) == before


def test_the_same_without_a_script(curator: Callable[..., Page]) -> None:
    page = curator("sans-script", scripts=False)
    give(page, "Épreuve sans script")
    page.get_by_role("button", name="Faire un essai à blanc").click()
    until(page, "5 nouvelles, 3 douteuses, 1 rejetée.")
    row(page, 3).get_by_role("button", name="Prendre Dijon (21231)").click()
    page.get_by_role("button", name="Refaire l’essai à blanc").click()
    until(page, "6 nouvelles, 2 douteuses, 1 rejetée.")
    page.get_by_role("link", name="Écrire 6 fiches").click()
    page.get_by_role("button", name="Écrire").click()
    until(page, "Ce que l’import a changé")
    page.get_by_role("link", name="Annuler l’import").click()
    page.get_by_role("button", name="Annuler l’import").click()
    until(page, "6 fiches supprimées")
    page.goto("/atelier/imports/")
    expect(page.get_by_text("annulé").first).to_be_visible()


def until(page: Page, words: str) -> None:
    """Press « Actualiser » until the job is done: each answer of the server is a look at the job."""
    refresh = page.get_by_role("link", name="Actualiser")
    given_up = time.monotonic() + PATIENCE_MS / 1000
    while refresh.is_visible() and time.monotonic() < given_up:
        refresh.click()
    expect(page.get_by_text(re.compile(re.escape(words))).first).to_be_visible()
