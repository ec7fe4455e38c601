"""The searches that found nothing, with the words that no record contains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.records import misses
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.navigation import Crumb
from catalogue.web.paging import page_of
from catalogue.workshop.dashboard import lists, statements
from catalogue.workshop.dashboard.scope import Scope


@dataclass(frozen=True)
class MissingWord:
    """A word that no record contained; ``concept`` is the one that it is a name of by now."""

    text: str
    concept: str
    url: str


@dataclass(frozen=True)
class Miss:
    words: str
    url: str
    times: int
    last: date
    missing: list[MissingWord]


@curator
@require_safe
def workshop_dashboard_misses(request: HttpRequest) -> HttpResponse:
    form = lists.MissesForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    scope = Scope.for_user(request.user, form.cleaned_data["champ"])
    page = page_of(lists.filter_misses(scope, form.cleaned_data), form.cleaned_data["page"])
    parameters = request.GET.copy()
    parameters.pop("page", None)
    title = _("Recherches sans réponse")
    context = {
        "title": title,
        "filters": lists.describe_filters(form),
        "page": page,
        "rows": describe_misses(page),
        "query": parameters.urlencode(),
        "steps": [Crumb(_("Tableau de bord"), reverse("catalogue:workshop-dashboard")), Crumb(title)],
        "may_change": not scope.is_limited,
    }
    return render(request, "catalogue/workshop/dashboard/misses.html", context)


def describe_misses(rows: Iterable[dict[str, Any]]) -> list[Miss]:
    rows = list(rows)
    missing = misses.find_missing_words([row["words"] for row in rows])
    concepts = statements.find_concepts(list(chain.from_iterable(missing.values())))
    search = reverse("catalogue:record-list")
    return [
        Miss(
            words=row["words"],
            url=f"{search}?{urlencode({'q': row['words']})}",
            times=row["times"],
            last=row["last"],
            missing=[_describe_word(word, concepts.get(word)) for word in missing.get(row["words"], [])],
        )
        for row in rows
    ]


def _describe_word(word: str, concept: tuple[str, str] | None) -> MissingWord:
    if concept is not None:
        code, label = concept
        return MissingWord(word, label, reverse("catalogue:workshop-reference-line", args=["notions", code]))
    add_url = reverse("catalogue:workshop-reference-word")
    return MissingWord(word, "", f"{add_url}?{urlencode({'mot': word})}")
