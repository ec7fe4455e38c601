"""The queue of a curator: what waits in their field, filtered and ordered; the case files carry it.

Nothing is counted or ordered on the wide table of records unless an index serves it, which is then named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalogue.models import CaseFile, CaseNote, QualityFinding, Record, Revision
from catalogue.models.workshop import REVIEWED, WAITING
from catalogue.records import timeline
from catalogue.workshop.folding import folded

State = Record.State
MINE, NOBODYS, TO_REVIEW, TO_COMPLETE = "moi", "personne", "", "a-completer"
CHANGES, ALL = "changements", "toutes"
TAB_STATES: dict[str, tuple[str, ...]] = {
    MINE: WAITING,
    NOBODYS: REVIEWED,
    TO_REVIEW: REVIEWED,
    TO_COMPLETE: (State.TO_COMPLETE,),
    CHANGES: (State.PUBLISHED,),
    ALL: tuple(state for state in State if state != State.DRAFT),
}
"""The states of the records that each tab shows."""
SHARED_TABS = (TO_REVIEW, TO_COMPLETE)
"""The tabs whose records one curator or another handles."""
LOW, HIGH = 50, 80
COMPLETENESS = {
    "faible": Q(case__completeness__lt=LOW),
    "moyenne": Q(case__completeness__gte=LOW, case__completeness__lt=HIGH),
    "bonne": Q(case__completeness__gte=HIGH),
}
UNPUBLISHED = (State.SUBMITTED, State.IN_REVIEW, State.TO_COMPLETE, State.REFUSED, State.ARCHIVED)
ORDERS: dict[str, tuple[Any, ...]] = {
    "": ("case__since", "pk"),
    "recentes": ("-case__since", "-pk"),
    "completes": ("-case__completeness", "-case__since"),
    "incompletes": ("case__completeness", "case__since"),
    "doutes": ("-doubts", "case__since", "pk"),
}


@dataclass(frozen=True)
class QueueFilters:
    """The filters in the URL of the queue; ``days`` is the least number of days that a record has waited."""

    tab: str = TO_REVIEW
    state: str = ""
    kind: str = ""
    region: int | None = None
    theme: str = ""
    days: int | None = None
    completeness: str = ""
    doubtful: bool | None = None
    words: str = ""
    handler: int | None = None
    order: str = ""


def filter_records(field: Q, filters: QueueFilters, user: User) -> QuerySet[Record]:
    """Return the records of a tab that match every filter, in the order asked for."""
    rows = filter_by_tab(field, filters, user)
    rows = apply_filters(rows, filters)
    if filters.days is not None:
        rows = rows.filter(_older_than("updated_at" if filters.tab == ALL else "case__since", filters.days))
    if filters.completeness:
        rows = rows.filter(COMPLETENESS[filters.completeness])
    if filters.order == "doutes":
        rows = annotate_doubts(rows)
    order = ("-updated_at", "-pk") if filters.tab == ALL else ORDERS[filters.order]
    return rows.order_by(*order)


def filter_by_tab(field: Q, filters: QueueFilters, user: User) -> QuerySet[Record]:
    """Return the records of a tab, by an index of the case files; all of them by record_recent_seen."""
    if filters.tab == ALL:
        rows = Record.objects.exclude(state=State.DRAFT)
        if filters.state:
            rows = rows.filter(state=filters.state)
        return rows.filter(field)
    rows = Record.objects.filter(field, case__state__in=TAB_STATES[filters.tab])
    if filters.state:
        rows = rows.filter(case__state__in=[filters.state])
    if filters.tab == MINE:
        rows = rows.filter(case__handler=user)
    if filters.handler is not None:
        rows = rows.filter(case__handler=filters.handler)
    return rows.filter(case__handler__isnull=True) if filters.tab == NOBODYS else rows


def apply_filters(rows: QuerySet[Record], filters: QueueFilters) -> QuerySet[Record]:
    """Return the records of a kind, a region, a theme, with doubts or without, whose title has the words."""
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.region is not None:
        rows = rows.filter(Q(territory=filters.region) | Q(territory__region=filters.region))
    if filters.theme:
        links = Record.themes.through.objects.filter(theme__code=filters.theme)
        rows = rows.filter(pk__in=links.values("record_id"))
    if filters.doubtful is not None:
        doubtful = Q(pk__in=open_findings().values("record"))
        rows = rows.filter(doubtful if filters.doubtful else ~doubtful)
    return filter_by_title(rows, filters.words)


def filter_by_title(rows: QuerySet[Record], words: str) -> QuerySet[Record]:
    """Return the records whose title has each of the words, accents and capitals aside.

    record_title_unpublished and record_title_trigrams carry it: each arm of the condition is one of theirs.
    """
    if not words.split():
        return rows
    rows = rows.alias(plain=folded("title"))
    has_words = Q()
    for word in words.split():
        has_words &= Q(plain__contains=folded(Value(word)))
    return rows.filter((Q(state__in=UNPUBLISHED) & has_words) | (Q(state=State.PUBLISHED) & has_words))


def _older_than(name: str, days: int) -> Q:
    return Q(**{f"{name}__lt": timezone.now() - timedelta(days=days)})


def open_findings() -> QuerySet[QualityFinding]:
    """Return the findings of the checks that nobody has accepted."""
    return QualityFinding.objects.filter(waived_at__isnull=True)


def annotate_doubts(rows: QuerySet[Record]) -> QuerySet[Record]:
    """Annotate ``doubts``, the number of open findings of a record, through qualityfinding_once."""
    return rows.annotate(doubts=_count_by_record(open_findings().filter(record=OuterRef("pk"))))


def _count_by_record(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("record").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def load_line_details(rows: QuerySet[Record]) -> QuerySet[Record]:
    wide = ("geometry", "description", "territory__geometry", "territory__departement__geometry")
    comments = CaseNote.objects.filter(record=OuterRef("pk"), kind=CaseNote.NoteKind.COMMENT)
    rows = rows.select_related("owner", "territory__departement", "case__handler").defer(*wide)
    return timeline.with_last_event(annotate_doubts(rows).annotate(comments=_count_by_record(comments)))


def filter_changes(field: Q, filters: QueueFilters) -> QuerySet[Revision]:
    """Return the changes of published records that wait for a decision, the oldest first."""
    rows = filter_proposed_changes(apply_filters(Record.objects.published().filter(field), filters))
    if filters.days is not None:
        rows = rows.filter(_older_than("updated_at", filters.days))
    return (
        rows.select_related("record__owner", "record__case__handler", "author", "import_batch")
        .defer("record__geometry", "record__description", "import_batch__report")
        .order_by("updated_at", "pk")
    )


def filter_proposed_changes(records: QuerySet[Record]) -> QuerySet[Revision]:
    state = Revision.RevisionState.PROPOSED
    return Revision.objects.filter(state=state, record__in=records.order_by().values("pk"))


def count_tabs(field: Q, user: User) -> dict[str, int]:
    """Count what waits in each tab, in two statements; ``toutes`` has no count."""
    cases = CaseFile.objects.filter(state__in=WAITING)
    if field:
        cases = cases.filter(record__in=Record.objects.filter(field).values("pk"))
    reviewed = Q(state__in=REVIEWED)
    found = cases.aggregate(
        moi=Count("pk", filter=Q(handler=user)),
        personne=Count("pk", filter=reviewed & Q(handler__isnull=True)),
        instruire=Count("pk", filter=reviewed),
        completer=Count("pk", filter=Q(state=State.TO_COMPLETE)),
    )
    return {
        MINE: found["moi"],
        NOBODYS: found["personne"],
        TO_REVIEW: found["instruire"],
        TO_COMPLETE: found["completer"],
        CHANGES: filter_proposed_changes(Record.objects.published().filter(field)).count(),
    }


def get_tab_states(tab: str) -> Sequence[str]:
    return TAB_STATES[tab] if len(TAB_STATES[tab]) > 1 else ()
