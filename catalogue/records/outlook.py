"""What a decision would make of the niveau de preuve, asked of the database itself: nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from catalogue.models import Experiment, Record
from catalogue.records import proof
from catalogue.records.content import get_collections, read_items
from catalogue.records.results import JudgedResult, judge_results
from catalogue.records.writing import NotWritten


if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class LevelChange:
    """The level of one record before and after the decision."""

    title: str
    is_solution: bool
    before: int
    after: int
    contradicts: bool = False

    @property
    def moves(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Outlook:
    levels: list[LevelChange]
    results: list[JudgedResult]

    @property
    def has_doubts(self) -> bool:
        return any(result.doubts for result in self.results)


def look_ahead(record: Record, write: Callable[[], None]) -> Outlook | None:
    """Return the levels before and after ``write``, and the results as they would be.

    None for a record that is no experiment, and where ``write`` is refused: its page says why.
    """
    if record.kind != Record.Kind.EXPERIMENT:
        return None
    try:
        with transaction.atomic():
            before = _read_levels(record.pk)
            write()
            after = _read_levels(record.pk)
            outlook = Outlook(_pair_levels(record.pk, before, after), _judge(record.pk))
            transaction.set_rollback(True)
    except NotWritten:
        return None
    return outlook


def look_at_publication(record: Record) -> Outlook | None:
    """Return what the publication of a record that waits for a curator would change."""

    def publish() -> None:
        Record.objects.filter(pk=record.pk).update(state=Record.State.PUBLISHED)

    return look_ahead(record, publish)


@dataclass(frozen=True)
class Standing:
    """The level of a record as its bearer reads it: what it has, what it lacks for the next."""

    level: int
    explanation: StrOrPromise
    lacking: StrOrPromise
    results: list[JudgedResult]
    contradicts: bool


def describe_standing(record: Record) -> Standing | None:
    """Return the standing of an experiment or of a solution; None for the kinds that have no level."""
    level = record.proof_level
    if level is None:
        return None
    is_solution = record.kind == Record.Kind.SOLUTION
    return Standing(
        level=level,
        explanation=proof.EXPLANATIONS[level],
        lacking=proof.NEXT.get(level, ""),
        results=[] if is_solution else _judge(record.pk),
        contradicts=is_solution and proof.results_contradict(record),
    )


def _judge(pk: int) -> list[JudgedResult]:
    experiment = Experiment.objects.get(pk=pk)
    return judge_results(experiment, read_items(experiment, get_collections(experiment.kind)["indicators"]))


def _read_levels(pk: int) -> dict[int, int]:
    """The levels of an experiment and of its solution."""
    keys = [pk, *Experiment.objects.filter(pk=pk).values_list("solution", flat=True)]
    return dict(Record.objects.filter(pk__in=keys).values_list("pk", "proof_level"))


def _pair_levels(pk: int, before: dict[int, int], after: dict[int, int]) -> list[LevelChange]:
    rows = Record.objects.filter(pk__in=after).only("title", "kind").order_by("kind")
    return [
        LevelChange(
            title=row.title,
            is_solution=row.pk != pk,
            before=before.get(row.pk, 0),
            after=after[row.pk],
            contradicts=row.pk != pk and proof.results_contradict(row),
        )
        for row in rows
    ]
