"""The reference lists and the dashboard, by keyboard and on both screens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import json
from django.test import Client
from catalogue.models import Curatorship, Record, TerritoryUpdate, Theme
from tests import factories
curator = factories.account(username="listes", email="listes@exemple.fr")
Curatorship.objects.create(user=curator)
theme = Theme.objects.create(code="essai-de-liste", label="Essai de liste", position=90)
other = Theme.objects.create(code="essai-de-trop", label="Essai de trop", position=91)
for record in Record.objects.published().order_by("pk")[:3]:
    record.themes.add(other)
place = Record.objects.published().filter(territory__level="commune").first().territory
update = TerritoryUpdate.objects.create(millesime=2099, filename="essai.json.xz", sha256="0", record_count=1,
    changes=[{"kind": "fusionnee", "level": "commune", "code": place.code, "name": place.name,
              "before": place.name, "after": "35238", "records": 1}])
client = Client()
client.force_login(curator)
print(json.dumps([client.cookies["sessionid"].value, update.pk]))
"""


def test_lists_and_figures_by_keyboard(
    ask: Callable[[str], Any], logged: Callable[..., Page], base_url: str
) -> None:
    session, update = ask(SCENE)
    page = logged(session)
    faults = Witness(page, base_url).faults

    page.goto("/atelier/referentiels/themes/")
    page.get_by_role("button", name="Monter Essai de trop").press("Enter")
    rows = page.locator("tbody th a")
    expect(rows.nth(rows.count() - 2)).to_have_text("Essai de trop")
    page.get_by_role("link", name="Essai de trop").first.press("Enter")
    page.get_by_label("Libellé").fill("Essai en trop")
    page.get_by_label("Motif").fill("Plus juste")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.get_by_text("« Plus juste »")).to_be_visible()
    page.get_by_role("button", name="Rétablir la valeur d’avant").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Essai de trop")
    assert faults_of(page) == []

    page.get_by_role("link", name="Réunir à une autre").press("Enter")
    page.get_by_role("link", name="Essai de liste").press("Enter")
    expect(page.get_by_role("heading", name="3 fiches touchées")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Réunir").press("Enter")
    expect(page.get_by_role("link", name="Fiches : 3")).to_be_visible()
    page.goto("/atelier/referentiels/themes/ligne/essai-de-trop/")
    page.get_by_role("button", name="Annuler cette réunion").press("Enter")
    expect(page.get_by_role("link", name="Fiches : 3")).to_be_visible()

    page.goto("/atelier/tableau-de-bord/")
    assert faults_of(page) == []
    number = page.locator("#verification tbody a").first
    shown = number.inner_text()
    number.press("Enter")
    expect(page.locator(".tdb-compte")).to_have_text(shown)

    for address in (
        "",
        "territoires/",
        f"territoires/{update}/",
        "organisations/?q=ville",
        "themes/historique/",
    ):
        page.goto(f"/atelier/referentiels/{address}")
        assert faults_of(page) == [], address
    assert faults == []


MISSES = """
import json
from django.test import Client
from django.utils import timezone
from catalogue.models import Curatorship, SearchMiss
from tests import factories
curator = factories.account(username="notions", email="notions@exemple.fr")
Curatorship.objects.create(user=curator)
miss = {"words": "fondrière du bourg", "missing": ["fondrière"]}
SearchMiss.objects.create(day=timezone.localdate(), count=3, **miss)
client = Client()
client.force_login(curator)
print(json.dumps(client.cookies["sessionid"].value))
"""


def test_a_missing_word_becomes_a_name_by_keyboard(
    ask: Callable[[str], Any], logged: Callable[..., Page], base_url: str
) -> None:
    page = logged(ask(MISSES))
    faults = Witness(page, base_url).faults
    page.goto("/atelier/tableau-de-bord/sans-reponse/")
    assert faults_of(page) == []
    page.get_by_role("link", name="fondrière : ajouter au thésaurus").press("Enter")
    assert faults_of(page) == []
    page.get_by_label("Notion").select_option(label="état des chaussées")
    page.get_by_role("button", name="Ajouter le mot").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("état des chaussées")
    expect(page.get_by_label("Autres noms")).to_have_value(re.compile(r"\nfondrière\n"))
    assert faults_of(page) == []
    page.get_by_role("button", name="Rétablir la valeur d’avant").press("Enter")
    expect(page.get_by_label("Autres noms")).not_to_have_value(re.compile("fondrière"))
    page.goto("/atelier/referentiels/notions/?q=nids")
    expect(page.locator("tbody th a")).to_have_text("état des chaussées")
    assert faults_of(page) == []
    assert faults == []
