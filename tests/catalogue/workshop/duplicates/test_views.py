"""The pages of duplicates, as curators go through them: by HTTP, without a script."""

from __future__ import annotations

import re
import threading
from html import unescape
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalogue.imports.run import ImportOptions, import_file
from catalogue.models import DuplicateCandidate, Merge, Record, Revision
from catalogue.records import meaning
from catalogue.workshop.duplicates import candidates
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Any:
    return factories.territory("region", name="Bretagne")


@pytest.fixture
def pair(region: Any) -> tuple[Any, Any]:
    place = {"territory": factories.commune(region=region), "location_precision": "commune"}
    place["geometry"] = Point(-1.68, 48.1, srid=4326)
    first = factories.need(
        title="Des cours plus fraîches", slug="cours", published_at=timezone.now(), **place
    )
    second = factories.need(
        title="Cours plus fraîches",
        slug="fraiches",
        summary="Des arbres.",
        published_at=timezone.now(),
        **place,
    )
    candidates.refresh_all()
    return first, second


@pytest.fixture
def curator(client: Client, region: Any) -> Any:
    one = factories.curator(regions=[region])
    client.force_login(one)
    return one


def posted(page: str, **changed: Any) -> dict[str, Any]:
    """What a browser would post of the form of a comparison, with what the curator changes."""
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        chosen = attributes.get("type") == "hidden" or " checked" in tag
        if chosen and attributes["name"] != "csrfmiddlewaretoken":
            data.setdefault(attributes["name"], []).append(unescape(attributes["value"]))
    return data | changed


