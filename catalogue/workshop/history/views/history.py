"""The history of a record: its versions and its changes of state, two of which can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.records import permissions, versions
from catalogue.records.content import SHAPE
from catalogue.records.versions.reading import Data
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of
from catalogue.workshop.history import comparison
from catalogue.workshop.history.forms import NOW, ComparisonForm
from catalogue.workshop.history.lines import (
    HistoryLine,
    describe_entries,
    describe_version,
    get_last_version,
    get_light_record,
    get_reader,
    list_entries,
)
from catalogue.workshop.history.places import compare_outlines


@dataclass(frozen=True)
class Side:
    """One of the two states compared; ``number`` is 0 for the state of today."""

    data: Data
    number: int = 0
    line: HistoryLine | None = None

    @property
    def query(self) -> str:
        return str(self.number or NOW)


@curator
@require_safe
def workshop_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show versions and changes of state in one timeline, with a choice of two versions to compare."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    record = get_light_record(request, slug)
    page = page_of(list_entries(record), form.cleaned_data["page"])
    lines = describe_entries(page, get_reader(request))
    last = get_last_version(record)
    numbers = [line.number for line in lines if line.number]
    context = {
        "record": record,
        "page": page,
        "rows": lines,
        "last": last,
        "set_apart": last is not None and last.data != versions.read_current([record.pk])[record.pk],
        "start": numbers[1] if len(numbers) > 1 else 0,
        "end": numbers[0] if numbers else 0,
        "can_restore": permissions.may(request.user, "edit", record),
    }
    return render(request, "catalogue/workshop/history/history.html", context)


@curator
@require_safe
def workshop_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what changed from one state of a record to another, field by field, its place on a map."""
    form = ComparisonForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    record = get_light_record(request, slug)
    last = get_last_version(record)
    if last is None:
        raise Http404(_("Cette fiche n’a pas encore de version."))
    former, latter = form.cleaned_data["de"], form.cleaned_data["a"]
    if former is None and "de" not in request.GET:
        former = max((latter or last.number) - 1, 1) if latter else last.number
    before, after = load_side(request, record, former), load_side(request, record, latter)
    changes = comparison.compare_versions(record.kind, before.data, after.data)
    context = {
        "record": record,
        "before": before,
        "after": after,
        "rows": changes,
        "last": last.number,
        "previous": before.number - 1 if before.number > 1 else 0,
        "next": after.number + 1 if 0 < after.number < last.number else 0,
        "can_restore": permissions.may(request.user, "edit", record),
        **compare_places(record, before.data, after.data, changes),
    }
    return render(request, "catalogue/workshop/history/compare.html", context)


def load_side(request: HttpRequest, record: Record, number: int | None) -> Side:
    """Return a version by its number, the state of today for None; raise Http404 when there is none."""
    if number is None:
        return Side(versions.read_current([record.pk])[record.pk])
    version: Any = get_object_or_404(record.versions.select_related("actor"), number=number)
    return Side(version.data, version.number, describe_version(version, get_reader(request)))


def compare_places(
    record: Record, before: Data, after: Data, changes: list[comparison.FieldChange]
) -> dict[str, Any]:
    """Return both outlines and the features of their map when the place is among what changed."""
    outlines = None
    if any(change.name == SHAPE for change in changes):
        outlines = compare_outlines(record.kind, before.get(SHAPE), after.get(SHAPE))
    return {"places": outlines, "geojson": outlines.features if outlines else None}
