"""The two stories that the site exists for: by mouse, by keyboard alone, and without JavaScript.

An innovator proposes a solution and its experiment, a curator asks for more and publishes, a collectivité
finds them and writes. A collectivité offers a ground, an innovator applies, is accepted, and measures.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from catalogue.models.organisation import luhn_is_valid
from tests.browser.conftest import ROOT, Mail
from tests.browser.hands import HANDS, Mouse

Mailbox = Callable[[str], list[Mail]]
Demo = dict[str, tuple[str, str]]
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"
PASSWORD = "une phrase assez longue 7"
TOLD = (
    "Le trottoir est ouvert sur deux mètres, décaissé, paillé et planté d’espèces locales. L’eau de la "
    "chaussée y arrive par des bavettes, et le trop-plein rejoint le réseau. Les riverains choisissent les "
    "plantes, la commune les entretient deux fois l’an, et une sonde dit combien d’eau s’est infiltrée."
)
GROUND = "POLYGON((-2.7565 47.6550, -2.7545 47.6550, -2.7545 47.6562, -2.7565 47.6562, -2.7565 47.6550))"


@pytest.fixture(scope="session")
def demo(site_environment: dict[str, str], base_url: str) -> Demo:
    """The accounts that ``manage.py demo_accounts`` prints: role → e-mail, password."""
    done = subprocess.run(
        [sys.executable, "manage.py", "demo_accounts"],
        cwd=ROOT, env=site_environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = re.findall(r"^\s+(\S+)\s+(\S+@exemple\.fr)\s+(\S+)$", done.stdout, re.MULTILINE)
    return {role: (email, password) for role, email, password in lines}


def siret(number: int) -> str:
    """A SIRET whose keys are right."""
    siren = next(
        f"{900_000_00 + number}{key}" for key in range(10) if luhn_is_valid(f"{900_000_00 + number}{key}")
    )
    return next(f"{siren}0001{key}" for key in range(10) if luhn_is_valid(f"{siren}0001{key}"))


def sign_up(hand: Mouse, email: str, mailbox: Mailbox) -> None:
    """A new account, its address confirmed by the link of the e-mail."""
    hand.go("/compte/inscription/")
    hand.field("Adresse électronique", email)
    hand.field("Mot de passe", PASSWORD)
    hand.button("Créer mon compte")
    expect(hand.page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    hand.go(urlsplit(mailbox(email)[0].link).path)
    hand.button("Oui, confirmer")
    expect(hand.page.get_by_role("heading", level=1, name="Mon espace")).to_be_visible()


def join(hand: Mouse, name: str, number: int) -> None:
    """An organisation that the site does not know yet; a curator will confirm it."""
    hand.go("/mon-espace/organisations/rejoindre/")
    hand.field("SIRET de votre organisation", siret(number))
    hand.page.keyboard.press("Enter")
    hand.field("Nom de l’organisation", name)
    hand.choose(hand.page.get_by_label("Type d’organisation"), "start-up")
    hand.field("Territoire ou commune du siège", "Grenoble")
    hand.page.keyboard.press("Enter")
    expect(hand.page.get_by_role("heading", name=name)).to_be_visible()


def essentials(hand: Mouse, kind: str, title: str, summary: str) -> None:
    """The first step of any kind."""
    hand.go(f"/proposer/{kind}/")
    start(hand, title, summary)


def start(hand: Mouse, title: str, summary: str) -> None:
    hand.field("Titre", title)
    hand.field("Résumé", summary)
    on(hand)


def on(hand: Mouse) -> None:
    """To the next step."""
    hand.press(hand.page.get_by_role("button", name=re.compile("ontinuer$")).first)


def propose_solution(hand: Mouse, title: str) -> None:
    """A solution, from the choice of a kind to the curators."""
    hand.go("/proposer/")
    hand.link("Commencer")
    start(
        hand,
        title,
        "Une bande plantée en creux reçoit la pluie de la rue et la laisse s’infiltrer sur place.",
    )
    hand.field("Description", TOLD)
    on(hand)
    hand.tick(hand.page.get_by_label("Nature en ville").first)
    on(hand)
    on(hand)
    to_review(hand)
    send(hand)


def place(hand: Mouse, coordinates: str) -> None:
    """Where it stands: drawn on the map by who has a mouse, typed by the others; then confirmed."""
    if hand.draws:
        draw(hand)
    else:
        hand.tick(hand.page.get_by_role("radio", name="Par des coordonnées"))
        hand.write(hand.page.get_by_role("textbox", name="Coordonnées"), coordinates)
    on(hand)
    confirm_place(hand)


def confirm_place(hand: Mouse) -> None:
    """Say that the territory found is the right one."""
    expect(hand.page.get_by_role("heading", name=re.compile("Est-ce bien là"))).to_be_visible()
    hand.button("C’est bien là")


def draw(hand: Mouse) -> None:
    """A rectangle drawn in the middle of the map, which stands on a commune."""
    page = hand.page
    hand.tick(page.get_by_role("radio", name="Sur la carte"))
    chart = page.locator(".leaflet-container")
    chart.scroll_into_view_if_needed()
    for _zoom in range(6):
        page.locator(".leaflet-control-zoom-in").click()
    page.get_by_role("link", name="Tracer un rectangle").click()
    box = chart.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 30, y - 20)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20, steps=3)
    page.mouse.up()
    expect(page.locator("#id_geometry")).to_have_value(re.compile("Polygon"))


def propose_experiment(hand: Mouse, solution: str, title: str) -> None:
    """An experiment of a solution of one's own, with its place; sent to the curators."""
    hand.go("/proposer/experimentation/")
    hand.field("Nom de la solution", solution)
    hand.button("Chercher")
    hand.press(
        hand.page.get_by_role("button", name=re.compile(solution))
        .or_(hand.page.get_by_role("link", name=re.compile(solution)))
        .first
    )
    start(
        hand,
        title,
        "Cent mètres de trottoir ouverts devant une école, avec un suivi des pluies pendant un an.",
    )
    place(hand, "45.1885, 5.7245")
    hand.field("Description", TOLD)
    hand.tick(hand.page.get_by_role("radio", name="en expérimentation"))
    hand.field("Année de début", "2025")
    on(hand)
    on(hand)
    hand.tick(hand.page.get_by_label("Nature en ville").first)
    on(hand)
    on(hand)
    to_review(hand)
    send(hand)


