"""The public pages: home, map, list, record. Each parses its form, takes a queryset and renders."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.models.querysets import RecordQuerySet
from catalogue.public import record_page as detail
from catalogue.public.cards import Card, record_card
from catalogue.public.figures import best_proven_experiments, living_figures
from catalogue.public.redirects import redirect_to_survivor
from catalogue.public.search import extracts, facets, feedback, results
from catalogue.public.search.doors import places_offered
from catalogue.public.search.filters import RecordFilterForm
from catalogue.public.search.headings import describe_page
from catalogue.public.search.record_search import RecordSearch
from catalogue.records import audience, misses
from catalogue.records.wording import format_integer
from catalogue.web.access import public
from catalogue.web.errors import bad_request

PAGE_SIZE = 20


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One search box, three doors, living figures."""
    return render(
        request,
        "catalogue/public/home.html",
        {
            "figures": figure_list(living_figures()),
            "recent": [record_card(record) for record in best_proven_experiments(6)],
            "sites_url": f"{reverse('catalogue:record-list')}?type=site",
            "section": "accueil",
        },
    )


def figure_list(figures: dict[str, int]) -> list[dict[str, str]]:
    address = reverse("catalogue:record-list")
    shown = [
        ("eprouvees", _("solutions éprouvées"), "?type=solution&preuve=3"),
        ("experimentations", _("expérimentations et déploiements"), "?type=experimentation"),
        ("operations", _("opérations d’aménagement"), "?type=operation"),
        ("sites", _("sites d’expérimentation"), "?type=site"),
        ("besoins", _("besoins exprimés"), "?type=besoin"),
    ]
    return [
        {"value": format_integer(figures[key]), "label": label, "url": address + query}
        for key, label, query in shown
    ]


@public
@require_safe
def record_map(request: HttpRequest) -> HttpResponse:
    """The map and its list, one filter bar for both."""
    return _results(request, "catalogue/public/record_map.html", "carte", reverse("catalogue:map"))


@public
@require_safe
def record_list(request: HttpRequest) -> HttpResponse:
    """The list of records; same parameters as the map."""
    return _results(request, "catalogue/public/record_list.html", "fiches", reverse("catalogue:record-list"))


def _results(request: HttpRequest, template: str, section: str, address: str) -> HttpResponse:
    form = RecordFilterForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    search = form.search
    reading = feedback.place_in_words(search)
    if reading is not None:
        return redirect(f"{address}?{search.query_string(**reading.parameters)}")
    records = search.narrow(Record.objects.published())
    bar = facets.filter_bar(search, form.fields, Record.objects.published(), address)
    if not bar["total"] and search.words is not None and not search.facets and len(search.criteria) == 1:
        misses.count_miss(request, search.words.typed, search.words.unknown)
    page = _page(bar["total"], form.cleaned_data["page"] or 1)
    keys = results.page_keys(search, records, bar["total"], max(page.start_index() - 1, 0), page.end_index())
    context = {
        "page": page,
        "records": cards_of(search, keys),
        "count_words": count_words(page.paginator.count),
        "section": section,
        "filters": bar,
        **(places_offered(search, bar["total"]) if page.number == 1 else {}),
        **describe_page(search, section, page.number),
        **_window(search),
        **_other_view(search, section),
        **_feedback(search, address, records, bar["total"]),
        "themes": themes_to_browse(form, address) if not bar["total"] else [],
    }
    return render(request, template, context)


def _window(search: RecordSearch) -> dict[str, object]:
    """Where the map opens, and the place around which one searches."""
    return {
        "extent": search.written("bbox") or extent_words(search),
        "place": search.place,
        "rayon_km": search.circle.radius_km if search.circle is not None else None,
    }


def _other_view(search: RecordSearch, section: str) -> dict[str, object]:
    """The query string of the results, and the same results as a list or on the map."""
    other = reverse({"carte": "catalogue:record-list", "fiches": "catalogue:map"}[section])
    query = search.query_string(page=None)
    return {"query": query, "other_view_url": f"{other}?{query}" if query else other}


def _page(total: int, number: int) -> Page[int]:
    paginator = Paginator(range(total), PAGE_SIZE)
    if number > paginator.num_pages:
        raise Http404(
            _("La page %(n)d n’existe pas : il y en a %(last)d.") % {"n": number, "last": paginator.num_pages}
        )
    return paginator.page(number)


def cards_of(search: RecordSearch, keys: Sequence[int]) -> list[Card]:
    """The cards of these results, with the passages that the words hit."""
    answer = search.answer
    passages = extracts.extracts(keys, answer.words.any_word) if answer is not None and keys else {}
    near = answer.by_meaning if answer is not None else ()
    return [
        record_card(
            record,
            extract=passages.get(record.pk, ""),
            mention=_("proche par le sens") if record.pk in near else "",
        )
        for record in results.fetch(search, list(keys))
    ]


def themes_to_browse(form: RecordFilterForm, address: str) -> list[dict[str, str]]:
    """The themes of the catalogue, for somebody whose words found nothing."""
    return [
        {"text": label, "url": f"{address}?{urlencode({'theme': code})}"}
        for code, label in form.vocabularies["theme"].items()
    ]


def _feedback(search: RecordSearch, address: str, records: RecordQuerySet, total: int) -> dict[str, Any]:
    """How the search was understood; the keys of what is nearest become cards."""
    found = feedback.describe(search, address, records, total)
    nothing = found["nothing"]
    if nothing is not None:
        nothing["nearest"] = cards_of(search, nothing.get("nearest", ()))
    return found


def count_words(count: int) -> str:
    """« 128 fiches », exact; in French zero takes the singular."""
    return ngettext("%(n)s fiche", "%(n)s fiches", max(count, 1)) % {"n": format_integer(count)}


def extent_words(search: RecordSearch) -> str:
    """Window of the map for what is asked: around the place, over the territory, or metropolitan France."""
    territory = search.get("territoire")
    if search.circle is not None:
        lon, lat = search.circle.place.point.coords
        dlat = max(search.circle.radius_km, 1) / 111.3
        dlon = dlat / max(0.1, cos(radians(lat)))
        return f"{lon - dlon:.4f},{lat - dlat:.4f},{lon + dlon:.4f},{lat + dlat:.4f}"
    if territory is not None and territory.bbox is not None:
        return ",".join(f"{value:.4f}" for value in territory.bbox)
    return ""


@public
@require_safe
def record_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One published record, with its proof, its place, its sources and what is near it."""
    published = Record.objects.published().with_detail_relations().select_related("meaning")
    record = published.filter(slug=slug).first()
    if record is None:
        return redirect_to_survivor(slug, "catalogue:record-detail")
    response = render(request, "catalogue/public/record_detail.html", detail.public_context(record))
    audience.count_view(request, record)
    return response
