"""The capitalisation sheet: written beside what is known, lost by nobody, public with its record alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalogue.models import Experiment, Record, RecordVersion, Section
from catalogue.records import content
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.sections import list_sections
from catalogue.workshop.capitalisation.editing import digest_text
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return factories.curator()


@pytest.fixture
def trial(curator: User) -> Experiment:
    one = factories.measured_experiment(slug="essai", obstacles="Le bruit.", description="Une *vraie* rue.")
    one.organisation_links.create(organisation=factories.organisation(name="Ville d’Essai"))
    return one


def url(record: Record) -> str:
    return reverse("catalogue:workshop-capitalisation", args=[record.slug])


def posted(action: str = "enregistrer", seen: dict[str, str] | None = None, **texts: str) -> dict[str, Any]:
    """What the page sends: all its sections, those that are not named as they stand."""
    stored = {"obstacles": "Le bruit.", **(seen or {})}
    codes = [code.value for code in Section.Code]
    return {
        "action": action,
        **{f"texte-{code}": texts.get(code, stored.get(code, "")) for code in codes},
        **{f"lu-{code}": digest_text(stored.get(code, "")) for code in codes},
    }


def test_sections_are_written_versioned_found_and_public(
    client: Client, curator: User, trial: Experiment
) -> None:
    client.force_login(curator)

    page = client.get(url(trial)).content.decode()
    answer = client.post(
        url(trial), posted(contexte="Une **canicule**\n\n- [lien](https://a.fr)", obstacles="")
    )

    assert "Ville d’Essai" in page
    assert "Eau économisée" in page
    assert answer.status_code == 302
    trial.refresh_from_db()
    assert trial.obstacles == ""
    assert [(one.code, one.text[:15]) for one in trial.sections.all()] == [("contexte", "Une **canicule*")]
    assert trial.revisions.get().changes["sections"][1][0]["code"] == "contexte"
    versions = RecordVersion.objects.filter(record=trial.pk)
    assert [one.data["sections"] == [] for one in versions.order_by("number")] == [True, False]
    client.logout()
    public = client.get(trial.get_absolute_url()).content.decode()
    assert "<strong>canicule</strong>" in public
    assert "une <em>vraie</em> rue".lower() in public.lower()
    found = client.get("/fiches/?q=canicule").content.decode()
    assert trial.title in found
    assert "**" not in found
    [section] = list_sections(Record.objects.get(pk=trial.pk))
    assert (section.title, section.text) == ("Contexte", "Une canicule\n\n– lien")


def test_two_curators_lose_nothing(client: Client, curator: User, trial: Experiment) -> None:
    Section.objects.create(record=trial, code="contexte", text="Le premier\ntexte.")
    client.force_login(curator)
    before = {"contexte": "Le premier\r\ntexte."}  # as a browser sends back what it does not change
    client.post(url(trial), posted(seen=before))
    assert not trial.revisions.exists()
    client.post(url(trial), posted(seen=before, contexte="Le texte d’une autre."))

    answer = client.post(url(trial), posted(seen=before, contexte="Le mien.", solution="Des arbres."))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Le texte d’une autre." in page
    assert "Le mien.</textarea>" in page
    stored = dict(trial.sections.values_list("code", "text"))
    assert stored == {"contexte": "Le texte d’une autre.", "solution": "Des arbres."}
    again = {"contexte": "Le texte d’une autre.", "solution": "Des arbres."}
    back = client.post(url(trial), posted("reprendre-contexte", seen=again, contexte="Le mien."))
    assert "Le texte d’une autre.</textarea>" in back.content.decode()
    client.post(url(trial), posted(seen=again, contexte="Le mien."))
    assert trial.sections.get(code="contexte").text == "Le mien."
    assert trial.sections.count() == 2


def test_a_preview_saves_nothing_and_what_is_typed_outlives_the_session(
    client: Client, curator: User, trial: Experiment
) -> None:
    client.force_login(curator)
    preview = client.post(url(trial), posted("apercu", contexte="# Un <b>titre</b>"))
    assert "<h4>Un &lt;b&gt;titre&lt;/b&gt;</h4>" in preview.content.decode()
    too_long = client.post(url(trial), posted(contexte="a" * 20_001))
    assert too_long.status_code == 422
    assert not trial.sections.exists()

    client.logout()
    client.post(url(trial), posted(contexte="Gardé"))
    client.force_login(curator)
    assert "Gardé</textarea>" in client.get(url(trial)).content.decode()
    assert not trial.sections.exists()


def test_only_curators_of_the_field_open_the_page(client: Client, trial: Experiment) -> None:
    owner = factories.member()
    for one, status in ((factories.curator(regions=[factories.territory("region")]), 404), (owner, 404)):
        client.force_login(one)
        assert client.get(url(trial)).status_code == status
        assert client.post(url(trial), posted(contexte="Non")).status_code == status
    client.logout()
    assert client.get(url(trial)).status_code == 302
    assert not trial.sections.exists()


def test_a_proposed_change_and_an_import_see_the_sections(trial: Experiment) -> None:
    Section.objects.create(record=trial, code="contexte", text="Un texte.")
    for kind in Record.Kind:
        assert "sections" in content.get_collections(kind)
    collection = content.get_collections(trial.kind)["sections"]
    [row] = content.read_items(trial, collection)
    assert (row["code"], row["text"]) == ("contexte", "Un texte.")
    assert content.describe_item(collection, row) == "Contexte, Un texte."
    assert KIND_SPECS["solution"].collections == (collection,)


def test_the_search_reads_texts_without_their_marks() -> None:
    text = "# Titre\\n**gras** snake_case _it_ [mot](https://a.fr) | a |\\n|---|\\n> cité 1\\\\. - x"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT catalogue_plain_text(E'{text}'), catalogue_plain_text('a - b')")
        text, untouched = cursor.fetchone()
    assert text.split() == ["Titre", "gras", "snake_case", "it", "mot", "a", "cité", "1.", "-", "x"]
    assert untouched == "a - b"