def to_review(hand: Mouse) -> None:
    """From the page of photos and documents to the last step."""
    expect(hand.page.get_by_role("heading", name="Photos et documents")).to_be_visible()
    hand.press(hand.page.get_by_role("link", name=re.compile("Vérifier et envoyer")).first)
    expect(hand.page.get_by_role("heading", name="Vérifier et envoyer")).to_be_visible()


def send(hand: Mouse) -> None:
    """To the curators."""
    hand.press(hand.page.get_by_role("button", name="Envoyer", exact=True))
    expect(hand.page.get_by_text("soumise").first).to_be_visible()


def confirm_member(hand: Mouse, organisation: str) -> None:
    """A curator confirms the first member of an organisation."""
    hand.go("/atelier/membres/")
    row = hand.page.locator("li, article, form").filter(has_text=organisation).last
    hand.press(row.get_by_role("button", name="Confirmer").first)
    expect(hand.page.locator(".alerte-succes")).to_be_visible()


def ask(hand: Mouse, title: str, question: str) -> None:
    """A curator asks for what lacks."""
    review(hand, title)
    hand.press(hand.page.locator("summary", has_text="Demander un complément"))
    hand.write(hand.page.locator("#ask-reason"), question)
    hand.button("Demander un complément")
    expect(hand.page.locator(".alerte-succes")).to_be_visible()


def review(hand: Mouse, title: str) -> None:
    """The page at which a curator judges a record, found in the queue."""
    hand.go("/atelier/")
    hand.press(hand.page.locator("main").get_by_role("link", name=title, exact=True))


def publish(hand: Mouse, title: str) -> None:
    """A curator publishes a record of the queue."""
    review(hand, title)
    hand.press(hand.page.get_by_role("button", name="Publier", exact=True))
    expect(hand.page.locator("[aria-current=step]")).to_contain_text("Publiée")


