"""The territories: the vintage in use, where it comes from, and what is no longer in force."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.access import curator
from catalogue.views.reference import words
from geo.models import FormerCommune, Level, Territory, TerritoryLoad


@curator
@require_safe
def workshop_territories(request: HttpRequest) -> HttpResponse:
    """What the base holds of each level."""
    context = {
        "etapes": words.crumbs(last=_("Territoires")),
        "niveaux": levels(),
        "anciens": FormerCommune.objects.count(),
        "chargements": TerritoryLoad.objects.defer("rejects")[:10],
        "rubrique": "atelier",
    }
    return render(request, "catalogue/reference/territories.html", context)


def levels() -> list[dict[str, Any]]:
    """How many territories of each level are in force and out of force."""
    rows = (
        Territory.objects.order_by()
        .values_list("level")
        .annotate(
            current=Count("pk", filter=Q(is_current=True)), gone=Count("pk", filter=Q(is_current=False))
        )
    )
    found = {level: (current, gone) for level, current, gone in rows}
    return [
        {"libelle": level.label, "en_vigueur": found[level][0], "hors": found[level][1]}
        for level in Level
        if level in found
    ]
