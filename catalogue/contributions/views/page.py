"""What every page of a proposal shows around its form: the steps, the gauge, what a curator asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.contributions.criteria import Criterion
from catalogue.contributions.editing import Copy
from catalogue.contributions.gauge import Gauge, measure_gauge
from catalogue.contributions.steps import REVIEW, Step
from catalogue.models import Record, Transition
from catalogue.records.content import Values, describe_choice, describe_value, get_label
from catalogue.records.fields import Collection, model_field
from catalogue.web import form_recovery

LONGEST_VERSION = 2_000
LEAVE = "quitter"


def step_url(record: Record, code: str) -> str:
    return reverse("catalogue:propose-step", args=[record.slug, code])


def step_context(copy: Copy, code: str, gauge: Gauge | None = None) -> dict[str, Any]:
    """Return the context of a step: what is the same on every page of the proposal."""
    measured = gauge or measure_gauge(copy)
    step = copy.proposal.step(code)
    return {
        "record": copy.record,
        "working_copy": copy,
        "kind": copy.record.get_kind_display(),
        "step": step,
        "steps": _stepper(copy, code, measured),
        "gauge": measured,
        "todo": _missing_criteria(copy, measured),
        "asked": _curator_request(copy.record),
        "review_step_url": step_url(copy.record, REVIEW),
        "section": "proposer",
    }


def _stepper(copy: Copy, code: str, gauge: Gauge) -> list[dict[str, str]]:
    """Return the stepper: every step is a link; a step is done once its criteria are met."""
    states = {step.code: "fait" if gauge.is_complete(step.code) else "avenir" for step in copy.proposal.steps}
    states[code] = "courant"
    return [
        {"title": str(step.title), "state": states[step.code], "url": step_url(copy.record, step.code)}
        for step in copy.proposal.steps
    ]


def _missing_criteria(copy: Copy, gauge: Gauge) -> dict[str, list[dict[str, str]]]:
    """Return what is missing, required then recommended, with the step where it is asked."""
    titles = {step.code: str(step.title) for step in copy.proposal.steps}

    def line(criterion: Criterion) -> dict[str, str]:
        return {
            "text": str(criterion.label),
            "why": str(criterion.why),
            "step": titles[criterion.step],
            "url": step_url(copy.record, criterion.step),
        }

    return {
        "required": [line(criterion) for criterion in gauge.missing],
        "recommended": [line(criterion) for criterion in gauge.recommended],
    }


def _curator_request(record: Record) -> str:
    """Return what a curator asked for, while the record waits to be completed."""
    if record.state != Record.State.TO_COMPLETE:
        return ""
    line = Transition.objects.filter(record=record.pk, to_state=record.state).first()
    return line.reason if line else ""


def submitted_data(request: HttpRequest) -> QueryDict | None:
    """Return what was typed, now or before the session ended."""
    return form_recovery.submitted_data(
        request,
        _(
            "Votre session avait expiré : voici ce que vous aviez écrit. Rien n’est encore enregistré, "
            "vérifiez puis enregistrez."
        ),
    )


def page_version(data: QueryDict) -> str:
    return str(data.get("version", ""))[:LONGEST_VERSION]


def describe_conflict(
    kind: str, stored: Values, collection: Collection | None = None
) -> list[dict[str, Any]]:
    """Return what somebody else wrote meanwhile, field by field."""
    differences = []
    for name, value in stored.items():
        if collection is None:
            title, text = get_label(kind, name), describe_value(kind, name, value)
        else:
            field = model_field(collection.model, name)
            title = str(field.verbose_name).capitalize()
            text = describe_choice(field, value) if value not in (None, "") else ""
        differences.append({"name": title, "values": as_lines(text) or [_("vide")]})
    return differences


def as_lines(value: str | list[str]) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if value else []


def form_status(request: HttpRequest, form: forms.Form, conflict: list[dict[str, Any]]) -> int:
    """Return the status of a form that is shown: 409 on a conflict, 400 when it has to be corrected."""
    if conflict:
        return 409
    return 400 if request.method == "POST" and form.errors else 200


def redirect_after_save(request: HttpRequest, copy: Copy, step: Step, others: list[str]) -> HttpResponse:
    """Return the next page once a step is saved, with its messages."""
    if others:
        names = ", ".join(get_label(copy.kind, name) for name in others)
        messages.info(
            request,
            _("Enregistré. Entre-temps, quelqu’un d’autre a changé : %(names)s. Sa version est gardée.")
            % {"names": names},
        )
    if request.POST.get("suite") == LEAVE:
        if not others:
            messages.success(request, _("Enregistré : vous pourrez reprendre quand vous voudrez."))
        return redirect("catalogue:space-record", copy.record.slug)
    return redirect(step_url(copy.record, copy.proposal.after(step.code).code))
