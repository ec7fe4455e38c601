"""What a step refuses: the field is named, and what is expected is said."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_refusal_names_the_field_and_gives_an_example() -> None:
    author = factories.account()
    draft = factories.solution(state="brouillon", created_by=author)
    client = Client()
    client.force_login(author)
    given = {"title": "", "summary": "", "source_citation": "", "source_url": "pas une adresse", "owner": ""}
    answer = client.post(f"/proposer/fiche/{draft.slug}/essentiel/", given)
    assert answer.status_code == 400
    page = " ".join(answer.content.decode().split())
    assert "Titre : Ce champ est obligatoire." in page
    assert "Adresse de la source : Écrivez l’adresse entière, comme https://exemple.fr/page." in page


def test_a_form_of_an_account_says_that_its_fields_are_compulsory(client: Client) -> None:
    assert "Les champs sont obligatoires, sauf mention contraire." in (
        client.get("/compte/connexion/").content.decode()
    )
