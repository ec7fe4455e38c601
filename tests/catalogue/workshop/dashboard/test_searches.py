"""The searches that found nothing, on the dashboard: their numbers, their words, the way to the thesaurus."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.models import SearchMiss
from geo.models import Level
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/atelier/tableau-de-bord/"
LIST = f"{PAGE}sans-reponse/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def today() -> None:
    """Three searches of this month, one of them made once, and one of last year."""
    day = timezone.localdate()
    for words, count, when, missing in (
        ("nids de poule", 3, day, ["nids", "poule"]),
        ("trottoir", 2, day, []),
        ("jean dupont", 1, day, ["dupont"]),
        ("ornières", 4, day - timedelta(days=385), ["ornières"]),
    ):
        SearchMiss.objects.create(words=words, count=count, day=when, missing=missing)


@pytest.mark.usefixtures("today")
def test_the_number_of_a_month_opens_the_searches_behind_it() -> None:
    client = client_of(factories.curator())
    page = client.get(PAGE)
    figure = next(item.figure for item in page.context["figures"] if item.figure.code == "sans-reponse")
    newest, before = figure.rows[0], figure.rows[-1]
    assert [cell.value for cell in newest.cells] == [2, 5]
    assert [cell.value for cell in before.cells] == [1, 4]
    for row, expected in ((newest, ["nids de poule", "trottoir"]), (before, ["ornières"])):
        shown = client.get(row.cells[0].url)
        assert [one.words for one in shown.context["rows"]] == expected
        assert shown.context["page"].paginator.count == row.cells[0].value
    assert "jean dupont" not in client.get(LIST).content.decode()
    table = client.get(f"{PAGE}sans-reponse.csv").content.decode("utf-8-sig").splitlines()
    assert table[0] == "Mois;Recherches;Fois"
    assert table[1].endswith(";2;5")


@pytest.mark.usefixtures("today")
def test_a_missing_word_leads_to_the_thesaurus() -> None:
    factories.concept(code="chaussees", label="état des chaussées", synonyms=["ornière"])
    client = client_of(factories.curator())
    rows = {one.words: one for one in client.get(LIST).context["rows"]}
    assert rows["ornières"].missing[0].concept == "état des chaussées"
    word = rows["nids de poule"].missing[1]
    assert (word.text, word.url) == ("poule", "/atelier/referentiels/notions/mot/?mot=poule")
    assert client.get(word.url).status_code == 200
    page = client.get(LIST).content.decode()
    assert "chaque mot existe, jamais ensemble" in page
    assert "ajouter au thésaurus" in page


@pytest.mark.usefixtures("today")
def test_a_limited_curator_reads_the_searches_without_a_way_that_is_closed() -> None:
    limited = client_of(factories.curator(regions=[factories.territory(Level.REGION)]))
    page = limited.get(LIST).content.decode()
    assert "poule" in page
    assert "/notions/mot/" not in page
    assert client_of(factories.account()).get(LIST).status_code == 404
    assert Client().get(LIST).status_code == 302


def test_a_list_without_a_search_says_so_and_a_wrong_month_is_refused() -> None:
    client = client_of(factories.curator())
    assert "Aucune recherche sans réponse" in client.get(LIST).content.decode()
    assert client.get(f"{LIST}?mois=hier").status_code == 400
    assert client.post(LIST).status_code == 405


def test_more_searches_take_no_more_queries() -> None:
    client, day = client_of(factories.curator()), timezone.localdate()
    client.get(LIST)
    counts = []
    for shown in (2, 20):
        for n in range(len(counts), shown):
            miss = {"words": f"mot {n}", "count": 2, "missing": [f"mot{n}"]}
            SearchMiss.objects.update_or_create(day=day, words=miss.pop("words"), defaults=miss)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(LIST).context["rows"]) == shown
        counts.append(len(queries))
    assert counts[0] == counts[1]