def complete(hand: Mouse, title: str, question: str, summary: str) -> None:
    """The author reads what is asked, answers it, and sends the record again."""
    hand.go("/mon-espace/")
    expect(hand.page.get_by_text(question)).to_be_visible()
    hand.link(title)
    hand.link("Compléter et soumettre de nouveau")
    hand.link("L’essentiel")
    hand.field("Résumé", summary)
    on(hand)
    hand.press(hand.page.get_by_role("link", name=re.compile("Vérifier et envoyer")).first)
    send(hand)


@pytest.mark.parametrize("way", HANDS)
def test_a_solution_is_proposed_published_found_and_its_holder_written_to(
    way: str, browser: Browser, base_url: str, demo: Demo, mailbox: Mailbox
) -> None:
    number = list(HANDS).index(way)
    company, solution, experiment = f"Noues {way}", f"Noue de rue {way}", f"Noue rue Ampère {way}"
    innovator, curator, council = (HANDS[way](browser, base_url) for _who in range(3))
    sign_up(innovator, f"noues-{number}@exemple.fr", mailbox)
    join(innovator, company, number)
    propose_solution(innovator, solution)
    propose_experiment(innovator, solution, experiment)

    curator.log_in(*demo["curateur"])
    confirm_member(curator, company)
    ask(curator, solution, "Pour quelle largeur de rue ?")
    complete(
        innovator,
        solution,
        "Pour quelle largeur de rue ?",
        "Une bande plantée en creux reçoit la pluie des rues d’au moins huit mètres de large.",
    )
    publish(curator, solution)
    publish(curator, experiment)

    council.log_in(*demo["collectivité"])
    council.go("/fiches/")
    council.field("Un lieu ou des mots", f"noue ampère {way}")
    council.page.keyboard.press("Enter")
    council.press(council.page.locator(".fiche-titre").get_by_role("link", name=experiment))
    expect(council.page.locator("main")).to_contain_text("Preuve 1/5")
    council.link(f"Écrire à {company}")
    council.field("Objet", "Votre noue")
    council.field("Votre message", "Peut-on la visiter ?")
    council.button("Envoyer le message")
    expect(council.page.get_by_role("heading", level=1, name="Votre noue")).to_be_visible()

    innovator.go("/mon-espace/messages/")
    innovator.link("Votre noue")
    innovator.field("Votre message", "Oui, jeudi à dix heures.")
    innovator.button("Envoyer le message")
    expect(innovator.page.locator("main")).to_contain_text("(vous)")
    council.page.reload()
    expect(council.page.locator("main")).to_contain_text("Oui, jeudi à dix heures.")
    told = [mail.text for mail in mailbox(demo["collectivité"][0]) + mailbox(f"noues-{number}@exemple.fr")]
    assert [text for text in told if "@exemple.fr" in text] == []
    for hand in (innovator, curator, council):
        hand.close()


def offer_ground(hand: Mouse, title: str) -> None:
    """A collectivité offers a surface, open to applications."""
    essentials(
        hand,
        "site",
        title,
        "Une place minérale d’un hectare, sans arbre, offerte pour essayer l’ombre et la fraîcheur.",
    )
    if hand.draws:
        draw(hand)
    else:
        hand.tick(hand.page.get_by_role("radio", name="Sur la carte"))
        hand.write(hand.page.get_by_role("textbox", name="Tracé"), GROUND)
    on(hand)
    confirm_place(hand)
    hand.field(
        "Ce qui peut y être testé",
        "Des ombrières, des sols qui boivent, du mobilier à eau ; rien qui gêne le marché du jeudi.",
    )
    hand.tick(hand.page.locator("#id_ground_kinds_0"))
    on(hand)
    hand.tick(hand.page.get_by_label("Nature en ville").first)
    on(hand)
    on(hand)
    to_review(hand)
    send(hand)


