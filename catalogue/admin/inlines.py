"""What belongs to a record, edited on the record's own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.gis.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalogue.admin.base import FIELDS, RECORD_SHAPES, TERRITORY_OF_A_LIST, StackedInline, TabularInline
from catalogue.models import (
    Application,
    Document,
    Experiment,
    Indicator,
    LabelAward,
    NeedAnswer,
    Record,
    RecordOrganisation,
    Transition,
)
from catalogue.records import proof, workflow


def proof_in_words(level: int | None) -> str:
    """« 3 – résultat mesuré et comparé »; a dash for a kind that has no level."""
    return "–" if level is None else f"{level} – {proof.LABELS[level]}"


class RoleInline(TabularInline):
    """Organisations and what they are to the record."""

    model = RecordOrganisation
    autocomplete_fields = ["organisation"]
    extra = 0


class DocumentInline(StackedInline):
    model = Document
    formfield_overrides = FIELDS
    extra = 0
    fields = [("kind", "title"), "url", "file", ("licence", "credit", "published_year")]


class IndicatorInline(StackedInline):
    """Results of an experiment; what is missing for a measure keeps the level of proof down."""

    model = Indicator
    formfield_overrides = FIELDS
    extra = 0
    autocomplete_fields = ["type", "measurer", "document"]
    readonly_fields = ["is_counted", "is_third_party"]
    fields = [
        ("name", "type"),
        ("nature", "subject", "kind"),
        ("value", "unit", "text"),
        ("reference", "baseline"),
        ("year", "period"),
        "method",
        ("measured_by", "measurer"),
        ("is_counted", "is_third_party"),
        "independence_refusal",
        ("source_url", "source_citation", "document"),
    ]


class AwardInline(StackedInline):
    """Steps of labels awarded to the operation."""

    model = LabelAward
    formfield_overrides = FIELDS
    extra = 0
    fields = [("label", "regime", "step", "year"), ("source_citation", "source_url"), "note"]


class AnswerInline(TabularInline):
    """Solutions that answer the need, or needs that the solution answers."""

    model = NeedAnswer
    extra = 0
    autocomplete_fields = ["solution", "need"]


class ApplicationInline(StackedInline):
    """Applications to the test site."""

    model = Application
    fk_name = "site"
    extra = 0
    autocomplete_fields = ["solution", "organisation", "experiment"]
    fields = [
        ("solution", "organisation"),
        "motivation",
        "calendar",
        "needs",
        ("state", "experiment"),
        "reason",
    ]


class ReadOnlyInline(TabularInline):
    """Lines that are only looked at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ExperimentInline(ReadOnlyInline):
    """The experiments of a solution, each with the way to its page."""

    model = Experiment
    fk_name = "solution"
    show_change_link = True
    readonly_fields = ["territory", "status", "outcome", "proof", "state"]
    fields = list(readonly_fields)
    verbose_name_plural = _("expérimentations")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Experiments with their territory, shapes left in the database."""
        found = super().get_queryset(request).select_related("territory")
        return found.defer(*RECORD_SHAPES, *TERRITORY_OF_A_LIST, "description")

    @admin.display(description=_("niveau de preuve"))
    def proof(self, experiment: Experiment) -> str:
        """The level in words."""
        return proof_in_words(experiment.proof_level)


class TransitionInline(ReadOnlyInline):
    """Who changed the state, when and why."""

    model = Transition
    readonly_fields = ["created_at", "done", "change", "actor", "reason"]
    fields = list(readonly_fields)
    verbose_name_plural = _("historique de publication")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("actor")

    @admin.display(description=_("action"))
    def done(self, line: Transition) -> str:
        """The action in words."""
        rule = workflow.RULES.get(line.action)
        return str(rule.label) if rule else line.action

    @admin.display(description=_("état"))
    def change(self, line: Transition) -> str:
        """From one state to another."""
        return f"{Record.State(line.from_state).label} → {Record.State(line.to_state).label}"
