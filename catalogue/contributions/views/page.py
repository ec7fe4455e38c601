"""What every page of a proposal shows around its form: the steps, the gauge, what a curator asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.contributions.editing import Copy
from catalogue.contributions.gauge import Gauge, measure
from catalogue.contributions.steps import REVIEW, Step
from catalogue.models import Record, Transition
from catalogue.records.content import Values, describe_choice, describe_value, get_label
from catalogue.records.fields import Collection, model_field
from catalogue.web import form_recovery

LONGEST_VERSION = 2_000
LEAVE = "quitter"


def step_address(record: Record, code: str) -> str:
    """The address of a step of a record."""
    return reverse("catalogue:propose-step", args=[record.slug, code])


def around(copy: Copy, code: str, gauge: Gauge | None = None) -> dict[str, Any]:
    """The context of a step: what is the same on every page of the proposal."""
    measured = gauge or measure(copy)
    step = copy.proposal.step(code)
    return {
        "record": copy.record,
        "working_copy": copy,
        "kind": copy.record.get_kind_display(),
        "step": step,
        "steps": steps(copy, code, measured),
        "gauge": measured,
        "todo": todo(copy, measured),
        "asked": asked(copy.record),
        "review_step_url": step_address(copy.record, REVIEW),
        "section": "proposer",
    }


def steps(copy: Copy, code: str, gauge: Gauge) -> list[dict[str, str]]:
    """The stepper: every step is a link, those whose criteria are all met are done."""
    return [
        {
            "title": str(step.title),
            "state": "courant" if step.code == code else "fait" if gauge.finished(step.code) else "avenir",
            "url": step_address(copy.record, step.code),
        }
        for step in copy.proposal.steps
    ]


def todo(copy: Copy, gauge: Gauge) -> dict[str, list[dict[str, str]]]:
    """What lacks, with the step where it is given: first what is required, then what is desirable."""
    named = {step.code: str(step.title) for step in copy.proposal.steps}
    return {
        name: [
            {
                "text": str(one.label),
                "why": str(one.why),
                "step": named[one.step],
                "url": step_address(copy.record, one.step),
            }
            for one in some
        ]
        for name, some in (("required", gauge.lacking), ("recommended", gauge.wanted))
    }


def asked(record: Record) -> str:
    """What a curator asked for, while the record waits to be completed."""
    if record.state != Record.State.TO_COMPLETE:
        return ""
    line = Transition.objects.filter(record=record.pk, to_state=record.state).first()
    return line.reason if line else ""


def submitted_data(request: HttpRequest) -> QueryDict | None:
    """What was typed, now or before the session ended."""
    return form_recovery.submitted_data(
        request,
        _(
            "Votre session avait expiré : voici ce que vous aviez écrit. Rien n’est encore enregistré, "
            "vérifiez puis enregistrez."
        ),
    )


def seen(data: QueryDict) -> str:
    """What the page showed, as it says."""
    return str(data.get("version", ""))[:LONGEST_VERSION]


def clashes(kind: str, stored: Values, collection: Collection | None = None) -> list[dict[str, Any]]:
    """What somebody else wrote meanwhile, field by field."""
    if collection is None:
        return [
            {"name": get_label(kind, name), "values": lines(describe_value(kind, name, value)) or [_("vide")]}
            for name, value in stored.items()
        ]
    return [
        {
            "name": str(model_field(collection.model, name).verbose_name).capitalize(),
            "values": lines(describe_choice(model_field(collection.model, name), value))
            if value not in (None, "")
            else [_("vide")],
        }
        for name, value in stored.items()
    ]


def lines(value: str | list[str]) -> list[str]:
    """A value in words as the lines that a page shows."""
    return value if isinstance(value, list) else [value] if value else []


def saved(request: HttpRequest, copy: Copy, step: Step, others: list[str]) -> HttpResponse:
    """The next page once a step is saved, with what has to be said."""
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
    return redirect(step_address(copy.record, copy.proposal.after(step.code).code))
