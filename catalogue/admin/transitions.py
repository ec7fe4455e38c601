"""The publication states in the administration: one action for each rule of ``records.workflow``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.gis.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalogue.admin.base import ModelAdmin
from catalogue.models import Record
from catalogue.records import workflow

MOST_AT_ONCE = 200
OFFERED = [name for name, rule in workflow.RULES.items() if rule.by_curator or name == "submit"]
"""What the owner of a record does with it in their own space is not repeated here."""
Action = Callable[[ModelAdmin, HttpRequest, models.QuerySet[Any]], HttpResponse | None]


class ReasonForm(forms.Form):
    """Why a state changes."""

    reason = forms.CharField(label=_("Motif"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)

    def __init__(self, rule: workflow.Rule, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].required = rule.needs_reason
        if not rule.needs_reason:
            self.fields["reason"].label = _("Motif (facultatif)")


def possible_actions(record: Record) -> list[tuple[str, Any]]:
    """Name and label of what may be done with a record in its present state."""
    return [
        (name, workflow.RULES[name].label) for name in OFFERED if record.state in workflow.RULES[name].sources
    ]


def action_for(name: str) -> Action:
    """The list action that asks for a reason, then carries the transition out on each record."""
    rule = workflow.RULES[name]

    def run(page: ModelAdmin, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        if queryset.count() > MOST_AT_ONCE:
            messages.error(request, _("Choisissez au plus %d fiches à la fois.") % MOST_AT_ONCE)
            return None
        confirmed = "confirm" in request.POST
        form = ReasonForm(rule, request.POST if confirmed else None)
        if confirmed and form.is_valid():
            carry_out(request, queryset, name, form.cleaned_data["reason"])
            return None
        context = {
            **page.admin_site.each_context(request),
            "title": rule.label,
            "opts": page.opts,
            "records": selected_records(queryset),
            "form": form,
            "action": name,
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": page.media,
        }
        return TemplateResponse(request, "admin/catalogue/transition.html", context)

    run.__name__ = name
    return admin.action(run, permissions=["change"], description=rule.label)


def selected_records(queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return Record.objects.filter(pk__in=queryset.values("pk")).only("pk", "title", "state").order_by("pk")


def carry_out(request: HttpRequest, queryset: models.QuerySet[Any], name: str, reason: str) -> None:
    """Apply one transition to each record, and say what was done and what was not."""
    done = 0
    actor = request.user if request.user.is_authenticated else None
    for record in selected_records(queryset):
        try:
            workflow.apply(record, name, actor, reason)
            done += 1
        except workflow.TransitionRefused as refusal:
            messages.warning(request, f"{record.title} : {refusal}")
    if done:
        label = workflow.RULES[name].label
        message = ngettext("« %(label)s » : %(n)d fiche.", "« %(label)s » : %(n)d fiches.", done)
        messages.success(request, message % {"label": label, "n": done})


ACTIONS: list[Action] = [action_for(name) for name in OFFERED]
