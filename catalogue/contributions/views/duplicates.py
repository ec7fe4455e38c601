"""Likely duplicates, while a title is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from catalogue.contributions.duplicates import describe, likely_duplicates
from catalogue.models import Record, Solution
from catalogue.records import permissions
from catalogue.records.near_duplicates import Description
from catalogue.web.access import account
from catalogue.web.errors import json_bad_request
from geo.models import Territory


class DuplicateQuery(forms.Form):
    """What is being written: its kind, its words, and where it is when that is known."""

    kind = forms.ChoiceField(choices=Record.Kind.choices)
    title = forms.CharField(max_length=250, required=False)
    summary = forms.CharField(max_length=500, required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-85, max_value=85)
    fiche = forms.SlugField(max_length=120, required=False)
    solution = forms.SlugField(max_length=120, required=False)


@account
@require_safe
def propose_duplicates(request: HttpRequest) -> HttpResponse:
    """Return the likely duplicates as a piece of page, and how many there are."""
    form = DuplicateQuery(request.GET)
    if not form.is_valid():
        return json_bad_request(form)
    user = cast(User, request.user)
    given = form.cleaned_data
    record = Record.objects.filter(slug=given["fiche"]).first() if given["fiche"] else None
    is_theirs = record is not None and permissions.may(user, "preview", record)
    description = _description(given, record.proper if record and is_theirs else None)
    found = likely_duplicates(user, description, record.pk if record and is_theirs else None)
    html = render_to_string("catalogue/contributions/_twins_list.html", {"duplicates": found})
    return JsonResponse({"nombre": len(found), "html": html})


def _description(given: dict[str, Any], record: Any) -> Description:
    """Return what the page gives, completed by what is stored of a record of the account."""
    stored = describe(record) if record is not None else Description(given["kind"], "")
    position, territory, solution = stored.position, stored.territory, stored.solution
    if given["lon"] is not None and given["lat"] is not None:
        position = (given["lon"], given["lat"])
    if territory is None and position is not None:
        found = Territory.objects.locate(Point(*position, srid=4326))
        territory = found.pk if found else None
    if solution is None and given["solution"]:
        rows = Solution.objects.filter(slug=given["solution"], state=Record.State.PUBLISHED)
        solution = rows.values_list("pk", flat=True).first()
    return replace(
        stored,
        kind=given["kind"],
        title=given["title"],
        summary=given["summary"] or stored.summary,
        position=position,
        territory=territory,
        solution=solution,
    )
