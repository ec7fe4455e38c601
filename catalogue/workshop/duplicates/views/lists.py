"""The pairs that may be duplicates, the likeliest first, and the merges that were made."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
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
from catalogue.web.paging import PageForm, page_of
from catalogue.workshop.duplicates import words
from catalogue.workshop.duplicates.forms import SCORE_CHOICES, PairsForm

Judgement = DuplicateCandidate.Judgement
WIDE = ("geometry", "point", "geog", "mercator", "description", "source_citation")
MOST = 1_000
"""Pairs listed: nobody reads further down, and counting them all would cost more than showing them."""
SHAPES = ("territory__geometry", "territory__departement__geometry")


@curator
@require_safe
def workshop_duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs of the curator's field, by score."""
    form = PairsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    rows = filter_pairs(permissions.in_field(request.user), data)
    page = page_of(rows[:MOST], data["page"])
    kept = {name: data[name] for name in ("voir", "type", "score") if data[name]}
    if data["region"]:
        kept["region"] = data["region"].code
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
            "query": urlencode(kept),
            "has_more": page.paginator.count == MOST,
            "filtered": any(data[name] for name in ("type", "region", "score")),
        },
    )


def filter_pairs(field: Q, data: dict[str, Any]) -> QuerySet[DuplicateCandidate]:
    """The pairs asked for, both of whose records are in the field and still two."""
    judged = data["voir"] == "ecartees"
    rows = DuplicateCandidate.objects.filter(state=Judgement.DISTINCT if judged else Judgement.OPEN)
    standing = Merge.objects.standing()
    for side in ("first", "second"):
        rows = rows.exclude(**{f"{side}__state": Record.State.DRAFT})
        rows = rows.filter(~Exists(standing.filter(loser=OuterRef(side))))
        if field:
            rows = rows.filter(**{f"{side}__in": Record.objects.filter(field).values("pk")})
    if data["type"]:
        rows = rows.filter(kind=data["type"])
    if data["score"]:
        rows = rows.filter(score__gte=int(data["score"]))
    if data["region"]:
        region = data["region"]
        rows = rows.filter(Q(first__territory=region) | Q(first__territory__region=region))
    rows = rows.select_related(
        "first__territory__departement", "second__territory__departement", "decided_by"
    ).defer(*(f"{side}__{name}" for side in ("first", "second") for name in (*WIDE, *SHAPES)))
    return rows.order_by("-decided_at", "pk") if judged else rows.order_by("-score", "pk")


def describe_pair(pair: DuplicateCandidate, reader: Any) -> dict[str, Any]:
    """One pair of the list."""
    first, second = pair.first, pair.second
    return {
        "score": pair.score,
        "kind": pair.kind,
        "factors": words.describe_factors(pair.factors),
        "records": [{"record": one, "place": place_words(one)} for one in (first, second)],
        "url": reverse("catalogue:workshop-merge", args=[first.slug, second.slug]),
        "judgement": pair if pair.state == Judgement.DISTINCT else None,
        "by": timeline.describe_actor(pair.decided_by, reader, by_name=True, as_curator=True),
    }


def build_tabs(here: str) -> list[dict[str, Any]]:
    """The lists of this part of the workshop."""
    address = reverse("catalogue:workshop-duplicates")
    shown = [
        ("a-voir", _("À voir"), address),
        ("ecartees", _("Écartées"), f"{address}?voir=ecartees"),
        ("fusions", _("Fusions"), reverse("catalogue:workshop-merges")),
    ]
    return [
        {"label": label, "url": url, "is_active": code == here, "count": None} for code, label, url in shown
    ]


@curator
@require_safe
def workshop_merges(request: HttpRequest) -> HttpResponse:
    """The merges made in the curator's field, the last first."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    rows = Merge.objects.select_related("survivor", "loser", "actor", "undone_by")
    field = permissions.in_field(request.user)
    for side in ("survivor", "loser"):
        if field:
            rows = rows.filter(**{f"{side}__in": Record.objects.filter(field).values("pk")})
    rows = rows.defer("trace", "choices", *(f"{side}__{n}" for side in ("survivor", "loser") for n in WIDE))
    page = page_of(rows, form.cleaned_data["page"])
    lines = [
        {
            "merge": one,
            "by": timeline.describe_actor(one.actor, request.user, by_name=True, as_curator=True),  # type: ignore[arg-type]
        }
        for one in page
    ]
    context = {"page": page, "rows": lines, "tabs": build_tabs("fusions"), "section": "atelier"}
    return render(request, "catalogue/workshop/duplicates/merges.html", context)
