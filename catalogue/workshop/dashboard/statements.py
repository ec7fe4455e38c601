"""The SQL of the figures: one statement each, over the whole set at once. Run with a curator's scope."""

from __future__ import annotations

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
AWAITED = (State.SUBMITTED, State.IN_REVIEW, State.TO_COMPLETE)
"""States in which somebody has something to do, curators for the first two, authors for the last."""
DONE = (ImportBatch.BatchState.WRITTEN, ImportBatch.BatchState.UNDONE)
COUNTED = (
    "row_count",
    "created_count",
    "changed_count",
    "unchanged_count",
    "suspicious_count",
    "rejected_count",
)

# The moment since which a record waits is read once a row (catalogue_transition_record_id_…), then cut.
AGES = "SELECT state, {counts}, min(since) FROM ({rows}) waiting GROUP BY state"
BAND = "count(*) FILTER (WHERE {condition})"


def published(scope: Scope) -> QuerySet[Record]:
    """The published records of the scope."""
    rows: QuerySet[Record] = Record.objects.published().filter(scope.published)
    return rows


def publications(scope: Scope) -> dict[tuple[date | None, str], int]:
    """Published records by the month of their publication (None: before) and kind.

    record_figures holds all that is read.
    """
    first = slices.first_of(slices.last_months(timezone.localdate(scope.now))[-1])
    month = Case(When(published_at__gte=first, then=TruncMonth("published_at")))
    rows = published(scope).order_by().annotate(month=month).values_list("month", "kind")
    return {
        (moment and moment.date(), kind): total for moment, kind, total in rows.annotate(total=Count("pk"))
    }


def waiting(scope: Scope) -> Any:
    """The records of the curator's field that wait, with ``since`` when."""
    last = Transition.objects.filter(record=OuterRef("pk")).order_by().values("record")
    newest = Subquery(last.annotate(at=Max("created_at")).values("at"))
    rows = Record.objects.filter(scope.field, state__in=AWAITED)
    return rows.annotate(since=Coalesce(newest, F("created_at")))


def ages(scope: Scope) -> dict[str, tuple[list[int], datetime | None]]:
    """For each state that waits, how many records of each age and the moment of the oldest."""
    inner, inner_values = waiting(scope).order_by().values("state", "since").query.sql_with_params()
    conditions, values = zip(*map(_bounds(scope), slices.WAITED), strict=True)
    counts = ", ".join(BAND.format(condition=condition) for condition in conditions)
    statement = AGES.format(counts=counts, rows=inner)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(value for some in values for value in some), *inner_values])
        return {state: (list(totals), oldest) for state, *totals, oldest in cursor.fetchall()}


def _bounds(scope: Scope) -> Any:
    at = slices.moments_from(scope.now)

    def bounds(band: slices.Band) -> tuple[str, list[Any]]:
        parts = [("since >= %s", band.first), ("since < %s", band.last)]
        kept = [(words, at(days)) for words, days in parts if days is not None]
        return " AND ".join(words for words, _value in kept), [value for _words, value in kept]

    return bounds


def changes(scope: Scope) -> QuerySet[Revision]:
    """The proposed changes of the curator's field that wait for a decision."""
    rows = Revision.objects.filter(state=Revision.RevisionState.PROPOSED)
    records = Record.objects.published().filter(scope.field)
    return rows.filter(record__in=records.values("pk"))


def change_ages(scope: Scope) -> tuple[list[int], datetime | None]:
    """How many proposed changes of each age, and the moment of the oldest."""
    at = slices.moments_from(scope.now)
    counts = {
        f"n{place}": Count("pk", filter=band.holds("updated_at", at))
        for place, band in enumerate(slices.WAITED)
    }
    found = changes(scope).order_by().aggregate(**counts, oldest=Min("updated_at"))
    return [found[name] for name in counts], found["oldest"]


def region() -> Coalesce:
    """The région of a record: that of its territory, or its territory itself."""
    return Coalesce("territory__region_id", Case(When(territory__level="region", then="territory_id")))


def coverage(scope: Scope) -> dict[tuple[int | None, int | None], int]:
    """Published records by région and theme, None for none; a record of two themes counts in both."""
    rows = published(scope).order_by().annotate(region=region())
    return {
        (region, theme): total
        for region, theme, total in rows.values_list("region", "themes").annotate(total=Count("pk"))
    }


def totals_by_region(scope: Scope) -> dict[int | None, int]:
    """Published records by région, each once."""
    rows = published(scope).order_by().annotate(region=region())
    return dict(rows.values_list("region").annotate(total=Count("pk")))


def truth(scope: Scope) -> tuple[dict[str, int], dict[str, int]]:
    """Published records by the age of their verification, and by the date of their next one."""
    at = slices.days_from(timezone.localdate(scope.now))
    asked = {f"v_{band.code}": _count(band.holds("verified_on", at)) for band in slices.VERIFIED}
    asked |= {f"e_{band.code}": _count(band.holds("expires_on", at)) for band in slices.EXPIRES}
    found = published(scope).order_by().aggregate(**asked)
    return (
        {band.code: found[f"v_{band.code}"] for band in slices.VERIFIED},
        {band.code: found[f"e_{band.code}"] for band in slices.EXPIRES},
    )


def _count(condition: Q) -> Count:
    return Count("pk", filter=condition)


def batches() -> QuerySet[ImportBatch]:
    """The imports that wrote, undone or not."""
    return ImportBatch.objects.filter(state__in=DONE)


def imports(scope: Scope) -> dict[date | None, dict[str, int]]:
    """Imports by the month of their file (None: before), with what they wrote and refused."""
    first = slices.first_of(slices.last_months(timezone.localdate(scope.now))[-1])
    month = Case(When(created_at__gte=first, then=TruncMonth("created_at")))
    rows: Any = batches().order_by().annotate(month=month).values("month")
    sums = {f"sum_{name}": Sum(name) for name in COUNTED}
    return {
        row["month"] and row["month"].date(): {
            "files": row["files"],
            **{name: row[f"sum_{name}"] for name in COUNTED},
        }
        for row in rows.annotate(files=Count("pk"), **sums)
    }
