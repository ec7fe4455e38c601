"""The independence of a measure, withdrawn by a curator with a reason; nothing here grants it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from catalogue.models import Indicator, Organisation, Record
from catalogue.records import versions
from catalogue.records.writing import mark_changed
from catalogue.workshop.queue.forms import IndependenceForm


class NotIndependent(Exception):
    """The measure is gone, or is not held to be independent any more."""


@dataclass(frozen=True)
class IndependentMeasure:
    pk: int
    name: str
    who: str
    form: IndependenceForm


def list_independent_measures(record: Record) -> list[IndependentMeasure]:
    """Return the measures of an experiment that the site holds to be independent, each with its form."""
    if record.kind != Record.Kind.EXPERIMENT:
        return []
    rows = [row for row in record.as_experiment.indicators.all() if row.is_third_party]
    if not rows:
        return []
    names = Organisation.objects.in_bulk([row.measurer_id for row in rows if row.measurer_id])
    return [
        IndependentMeasure(
            row.pk, row.name, names[row.measurer_id].name, IndependenceForm(auto_id=f"mesure-{row.pk}-%s")
        )
        for row in rows
        if row.measurer_id in names
    ]


@transaction.atomic
def withdraw_independence(record: Record, pk: int, actor: User, reason: str) -> str:
    """Withdraw it, with a version of the record; return the name of the measure. The database follows."""
    versions.save_before([record.pk])
    row = Indicator.objects.filter(experiment=record.pk, pk=pk, is_third_party=True).first()
    if row is None:
        raise NotIndependent
    row.independence_refusal = reason
    row.save(update_fields=["independence_refusal"])
    mark_changed(record, ["indicators"])
    versions.save_after([record.pk], actor, versions.Origin.FORM, reason)
    return row.name
