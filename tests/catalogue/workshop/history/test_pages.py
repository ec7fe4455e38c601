"""The pages of versions: one timeline, two compared in words and on a map, a return that is previewed."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import Record, RecordVersion
from catalogue.records import versions, workflow
from catalogue.workshop.history.lines import ORIGIN_LABELS
from tests import factories

pytestmark = pytest.mark.django_db
Origin = versions.Origin
BEFORE = "POLYGON ((2 47, 2.01 47, 2.01 47.01, 2 47.01, 2 47))"
AFTER = "POLYGON ((2.005 47, 2.01 47, 2.01 47.01, 2.005 47.01, 2.005 47))"


@pytest.fixture
def curator(client: Client) -> Any:
    one = factories.curator()
    one.first_name, one.last_name = "Claire", "Martin"
    one.save()
    client.force_login(one)
    return one


@pytest.fixture
def record(curator: Any) -> Any:
    """An operation with three versions and a change of state."""
    made = factories.operation(
        title="Les Rives", summary="Un quartier neuf.", geometry=GEOSGeometry(BEFORE, srid=4326),
        location_precision="exacte",
    )  # fmt: skip
    made.themes.add(factories.theme(code="eau", label="Eau"))
    factories.award(made, year=2014)
    changed(made, factories.curator(), Origin.IMPORT, geometry=GEOSGeometry(AFTER, srid=4326))
    workflow.apply(made, "archive", curator, "Trop vieille.")
    changed(made, curator, Origin.FORM, summary="Un quartier presque neuf.")
    return made


def changed(record: Any, actor: Any, origin: str, reason: str = "", **fields: Any) -> None:
    """Write fields as a path of the site does."""
    with transaction.atomic():
        versions.save_before([record.pk])
        Record.objects.filter(pk=record.pk).update(**fields)
        versions.save_after([record.pk], actor, origin, reason)


def url(name: str, record: Any, *arguments: Any) -> str:
    return reverse(f"catalogue:workshop-{name}", args=[record.slug, *arguments])


def text_of(answer: Any) -> str:
    """What a reader reads, marks of deleted and inserted words included."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    marked = re.sub(r"<(/?(?:ins|del))\s*>", r"<\1>", re.sub(r"<(?!/?(?:ins|del)\b)[^>]*>", " ", main))
    return re.sub(r"\s+", " ", unescape(marked))


def test_the_history_shows_versions_and_states(client: Client, curator: Any, record: Any) -> None:
    """In one timeline, newest first, twenty a page, with queries that do not grow."""
    with CaptureQueriesContext(connection) as few:
        answer = client.get(url("history", record))
    text = text_of(answer)
    places = [text.index(words) for words in ("Version 3 –", "Trop vieille.", "Version 2 –", "Version 1 –")]
    assert places == sorted(places)
    assert "modifiée par un import" in text
    assert "@" not in text
    for number in range(18):
        changed(record, curator, Origin.FORM, summary=f"Résumé {number}")
    with CaptureQueriesContext(connection) as many:
        answer = client.get(url("history", record))
    assert len(answer.context["rows"]) == 20
    assert len(many) <= len(few) <= 18
    assert "Version 1 –" in text_of(client.get(url("history", record) + "?page=2"))
    assert client.get(url("history", record) + "?page=9").status_code == 404
    assert client.get(url("history", record) + "?page=x").status_code == 400


