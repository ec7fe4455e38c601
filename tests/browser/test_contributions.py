"""A record is proposed: by keyboard only, without JavaScript, in two browsers at once, on two screens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SUMMARY = "Un revêtement clair qui laisse passer la pluie et reste frais l’été, pour les cours d’école."
TEXT = "Comment cela fonctionne, ce qu’il faut sur place, qui fait quoi et combien de temps. " * 4
MANY_TABS = 60
AUTHOR = """
import json
from django.test import Client
from tests import factories
tag = "{tag}"
owner = factories.organisation(name=f"Atelier {{tag}}", slug=f"atelier-{{tag}}")
sessions = []
for who in ("un", "deux"):
    writer = factories.account(username=f"{{who}}-{{tag}}", email=f"{{who}}-{{tag}}@exemple.fr")
    factories.membership(writer, owner)
    client = Client()
    client.force_login(writer)
    sessions.append(client.cookies["sessionid"].value)
{more}
print(json.dumps(sessions))
"""
DRAFT = """
factories.solution(
    title="Avant", slug=f"brouillon-{tag}", state="brouillon", owner=owner, created_by=writer
)
"""
EVERY_KIND = """
mine = {"state": "brouillon", "owner": owner, "created_by": writer}
solution = factories.solution(title="Pavé drainant", slug=f"solution-{tag}", **mine)
one = factories.experiment(solution=solution, territory=None, slug=f"experimentation-{tag}", **mine)
factories.indicator(one)
factories.test_site(slug=f"site-{tag}", **mine)
factories.need(slug=f"besoin-{tag}", **mine)
factories.award(factories.operation(slug=f"operation-{tag}", **mine))
factories.need(slug=f"publiee-{tag}", owner=owner, created_by=writer)
"""
STATE = """
import json
from catalogue.models import Record
one = Record.objects.get(slug="{slug}")
print(json.dumps([one.state, one.title, one.summary, list(one.themes.values_list("code", flat=True))]))
"""
PAGES = {
    "solution": ("essentiel", "detail", "themes", "acteurs", "documents", "verifier", "supprimer"),
    "experimentation": ("essentiel", "solution", "lieu", "deroulement", "resultats", "resultats/nouveau"),
    "site": ("lieu", "terrain", "verifier"),
    "besoin": ("detail", "verifier"),
    "operation": ("programme", "labels", "labels/nouveau", "acteurs"),
    "publiee": ("essentiel", "verifier"),
}


def enter(page: Page, session: str, base_url: str) -> None:
    """Go on as somebody logged in."""
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": base_url}])


def test_without_javascript_an_experiment_has_its_results(
    browser: Browser, browser_context_args: dict[str, Any], base_url: str, ask: Callable[[str], Any]
) -> None:
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    page = context.new_page()
    more = 'factories.solution(title="Pavé sans script", slug="pave-sans-script")'
    enter(page, ask(AUTHOR.format(tag="sans-script", more=more))[0], base_url)
    page.goto(f"{base_url}/proposer/experimentation/")
    page.get_by_label("Nom de la solution").fill("sans script")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Pavé sans script").click()
    page.get_by_label("Titre").fill("Essai sans script")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("link", name="Résultats").click()
    page.get_by_role("link", name="Ajouter un résultat").click()
    page.get_by_label("Nom de l’indicateur").fill("Eau retenue")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("La page n’est pas enregistrée")).to_be_visible()
    expect(page.get_by_label("Nom de l’indicateur")).to_have_value("Eau retenue")
    page.get_by_label("mesuré", exact=True).check()
    page.get_by_label("Son effet").check()
    page.get_by_label("Valeur", exact=True).fill("12,5")
    page.get_by_label("Unité").fill("m³")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("12,5 m³")).to_be_visible()
    page.get_by_role("link", name="Corriger ou retirer").click()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Aucun résultat pour l’instant")).to_be_visible()
    page.get_by_role("link", name="Acteurs").click()
    page.get_by_label("Organisation").fill("Atelier sans-script")
    page.get_by_label("Rôle").select_option("partenaire")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Ajouté : Atelier sans-script, partenaire.")).to_be_visible()
    page.get_by_role("link", name="Vérifier et envoyer").first.click()
    expect(page.get_by_text("Ce qui manque pour l’envoyer")).to_be_visible()
    context.close()


def test_the_second_of_two_browsers_is_told_and_loses_nothing(
    page: Page,
    browser: Browser,
    browser_context_args: dict[str, Any],
    base_url: str,
    ask: Callable[[str], Any],
) -> None:
    first, second = ask(AUTHOR.format(tag="deux", more=DRAFT))
    other = browser.new_context(**browser_context_args).new_page()
    for one, session in ((page, first), (other, second)):
        enter(one, session, base_url)
        one.goto(f"{base_url}/proposer/fiche/brouillon-deux/essentiel/")
    page.get_by_label("Titre").fill("La version du premier")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(re.compile("/detail/$"))
    other.get_by_label("Titre").fill("La version du second")
    other.get_by_role("button", name="Enregistrer et continuer").click()
    told = other.get_by_role("alert").filter(has_text="Quelqu’un d’autre")
    expect(told).to_contain_text("La version du premier")
    expect(other.get_by_label("Titre")).to_have_value("La version du second")
    assert ask(STATE.format(slug="brouillon-deux"))[1] == "La version du premier"
    other.get_by_role("button", name="Enregistrer et continuer").click()
    other.wait_for_url(re.compile("/detail/$"))
    assert ask(STATE.format(slug="brouillon-deux"))[1] == "La version du second"
    other.context.close()


def test_what_was_typed_is_not_left_without_a_word(
    page: Page, base_url: str, ask: Callable[[str], Any]
) -> None:
    enter(page, ask(AUTHOR.format(tag="quitter", more=DRAFT))[0], base_url)
    page.goto(f"{base_url}/proposer/fiche/brouillon-quitter/essentiel/")
    page.get_by_label("Résumé").press_sequentially("Un début")
    expect(page.get_by_text("Encore 492 caractères")).to_be_visible()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="En détail").click()
    page.wait_for_function("() => true")
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Résumé")).to_have_value("Un début")


def test_every_page_is_accessible_and_fits(
    page: Page, base_url: str, ask: Callable[[str], Any], witness: Witness
) -> None:
    tag = "pages"
    session = ask(AUTHOR.format(tag=tag, more=EVERY_KIND))[1]
    enter(page, session, base_url)
    paths = ["/proposer/", "/proposer/solution/", "/proposer/experimentation/"]
    paths += [f"/proposer/fiche/{kind}-{tag}/{code}/" for kind, codes in PAGES.items() for code in codes]
    for path in paths:
        answer = page.goto(base_url + path)
        assert answer is not None
        assert answer.status == 200, path
        assert faults_of(page) == [], path
