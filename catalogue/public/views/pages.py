"""The public pages: home, map, list, record. Each parses its form, takes a queryset and renders."""

from __future__ import annotations

from math import cos, radians

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.public import record_page as detail
from catalogue.public.cards import record_card
from catalogue.public.figures import living_figures, newest_records
from catalogue.public.search import facets, places
from catalogue.public.search import words as search
from catalogue.public.search.feedback import place_read, told
from catalogue.public.search.filters import RecordFilterForm
from catalogue.records import audience
from catalogue.records.addresses import redirection
from catalogue.records.wording import whole
from catalogue.web.access import public
from catalogue.web.errors import bad_request
from geo.models import Territory

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
            "recent": [record_card(record) for record in newest_records(6)],
            "sites_url": f"{reverse('catalogue:record-list')}?type=site",
            "section": "accueil",
        },
    )


def figure_list(figures: dict[str, int]) -> list[dict[str, str]]:
    """The living figures, each with the list behind it."""
    address = reverse("catalogue:record-list")
    shown = [
        ("eprouvees", _("solutions éprouvées"), "?type=solution&preuve=3"),
        ("experimentations", _("expérimentations et déploiements"), "?type=experimentation"),
        ("operations", _("opérations d’aménagement"), "?type=operation"),
        ("sites", _("sites d’expérimentation"), "?type=site"),
        ("besoins", _("besoins exprimés"), "?type=besoin"),
    ]
    return [
        {"value": whole(figures[key]), "label": label, "url": address + query} for key, label, query in shown
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
    reading = place_read(form)
    if reading is not None:
        return redirect(f"{address}?{form.query_string(**reading.parameters)}")
    records = form.narrow(Record.objects.published())
    bar = facets.filter_bar(form, Record.objects.published(), address)
    paginator = Paginator(range(bar["total"]), PAGE_SIZE)
    number = form.cleaned_data["page"] or 1
    if number > paginator.num_pages:
        raise Http404(
            _("La page %(n)d n’existe pas : il y en a %(last)d.") % {"n": number, "last": paginator.num_pages}
        )
    page = paginator.page(number)
    keys = form.keys(records, bar["total"], max(page.start_index() - 1, 0), page.end_index())
    other = {"carte": reverse("catalogue:record-list"), "fiches": reverse("catalogue:map")}[section]
    query = form.query_string(page=None)
    return render(
        request,
        template,
        {
            "page": page,
            "records": cards_of(form.fetch(keys), form.words),
            "count_words": count_words(paginator.count),
            "query": query,
            "places": places_offered(form, bar["total"]) if number == 1 else [],
            "extent": form.data.get("bbox") or extent_words(form),
            "place": form.place,
            "rayon_km": form.radius_km,
            "section": section,
            "tips": empty_advice(address),
            "other_view_url": f"{other}?{query}" if query else other,
            "filters": bar,
            **told(form, address),
        },
    )


def places_offered(form: RecordFilterForm, total: int) -> list[Territory]:
    """Territories that the words name, or may mean when they find nothing."""
    words = form.cleaned_data["q"]
    return places.offered(words, nothing_found=total == 0) if words else []


def cards_of(records: list[Record], words: search.Words | None) -> list[dict[str, object]]:
    """The cards of a page, each with the passage that answers the words."""
    extracts = search.extracts([record.pk for record in records], words.query) if words and records else {}
    return [{**record_card(record), "extract": extracts.get(record.pk, "")} for record in records]


def empty_advice(address: str) -> list[dict[str, str]]:
    """What to try when nothing was found."""
    return [
        {"text": _("Retirer tous les filtres"), "url": address},
        {"text": _("Chercher un territoire"), "url": reverse("catalogue:territory-list")},
    ]


def count_words(count: int) -> str:
    """« 128 fiches », exact; in French zero takes the singular."""
    return ngettext("%(n)s fiche", "%(n)s fiches", max(count, 1)) % {"n": whole(count)}


def extent_words(form: RecordFilterForm) -> str:
    """Window of the map for what is asked: around the place, over the territory, or metropolitan France."""
    territory = form.cleaned_data["territoire"]
    if form.place is not None and form.radius_km is not None:
        lon, lat = form.place.point.coords
        dlat = max(form.radius_km, 1) / 111.3
        dlon = dlat / max(0.1, cos(radians(lat)))
        return f"{lon - dlon:.4f},{lat - dlat:.4f},{lon + dlon:.4f},{lat + dlat:.4f}"
    if territory is not None and territory.bbox is not None:
        return ",".join(f"{value:.4f}" for value in territory.bbox)
    return ""


@public
@require_safe
def record_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One published record, with its proof, its place, its sources and what is near it."""
    record = Record.objects.published().with_detail_relations().filter(slug=slug).first()
    if record is None:
        return redirection(slug, "catalogue:record-detail")
    response = render(request, "catalogue/public/record_detail.html", detail.record_context(record))
    audience.seen(request, record)
    return response
