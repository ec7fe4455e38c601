"""The lists that curators keep: sources, themes, stakes, programmes, zonages, indicator types."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalogue.admin.base import TERRITORY_OF_A_LIST, CatalogueAdmin, TabularInline, year_column
from catalogue.admin.lists import ReferenceAdmin
from catalogue.models import (
    Concept,
    IndicatorType,
    Programme,
    Source,
    Stake,
    Theme,
    ThemeCrosswalk,
    Zonage,
    ZonageMember,
)
from catalogue.workshop.reference.forms import NamesField


@admin.register(Source)
class SourceAdmin(ReferenceAdmin):
    """A dataset or publication."""

    list_display = ["name", "publisher", "licence", "consulted_on"]
    list_filter = ["licence"]
    search_fields = ["name", "code", "publisher"]
    prepopulated_fields = {"code": ["name"]}


class LabelledAdmin(ReferenceAdmin):
    """A term of an ordered vocabulary."""

    list_display = ["label", "code", "position"]
    list_editable = ["position"]
    search_fields = ["label", "code"]
    prepopulated_fields = {"code": ["label"]}


class CrosswalkInline(TabularInline):
    """What the theme is called elsewhere."""

    model = ThemeCrosswalk
    extra = 0


@admin.register(Theme)
class ThemeAdmin(LabelledAdmin):
    """A theme and its names elsewhere."""

    inlines = [CrosswalkInline]


class ConceptForm(forms.ModelForm):  # type: ignore[type-arg]
    """The names of a concept, one a line."""

    synonyms = NamesField(
        label=Concept._meta.get_field("synonyms").verbose_name,
        help_text=Concept._meta.get_field("synonyms").help_text,
    )

    class Meta:
        model = Concept
        fields = ("label", "code", "synonyms", "broader", "description", "is_active")
        help_texts = {"is_active": _("Archivée, une notion ne sert plus à la recherche.")}


@admin.register(Concept)
class ConceptAdmin(ReferenceAdmin):
    """A concept of the thesaurus and its names."""

    form = ConceptForm
    list_display = ["label", "code", "broader"]
    list_select_related = ["broader"]
    search_fields = ["label", "code"]
    prepopulated_fields = {"code": ["label"]}
    autocomplete_fields = ["broader"]


@admin.register(Stake)
class StakeAdmin(LabelledAdmin):
    """An enjeu."""


@admin.register(Programme)
class ProgrammeAdmin(LabelledAdmin):
    list_display = [
        "label",
        "operator",
        year_column("year_start", _("depuis")),
        year_column("year_end", _("jusqu’à")),
        "position",
    ]


@admin.register(IndicatorType)
class IndicatorTypeAdmin(LabelledAdmin):
    list_display = ["label", "unit", "direction", "position"]


@admin.register(ThemeCrosswalk)
class ThemeCrosswalkAdmin(CatalogueAdmin):
    """One name of one theme in one source."""

    list_display = ["source_label", "source_list", "theme"]
    list_filter = ["source_list", "theme"]
    list_select_related = ["theme"]
    search_fields = ["source_label"]


@admin.register(Zonage)
class ZonageAdmin(LabelledAdmin):
    """A zonage; its territories have a list of their own, for there may be hundreds."""

    list_display = ["label", "programme", "source", "position"]
    list_select_related = ["programme", "source"]
    autocomplete_fields = ["programme", "source"]


@admin.register(ZonageMember)
class ZonageMemberAdmin(CatalogueAdmin):
    list_display = ["territory", "zonage", "since", "source_citation"]
    list_filter = ["zonage"]
    list_select_related = ["territory", "zonage"]
    left_in_database = TERRITORY_OF_A_LIST
    search_fields = ["territory__name", "=territory__code"]
    autocomplete_fields = ["territory", "zonage"]
