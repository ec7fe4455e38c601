"""Territories in the Django administration: looked at and found, never edited; an import writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.gis.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from geo.drawing import TILES, DrawingInput
from geo.models import FormerCommune, Territory, TerritoryLoad

SHAPES = ("geometry", "envelope", "point", "geog", "mercator")


if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Something that an import writes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Territory)
class TerritoryAdmin(ReadOnlyAdmin):
    """A territory with its outline on a map; its list completes the fields that name a territory."""

    list_display = ["name", "level", "code", "departement_code", "population", "is_current", "year"]
    list_filter = ["level", "is_current", "is_overseas", "density_class", "epci_type"]
    search_fields = ["name", "code"]
    search_help_text = _("Nom sans s’occuper des accents, code INSEE ou SIREN, code postal.")
    ordering = ["level", "code"]
    exclude = [*SHAPES, "slug", "name_type", "millesime"]
    readonly_fields = ["year", "outline"]

    class Media:
        css = DrawingInput.Media.css
        js = DrawingInput.Media.js

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Return territories that the words complete, then those that hold them; no shape is read."""
        found = queryset.defer(*SHAPES)
        words = search_term.strip()
        if not words:
            return found, False
        best = list(Territory.objects.complete(words, limit=20).values_list("pk", flat=True))
        wanted = models.Q(pk__in=best) | models.Q(code__istartswith=words)
        wanted |= models.Q(postal_codes__contains=[words[:5]])
        if slugify(words):
            wanted |= models.Q(slug__contains=slugify(words))
        first = [models.Case(models.When(pk__in=best, then=0), default=1)] if best else []
        peopled = models.F("population").desc(nulls_last=True)
        return found.filter(wanted).order_by(*first, peopled, "code"), False

    @admin.display(description=_("millésime"), ordering="millesime")
    def year(self, territory: Territory) -> str:
        return str(territory.millesime)

    @admin.display(description=_("contour"))
    def outline(self, territory: Territory) -> str:
        """The outline on a map, simplified when the territory knows how."""
        simplified = getattr(territory, "simplified_outline", lambda: None)()
        if simplified is None:
            return "–"
        return format_html(
            '<textarea class="dessin-texte" data-dessin="lecture" '
            'data-territoires="{}" rows="2" readonly>{}</textarea>',
            TILES,
            json.dumps(simplified),
        )


@admin.register(FormerCommune)
class FormerCommuneAdmin(ReadOnlyAdmin):
    """A code that is no longer in force, and what it became."""

    list_display = ["code", "name", "kind", "since", "successor"]
    list_filter = ["kind"]
    list_select_related = ["successor"]
    search_fields = ["name", "^code"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return former communes with their successor, whose shapes stay in the database."""
        return super().get_queryset(request).defer(*(f"successor__{name}" for name in SHAPES))


@admin.register(TerritoryLoad)
class TerritoryLoadAdmin(ReadOnlyAdmin):
    list_display = ["millesime", "fingerprint", "loaded_at"]
