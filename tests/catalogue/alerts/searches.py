"""Saved searches for the tests: made as the page makes them, from a query string."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict

from catalogue.alerts import matching, saving
from catalogue.alerts.statements import find_sql
from catalogue.models import SavedSearch
from tests import factories


def saved(query: str = "", *, user: User | None = None, target: str = "carte", **fields: Any) -> SavedSearch:
    """A search as an account saves it; ``rhythm`` and ``name`` can be given."""
    form = saving.form_of(target, QueryDict(query))
    assert form.is_valid(), form.errors
    rhythm = fields.pop("rhythm", SavedSearch.Rhythm.DAILY)
    name = fields.pop("name", "Ma recherche")
    search, _new = saving.save(user or factories.account(), target, form, name, rhythm)
    if fields:
        SavedSearch.objects.filter(pk=search.pk).update(**fields)
    search.refresh_from_db()
    return search


def find_matches(records: Sequence[int]) -> set[tuple[int, int]]:
    """The pairs of a search and a record that match now, as ``match_published`` would store them."""
    with connection.cursor() as cursor:
        cursor.execute(find_sql(), matching.parameters(records))
        return set(cursor.fetchall())
