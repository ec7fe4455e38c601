"""The pages of the five kinds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.gis.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalogue.admin.inlines import (
    AnswerInline,
    ApplicationInline,
    AwardInline,
    ExperimentInline,
    IndicatorInline,
)
from catalogue.admin.records import KindAdmin
from catalogue.models import Experiment, Need, Operation, Solution, TestSite


@admin.register(Solution)
class SolutionAdmin(KindAdmin):
    """A solution; it has no place of its own."""

    list_display = ["title", "trl", "state", "proof", "source", "updated_at"]
    list_filter = ["state", "proof_level", "trl", "is_synthetic", "programmes", "source"]
    has_place = False
    own_inlines = [ExperimentInline, AnswerInline]
    own_fieldsets = [
        (_("Solution"), {"fields": ["trl", "url", "costs", "reuse_conditions", "obstacles_lifted"]}),
    ]


@admin.register(Experiment)
class ExperimentAdmin(KindAdmin):
    list_display = ["title", "solution", "territory", "status", "state", "proof", "updated_at"]
    list_filter = ["state", "proof_level", "status", "outcome", "is_synthetic", "programmes", "source"]
    list_select_related = [*KindAdmin.list_select_related, "solution"]
    left_in_database = (
        *KindAdmin.left_in_database,
        *(f"solution__{name}" for name in ("geometry", "point", "geog", "mercator", "description")),
    )
    autocomplete_fields = [*KindAdmin.autocomplete_fields, "solution", "parent"]
    own_inlines = [IndicatorInline]
    own_fieldsets = [
        (
            _("Expérimentation"),
            {
                "fields": [
                    ("solution", "parent"),
                    ("status", "status_on", "outcome"),
                    "abandon_reason",
                    "kept",
                    "changed",
                    "success_factors",
                    "obstacles",
                ]
            },
        ),
    ]


@admin.register(Operation)
class OperationAdmin(KindAdmin):
    list_filter = ["state", "operation_type", "awards__regime", "is_synthetic", "programmes", "source"]
    own_inlines = [AwardInline]
    own_fieldsets = [
        (_("Opération"), {"fields": ["operation_type", ("dwellings", "social_dwellings", "area_ha")]}),
    ]


@admin.register(TestSite)
class TestSiteAdmin(KindAdmin):
    __test__ = False
    list_display = ["title", "territory", "site_state", "state", "source", "updated_at"]
    list_filter = ["state", "site_state", "is_synthetic", "programmes", "source"]
    own_inlines = [ApplicationInline]
    own_fieldsets = [
        (
            _("Site"),
            {
                "fields": [
                    ("site_state", "available_from", "available_until"),
                    "allowed_tests",
                    "ground_kinds",
                    "equipment",
                    "conditions",
                ]
            },
        ),
    ]


@admin.register(Need)
class NeedAdmin(KindAdmin):
    """A need with the solutions that answer it."""

    list_display = ["title", "territory", "workshop", "state", "source", "updated_at"]
    list_filter = ["state", "frequency", "workshop", "is_synthetic", "programmes", "source"]
    own_inlines = [AnswerInline]
    own_fieldsets = [
        (
            _("Besoin"),
            {"fields": [("audiences", "frequency"), "existing_data", "missing_data", "workshop"]},
        ),
    ]

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Audiences as boxes to tick."""
        if db_field.name == "audiences":
            return forms.MultipleChoiceField(
                label=db_field.verbose_name.capitalize(),
                choices=Need.Audience.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)