def test_any_two_are_compared_in_words_and_on_a_map(client: Client, record: Any) -> None:
    """Word by word, with text equivalents; the outlines with areas, the shift of the centre in metres."""
    text = text_of(client.get(url("compare", record) + "?de=2&a=3"))
    assert "<ins> [ajouté : presque ] </ins>" in text
    assert "Emplacement" not in text
    answer = client.get(url("compare", record) + "?de=1&a=2")
    text = text_of(answer)
    assert "Surface 84,5 ha 42,2 ha" in text
    assert "Le centre se déplace de 190 m." in text
    assert "50 % de la surface d’avant est encore couverte (42,2 ha)." in text
    assert [one["properties"]["role"] for one in answer.context["geojson"]["features"]] == ["avant", "apres"]
    backwards = text_of(client.get(url("compare", record) + "?de=3&a=2"))
    assert "<del> [retiré : presque ] </del>" in backwards
    assert client.get(url("compare", record) + "?a=3").context["before"].number == 2
    assert "Rien ne diffère" in text_of(client.get(url("compare", record) + "?de=3&a=actuelle"))
    for query, status in (("?de=99&a=1", 404), ("?de=-1", 400), ("?de=1&a=9999999999", 400), ("?de=x", 400)):
        assert client.get(url("compare", record) + query).status_code == status, query


def test_a_revert_is_previewed_then_done(client: Client, curator: Any, record: Any) -> None:
    """It shows what changes, requires a reason, refuses a stale page, and is itself a version."""
    where = url("revert", record, 1)
    shown = client.get(where)
    assert "<del> [retiré : presque ] </del>" in text_of(shown)
    seen = {"seen": shown.context["seen"], "reason": "L’import s’est trompé de périmètre."}
    assert client.post(where, {**seen, "reason": " "}).status_code == 422
    changed(record, curator, Origin.FORM, title="Changée entre-temps")
    late = client.post(where, seen)
    assert late.status_code == 409
    assert "Changée" in text_of(late)
    assert seen["reason"] in text_of(late)
    done = client.post(where, {**seen, "seen": late.context["seen"]}, follow=True)
    assert "Ce retour est lui-même une version." in text_of(done)
    first, *_others, last = RecordVersion.objects.filter(record=record.pk).order_by("number")
    assert (last.data, last.origin, last.actor) == (first.data, "retour", curator)
    assert Record.objects.get(pk=record.pk).state == "archivee"
    assert "déjà ce que dit cette version" in text_of(client.get(where))


def test_what_cannot_come_back_is_reported(client: Client, curator: Any, record: Any) -> None:
    """A territory, a theme and a file that no longer exist stay away; the rest comes back."""
    place = factories.commune(code="01053")
    paper = factories.document(record, title="Plan", url="", file="documents/plan.pdf")
    changed(record, curator, Origin.FORM, territory=place)
    number = RecordVersion.objects.filter(record=record.pk).count()
    paper.delete()
    record.themes.all().delete()
    changed(record, curator, Origin.FORM, territory=None, title="Autre")
    place.delete()
    where = url("revert", record, number)
    shown = client.get(where)
    text = text_of(shown)
    assert "Territoire : « commune:01053 » n’existe plus" in text
    assert "Thèmes : « eau » n’existe plus" in text
    assert "le fichier de « Plan » a été supprimé" in text
    client.post(where, {"seen": shown.context["seen"], "reason": "Relu."})
    now = Record.objects.get(pk=record.pk)
    assert (now.title, now.territory, now.documents.count()) == ("Les Rives", None, 0)


def test_every_origin_has_words() -> None:
    """What another part of the site adds as an origin is text in the history."""
    assert set(ORIGIN_LABELS) == set(Origin.values)


def test_versions_are_the_curators(client: Client, record: Any) -> None:
    """Not found for anybody else, nor for a curator of another field; a GET changes nothing."""
    elsewhere = factories.curator(regions=[factories.territory("region")])
    Record.objects.filter(pk=record.pk).update(territory=factories.commune())
    before = RecordVersion.objects.count()
    for person in (factories.member(), elsewhere):
        client.force_login(person)
        for where in (url("history", record), url("compare", record), url("revert", record, 1)):
            assert client.get(where).status_code == 404, where
    assert client.post(url("revert", record, 1), {"reason": "x"}).status_code == 404
    assert RecordVersion.objects.count() == before
