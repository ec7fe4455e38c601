"""Saved searches for the tests: made as the page makes them, from a query string."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict

from catalogue.alerts import saving
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
