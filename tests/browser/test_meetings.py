"""What people say to one another: a message, an answer to a need; and the pages where they meet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Witness
from tests.browser.soundness import faults_of

SCENE = """
import json
from geo.models import Territory
from tests import factories
commune = Territory.objects.get(level="commune", code="56260")
host = factories.organisation(name="Ville d’essai {tag}", slug="ville-{tag}", territory=commune)
company = factories.organisation(name="Ombrelle {tag}", slug="ombrelle-{tag}")
people = {{}}
for who, place in (("hote", host), ("candidat", company)):
    people[who] = factories.account(email=f"{{who}}-{tag}@exemple.fr", username=f"{{who}}-{tag}")
    factories.membership(people[who], place, role="responsable")
ground = factories.square(-2.7565, 47.655, 0.0015)
site = factories.test_site(
    title="Place {tag}", slug="place-{tag}", owner=host, site_state="ouvert", territory=commune,
    geometry=ground,
)
site.organisation_links.create(organisation=host, role="maitre-ouvrage")
solution = factories.solution(
    title="Ombrière {tag}", slug="ombriere-{tag}", owner=company, created_by=people["candidat"]
)
need = factories.need(title="Rafraîchir {tag}", slug="rafraichir-{tag}", owner=host, territory=commune)
"""


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers of their own for the two sides."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        made.append(browser.new_context(locale="fr-FR", **options))
        return made[-1]

    yield make
    for context in made:
        context.close()


def log_in(page: Page, email: str) -> None:
    """Fill in the login page that is shown."""
    main = page.locator("main")
    main.get_by_label("Adresse électronique").fill(email)
    main.get_by_label("Mot de passe").fill("mot de passe d’essai")
    main.get_by_role("button", name="Se connecter", exact=True).click()


def test_a_message_is_answered_in_the_account(
    base_url: str, on_site: Callable[[str], str], contexts: Callable[..., BrowserContext]
) -> None:
    tag = "message"
    on_site(SCENE.format(tag=tag))
    writer, reader = contexts().new_page(), contexts().new_page()
    writer.goto(f"{base_url}/fiches/place-{tag}/")
    writer.get_by_role("link", name=f"Écrire à Ville d’essai {tag}").click()
    log_in(writer, f"candidat-{tag}@exemple.fr")
    expect(writer.locator("h1")).to_have_text(f"Écrire à Ville d’essai {tag}")
    writer.get_by_label("Objet").fill("Visite")
    writer.get_by_label("Votre message").fill("Peut-on venir jeudi ?")
    writer.get_by_role("button", name="Envoyer le message").dblclick()
    expect(writer.locator("h1")).to_have_text("Visite")

    reader.goto(f"{base_url}/mon-espace/messages/")
    log_in(reader, f"hote-{tag}@exemple.fr")
    expect(reader.locator(".dossier")).to_have_count(1)
    expect(reader.locator(".dossier")).to_contain_text("À vous de répondre")
    reader.get_by_role("link", name="Visite").click()
    reader.get_by_label("Votre message").fill("Oui, à dix heures.")
    reader.get_by_role("button", name="Envoyer le message").click()
    writer.reload()
    expect(writer.locator("main")).to_contain_text("Oui, à dix heures.")
    assert "@exemple.fr" not in writer.content() + reader.content()


def test_an_answer_to_a_need_becomes_public(
    base_url: str, on_site: Callable[[str], str], contexts: Callable[..., BrowserContext]
) -> None:
    tag = "reponse"
    on_site(SCENE.format(tag=tag))
    innovator, host = contexts().new_page(), contexts().new_page()
    innovator.goto(f"{base_url}/fiches/rafraichir-{tag}/")
    innovator.get_by_role("link", name="Répondre à ce besoin").click()
    log_in(innovator, f"candidat-{tag}@exemple.fr")
    innovator.get_by_role("link", name=f"Ombrière {tag}").click()
    innovator.get_by_label("En quoi elle répond au besoin").fill("Elle fait de l’ombre.")
    innovator.get_by_role("button", name="Envoyer la réponse").click()
    expect(innovator.locator(".alerte-succes")).to_be_visible()

    host.goto(f"{base_url}/mon-espace/candidatures/")
    log_in(host, f"hote-{tag}@exemple.fr")
    host.get_by_role("link", name=f"Ombrière {tag} – Rafraîchir {tag}").click()
    host.get_by_role("button", name="Accepter la réponse").click()
    host.goto(f"{base_url}/fiches/rafraichir-{tag}/")
    expect(host.locator("#reponses ~ ul")).to_contain_text("Elle fait de l’ombre.")


MEETINGS = """
import uuid
from catalogue.meetings import answers, applications, contacts
ali, odile = people["candidat"], people["hote"]
key = uuid.uuid4
sent = applications.send(ali, site, solution, company, creation_key=key(), motivation="Mesurer.")
applications.write(sent, ali, "Bonjour.", key())
answer = answers.send(ali, need, solution, company, how="Ombre.", message="", creation_key=key())
exchange = contacts.send(ali, host, site, subject="Visite", message="Jeudi ?", creation_key=key())
print(json.dumps([sent.pk, answer.pk, exchange.pk]))
"""


def test_the_pages_are_sound(
    page: Page, base_url: str, witness: Witness, on_site: Callable[[str], str]
) -> None:
    tag = "rencontres"
    application, answer, exchange = json.loads(on_site(SCENE.format(tag=tag) + MEETINGS).splitlines()[-1])
    visits = {
        "candidat": [
            f"/fiches/place-{tag}/candidater/?cherche=ombri",
            f"/fiches/place-{tag}/candidater/?solution=ombriere-{tag}",
            f"/fiches/rafraichir-{tag}/repondre/?solution=ombriere-{tag}",
            f"/organisations/ville-{tag}/contact/?fiche=place-{tag}",
            f"/mon-espace/candidatures/{application}/",
        ],
        "hote": [
            "/mon-espace/candidatures/",
            f"/mon-espace/candidatures/{application}/",
            f"/mon-espace/reponses/{answer}/",
            "/mon-espace/messages/",
            f"/mon-espace/messages/{exchange}/",
        ],
    }
    found: dict[str, list[str]] = {}
    for who, addresses in visits.items():
        page.context.clear_cookies()
        page.goto(f"{base_url}/mon-espace/messages/")
        log_in(page, f"{who}-{tag}@exemple.fr")
        expect(page).to_have_url(re.compile("/mon-espace/messages/"))
        for address in addresses:
            page.goto(base_url + address)
            page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
            if wrong := faults_of(page):
                found[address] = wrong
    assert found == {}
