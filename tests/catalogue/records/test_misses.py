"""Searches that find nothing: counted by day without a trace of anybody, shown when searched twice."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import SearchMiss
from catalogue.records import misses
from catalogue.tasks import forget_misses
from tests import factories

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def reader() -> Client:
    return Client(headers={"user-agent": FIREFOX})


def stored() -> list[tuple[str, int, list[str]]]:
    return list(SearchMiss.objects.order_by("words").values_list("words", "count", "missing"))


def miss(words: str, count: int, days_ago: int = 0, missing: tuple[str, ...] = ()) -> SearchMiss:
    day = timezone.localdate() - datetime.timedelta(days=days_ago)
    return SearchMiss.objects.create(words=words, count=count, day=day, missing=list(missing))


@pytest.mark.parametrize("path", ["/fiches/", "/carte/"])
def test_what_finds_nothing_is_counted_once_a_day_whatever_its_capitals(reader: Client, path: str) -> None:
    factories.need(title="Lire au jardin")
    for words in ("Zygomatique  Jardin", "zygomatique jardin"):
        assert not reader.get(path, {"q": words, "theme": "", "tri": ""}).cookies
    assert stored() == [("zygomatique jardin", 2, ["zygomatique"])]
    assert SearchMiss.objects.get().day == timezone.localdate()


def test_what_finds_something_or_is_filtered_is_not_counted(reader: Client) -> None:
    factories.need(title="Lire au jardin")
    for asked in (
        {"q": "jardin"},
        {"q": "zygomatique", "type": "site"},
        {"q": "zygomatique", "mesures": "oui"},
        {"type": "site"},
    ):
        assert reader.get("/fiches/", asked).status_code == 200
    assert stored() == []


@pytest.mark.parametrize(
    "words",
    [
        "jean.zygomatique@exemple.fr",
        "zygomatique 06 12 34 56 78",
        "zygomatique 21350238800019",
        "https://exemple.fr/zygomatique",
        "www.zygomatique",
        "zygomatique.fr",
        "zygomatique " * 20,
    ],
)
def test_what_looks_personal_or_pasted_is_not_stored(reader: Client, words: str) -> None:
    reader.get("/fiches/", {"q": words})
    assert stored() == []


def test_ordinary_numbers_are_stored(reader: Client) -> None:
    reader.get("/fiches/", {"q": "zygomatique 2030"})
    assert [words for words, _count, _missing in stored()] == ["zygomatique 2030"]


@pytest.mark.parametrize("agent", ["", "curl/8.5.0", "Mozilla/5.0 (compatible; Googlebot/2.1)"])
def test_robots_do_not_count(client: Client, agent: str) -> None:
    client.get("/fiches/", {"q": "zygomatique"}, headers={"user-agent": agent})
    assert stored() == []


def test_a_day_stores_so_many_questions_and_goes_on_counting_them(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(misses, "MOST_A_DAY", 2)
    miss("hier", 1, days_ago=1)
    for words in ("zygomatique", "zygomates", "zygotes", "zygomatique"):
        reader.get("/fiches/", {"q": words})
    today = SearchMiss.objects.filter(day=timezone.localdate()).order_by("words")
    assert list(today.values_list("words", "count")) == [("zygomates", 1), ("zygomatique", 2)]


def test_what_was_searched_once_is_shown_to_nobody() -> None:
    miss("une fois", 1)
    miss("deux jours", 1, missing=("deux",))
    miss("deux jours", 1, days_ago=3, missing=("deux", "jours"))
    miss("souvent", 5, days_ago=40)
    rows = [(row["words"], row["times"]) for row in misses.filter_misses()]
    assert rows == [("souvent", 5), ("deux jours", 2)]
    since = timezone.localdate() - datetime.timedelta(days=2)
    assert not misses.filter_misses(since=since).exists()
    assert misses.find_missing_words(["deux jours"]) == {"deux jours": ["deux"]}


def test_what_is_thirteen_months_old_is_deleted() -> None:
    miss("ancienne", 5, days_ago=397)
    miss("récente", 5, days_ago=396)
    forget_misses(0)
    assert [words for words, _count, _missing in stored()] == ["récente"]
