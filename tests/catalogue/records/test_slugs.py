"""Slugs that no other row has: from a title, numbered, in bulk, at the same moment."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection

from catalogue.models import Organisation, Theme
from catalogue.records.slugs import save_with_free_slug, save_with_free_slugs
from tests import factories

pytestmark = pytest.mark.django_db


def saved_slug(text: str, **options: Any) -> str:
    theme = Theme(label=text[:50])
    save_with_free_slug(theme, text, **{"fallback": "theme", "field": "code", **options})
    return theme.code


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Halle des mobilités", "halle-des-mobilites"),
        ("L’Haÿ, cœur de ville", "l-hay-coeur-de-ville"),
        ("Ørestad", "orestad"),
        ("城市", "theme"),
        ("a" * 250, "a" * 53),
    ],
)
def test_a_slug_is_made_of_the_words_and_leaves_room_for_a_number(text: str, slug: str) -> None:
    assert [saved_slug(text) for _ in range(3)] == [slug, f"{slug}-2", f"{slug}-3"]


def test_a_number_is_that_of_no_title() -> None:
    factories.theme(code="halle-7")
    factories.theme(code="halle-des-mobilites")
    factories.theme(code="halle-7-bis")
    assert saved_slug("Halle") == "halle-8"
    assert saved_slug("Halle 8") == "halle-8-2"


def test_many_rows_get_their_slugs_in_one_query(django_assert_num_queries: Any) -> None:
    factories.theme(code="eau")
    rows = [Theme(label=label) for label in ("Eau", "Eau 2", "Sols", "Eau", "Sols", "!!!")]
    with django_assert_num_queries(4):
        save_with_free_slugs(
            rows,
            [row.label for row in rows],
            lambda: Theme.objects.bulk_create(rows),
            fallback="theme",
            field="code",
        )
    assert [row.code for row in rows] == ["eau-2", "eau-2-2", "sols", "eau-3", "sols-2", "theme"]


def test_what_is_wrong_elsewhere_is_not_tried_again() -> None:
    number = {"siret": "21380185500015", "siren": "213801855"}
    factories.organisation(**number)
    twin = Organisation(name="Autre", **number)
    calls = []

    def save() -> None:
        calls.append(1)
        twin.save()

    with pytest.raises(IntegrityError):
        save_with_free_slug(twin, "Autre", fallback="organisation", save=save)
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_titles_given_at_the_same_moment_all_get_a_slug() -> None:
    together, slugs = threading.Barrier(4), []

    def create() -> None:
        theme = Theme(label="Eau")
        waits = [together.wait]

        def save() -> None:
            if waits:
                waits.pop()(10)
            theme.save()

        save_with_free_slug(theme, "Eau", fallback="theme", field="code", save=save)
        slugs.append(theme.code)
        connection.close()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slugs) == ["eau", "eau-2", "eau-3", "eau-4"]
