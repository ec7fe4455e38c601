"""The pairs that may be duplicates, the likeliest first, and the merges that were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.models import DuplicateCandidate, Merge, Record
from catalogue.records import permissions, timeline
from catalogue.records.wording import place_words
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.navigation import Tab
from catalogue.web.paging import PageForm, page_of
from catalogue.workshop.duplicates import words
from catalogue.workshop.duplicates.forms import SCORE_CHOICES, PairsForm

Judgement = DuplicateCandidate.Judgement
M = TypeVar("M", bound=Model)
WIDE = ("geometry", "point", "geog", "mercator", "description", "source_citation")
MOST = 1_000
"""Pairs listed: nobody reads further down, and counting them all would cost more than showing them."""
SHAPES = ("territory__geometry", "territory__departement__geometry")


@dataclass(frozen=True)
class PairRow:
    """One pair of the list; ``judgement`` is set once it was judged."""

    score: int
    kind: str
    factors: list[dict[str, Any]]
    records: list[dict[str, Any]]
    url: str
    judgement: DuplicateCandidate | None
    by: str


@curator
@require_safe
def workshop_duplicates(request: HttpRequest) -> HttpResponse:
    """List the pairs of the curator's field, by score."""
    form = PairsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    rows = filter_pairs(permissions.in_field(request.user), data)
    page = page_of(rows[:MOST], data["page"])
    parameters = {name: data[name] for name in ("voir", "type", "score") if data[name]}
    if data["region"]:
        parameters["region"] = data["region"].code
    return render(
        request,
        "catalogue/workshop/duplicates/list.html",
        {
            "page": page,
            "rows": [describe_pair(row, request.user) for row in page],
            "tabs": build_tabs(data["voir"] or "a-voir"),
            "chosen": data,
            "kinds": Record.Kind.choices,
            "regions": form.fields["region"].queryset,  # type: ignore[attr-defined]
            "scores": SCORE_CHOICES[1:],
            "query": urlencode(parameters),
            "has_more": page.paginator.count == MOST,
            "filtered": any(data[name] for name in ("type", "region", "score")),
        },
    )


def filter_pairs(field: Q, data: dict[str, Any]) -> QuerySet[DuplicateCandidate]:
    """Return the pairs that match the filters, both of whose records are in the field and still two."""
    is_judged = data.get("voir") == "ecartees"
    rows = DuplicateCandidate.objects.filter(state=Judgement.DISTINCT if is_judged else Judgement.OPEN)
    standing = Merge.objects.standing()
    for side in ("first", "second"):
        rows = rows.exclude(**{f"{side}__state": Record.State.DRAFT})
        rows = rows.filter(~Exists(standing.filter(loser=OuterRef(side))))
    rows = filter_sides(rows, field, ("first", "second"), (*WIDE, *SHAPES))
    if data.get("type"):
        rows = rows.filter(kind=data["type"])
    if data.get("score"):
        rows = rows.filter(score__gte=int(data["score"]))
    if region := data.get("region"):
        rows = rows.filter(Q(first__territory=region) | Q(first__territory__region=region))
    relations = ("first__territory__departement", "second__territory__departement", "decided_by")
    order = "-decided_at" if is_judged else "-score"
    return rows.select_related(*relations).order_by(order, "pk")


def filter_sides(rows: QuerySet[M], field: Q, sides: tuple[str, str], wide: tuple[str, ...]) -> QuerySet[M]:
    """Return the rows whose two records are in the field, without their ``wide`` columns."""
    for side in sides:
        if field:
            rows = rows.filter(**{f"{side}__in": Record.objects.filter(field).values("pk")})
        rows = rows.defer(*(f"{side}__{name}" for name in wide))
    return rows


def describe_pair(pair: DuplicateCandidate, reader: Any) -> PairRow:
    return PairRow(
        score=pair.score,
        kind=pair.kind,
        factors=words.describe_factors(pair.factors),
        records=[{"record": one, "place": place_words(one)} for one in (pair.first, pair.second)],
        url=reverse("catalogue:workshop-merge", args=[pair.first.slug, pair.second.slug]),
        judgement=pair if pair.state == Judgement.DISTINCT else None,
        by=timeline.describe_actor(pair.decided_by, reader, by_name=True, as_curator=True),
    )


def build_tabs(current: str) -> list[Tab]:
    url = reverse("catalogue:workshop-duplicates")
    return [
        Tab(_("À voir"), url, current == "a-voir"),
        Tab(_("Écartées"), f"{url}?voir=ecartees", current == "ecartees"),
        Tab(_("Fusions"), reverse("catalogue:workshop-merges"), current == "fusions"),
    ]


@curator
@require_safe
def workshop_merges(request: HttpRequest) -> HttpResponse:
    """List the merges made in the curator's field, the last first."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    merges = Merge.objects.select_related("survivor", "loser", "actor", "undone_by").defer("trace", "choices")
    rows = filter_sides(merges, permissions.in_field(request.user), ("survivor", "loser"), WIDE)
    page = page_of(rows, form.cleaned_data["page"])
    reader = cast(User, request.user)
    lines = [
        {"merge": one, "by": timeline.describe_actor(one.actor, reader, by_name=True, as_curator=True)}
        for one in page
    ]
    context = {"page": page, "rows": lines, "tabs": build_tabs("fusions")}
    return render(request, "catalogue/workshop/duplicates/merges.html", context)
