"""Likely duplicates, while a title is typed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from catalogue.contributions.duplicates import Sought, likely_duplicates, sought
from catalogue.models import Record, Solution
from catalogue.records import permissions
from catalogue.web.access import account
from geo.models import Territory


class TwinsForm(forms.Form):
    """What is being written: its kind and title, and where it is when that is known."""

    kind = forms.ChoiceField(choices=Record.Kind.choices)
    title = forms.CharField(max_length=250, required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-85, max_value=85)
    fiche = forms.SlugField(max_length=120, required=False)
    solution = forms.SlugField(max_length=120, required=False)


@account
@require_safe
def propose_twins(request: HttpRequest) -> HttpResponse:
    """The likely duplicates as a piece of page, and how many there are."""
    form = TwinsForm(request.GET)
    if not form.is_valid():
        faults = [str(fault) for faults in form.errors.values() for fault in faults]
        return JsonResponse({"fautes": faults}, status=400)
    user = cast(User, request.user)
    twins = likely_duplicates(user, _sought(user, form.cleaned_data))
    html = render_to_string("catalogue/contributions/_twins_list.html", {"duplicates": twins})
    return JsonResponse({"nombre": len(twins), "html": html})


def _sought(user: User, given: dict[str, Any]) -> Sought:
    """What the page says; of a record of the account, what is saved completes it."""
    record = Record.objects.filter(slug=given["fiche"]).first() if given["fiche"] else None
    saved = sought(record.proper) if record is not None and permissions.may(user, "preview", record) else None
    point = saved.point if saved else None
    if given["lon"] is not None and given["lat"] is not None:
        point = Point(given["lon"], given["lat"], srid=4326)
    territory = saved.territory if saved else None
    if territory is None and point is not None:
        found = Territory.objects.locate(point)
        territory = found.pk if found else None
    solution = saved.solution if saved else None
    if solution is None and given["solution"]:
        rows = Solution.objects.filter(slug=given["solution"], state=Record.State.PUBLISHED)
        solution = rows.values_list("pk", flat=True).first()
    return Sought(
        kind=given["kind"],
        title=given["title"],
        point=point,
        territory=territory,
        solution=solution,
        owner=saved.owner if saved else None,
        besides=saved.besides if saved else None,
    )
