"""The pages of a contributor and of a curator, with something on them, on both screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import json
from django.test import Client
from catalogue.records import workflow
from catalogue.models import ContactRequest, Record, Revision
from geo.models import Territory
from tests import factories
tag = "{tag}"
place = Territory.objects.get(level="commune", code="35238")
owner = factories.organisation(name=f"Ville {{tag}}", slug=f"ville-{{tag}}", territory=place)
author = factories.account(username=f"auteur-{{tag}}", email=f"auteur-{{tag}}@exemple.fr")
factories.membership(author, owner)
curator = factories.account(username=f"curateur-{{tag}}", email=f"curateur-{{tag}}@exemple.fr")
curator.curatorship = factories.Curatorship.objects.create(user=curator)
mine = {{"owner": owner, "created_by": author, "territory": place}}
need = factories.need(
    title=f"Rafraîchir les cours d’école {{tag}}", slug=f"cours-{{tag}}", state="brouillon", **mine,
    summary="Des cours plantées et ombragées, où l’on peut rester l’après-midi en juin et en juillet.",
    description="Les cours sont goudronnées, sans ombre, et dépassent quarante degrés en juin. " * 4,
    audiences=["collectivite"], existing_data="Relevés de température de 2025 dans douze cours.",
)
need.themes.add(factories.Theme.objects.first())
workflow.apply(need, "submit", author)
published = factories.need(title=f"Un banc {{tag}}", slug=f"banc-{{tag}}", geometry=place.point, **mine)
revision = Revision.objects.create(
    record=Record.objects.get(pk=published.pk), author=author,
    changes={{"title": [published.title, "Un banc à l’ombre"], "geometry": [None, place.point.wkt]}},
)
factories.membership(factories.account(username=f"elue-{{tag}}", email=f"elue-{{tag}}@exemple.fr"),
    factories.organisation(name=f"Commune {{tag}}", slug=f"commune-{{tag}}"), confirmed_at=None)
ContactRequest.objects.create(
    sender=curator, organisation=owner, message="Achetez.", state="signalee", report_reason="Démarchage")
sessions = []
for person in (author, curator):
    client = Client()
    client.force_login(person)
    sessions.append(client.cookies["sessionid"].value)
print(json.dumps([*sessions, revision.pk]))
"""


@pytest.fixture
def scene(ask: Callable[[str], Any]) -> Callable[[str], tuple[str, str, int]]:
    """Makes a scene under a name of its own: the sessions of the author and of the curator, a change."""
    return lambda tag: tuple(ask(SCENE.format(tag=tag)))


def test_each_page_is_accessible_on_both_screens(
    scene: Callable[[str], tuple[str, str, int]], logged: Callable[..., Page], base_url: str
) -> None:
    author, curator, revision = scene("ecrans")
    addresses = {
        author: ["/mon-espace/", "/mon-espace/fiches/", "/mon-espace/fiches/banc-ecrans/",
                 "/mon-espace/fiches/cours-ecrans/", "/mon-espace/fiches/cours-ecrans/apercu/"],
        curator: ["/atelier/", "/atelier/?voir=changements", "/atelier/fiches/cours-ecrans/",
                  f"/atelier/changements/{revision}/", "/atelier/membres/", "/atelier/signalements/"],
    }  # fmt: skip
    for session, pages in addresses.items():
        page = logged(session)
        faults = Witness(page, base_url).faults
        for address in pages:
            assert page.goto(address).status == 200, address
            for details in page.locator("main details").all():
                details.evaluate("one => one.open = true")
            assert faults_of(page) == [], address
        assert faults == []


def test_the_daily_gestures_are_done_by_keyboard_or_without_script(
    scene: Callable[[str], tuple[str, str, int]], logged: Callable[..., Page]
) -> None:
    _author, curator, _revision = scene("clavier")
    page = logged(curator)
    page.goto("/atelier/?q=clavier")
    keys, title = page.keyboard, page.locator("[data-titre]")
    keys.press("/")
    expect(page.get_by_label("Mots du titre")).to_be_focused()
    keys.type("jxp?")  # nothing but letters while one writes
    expect(page.locator("dialog")).to_be_hidden()
    keys.press("Tab")
    keys.press("j")
    expect(title).not_to_be_focused()  # in a list of choices either
    page.get_by_role("heading", level=1).click()
    keys.press("j")
    expect(title).to_be_focused()
    keys.press("p")
    expect(page.get_by_text("Vous vous chargez de")).to_be_visible()
    expect(page.get_by_label("Toute la page")).to_be_visible()  # the script runs
    expect(title).to_be_focused()  # back where one was
    keys.press("x")
    expect(page.get_by_text("1 fiche cochée")).to_be_visible()
    page.get_by_label("Pour les fiches cochées").focus()
    keys.type("Demander")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_text("1 courriel partirait.")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_label("Motif type").select_option(index=3)
    page.get_by_role("button", name="Confirmer pour cette fiche").press("Enter")
    expect(page.get_by_text("1 fiche a changé.")).to_be_visible()
    assert faults_of(page) == []

    page.goto("/atelier/fiches/cours-clavier/")
    keys.press("c")
    keys.type("Je rappelle demain.")
    expect(page.get_by_label("Commentaire interne")).to_have_value("Je rappelle demain.")
    page.get_by_role("button", name="Commenter").press("Enter")
    expect(page.get_by_text("Je rappelle demain.")).to_be_visible()
    expect(page.get_by_role("button", name="Raccourcis clavier")).to_be_visible()  # the script runs
    keys.press("?")
    page.get_by_label("Raccourcis d’une seule touche").uncheck()
    page.get_by_role("button", name="Fermer").press("Enter")
    keys.press("c")
    expect(page.get_by_label("Commentaire interne")).not_to_be_focused()

    plain = logged(curator, scripts=False)
    plain.goto("/atelier/?voir=moi&q=clavier")
    plain.get_by_role("checkbox", name="Cocher « Rafraîchir les cours d’école clavier »").check()
    plain.get_by_label("Pour les fiches cochées").select_option("publish")
    plain.get_by_role("button", name="Voir l’effet").click()
    expect(plain.get_by_text("la fiche est à compléter.")).to_be_visible()
