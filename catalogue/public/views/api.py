"""Data for programs: completion, and the list or a record as GeoJSON or CSV."""

from __future__ import annotations

from itertools import chain

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.models.querysets import RecordQuerySet
from catalogue.public import exports
from catalogue.public.redirects import redirect_to_survivor
from catalogue.public.search import results
from catalogue.public.search.filters import RecordFilterForm
from catalogue.public.search.record_search import RecordSearch
from catalogue.public.search.suggestions import suggest
from catalogue.records.wording import territory_detail_words
from catalogue.web.access import public
from catalogue.web.errors import bad_request
from catalogue.web.origin import origin
from geo.models import Territory


class CompletionForm(forms.Form):
    """What has been typed so far."""

    q = forms.CharField(max_length=200, required=False)


@public
@require_safe
def completion(request: HttpRequest) -> HttpResponse:
    """Territories and records whose words begin like what is typed, the likelier list first."""
    form = CompletionForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    found = suggest(form.cleaned_data["q"])
    lists = [list(map(_territory, found.territories)), list(map(_record, found.records))]
    suggestions = [*chain.from_iterable(reversed(lists) if found.records_first else lists)]
    response = JsonResponse({"resultats": suggestions})
    response["Cache-Control"] = "public, max-age=300"
    return response


def _territory(territory: Territory) -> dict[str, object]:
    return {
        "type": "territoire",
        "niveau": territory.level,
        "code": territory.code,
        "nom": territory.name,
        "detail": territory_detail_words(territory),
        "url": reverse("catalogue:territory-detail", args=[territory.level, territory.code]),
        "lon": territory.point.x if territory.point else None,
        "lat": territory.point.y if territory.point else None,
    }


def _record(record: Record) -> dict[str, object]:
    return {
        "type": "fiche",
        "nature": record.kind,
        "nom": record.title,
        "detail": record.get_kind_display(),
        "url": record.get_absolute_url(),
    }


def _first_results(search: RecordSearch) -> tuple[list[Record], int]:
    records = search.narrow(Record.objects.published())
    total = records.count()
    keys = results.page_keys(search, records, total, 0, exports.MAX_ROWS)
    return results.fetch(search, keys, RecordQuerySet.with_export_relations), total


@public
@require_safe
def record_list_geojson(request: HttpRequest) -> HttpResponse:
    """The first thousand results as GeoJSON; ``numberMatched`` says how many there are."""
    form = RecordFilterForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    records, matched = _first_results(form.search)
    collection = {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(records),
        "features": [exports.record_feature(record, origin(request)) for record in records],
    }
    return JsonResponse(collection, content_type="application/geo+json")


@public
@require_safe
def record_list_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The first thousand results as CSV; the header ``X-Total`` says how many there are."""
    form = RecordFilterForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    records, matched = _first_results(form.search)
    response = StreamingHttpResponse(
        exports.record_csv_lines(records, origin(request)), content_type="text/csv; charset=utf-8"
    )
    name = _("fiches.csv") if matched <= exports.MAX_ROWS else _("fiches-1000-premieres.csv")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Total"] = str(matched)
    return response


@public
@require_safe
def record_geojson(request: HttpRequest, slug: str) -> HttpResponse:
    record = Record.objects.published().with_export_relations().filter(slug=slug).first()
    if record is None:
        return redirect_to_survivor(slug, "catalogue:record-geojson")
    return JsonResponse(exports.record_feature(record, origin(request)), content_type="application/geo+json")
