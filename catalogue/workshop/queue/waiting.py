"""The queue of a curator: what waits in their field, narrowed and ordered; the case files carry it.

``narrowed`` starts from what a tab shows; each filter is one adjective. Nothing is counted or ordered on
the wide table of records but by an index that says so.
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
from catalogue.records.folding import folded

State = Record.State
MINE, NOBODYS, TO_REVIEW, TO_COMPLETE = "moi", "personne", "", "a-completer"
CHANGES, ALL = "changements", "toutes"
STATES: dict[str, tuple[str, ...]] = {
    MINE: WAITING,
    NOBODYS: REVIEWED,
    TO_REVIEW: REVIEWED,
    TO_COMPLETE: (State.TO_COMPLETE,),
    CHANGES: (State.PUBLISHED,),
    ALL: tuple(state for state in State if state != State.DRAFT),
}
"""The states of the records that each tab shows."""
SHARED = (TO_REVIEW, TO_COMPLETE)
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
class Wanted:
    """What the address of the queue asks for."""

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


def records(field: Q, wanted: Wanted, user: User) -> QuerySet[Record]:
    """The records of a tab that answer every filter, in the order asked for."""
    rows = shown(field, wanted, user)
    rows = narrowed(rows, wanted)
    if wanted.days is not None:
        rows = rows.filter(_older("updated_at" if wanted.tab == ALL else "case__since", wanted.days))
    if wanted.completeness:
        rows = rows.filter(COMPLETENESS[wanted.completeness])
    if wanted.order == "doutes":
        rows = with_doubts(rows)
    order = ("-updated_at", "-pk") if wanted.tab == ALL else ORDERS[wanted.order]
    return rows.order_by(*order)


def shown(field: Q, wanted: Wanted, user: User) -> QuerySet[Record]:
    """The records of a tab, by an index of the case files; all of them by record_recent_seen."""
    states = [wanted.state] if wanted.state else STATES[wanted.tab]
    if wanted.tab == ALL:
        known = Record.objects.exclude(state=State.DRAFT)
        return (known.filter(state=wanted.state) if wanted.state else known).filter(field)
    rows = Record.objects.filter(field, case__state__in=STATES[wanted.tab])
    if wanted.state:
        rows = rows.filter(case__state__in=states)
    if wanted.tab == MINE:
        rows = rows.filter(case__handler=user)
    if wanted.handler is not None:
        rows = rows.filter(case__handler=wanted.handler)
    return rows.filter(case__handler__isnull=True) if wanted.tab == NOBODYS else rows


def narrowed(rows: QuerySet[Record], wanted: Wanted) -> QuerySet[Record]:
    """The records of a kind, a region, a theme, with doubts or without, whose title has the words."""
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.region is not None:
        rows = rows.filter(Q(territory=wanted.region) | Q(territory__region=wanted.region))
    if wanted.theme:
        bearing = Record.themes.through.objects.filter(theme__code=wanted.theme)
        rows = rows.filter(pk__in=bearing.values("record_id"))
    if wanted.doubtful is not None:
        doubtful = Q(pk__in=doubts().values("record"))
        rows = rows.filter(doubtful if wanted.doubtful else ~doubtful)
    return titled(rows, wanted.words)


def titled(rows: QuerySet[Record], words: str) -> QuerySet[Record]:
    """The records whose title has each of the words, accents and capitals aside.

    record_title_unpublished and record_title_trigrams carry it: each arm of the condition is one of theirs.
    """
    if not words.split():
        return rows
    rows = rows.alias(plain=folded("title"))
    found = Q()
    for word in words.split():
        found &= Q(plain__contains=folded(Value(word)))
    return rows.filter((Q(state__in=UNPUBLISHED) & found) | (Q(state=State.PUBLISHED) & found))


def _older(name: str, days: int) -> Q:
    return Q(**{f"{name}__lt": timezone.now() - timedelta(days=days)})


def doubts() -> QuerySet[QualityFinding]:
    """What the checks hold against records and nobody has accepted."""
    return QualityFinding.objects.filter(waived_at__isnull=True)


def with_doubts(rows: QuerySet[Record]) -> QuerySet[Record]:
    """Annotate ``doubts``: how many there are of a record, through qualityfinding_once."""
    return rows.annotate(doubts=_number_of(doubts().filter(record=OuterRef("pk"))))


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("record").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def for_lines(rows: QuerySet[Record]) -> QuerySet[Record]:
    """The records of one page with all that a line says of them."""
    wide = ("geometry", "description", "territory__geometry", "territory__departement__geometry")
    comments = CaseNote.objects.filter(record=OuterRef("pk"), kind=CaseNote.NoteKind.COMMENT)
    known = rows.select_related("owner", "territory__departement", "case__handler").defer(*wide)
    return timeline.with_last_event(with_doubts(known).annotate(comments=_number_of(comments)))


def changes(field: Q, wanted: Wanted) -> QuerySet[Revision]:
    """The changes of published records that wait for a decision, the oldest first."""
    concerned = narrowed(Record.objects.published().filter(field), wanted)
    waiting = proposed(concerned)
    if wanted.days is not None:
        waiting = waiting.filter(_older("updated_at", wanted.days))
    return (
        waiting.select_related("record__owner", "record__case__handler", "author", "import_batch")
        .defer("record__geometry", "record__description", "import_batch__report")
        .order_by("updated_at", "pk")
    )


def proposed(concerned: QuerySet[Record]) -> QuerySet[Revision]:
    """The changes of these records that wait for a decision."""
    return Revision.objects.filter(
        state=Revision.RevisionState.PROPOSED, record__in=concerned.order_by().values("pk")
    )


def counts(field: Q, user: User) -> dict[str, int]:
    """How much waits in each tab, in two statements; ``toutes`` awaits nobody."""
    inside = CaseFile.objects.filter(state__in=WAITING)
    if field:
        inside = inside.filter(record__in=Record.objects.filter(field).values("pk"))
    reviewed = Q(state__in=REVIEWED)
    found = inside.aggregate(
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
        CHANGES: proposed(Record.objects.published().filter(field)).count(),
    }


def states_of(tab: str) -> Sequence[str]:
    """The states among which a tab can be narrowed."""
    return STATES[tab] if len(STATES[tab]) > 1 else ()
