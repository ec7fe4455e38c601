"""Living figures: what the published catalogue holds, counted when the page is shown."""

from __future__ import annotations

from django.db.models import Count, Q

from catalogue.models import Record
from catalogue.models.querysets import RecordQuerySet
from catalogue.records import proof
from geo.models import Territory

Kind = Record.Kind


def counts_by_kind(records: RecordQuerySet) -> dict[str, int]:
    return records.aggregate(**{kind.value: Count("pk", filter=Q(kind=kind)) for kind in Kind})


def living_figures() -> dict[str, int]:
    """The figures of the home page, in one query."""
    return Record.objects.published().aggregate(
        eprouvees=Count("pk", filter=Q(kind=Kind.SOLUTION, proof_level__gte=proof.MEASURED)),
        experimentations=Count("pk", filter=Q(kind=Kind.EXPERIMENT)),
        operations=Count("pk", filter=Q(kind=Kind.OPERATION)),
        sites=Count("pk", filter=Q(kind=Kind.SITE)),
        besoins=Count("pk", filter=Q(kind=Kind.NEED)),
    )


def best_proven_experiments(count: int) -> RecordQuerySet:
    """The experiments with a counted result, best proof first, for the home page."""
    return (
        Record.objects.published()
        .filter(kind=Kind.EXPERIMENT)
        .at_least_proven(proof.MEASURED)
        .best_proven_first()
        .with_card_relations()[:count]
    )


def in_and_around(territory: Territory) -> dict[str, int]:
    """How many records of each kind lie in a territory."""
    return counts_by_kind(Record.objects.published().in_territory(territory))
