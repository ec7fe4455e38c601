"""Nothing unpublished is on any surface: one test walks them all, every state, for who owns none of it.

A surface that is added must be walked too, or say in ``OF_NOBODY_ELSE`` why it shows no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from pypdf import PdfReader

from catalogue.alerts import feed, saving
from catalogue.models import (
    AlertMatch,
    AnswerProposal,
    Application,
    ConfirmationRound,
    ContactRequest,
    Document,
    Message,
    Organisation,
    Record,
    RecordOrganisation,
    Revision,
)
from catalogue.workshop.quality import confirmation
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "Zéphyrinade"
SLUG = "zephyr-"
HIDDEN_STATES = [state for state in Record.State if state != Record.State.PUBLISHED]
TILES = ((0, 0, 0), (5, 15, 11), (9, 253, 177), (13, 4057, 2842))

OF_NOBODY_ELSE = {
    "account": "one's own account",
    "mfa": "one's own second factor",
    "oidc": "the way to an identity provider",
    "health": "the state of the process",
    "page": "texts of the site",
    "components": "examples of the components, in development",
    "robots": "names no record",
    "security": "names no record",
    "territory-inside": "names territories, no record",
    "sitemap-index": "names the sections of the site map",
    "invitation": "an organisation's own",
    "provider-unlink": "posted",
    "search-stop": "one's own alerts, by a signed link",
    "search-edit": "one's own search, walked as a list",
    "search-delete": "posted",
    "feed-renew": "posted",
    "workshop": "the curators', to anybody else not found",
    "import": "the curators', to anybody else not found",
    "tile-territories": "the ground knows no record",
    "territory-outline": "the ground knows no record",
    "organisation": "one's own organisations",
    "member": "posted",
}
"""Routes that the walk leaves out, by the beginning of their name, and why they show no record."""


@dataclass
class World:
    """A public record among hidden ones, and an account that has nothing to do with these."""

    public: Record
    ground: Record
    hidden: list[Record]
    stranger: User
    holder: Organisation
    feed: str
    documents: list[str] = field(default_factory=list)


@pytest.fixture
def world() -> World:
    commune = factories.commune(code="35238", name="Rennes", lon=-1.7, lat=48.0)
    place: dict[str, Any] = {"territory": commune, "geometry": commune.point}
    holder = factories.organisation(name="Porteur", slug="porteur")
    owner = factories.member(holder)
    hidden = [record for state in HIDDEN_STATES for record in five_kinds(state, place, holder)]
    public = factories.solution(title="Fiche publique", slug="publique", owner=holder)
    RecordOrganisation.objects.create(record=public, organisation=holder)
    ground = factories.test_site(
        title="Terrain public", slug="terrain", site_state="ouvert", owner=holder, **place
    )
    stranger = factories.member()
    for record in hidden:
        RecordOrganisation.objects.create(record=record, organisation=holder)
    waiting = private_exchanges(public, ground, hidden[0], owner, holder)
    found = saving.form_of("carte", QueryDict("territoire=commune:35238"))
    assert found.is_valid()
    search, _made = saving.save(stranger, "carte", found, "Rennes", "immediat")
    AlertMatch.objects.bulk_create(
        AlertMatch(search=search, record=record, matched_at=timezone.now()) for record in hidden
    )
    for state in HIDDEN_STATES:  # what a publication left behind must go as well
        Record.objects.filter(slug__startswith=f"{SLUG}{state}-").update(state=state)
    key = feed.new_key(stranger)
    return World(public, ground, hidden, stranger, holder, feed.feed_url(key), waiting)


def five_kinds(state: str, place: dict[str, Any], holder: Organisation) -> list[Record]:
    """A record of each kind, published for now; its address says the state that it will have."""

    def named(kind: str) -> dict[str, Any]:
        return {"title": f"{SECRET} {kind}", "slug": f"{SLUG}{state}-{kind}"}

    solution = factories.solution(owner=holder, **named("solution"))
    return [
        solution,
        factories.measured_experiment(solution=solution, **named("essai"), **place),
        factories.operation(**named("operation"), **place),
        factories.test_site(site_state="ouvert", owner=holder, **named("site"), **place),
        factories.need(**named("besoin"), **place),
    ]


def private_exchanges(
    public: Record, ground: Record, solution: Record, owner: User, holder: Organisation
) -> list[str]:
    """What is said around published records without being public; addresses of the files."""
    added = {"record": public, "title": f"{SECRET} plan", "file": f"documents/{SLUG}plan.pdf"}
    pending = Document.objects.create(**added, is_pending=True)
    untreated = Document.objects.create(**added, is_ready=False)
    for state in ("preparation", "proposee", "refusee"):
        Revision.objects.create(
            record=public, author=owner, state=state, changes={"title": ["Fiche publique", f"{SECRET} titre"]}
        )
    application = Application.objects.create(
        site=ground.proper, solution=public.proper, organisation=holder, motivation=SECRET, created_by=owner
    )
    contact = ContactRequest.objects.create(
        sender=owner, organisation=holder, record=public, subject=SECRET, message=SECRET
    )
    Message.objects.create(application=application, author=owner, text=SECRET)
    Message.objects.create(contact=contact, author=owner, text=SECRET)
    need = factories.need(title="Besoin public", slug="besoin-public", geometry=Point(-1.7, 48.1, srid=4326))
    AnswerProposal.objects.create(need=need, solution=public.proper, organisation=holder, how=SECRET)
    AnswerProposal.objects.create(need=need, solution=solution.proper, organisation=holder, how=SECRET)
    return [reverse("catalogue:document-file", args=[one.key, "plan.pdf"]) for one in (pending, untreated)]


def surfaces(world: World) -> dict[str, list[str]]:
    """For each route that could show a record, the addresses that are tried."""
    public, words = world.public.slug, f"?q={SECRET}"
    every = ",".join([public, *(record.slug for record in world.hidden)])
    lists = {
        "catalogue:record-list": "/fiches/",
        "catalogue:map": "/carte/",
        "catalogue:record-list-geojson": "/fiches.geojson",
        "catalogue:record-list-csv": "/fiches.csv",
    }
    near = "lon=-1.65&lat=48.05"
    return {
        **{name: [path, path + words, f"{path}?territoire=commune:35238"] for name, path in lists.items()},
        "catalogue:home": ["/"],
        "catalogue:record-detail": [f"/fiches/{public}/", "/fiches/terrain/", "/fiches/besoin-public/"],
        "catalogue:record-geojson": [f"/fiches/{public}.geojson"],
        "catalogue:territory-list": ["/territoires/?q=rennes"],
        "catalogue:territory-detail": [
            "/territoires/commune/35238/",
            "/territoires/commune/35238/?voir=tout",
        ],
        "catalogue:classification": ["/programmes-et-themes/"],
        "catalogue:ground-search": ["/trouver-un-terrain/", f"/trouver-un-terrain/?solution={public}"],
        "catalogue:record-compare": [f"/comparer/?fiches={public}"],
        "catalogue:record-selection": [f"/selection/?fiches={every}"],
        "catalogue:record-selection-csv": [f"/selection.csv?fiches={every}"],
        "catalogue:record-pdf": [f"/fiches/{public}.pdf"],
        "catalogue:record-selection-pdf": [f"/selection.pdf?fiches={every}"],
        "catalogue:record-selection-map": [f"/selection/carte.html?fiches={every}"],
        "catalogue:completion": [f"/api/completion/{words}", "/api/completion/?q=renn"],
        "catalogue:tile-records": [f"/tuiles/fiches/{z}/{x}/{y}.mvt" for z, x, y in TILES],
        "sitemap": ["/sitemap-fiches.xml", "/sitemap-territoires.xml"],
        "catalogue:feed": [world.feed],
        "catalogue:propose": ["/proposer/"],
        "catalogue:propose-new": [
            f"/proposer/{kind}/" for kind in ("solution", "site", "besoin", "operation")
        ]
        + [f"/proposer/experimentation/?q={SECRET[:5]}"],
        "catalogue:propose-solutions": [f"/api/solutions-essayables/{words}"],
        "catalogue:propose-organisations": ["/api/organisations/?q=porteur"],
        "catalogue:propose-twins": [f"/api/doublons/?kind=operation&title={SECRET}+opération&{near}"],
        "catalogue:propose-place": [f"/api/lieu/?{near}"],
        "catalogue:space": ["/mon-espace/"],
        "catalogue:space-records": ["/mon-espace/fiches/"],
        "catalogue:application-list": ["/mon-espace/candidatures/"],
        "catalogue:application-new": ["/fiches/terrain/candidater/"],
        "catalogue:answer-new": ["/fiches/besoin-public/repondre/"],
        "catalogue:contact-new": [f"/organisations/{world.holder.slug}/contact/?fiche={public}"],
        "catalogue:contact-list": ["/mon-espace/messages/"],
        "catalogue:search-list": ["/mon-espace/recherches/"],
        "catalogue:search-save": ["/recherches/enregistrer/?cible=carte&territoire=commune:35238"],
    }


def refused(world: World) -> dict[str, list[str]]:
    """For each route of one hidden or private thing, the addresses at which it would stand."""
    slugs = [record.slug for record in world.hidden]
    application = Application.objects.get().pk
    contact = ContactRequest.objects.get().pk
    answer = AnswerProposal.objects.first()
    assert answer is not None
    one_slug = {
        "record-detail": "/fiches/{}/",
        "record-geojson": "/fiches/{}.geojson",
        "record-pdf": "/fiches/{}.pdf",
        "record-preview": "/mon-espace/fiches/{}/apercu/",
        "space-record": "/mon-espace/fiches/{}/",
        "space-record-action": "/mon-espace/fiches/{}/submit/",
        "application-new": "/fiches/{}/candidater/",
        "answer-new": "/fiches/{}/repondre/",
        "propose-step": "/proposer/fiche/{}/essentiel/",
        "propose-review": "/proposer/fiche/{}/verifier/",
        "propose-documents": "/proposer/fiche/{}/documents/",
        "propose-document": "/proposer/fiche/{}/documents/1/",
        "propose-document-remove": "/proposer/fiche/{}/documents/1/retirer/",
        "propose-solution": "/proposer/fiche/{}/solution/",
        "propose-item": "/proposer/fiche/{}/resultats/1/",
        "propose-delete": "/proposer/fiche/{}/supprimer/",
        "propose-discard": "/proposer/fiche/{}/abandonner/",
    }
    return {
        **{f"catalogue:{name}": [path.format(slug) for slug in slugs] for name, path in one_slug.items()},
        "catalogue:document-file": world.documents,
        "catalogue:record-confirm": [confirmation_of(record) for record in world.hidden[::5]],
        "catalogue:application-detail": [f"/mon-espace/candidatures/{application}/"],
        "catalogue:application-document": [
            f"/mon-espace/candidatures/{application}/pieces/00000000-0000-4000-8000-000000000000/"
        ],
        "catalogue:contact-detail": [f"/mon-espace/messages/{contact}/"],
        "catalogue:answer-detail": [f"/mon-espace/reponses/{answer.pk}/"],
    }


def confirmation_of(record: Record) -> str:
    """The signed address by which the owner of a hidden record was once asked to confirm it."""
    asked, _made = ConfirmationRound.objects.get_or_create(
        record=record, defaults={"organisation_id": record.owner_id, "due_on": timezone.localdate()}
    )
    return reverse("catalogue:record-confirm", args=[confirmation.make_token(asked)])


def test_an_unpublished_record_is_nowhere(world: World, tmp_path: Path) -> None:
    stranger = Client()
    stranger.force_login(world.stranger)
    for visitor in (Client(), stranger):
        for address in [address for tried in surfaces(world).values() for address in tried]:
            shows_nothing(visitor, address)
        for address in [address for tried in refused(world).values() for address in tried]:
            is_as_if_missing(visitor, address)
    assert Client().get("/fiches.geojson").json()["numberMatched"] == 3
    exported = tmp_path / "fiches.gpkg"
    call_command("export_records", str(exported))
    assert SLUG.encode() not in exported.read_bytes()


def shows_nothing(visitor: Client, address: str) -> None:
    """A page that answers, without the hidden title, its address, or what was said in private."""
    response = visitor.get(address)
    assert response.status_code in {200, 204, 302}, (address, response.status_code)
    content = said_by(response)
    sent_back = (address.partition("fiches=")[2] or address.partition("?")[2]).lower()
    for word in (SLUG, SECRET.lower()):
        typed = word in sent_back or SECRET[:5].lower() in sent_back
        assert typed or word not in content, (address, word)
    hidden = [
        f'href="/fiches/{SLUG}',
        *(f"{SECRET.lower()} {kind}" for kind in ("solution", "essai", "site", "besoin")),
    ]
    assert [word for word in hidden if word in content] == [], address


def said_by(response: Any) -> str:
    """What a response says, in lower case; of a PDF file, its text and its properties."""
    content: bytes = response.getvalue()
    if response.get("Content-Type") != "application/pdf":
        return content.decode("utf-8", "replace").lower()
    file = PdfReader(BytesIO(content))
    return " ".join([str(file.metadata), *(page.extract_text() for page in file.pages)]).lower()


def is_as_if_missing(visitor: Client, address: str) -> None:
    """The same answer as at an address where nothing ever was; nothing said by any method."""
    once = f"{SLUG}archivee-" in address or SLUG not in address  # the other methods, in one state
    for method in (visitor.get, visitor.head, visitor.options) if once else (visitor.get,):
        response = method(address)
        assert response.status_code in {302, 404, 405}, (address, response.status_code)
        content = response.getvalue().decode("utf-8", "replace").lower()
        assert SECRET.lower() not in content, address
        if response.status_code == 302:
            assert response["Location"].startswith("/compte/connexion/"), (address, response["Location"])


def test_what_is_hidden_answers_as_what_never_was(world: World) -> None:
    stranger = Client()
    stranger.force_login(world.stranger)
    for address in ("/fiches/{}/", "/mon-espace/fiches/{}/", "/proposer/fiche/{}/essentiel/"):
        answers = [
            stranger.get(address.format(slug)).content.decode().replace(slug, "—")
            for slug in (f"{SLUG}brouillon-solution", f"{SLUG}brouillon-solutiom")
        ]
        assert answers[0] == answers[1], address


def test_a_contact_about_a_hidden_record_does_not_name_it(world: World) -> None:
    stranger = Client()
    stranger.force_login(world.stranger)
    response = stranger.get(f"/organisations/{world.holder.slug}/contact/?fiche={SLUG}soumise-solution")
    assert SECRET not in response.content.decode()


def test_every_route_is_walked_or_says_why_not(world: World) -> None:
    walked = set(surfaces(world)) | set(refused(world))
    forgotten = [
        name
        for name in routes()
        if name not in walked
        and not any(name.removeprefix("catalogue:").startswith(start) for start in OF_NOBODY_ELSE)
    ]
    assert forgotten == []


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """The name of every route but those of the administration."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLPattern):
            yield prefix + str(one.name)
        elif one.namespace != "admin":
            space = one.namespace if one.namespace in {"catalogue"} else None
            yield from routes(one.url_patterns, f"{space}:" if space else "")
