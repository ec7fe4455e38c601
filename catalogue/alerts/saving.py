"""Saving a search: its URL is read by the form of its page, then put in columns that can be compared."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Model, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from catalogue.alerts.criteria import criteria_of
from catalogue.alerts.statements import INDEXED
from catalogue.alerts.zones import circle, window
from catalogue.models import SavedSearch
from catalogue.public.search.filters import RecordFilterForm
from catalogue.public.search.record_search import RecordSearch
from catalogue.public.search.words import Words
from catalogue.rankings.grounds import Wish, likely
from catalogue.rankings.grounds.forms import GroundForm
from catalogue.records import meaning

MOST_PER_ACCOUNT = 50
LONGEST_QUERY = 2000
REFRESHED_AFTER = timedelta(days=7)
REFRESHED_AT_ONCE = 3000
"""Searches refreshed in one night: each costs a few queries."""
PAGES = {SavedSearch.Target.MAP: "catalogue:map", SavedSearch.Target.GROUND: "catalogue:ground-search"}
DROPPED = {"page", "cherche", "lieu", "nom", "pourquoi", "echelle"}
"""Parameters of the display alone, or that others stand for."""
UNASKED: dict[str, Any] = {
    "kinds": [],
    "terms": [],
    "facets": 0,
    "words": "",
    "completed": "",
    "families": [],
    "stems": [],
    "restriction": "",
    "signs": None,
    "numbers": None,
    "has_unknown_words": False,
    "territory": None,
    "twins": None,
    "zone": None,
    "centre": None,
    "radius_m": None,
    "solution_id": None,
    "asked": {},
}
"""The columns of a search that asks for nothing."""
SearchForm = RecordFilterForm | GroundForm


class TooManySearches(Exception):
    """The account has as many searches as it may."""


def form_of(target: str, data: QueryDict) -> SearchForm:
    return GroundForm(data) if target == SavedSearch.Target.GROUND else RecordFilterForm(data)


def canonical_query(form: SearchForm) -> str:
    """Return the parameters of a valid form in its own order, without blanks nor repetitions."""
    data: QueryDict = form.data  # type: ignore[assignment]
    query: list[tuple[str, str]] = []
    for name in form.fields:
        if name not in DROPPED:
            values = dict.fromkeys(value.strip() for value in data.getlist(name))
            query += [(name, value) for value in values if value]
    return urlencode(query)


def search_url(search: SavedSearch) -> str:
    path = reverse(PAGES[SavedSearch.Target(search.target)])
    return f"{path}?{search.query_string}" if search.query_string else path


def save(user: User, target: str, form: SearchForm, name: str, rhythm: str) -> tuple[SavedSearch, bool]:
    """Save the search of a valid form for the account; False when the account had it already.

    Raises TooManySearches past MOST_PER_ACCOUNT, ValidationError when nothing could ever answer the search.
    """
    query = canonical_query(form)
    columns = columns_of(form)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two clicks, one search; two windows, one count
        found = SavedSearch.objects.filter(user=user, target=target, query_string=query).first()
        if found is not None:
            return found, False
        if SavedSearch.objects.filter(user=user).count() >= MOST_PER_ACCOUNT:
            raise TooManySearches
        search = SavedSearch(user=user, target=target, query_string=query, name=name, **columns)
        set_rhythm(search, rhythm)
        search.save()
    return search, True


def set_rhythm(search: SavedSearch, rhythm: str) -> None:
    """Change the rhythm, unsaved; alerts that begin leave out what was found before."""
    if rhythm == SavedSearch.Rhythm.NEVER:
        search.alerted_since = None
    elif search.alerted_since is None:
        search.alerted_since = timezone.now()
    search.rhythm = rhythm


def columns_of(form: SearchForm) -> dict[str, Any]:
    """Return the columns of a valid form: what records are compared with, and its words."""
    criteria = criteria_of(form)
    own = _of_records(form.search) if isinstance(form, RecordFilterForm) else _of_grounds(form)
    return {
        **UNASKED,
        **own,
        "criteria": criteria.line,
        "reason_words": criteria.reason_words,
        "read_at": timezone.now(),
        "is_readable": True,
    }


def _of_records(search: RecordSearch) -> dict[str, Any]:
    facets = {name: terms for name, terms in search.terms.items() if name != "type"}
    columns: dict[str, Any] = {
        "kinds": list(search.chosen("type")),
        "terms": list(chain.from_iterable(facets.values())),
        "facets": len(facets),
        "territory": search.get("territoire"),
        "twins": [territory.pk for territory in search.twins] if search.get("jumeaux") else None,
        "asked": {name: _stored(value) for name, value in search.criteria if name not in INDEXED},
    }
    if search.words is not None:
        columns |= _words(search.words)
    if search.circle is not None:
        columns |= _circle(search.circle.place.point, search.circle.radius_km)
    if search.get("bbox"):
        columns["zone"] = window(search.get("bbox"))
    return columns


def _words(words: Words) -> dict[str, Any]:
    """Return what records are compared with: all the words, and what the words mean."""
    vector = meaning.stored_text(words.meant) if words.terms else None
    return {
        "words": words.all_words,
        "restriction": words.restriction,
        "completed": _key(words.completed),
        "families": list(words.families),
        "stems": list(words.stems),
        "has_unknown_words": bool(words.unknown),
        "signs": vector.signs if vector is not None else None,
        "numbers": vector.numbers if vector is not None else None,
    }


def _stored(value: object) -> object:
    return value.pk if isinstance(value, Model) else value


def _of_grounds(form: GroundForm) -> dict[str, Any]:
    wish = form.wish
    asked = {constraint.name: wish.parameters[constraint.name] for constraint in wish.constraints}
    if wish.grounds:
        asked["grounds"] = list(wish.grounds)
    columns: dict[str, Any] = {
        "terms": wish.parameters["theme_terms"],
        "solution_id": wish.solution_id,
        "territory": wish.region,
        "asked": asked,
        **_subject(wish),
    }
    if wish.point is not None and wish.radius_km is not None:
        columns |= _circle(wish.point, wish.radius_km)
    return columns


def _subject(wish: Wish) -> dict[str, Any]:
    """Return what needs are compared with: the meaning of the solution, else the words of its title.

    The themes of the solutions like a description stand in for its own.
    """
    subject = likely.subject_of(wish)
    if subject is None:
        return {}
    if subject.stored is None:
        return {"words": subject.words}
    columns = subject.stored._asdict()
    return {**columns, "terms": list(likely.likely(wish).themes)} if wish.description else columns


def _circle(point: Any, km: float) -> dict[str, Any]:
    metres = km * 1000
    return {"centre": point, "radius_m": metres, "zone": circle(point, metres)}


def _key(word: str) -> str:
    """Fold a word as the known words are: lower case, without accents."""
    if not word:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT left(lower(f_unaccent(%s)), 60)", [word])
        key: str = cursor.fetchone()[0]
    return key


def refresh(searches: Any) -> int:
    """Derive the columns of these searches anew; return how many can no longer be read."""
    lost = 0
    for search in searches:
        form = form_of(search.target, QueryDict(search.query_string))
        try:
            columns = columns_of(form) if form.is_valid() else None
        except ValidationError:
            columns = None
        if columns is None:
            lost += 1
            columns = {"is_readable": False, "read_at": timezone.now()}
        SavedSearch.objects.filter(pk=search.pk).update(**columns)
    return lost


def refresh_words() -> int:
    """Refresh the searches that have words, after the words that mean the same were changed."""
    worded = SavedSearch.objects.exclude(words="").order_by("pk")
    return refresh(worded.only("pk", "target", "query_string").iterator(chunk_size=500))


def refresh_oldest() -> int:
    """Refresh the searches that were not for a week: twins, successors and vocabularies change."""
    old = Q(read_at__isnull=True) | Q(read_at__lt=timezone.now() - REFRESHED_AFTER)
    oldest = SavedSearch.objects.filter(old).order_by(F("read_at").asc(nulls_first=True))
    return refresh(oldest.only("pk", "target", "query_string")[:REFRESHED_AT_ONCE])
