"""A curator imports files full of traps: every row accounted for, then published, then undone.

One is ours; the other is the real table of 2016, which is not the project's to copy: its journey is skipped
where the table is not beside the project.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.soundness import faults_of

FILE = ROOT / "tests" / "data" / "pieges.csv"
TABLE = ROOT.parent / "shared" / "data" / "ecoquartiers_2016.csv"
TABLE_ROWS = 462
PATIENCE_MS = 180_000
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


def give(page: Page, source: str, file: Path = FILE) -> None:
    """Give the file and say where it comes from; the columns are recognised."""
    page.goto("/atelier/imports/nouveau/")
    page.get_by_label("Fichier", exact=True).set_input_files(file)
    page.get_by_label("Que décrit chaque ligne ?").select_option("operation")
    page.get_by_label("Nom de la nouvelle source").fill(source)
    page.get_by_role("button", name="Lire le fichier").click()
    for header, field in {
        "Région": "region",
        "CODE INSEE": "territoire",
        "Nom EcoQuartier": "titre",
        "Superficie du quartier (ha)": "surface_ha",
        "Résultats 2014": "labels:2013-2016:etape",
        "Charte": "labels:2013-2016:charte",
    }.items():
        expect(page.get_by_label(header, exact=True)).to_have_value(field)


def counted(page: Page, words: str) -> None:
    """The counts of the import, once its job is done."""
    expect(page.get_by_text(words).first).to_be_visible(timeout=PATIENCE_MS)


def row(page: Page, line: int) -> Any:
    """What the page says of a line of the file."""
    return page.locator(f"#ligne-{line}")


def take_proposals(page: Page, *doubts: str) -> None:
    """Take what is proposed, for the whole file, for each kind of doubt."""
    for doubt in doubts:
        kind = page.locator(".genre").filter(has_text=doubt)
        kind.get_by_role("button", name="Prendre ce qui est proposé").click()


DOUBTS = {
    4: "Le code 21232 est celui de Dompierre-en-Morvan",
    7: "Le code 20313 n’est plus en vigueur : c’est aujourd’hui San-Nicolao (2B313)",
    8: "Pierrefitte-sur-Seine (93059) fait aujourd’hui partie de Saint-Denis (93066)",
    9: "13580 est un code postal",
    10: "n’est pas une étape du régime 2013-2016",
    17: "nomme un groupement",
    18: "C’est un code postal",
    19: "Le point est à 49,8 km de Brest",
    20: "Latitude et longitude sont inversées",
    23: "Le code manque. Proposé : Angers (49007)",
}
NOTICES = {
    3: "« Rhône-Alpes » lu Auvergne-Rhône-Alpes",
    5: "lu 3,36 ha",
    6: "Zéro perdu",
    13: "lu Paris 13e arrondissement (75113)",
    14: "La cellule nomme plusieurs lieux",
    16: "Le département 62 contredit le code 59183",
}
REJECTED = {12: "manque", 21: "Le code 37999 n’existe pas", 22: "Même identifiant que la ligne 3"}


def said_of(page: Page, tab: str, expected: dict[int, str]) -> None:
    """Each line of the tab says what is wrong with it."""
    page.get_by_role("link", name=tab).click()
    for line, words in expected.items():
        spaced = re.escape(words).replace(r"\ ", r"\s")
        expect(row(page, line)).to_contain_text(re.compile(spaced))


def test_a_file_full_of_traps_is_published_then_undone(
    curator: Callable[..., Page], ask: Callable[[str], Any]
) -> None:
    page = curator("souris")
    before = ask(CATALOGUE)
    give(page, "Épreuve")
    expect(page.get_by_label("Mel maire")).to_have_value("")
    expect(page.get_by_text("Semble personnelle")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Faire un essai à blanc").click()
    counted(page, "4 nouvelles, 12 douteuses, 3 rejetées.")
    expect(page.get_by_text("2 lignes vides, 1 ligne de total, mises à part.")).to_be_visible()
    said_of(page, "Douteuses", DOUBTS)
    sound(page)
    page.get_by_role("button", name="Retenir ces lectures et refaire l’essai").click()
    counted(page, "7 nouvelles, 9 douteuses, 3 rejetées.")
    said_of(page, "Nouvelles", NOTICES)
    said_of(page, "Rejetées", REJECTED)
    page.get_by_role("link", name="Les 9 doutes sur le lieu, sur une carte").click()
    expect(page.get_by_role("row").filter(has_text="Le Port")).to_contain_text("Brest (29019), à 52,5 km")
    sound(page)
    page.get_by_role("link", name="4. Les Vignes de l’épreuve").click()
    sound(page)
    page.get_by_role("button", name="Prendre Dijon (21231)").click()
    expect(page.get_by_text("Corrigée : CODE INSEE → commune:21231.")).to_be_visible()
    page.get_by_role("link", name="Retour à pieges.csv").click()
    take_proposals(page, "Commune fusionnée", "Code INSEE qui n’est plus", "Code postal", "inversées")
    row(page, 23).get_by_role("button", name="Écarter la ligne").click()
    page.get_by_role("button", name="Refaire l’essai à blanc").click()
    counted(page, "12 nouvelles, 3 douteuses, 4 rejetées.")
    page.get_by_role("link", name="Écrire 12 fiches").click()
    assert ask(CATALOGUE) == before
    page.get_by_role("button", name="Écrire").click()
    page.get_by_role("link", name="Publier 12 fiches").click(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Publier 12 fiches").click()
    counted(page, "12 fiches créées sont publiées.")
    sound(page)
    public = page.context.new_page()
    public.goto("/fiches/?q=épreuve&type=operation")
    expect(public.get_by_role("link", name="Les Vignes de l’épreuve")).to_be_visible()
    take_back(page, "12")
    assert ask(CATALOGUE) == before


def take_back(page: Page, created: str) -> None:
    """Undo the import, all of it."""
    page.get_by_role("link", name="Annuler l’import").click()
    expect(page.get_by_text(f"{created} fiches créées par l’import seront supprimées.")).to_be_visible()
    page.get_by_role("button", name="Annuler l’import").click()
    counted(page, f"{created} fiches supprimées")


def test_the_same_without_a_script(curator: Callable[..., Page]) -> None:
    page = curator("sans-script", scripts=False)
    give(page, "Épreuve sans script")
    page.get_by_role("button", name="Faire un essai à blanc").click()
    until(page, "4 nouvelles, 12 douteuses, 3 rejetées.")
    page.get_by_role("button", name="Retenir ces lectures et refaire l’essai").click()
    until(page, "7 nouvelles, 9 douteuses, 3 rejetées.")
    page.get_by_role("link", name="Écrire 7 fiches").click()
    page.get_by_role("button", name="Écrire").click()
    until(page, "Ce que l’import a changé")
    page.get_by_role("link", name="Annuler l’import").click()
    page.get_by_role("button", name="Annuler l’import").click()
    until(page, "7 fiches supprimées")


@pytest.mark.skipif(not TABLE.exists(), reason="la table réelle de 2016 n’est pas à côté du projet")
def test_the_real_table_of_2016_is_published_then_undone(
    curator: Callable[..., Page], ask: Callable[[str], Any]
) -> None:
    page = curator("table")
    before = ask(CATALOGUE)
    give(page, "Table de suivi", TABLE)
    page.get_by_role("button", name="Faire un essai à blanc").click()
    counted(page, "13 mots que nos listes n’ont pas")
    accounted(page)
    page.get_by_role("link", name="doutes sur le lieu, sur une carte").click()
    wrong = page.get_by_role("row").filter(has_text="13. L’Arsenal")
    expect(wrong).to_contain_text("Dompierre-en-Morvan (21232)")
    page.get_by_role("link", name="Retour à").click()
    page.get_by_role("button", name="Retenir ces lectures et refaire l’essai").click()
    counted(page, "1 mot que nos listes n’ont pas")
    accounted(page)
    take_proposals(page, "Le code contredit", "Code postal", "Commune fusionnée", "Code INSEE qui n’est plus")
    page.get_by_role("button", name="Refaire l’essai à blanc").click()
    write = page.get_by_role("link", name=re.compile("^Écrire"))
    expect(write).to_be_visible(timeout=PATIENCE_MS)
    made = accounted(page)
    write.click()
    page.get_by_role("button", name="Écrire").click()
    page.get_by_role("link", name=f"Publier {made} fiches").click(timeout=PATIENCE_MS)
    page.get_by_role("button", name=f"Publier {made} fiches").click()
    counted(page, f"{made} fiches créées sont publiées.")
    take_back(page, made)
    assert ask(CATALOGUE) == before


def accounted(page: Page) -> str:
    """No row of the table is lost: its fates and what is set aside make them all. Gives the new ones."""
    fates = page.get_by_text(re.compile(r"nouvelles, .*rejetées\.$")).first.inner_text()
    aside = page.get_by_text("mises à part.").inner_text()
    numbers = re.findall(r"\d+", f"{fates} {aside}".replace("\u202f", ""))
    assert sum(map(int, numbers)) == TABLE_ROWS
    return numbers[0]


def until(page: Page, words: str) -> None:
    """Press « Actualiser » until the job is done: each answer of the server is a look at the job."""
    done = page.get_by_text(re.compile(re.escape(words)))
    refresh = page.get_by_role("link", name="Actualiser")
    given_up = time.monotonic() + PATIENCE_MS / 1000
    expect(done.or_(refresh).first).to_be_visible()  # the page that was asked for has come
    while refresh.is_visible() and time.monotonic() < given_up:
        with page.expect_navigation():
            refresh.click()
    expect(done.first).to_be_visible()
