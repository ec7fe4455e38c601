"""Records that a visitor keeps: side by side, as a printable list, as CSV, as a map in one file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.public import comparison, exports
from catalogue.public.cards import Card, record_card
from catalogue.public.printing import files
from catalogue.public.redirects import find_survivors
from catalogue.public.views.printing import pdf_response
from catalogue.web.access import public
from catalogue.web.errors import bad_request
from catalogue.web.origin import origin

MOST_KEPT = 30
MOST_NAMED = 200
"""Slugs read from an address; what is beyond is reported as too many."""


class SlugsField(forms.Field):
    """``a,b,c`` → the slugs, each once and in order; one of no record is reported, not refused."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        parts = [part.strip() for part in ",".join(value or []).split(",")]
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: Any) -> None:
        """Refuse an address that names more records than any selection could."""
        if len(value) > MOST_NAMED:
            raise forms.ValidationError(_("%(count)d fiches au plus."), params={"count": MOST_NAMED})


class KeptForm(forms.Form):
    """The records kept, in the order in which they were."""

    fiches = SlugsField(label=gettext_lazy("Fiches"), required=False)


@public
@require_safe
def record_compare(request: HttpRequest) -> HttpResponse:
    """Two to four records side by side."""
    form = KeptForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    asked = _asked_slugs(form)
    known = _published_slugs(asked)
    compared = comparison.records(known[: comparison.MOST])
    comparable = compared if len(compared) >= comparison.FEWEST else []
    return render(
        request,
        "catalogue/public/record_compare.html",
        {
            "columns": [_column(record, known) for record in compared],
            "facts": comparison.fact_rows(comparable),
            "indicators": comparison.indicator_rows(comparable),
            "comparison_messages": _messages(asked, known, comparison.MOST),
            "single": compared[0] if len(compared) == 1 else None,
            "selection": _address("catalogue:record-selection", known) if known else "",
            "section": "comparer",
        },
    )


@public
@require_safe
def record_selection(request: HttpRequest) -> HttpResponse:
    """The records kept: a list to print, and what can be made of it."""
    form = KeptForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    asked = _asked_slugs(form)
    known = _published_slugs(asked)
    kept = known[:MOST_KEPT]
    comparable = comparison.FEWEST <= len(kept) <= comparison.MOST
    return render(
        request,
        "catalogue/public/record_selection.html",
        {
            "records": _selection_cards(kept, known),
            "selection_messages": _messages(asked, known, MOST_KEPT),
            "comparison_url": _address("catalogue:record-compare", kept) if comparable else "",
            "csv_url": _address("catalogue:record-selection-csv", kept),
            "pdf_url": _address("catalogue:record-selection-pdf", kept),
            "map_url": _address("catalogue:record-selection-map", kept),
            "section": "selection",
        },
    )


def _selection_cards(kept: list[str], known: list[str]) -> list[Card]:
    records = Record.objects.published().filter(slug__in=kept).with_card_relations()
    found = {record.slug: record for record in records}
    return [
        record_card(found[slug], remove_url=_address("catalogue:record-selection", _without(known, slug)))
        for slug in kept
    ]


@public
@require_safe
def record_selection_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    form = KeptForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    lines = exports.record_csv_lines(_export_records(form), origin(request))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="selection.csv"'
    return response


@public
@require_safe
def record_selection_map(request: HttpRequest) -> HttpResponse:
    """The records kept as a map in one HTML file, always downloaded, never shown under our address."""
    # folium brings pandas: a third of the time that every process of the site would take to start
    from catalogue.public.standalone_map import standalone_map

    form = KeptForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    response = HttpResponse(standalone_map(_export_records(form), origin(request)))
    response["Content-Disposition"] = 'attachment; filename="carte-selection.html"'
    return response


@public
@require_safe
def record_selection_pdf(request: HttpRequest) -> HttpResponse:
    """The records kept as one PDF file, each with its map and its source."""
    form = KeptForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    slugs = _published_slugs(_asked_slugs(form))[:MOST_KEPT]
    if not slugs:
        return redirect("catalogue:record-selection")
    rows = Record.objects.published().filter(slug__in=slugs).with_detail_relations()
    found = {record.slug: record for record in rows}
    records = [found[slug] for slug in slugs if slug in found]
    address = _address("catalogue:record-selection", slugs)
    return pdf_response(request, "selection.pdf", lambda base: files.of_selection(records, base, address))


def _asked_slugs(form: KeptForm) -> list[str]:
    """The slugs that the address names, each once; a merged record is the one that stayed."""
    slugs = form.cleaned_data["fiches"]
    moved = find_survivors(slugs)
    return list(dict.fromkeys(moved.get(slug, slug) for slug in slugs))


def _published_slugs(slugs: list[str]) -> list[str]:
    """Those of the slugs that are a published record's, in order."""
    published = (
        set(Record.objects.published().filter(slug__in=slugs).values_list("slug", flat=True))
        if slugs
        else set()
    )
    return [slug for slug in slugs if slug in published]


def _export_records(form: KeptForm) -> list[Record]:
    slugs = _published_slugs(_asked_slugs(form))[:MOST_KEPT]
    found = {
        record.slug: record
        for record in Record.objects.published().filter(slug__in=slugs).with_export_relations()
    }
    return [found[slug] for slug in slugs if slug in found]


def _column(record: Record, known: list[str]) -> dict[str, Any]:
    return {
        "title": record.title,
        "url": record.get_absolute_url(),
        "kind": record.kind,
        "remove_url": _address("catalogue:record-compare", _without(known, record.slug)),
    }


def _messages(asked: list[str], known: list[str], most: int) -> list[str]:
    """The warnings about the records named: unknown ones, and those that are too many."""
    warnings = []
    unknown = [slug[:80] for slug in asked if slug not in known]
    if unknown:
        words = ngettext(
            "Cette fiche n’existe pas ou n’est plus publiée : %(slugs)s.",
            "Ces fiches n’existent pas ou ne sont plus publiées : %(slugs)s.",
            len(unknown),
        )
        warnings.append(words % {"slugs": ", ".join(unknown[:MOST_KEPT])})
    if len(known) > most:
        words = _("%(most)d fiches au plus : voici les %(most)d premières des %(n)d demandées.")
        warnings.append(words % {"most": most, "n": len(known)})
    return warnings


def _without(slugs: list[str], slug: str) -> list[str]:
    return [kept for kept in slugs if kept != slug]


def _address(name: str, slugs: list[str]) -> str:
    query = urlencode({"fiches": ",".join(slugs)}, safe=",") if slugs else ""
    return f"{reverse(name)}?{query}" if query else reverse(name)
