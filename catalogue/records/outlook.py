"""What a decision would make of the niveau de preuve, asked of the database itself: nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import BooleanField, F, Func, Q, prefetch_related_objects

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
            before = {row.pk: row.proof_level for row in _read_levels(record.pk)}
            write()
            levels = [_describe_change(row, before) for row in _read_levels(record.pk)]
            outlook = Outlook(levels, _judge(Experiment.objects.get(pk=record.pk)))
            transaction.set_rollback(True)
    except NotWritten:
        return None
    return outlook


def look_at_publication(record: Record) -> Outlook | None:
    """Return what the publication of an experiment with results would change; None without results."""
    if record.kind != Record.Kind.EXPERIMENT:
        return None
    prefetch_related_objects([record.as_experiment], "indicators")  # the page shows them as well
    if not record.as_experiment.indicators.all():
        return None

    def publish() -> None:
        Record.objects.filter(pk=record.pk).update(state=Record.State.PUBLISHED)

    return look_ahead(record, publish)


def _read_levels(pk: int) -> Iterable[Any]:
    """The experiment, then its solution, each with its level and whether its results contradict."""
    wanted = Q(pk=pk) | Q(as_solution__experiments=pk)
    contradicts = Func(F("pk"), function="catalogue_results_contradict", output_field=BooleanField())
    rows = Record.objects.filter(wanted).annotate(contradicts=contradicts)
    found: Iterable[Any] = rows.only("title", "kind", "proof_level").order_by("kind")
    return found


def _describe_change(row: Any, before: dict[int, int]) -> LevelChange:
    is_solution = row.kind == Record.Kind.SOLUTION
    level = row.proof_level
    return LevelChange(
        row.title, is_solution, before.get(row.pk, level), level, is_solution and row.contradicts
    )


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
        results=[] if is_solution else _judge(record.as_experiment),
        contradicts=is_solution and proof.results_contradict(record),
    )


def _judge(experiment: Experiment) -> list[JudgedResult]:
    rows = read_items(experiment, get_collections(experiment.kind)["indicators"])
    return judge_results(experiment, rows) if rows else []
