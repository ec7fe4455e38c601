"""What surrounds a place, while somebody draws it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from catalogue.contributions.surroundings import describe_surroundings
from catalogue.web import access
from catalogue.web.errors import json_bad_request
from geo.covering import find_covering
from geo.drawing import DrawingField


class PlaceQuery(forms.Form):
    """A geometry (GeoJSON or WKT), or a point."""

    geometry = DrawingField(required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-85, max_value=85)
    fiche = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if given.get("geometry") is None and given.get("lon") is not None and given.get("lat") is not None:
            given["geometry"] = self.fields["geometry"].clean(f"POINT({given['lon']} {given['lat']})")
        return given


@access.account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_place(request: HttpRequest) -> HttpResponse:
    """Return the territory that holds a geometry, and its surroundings as a piece of page."""
    form = PlaceQuery(request.POST if request.method == "POST" else request.GET)
    geometry = form.cleaned_data["geometry"] if form.is_valid() else None
    if geometry is None:
        return json_bad_request(form)
    found = find_covering(geometry)
    inside = found.territory if found is not None and found.metres is None else None
    surroundings = describe_surroundings(geometry, inside, record_key=form.cleaned_data["fiche"])
    html = render_to_string(
        "catalogue/contributions/_place_live.html", {"place": surroundings, "territory": inside}
    )
    territory = None
    if inside is not None:
        territory = {"niveau": inside.level, "code": inside.code, "nom": inside.label}
    return JsonResponse({"territoire": territory, "html": html})