def test_the_list_shows_the_pairs_of_the_field_with_their_reasons(
    client: Client, curator: Any, pair: Any, region: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(18):
        text = client.get("/atelier/doublons/").content.decode()
    score = f"Score {DuplicateCandidate.objects.get().score} sur 100"
    for words in ("Des cours plus fraîches", score, "titres presque identiques", "+18"):
        assert words in text
    empty = "Rien ne répond à ces filtres"
    assert empty in client.get("/atelier/doublons/?type=site").content.decode()
    assert empty in client.get("/atelier/doublons/?score=90").content.decode()
    assert empty not in client.get(f"/atelier/doublons/?region={region.code}&score=").content.decode()
    assert client.get("/atelier/doublons/?region=zz").status_code == 400
    client.force_login(factories.curator(regions=[factories.territory("region")]))
    assert "Aucun doublon en vue" in client.get("/atelier/doublons/").content.decode()
    for url in ("/atelier/doublons/cours/fraiches/", "/atelier/doublons/cours/"):
        assert client.get(url).status_code == 404
    assert client.post("/atelier/doublons/cours/fraiches/distinctes/").status_code == 404
    assert DuplicateCandidate.objects.get().state == "a-voir"


def test_a_pair_is_compared_previewed_merged_and_undone(
    client: Client, curator: Any, pair: Any, django_assert_max_num_queries: Any
) -> None:
    url = "/atelier/doublons/cours/fraiches/"
    with django_assert_max_num_queries(45):
        page = client.get(url).content.decode()
    data = posted(page, **{"garde": "a", "c-title": "b", "raison": "La même demande."})
    seen = client.post(url, {**data, "etape": "apercu"}).content.decode()
    assert "L’adresse /fiches/fraiches/ mènera à /fiches/cours/." in seen
    assert not Merge.objects.exists()
    back = client.post(url, {**posted(seen), "etape": "choisir"}).content.decode()
    assert posted(back)["c-title"] == ["b"]

    response = client.post(url, {**posted(seen), "etape": "fusionner"}, follow=True)
    merge = Merge.objects.get()
    assert response.redirect_chain == [(f"/atelier/doublons/fusions/{merge.pk}/", 302)]
    survivor = Record.objects.get(pk=pair[0].pk)
    assert (survivor.title, survivor.summary, merge.reason) == (
        "Cours plus fraîches",
        "Des arbres.",
        "La même demande.",
    )
    moved = client.get("/fiches/fraiches/")
    assert (moved.status_code, moved["Location"]) == (301, "/fiches/cours/")
    assert "Aucun doublon en vue" in client.get("/atelier/doublons/").content.decode()
    assert "« Cours plus fraîches » dans" in client.get("/atelier/doublons/fusions/").content.decode()

    archived = client.get("/atelier/fiches/fraiches/").content.decode()
    assert f"/atelier/doublons/fusions/{merge.pk}/" in archived
    assert "Publier" not in archived

    again = client.post(url, {**data, "etape": "fusionner"}, follow=True).content.decode()
    assert "a déjà été fusionnée dans" in again
    Record.objects.filter(pk=survivor.pk).update(title="Récrit")
    undo = f"/atelier/doublons/fusions/{merge.pk}/annuler/"
    refused = client.post(undo)
    assert refused.status_code == 422
    assert "« Titre » de « Récrit » a été récrit." in refused.content.decode()
    Record.objects.filter(pk=survivor.pk).update(title="Cours plus fraîches")
    assert "sont comme avant" in client.post(undo, follow=True).content.decode()
    assert client.get("/fiches/fraiches/").status_code == 200
    assert Record.objects.get(pk=survivor.pk).summary == ""


def test_what_changed_meanwhile_is_shown_again_with_the_choices(
    client: Client, curator: Any, pair: Any
) -> None:
    url = "/atelier/doublons/cours/fraiches/"
    data = posted(client.get(url).content.decode(), **{"c-title": "b", "etape": "fusionner"})
    Record.objects.filter(pk=pair[1].pk).update(summary="Un autre résumé")
    response = client.post(url, data)
    text = response.content.decode()
    assert response.status_code == 422
    assert "a changé depuis que cette page" in text
    assert "Un autre résumé" in text
    assert posted(text)["c-title"] == ["b"]
    assert not Merge.objects.exists()
    assert client.post(url, {**data, "c-title": "z"}).status_code == 422
    assert client.post(url, {"etape": "fusionner"}).status_code == 422


def test_what_is_no_duplicate_is_remembered_until_asked_again(
    client: Client, curator: Any, pair: Any
) -> None:
    client.post("/atelier/doublons/cours/fraiches/distinctes/", {"reason": "Deux écoles."})
    candidates.refresh_all()
    assert "Aucun doublon en vue" in client.get("/atelier/doublons/").content.decode()
    assert "Deux écoles." in client.get("/atelier/doublons/?voir=ecartees").content.decode()
    assert "Cette paire a été écartée" in client.get("/atelier/doublons/fraiches/cours/").content.decode()
    client.post("/atelier/doublons/fraiches/cours/reproposer/")
    assert "sur 100" in client.get("/atelier/doublons/").content.decode()


def test_a_record_is_compared_with_the_one_of_a_url(client: Client, curator: Any, pair: Any) -> None:
    factories.solution(slug="noue")
    page = "/atelier/doublons/cours/"
    assert "sur 100" in client.get(page).content.decode()
    for typed in ("fraiches", "https://exemple.fr/fiches/fraiches/", "/atelier/fiches/fraiches/?x=1"):
        assert client.get(page, {"avec": typed})["Location"] == "/atelier/doublons/cours/fraiches/"
    for typed, message in (
        ("cours", "celle de l’autre"),
        ("rien", "Aucune fiche"),
        ("noue", "de la même nature"),
        ("", "obligatoire"),
    ):
        response = client.get(page, {"avec": typed})
        assert response.status_code == 422
        assert message in unescape(response.content.decode()), typed


def test_an_import_of_a_merged_record_changes_nothing_and_proposes_what_is_new(
    client: Client, curator: Any
) -> None:
    commune = factories.commune(name="Rennes", code="35238", lon=-1.7, lat=48.0)
    source = factories.source(code="liste")
    head = "identifiant;titre;territoire;commune;logements;label;regime;etape;annee\n"
    row = "7;Baud Chardonnet;35238;Rennes;{};ÉcoQuartier;2016-2022;etape-2;2018\n"

    def send(dwellings: int) -> None:
        data = (head + row.format(dwellings)).encode()
        import_file(ImportOptions("liste.csv", data, kind="operation", source=source.code, is_trusted=True))

    send(2500)
    there = Record.objects.get(external_id="7")
    survivor = factories.operation(title="Écoquartier Baud", slug="baud", territory=commune)
    url = f"/atelier/doublons/baud/{there.slug}/"
    data = posted(client_of_all(client).get(url).content.decode(), garde="a")
    client.post(url, {**data, "etape": "fusionner"})
    Merge.objects.get()
    records = Record.objects.count()
    send(2500)
    assert not Revision.objects.exists()
    for _time in range(2):
        send(2600)
    proposed = Revision.objects.get()
    assert (proposed.record_id, proposed.changes) == (survivor.pk, {"dwellings": [2500, 2600]})
    assert Record.objects.count() == records


def client_of_all(client: Client) -> Client:
    client.force_login(factories.curator())
    return client


@pytest.mark.django_db(transaction=True)
def test_two_curators_make_one_merge_and_the_other_sees_it(pair: Any, region: Any, settings: Any) -> None:
    settings.REQUIRE_TOTP = False
    url, texts, together = "/atelier/doublons/cours/fraiches/", [], threading.Barrier(2)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(factories.curator(regions=[region]))
    forms = [posted(client.get(url).content.decode(), etape="fusionner") for client in clients]

    def confirm(number: int) -> None:
        together.wait(10)
        texts.append(clients[number].post(url, forms[number], follow=True).content.decode())
        connection.close()

    threads = [threading.Thread(target=confirm, args=[number]) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Merge.objects.count() == 1
    assert sorted("a déjà été fusionnée" in text for text in texts) == [False, True]


def test_needs_that_mean_the_same_are_found_wherever_the_alphabet_puts_them(
    client: Client, region: Any, monkeypatch: Any
) -> None:
    """Forty titles stand between the two, read from either end."""
    for number in range(40):
        factories.need(title=f"Prévoir {number} visites des ponts", geometry=None)
    parks = factories.need(
        title="Connaître les horaires des parcs",
        summary="Publier l’ouverture des espaces verts.",
        geometry=None,
    )
    factories.need(
        title="Savoir quand les espaces verts sont ouverts",
        summary="Les horaires des parcs, à jour.",
        geometry=None,
    )
    meaning.encode_lacking()
    monkeypatch.setattr(candidates, "SIGNS_COMPARED", 10)
    candidates.refresh([parks.pk])
    assert not DuplicateCandidate.objects.filter(first=parks).exists(), "too many to be compared"
    monkeypatch.undo()
    candidates.refresh([parks.pk])
    (pair,) = DuplicateCandidate.objects.filter(first=parks)
    client.force_login(factories.curator())
    page = client.get("/atelier/doublons/").content.decode()
    assert "même sujet, dit autrement (87 %)" in page.replace("\u202f", " ").replace("\xa0", " ")
    monkeypatch.setattr(candidates, "SIGNS_COMPARED", 10)
    candidates.refresh_all()
    assert DuplicateCandidate.objects.filter(pk=pair.pk).exists(), "it waits, and is judged again"
