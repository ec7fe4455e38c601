"""Territory pages: what has worked near here, explained."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalogue.cards import card, ranked_card
from catalogue.figures import in_and_around
from catalogue.filters import CodesField
from catalogue.models import Record, Theme
from catalogue.ranking import Ranking, rank_solutions
from catalogue.views.errors import bad_request
from geo.models import Territory

LEVELS = ("commune", "arrondissement", "epci", "ept", "departement", "region")
SHOWN = 10
LISTED = 6


class RankingForm(forms.Form):
    """How the visitor wants solutions ranked for a territory."""

    theme = CodesField(Theme.objects.all(), label=_("Thème"))
    tri = forms.ChoiceField(
        label=_("Classer par"),
        choices=[("", _("preuve, proximité et fraîcheur")), ("distance", _("distance seule"))],
        required=False,
    )
    rayon = forms.FloatField(label=_("Rayon (km)"), min_value=1, max_value=1000, required=False)
    voir = forms.ChoiceField(choices=[("", ""), ("tout", "")], required=False)


class TerritorySearchForm(forms.Form):
    """Words that name a territory."""

    q = forms.CharField(label=_("Commune, code postal ou code INSEE"), max_length=200, required=False)


@require_safe
def territory_list(request: HttpRequest) -> HttpResponse:
    """Find a territory by name, postal code or code; without words, the régions."""
    form = TerritorySearchForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    words = form.cleaned_data["q"]
    found = list(Territory.objects.complete(words, limit=30)) if words else []
    if len(found) == 1 and request.GET.get("q"):
        return redirect("catalogue:territory-detail", level=found[0].level, code=found[0].code)
    return render(
        request,
        "catalogue/territory_list.html",
        {
            "q": words,
            "trouves": found,
            "regions": list(Territory.objects.current().at_level("region").defer("geometry").order_by("name")),
            "rubrique": "territoires",
        },
    )


@require_safe
def territory_detail(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Proven solutions ranked for a territory, and what stands in it."""
    if level not in LEVELS:
        raise Http404
    try:
        territory = Territory.objects.resolve(level, code)
    except Territory.DoesNotExist as error:
        raise Http404 from error
    if territory.code != code:
        return redirect("catalogue:territory-detail", level=territory.level, code=territory.code, permanent=True)
    form = RankingForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    return render(request, "catalogue/territory_detail.html", _context(territory, form))


def _context(territory: Territory, form: RankingForm) -> dict[str, Any]:
    data = form.cleaned_data
    everything = data["voir"] == "tout"
    ranking = None
    if territory.point is not None:
        ranking = rank_solutions(
            territory,
            territory.point,
            theme_ids=[theme.pk for theme in data["theme"]],
            radius_km=data["rayon"],
            by_distance=data["tri"] == "distance",
            limit=60 if everything else SHOWN + LISTED,
        )
    counts = in_and_around(territory)
    return {
        "territoire": territory,
        "formulaire": form,
        "classement": ranking,
        "solutions": _cards(ranking, everything),
        "lecons": [ranked_card(failure) for failure in ranking.failures[:LISTED]] if ranking else [],
        "nombres": counts,
        "sur_place": _records_inside(territory),
        "zonages": [member.zonage for member in territory.zonagemember_set.select_related("zonage")],
        "rubrique": "territoires",
    }


def _cards(ranking: Ranking | None, everything: bool) -> list[dict[str, Any]]:
    if ranking is None:
        return []
    return [ranked_card(solution) for solution in ranking.solutions[: None if everything else SHOWN]]


def _records_inside(territory: Territory) -> list[dict[str, Any]]:
    """The operations, sites and needs of the territory, best known first."""
    kinds = [Record.Kind.OPERATION, Record.Kind.SITE, Record.Kind.NEED]
    records = Record.objects.published().in_territory(territory).of_kinds(kinds)
    return [card(record) for record in records.order_by("-kind", "-updated_at", "-pk").with_card_relations()[:12]]