def apply_to(hand: Mouse, site: str, solution: str) -> None:
    """An innovator applies to the ground with a solution."""
    hand.go("/fiches/?type=site")
    hand.press(hand.page.locator(".fiche-titre").get_by_role("link", name=site))
    hand.link("Candidater à ce site")
    expect(hand.page.get_by_role("heading", level=1, name="Candidater à ce site")).to_be_visible()
    if hand.page.get_by_role("link", name=solution).count():
        hand.link(solution)
    hand.field("Pourquoi ce site ?", "Mesurer ce que l’eau rafraîchit là où rien ne pousse.")
    hand.page.get_by_label("Documents").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    hand.button("Envoyer la candidature")
    expect(hand.page.locator(".etape-courant")).to_contain_text("Envoyée")
    expect(hand.page.get_by_role("link", name="plan", exact=True)).to_be_visible()


def accept(hand: Mouse, title: str) -> None:
    """The collectivité accepts the application."""
    hand.go("/mon-espace/candidatures/")
    hand.link(title)
    hand.press(hand.page.locator("summary", has_text="Accepter"))
    hand.button("Accepter la candidature")
    expect(hand.page.locator(".alerte-succes")).to_contain_text("acceptée")


def report(hand: Mouse, slug: str) -> None:
    """The innovator adds a measured result to the published experiment, as a change that a curator reads."""
    hand.go(f"/proposer/fiche/{slug}/resultats/")
    hand.link("Ajouter un résultat")
    hand.field("Nom de l’indicateur", "Température de l’air à 15 h")
    hand.tick(hand.page.get_by_role("radio", name="mesuré", exact=True))
    hand.tick(hand.page.get_by_role("radio", name=re.compile("^Son effet")))
    hand.write(
        hand.page.get_by_role("textbox", name="Valeur (facultatif)")
        .or_(hand.page.locator("#id_value"))
        .first,
        "-3,5",
    )
    hand.field("Unité", "°C")
    hand.tick(hand.page.get_by_role("radio", name=re.compile("^Un témoin sans la solution")))
    hand.field("Année de la mesure", "2026")
    hand.field("Référence de la source", "Relevés de l’été 2026")
    hand.press(hand.page.get_by_role("button", name="Enregistrer", exact=True))
    expect(hand.page.get_by_role("link", name="Ajouter un résultat")).to_be_visible()
    hand.press(hand.page.get_by_role("link", name=re.compile("Vérifier et envoyer")).first)
    hand.press(hand.page.get_by_role("button", name=re.compile("^Envoyer")).first)
    expect(hand.page.locator(".alerte-succes")).to_be_visible()


@pytest.mark.parametrize("way", HANDS)
def test_a_ground_is_offered_a_solution_accepted_and_its_measure_raises_the_proof(
    way: str, browser: Browser, base_url: str, demo: Demo
) -> None:
    site, solution = f"Place du marché {way}", f"Ombrière à eau {way}"
    innovator, curator, council = (HANDS[way](browser, base_url) for _who in range(3))
    council.log_in(*demo["collectivité"])
    offer_ground(council, site)
    innovator.log_in(*demo["innovateur"])
    propose_solution(innovator, solution)
    curator.log_in(*demo["curateur"])
    publish(curator, site)
    publish(curator, solution)

    apply_to(innovator, site, solution)
    accept(council, f"{solution} – {site}")
    publish(curator, f"{solution} – {site}")
    innovator.go("/fiches/?type=solution&tri=recent")
    innovator.press(innovator.page.locator(".fiche-titre").get_by_role("link", name=solution))
    expect(innovator.page.locator("main")).to_contain_text("Preuve 1/5")
    solution_page = innovator.page.url
    innovator.press(innovator.page.get_by_role("link", name=f"{solution} – {site}").first)
    expect(innovator.page.get_by_role("heading", level=1)).to_have_text(f"{solution} – {site}")
    slug = innovator.page.url.rstrip("/").rpartition("/")[2].partition("#")[0]
    report(innovator, slug)

    curator.go("/atelier/?voir=changements")
    curator.press(
        curator.page.locator("main")
        .get_by_role("link", name=re.compile(re.escape(f"{solution} – {site}")))
        .first
    )
    curator.button("Accepter les changements cochés")
    expect(curator.page.locator(".alerte-succes")).to_be_visible()
    innovator.go(solution_page)
    expect(innovator.page.locator("main")).to_contain_text("Preuve 3/5")
    for hand in (innovator, curator, council):
        hand.close()
