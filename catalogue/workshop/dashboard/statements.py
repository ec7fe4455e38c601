"""The SQL of the figures: one statement each, over the whole set at once. Run with a curator's scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from catalogue.models import ImportBatch, Record, Revision, Transition
from catalogue.workshop.dashboard import slices
from catalogue.workshop.dashboard.scope import Scope

State = Record.State
# conceptname_phrase carries the look-up of each word
FIND_CONCEPTS = """
    SELECT DISTINCT ON (typed.word) typed.word, c.code, c.label FROM unnest(%s::text[]) AS typed (word)
    JOIN catalogue_conceptname n
      ON n.phrase = phraseto_tsquery('francais', replace(typed.word, '-', ' '))::text
    JOIN catalogue_concept c ON c.id = n.concept_id
    ORDER BY typed.word, c.label
"""
AWAITED = (State.SUBMITTED, State.IN_REVIEW, State.TO_COMPLETE)
"""States in which somebody has something to do, curators for the first two, authors for the last."""
WRITTEN_STATES = (ImportBatch.BatchState.WRITTEN, ImportBatch.BatchState.UNDONE)
SUMMED = (
    "row_count",
    "created_count",
    "changed_count",
    "unchanged_count",
    "suspicious_count",
    "rejected_count",
)

# The moment since which a record waits is read once a row (catalogue_transition_record_id_…), then cut.
COUNT_AGES = "SELECT state, {counts}, min(since) FROM ({rows}) waiting GROUP BY state"
COUNT_BAND = "count(*) FILTER (WHERE {condition})"


def filter_published(scope: Scope) -> QuerySet[Record]:
    rows: QuerySet[Record] = Record.objects.published().filter(scope.published)
    return rows


def count_publications(scope: Scope) -> dict[tuple[date | None, str], int]:
    """Count published records by the month of their publication (None: before) and kind.

    record_figures holds all that is read.
    """
    first = slices.get_month_start(slices.list_last_months(timezone.localdate(scope.now))[-1])
    month = Case(When(published_at__gte=first, then=TruncMonth("published_at")))
    rows = filter_published(scope).order_by().annotate(month=month).values_list("month", "kind")
    return {
        (moment and moment.date(), kind): total for moment, kind, total in rows.annotate(total=Count("pk"))
    }


def filter_waiting(scope: Scope) -> Any:
    """Return the records of the curator's field that wait, with ``since`` when."""
    last = Transition.objects.filter(record=OuterRef("pk")).order_by().values("record")
    newest = Subquery(last.annotate(at=Max("created_at")).values("at"))
    rows = Record.objects.filter(scope.field, state__in=AWAITED)
    return rows.annotate(since=Coalesce(newest, F("created_at")))


def count_ages(scope: Scope) -> dict[str, tuple[list[int], datetime | None]]:
    """Return for each state that waits how many records of each age, and the moment of the oldest."""
    inner, inner_values = filter_waiting(scope).order_by().values("state", "since").query.sql_with_params()
    at = slices.count_from_midnight(scope.now)
    counts, values = [], []
    for band in slices.WAITED:
        bounds = [("since >= %s", band.first), ("since < %s", band.last)]
        used = [(condition, at(days)) for condition, days in bounds if days is not None]
        counts.append(COUNT_BAND.format(condition=" AND ".join(condition for condition, _value in used)))
        values += [value for _condition, value in used]
    statement = COUNT_AGES.format(counts=", ".join(counts), rows=inner)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *inner_values])
        return {state: (list(totals), oldest) for state, *totals, oldest in cursor.fetchall()}


def filter_changes(scope: Scope) -> QuerySet[Revision]:
    """Return the proposed changes of the curator's field that wait for a decision."""
    rows = Revision.objects.filter(state=Revision.RevisionState.PROPOSED)
    records = Record.objects.published().filter(scope.field)
    return rows.filter(record__in=records.values("pk"))


def count_change_ages(scope: Scope) -> tuple[list[int], datetime | None]:
    """Return how many proposed changes there are of each age, and the moment of the oldest."""
    at = slices.count_from_midnight(scope.now)
    counts = {
        f"n{place}": Count("pk", filter=band.condition("updated_at", at))
        for place, band in enumerate(slices.WAITED)
    }
    found = filter_changes(scope).order_by().aggregate(**counts, oldest=Min("updated_at"))
    return [found[name] for name in counts], found["oldest"]


def region_expression() -> Coalesce:
    """Return the région of a record: that of its territory, or its territory itself."""
    return Coalesce("territory__region_id", Case(When(territory__level="region", then="territory_id")))


def count_coverage(scope: Scope) -> dict[tuple[int | None, int | None], int]:
    """Count published records by région and theme, None for none; one of two themes counts in both."""
    rows = filter_published(scope).order_by().annotate(region=region_expression())
    return {
        (region, theme): total
        for region, theme, total in rows.values_list("region", "themes").annotate(total=Count("pk"))
    }


def count_by_region(scope: Scope) -> dict[int | None, int]:
    """Count published records by région, each once."""
    rows = filter_published(scope).order_by().annotate(region=region_expression())
    return dict(rows.values_list("region").annotate(total=Count("pk")))


def count_by_verification(scope: Scope) -> tuple[dict[str, int], dict[str, int]]:
    """Count published records by the age of their verification, and by their expiry."""
    at = slices.count_from_day(timezone.localdate(scope.now))
    asked = {f"v_{band.code}": _count_where(band.condition("verified_on", at)) for band in slices.VERIFIED}
    asked |= {f"e_{band.code}": _count_where(band.condition("expires_on", at)) for band in slices.EXPIRES}
    found = filter_published(scope).order_by().aggregate(**asked)
    return (
        {band.code: found[f"v_{band.code}"] for band in slices.VERIFIED},
        {band.code: found[f"e_{band.code}"] for band in slices.EXPIRES},
    )


def _count_where(condition: Q) -> Count:
    return Count("pk", filter=condition)


def filter_batches() -> QuerySet[ImportBatch]:
    """Return the imports that wrote, undone or not."""
    return ImportBatch.objects.filter(state__in=WRITTEN_STATES)


def sum_imports(scope: Scope) -> dict[date | None, dict[str, int]]:
    """Sum the imports by the month of their file (None: before), with what they wrote and refused."""
    first = slices.get_month_start(slices.list_last_months(timezone.localdate(scope.now))[-1])
    month = Case(When(created_at__gte=first, then=TruncMonth("created_at")))
    rows: Any = filter_batches().order_by().annotate(month=month).values("month")
    sums = {f"sum_{name}": Sum(name) for name in SUMMED}
    return {
        row["month"] and row["month"].date(): {
            "files": row["files"],
            **{name: row[f"sum_{name}"] for name in SUMMED},
        }
        for row in rows.annotate(files=Count("pk"), **sums)
    }


def find_concepts(words: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the code and the label of the concept that each word is a name of, for those that are one."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_CONCEPTS, [list(words)])
        return {word: (code, label) for word, code, label in cursor.fetchall()}
