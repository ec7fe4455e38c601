"""Versions in words: their number, their date, their author, what made them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import User
from django.db.models import CharField, F, QuerySet, Value
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Record, RecordVersion, Transition
from catalogue.records import permissions, timeline

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VERSION, TRANSITION = "version", "etat"
Origin = RecordVersion.Origin
MADE: dict[str, StrOrPromise] = {
    Origin.FORM: gettext_lazy("modifiée dans le formulaire"),
    Origin.IMPORT: gettext_lazy("modifiée par un import"),
    Origin.REVISION: gettext_lazy("changement proposé, accepté"),
    Origin.ADMINISTRATION: gettext_lazy("modifiée dans l’administration"),
    Origin.UNDONE_IMPORT: gettext_lazy("import annulé"),
    Origin.MERGE: gettext_lazy("fusion de deux fiches"),
    Origin.REVERT: gettext_lazy("retour à une version"),
    Origin.CONFIRMATION: gettext_lazy("confirmée par son auteur"),
    Origin.REFERENCE: gettext_lazy("référentiel revu"),
    Origin.FOUND: gettext_lazy("constatée avant le changement suivant"),
}


@dataclass(frozen=True)
class Line:
    """One line of a history: a version, whose number it has, or a change of state."""

    sort: str
    at: datetime
    said: str
    who: str
    reason: str
    number: int = 0


def record_of(request: HttpRequest, slug: str) -> Record:
    """The record of an address when it is in the field of the curator; 404 otherwise."""
    wide = ("geometry", "description", "territory__geometry", "territory__envelope")
    rows = Record.objects.select_related("owner", "territory", "created_by").defer(*wide)
    record: Record = get_object_or_404(rows, slug=slug)
    permissions.require(request.user, "examine", record)
    return record


def reader_of(request: HttpRequest) -> User:
    """The curator who reads."""
    return cast(User, request.user)


def entries(record: Record) -> QuerySet[Any]:
    """Versions and changes of state of a record together, newest first, as (at, sort, pk)."""
    plain = CharField()
    kept = record.versions.order_by().annotate(at=F("made_at"), sort=Value(VERSION, output_field=plain))
    moved = record.transitions.order_by().annotate(
        at=F("created_at"), sort=Value(TRANSITION, output_field=plain)
    )
    columns = ("at", "sort", "pk")
    both: Any = kept.values_list(*columns).union(moved.values_list(*columns), all=True)
    return both.order_by("-at", "-sort", "-pk")  # type: ignore[no-any-return]


def lines_of(rows: Iterable[tuple[datetime, str, int]], reader: User) -> list[Line]:
    """The lines of a page of ``entries``; three queries at most, no version is read whole."""
    wanted = list(rows)
    kept = RecordVersion.objects.select_related("actor").defer("data").in_bulk(_keys(wanted, VERSION))
    moved = Transition.objects.select_related("actor").in_bulk(_keys(wanted, TRANSITION))
    return [
        version_line(kept[pk], reader) if sort == VERSION else _transition_line(moved[pk], reader)
        for _at, sort, pk in wanted
    ]


def _keys(rows: list[tuple[datetime, str, int]], sort: str) -> list[int]:
    return [pk for _at, known, pk in rows if known == sort]


def version_line(version: RecordVersion, reader: User) -> Line:
    """A version in words; the first that is followed, and what nobody signed, are said to be so."""
    is_first = version.origin == Origin.FOUND and version.number == 1
    said = _("avant le premier changement suivi") if is_first else str(MADE[version.origin])
    return Line(
        VERSION,
        version.made_at,
        said,
        timeline.who(version.actor, reader, by_name=True, as_curator=False),
        version.reason.strip(),
        version.number,
    )


def _transition_line(line: Transition, reader: User) -> Line:
    said = str(timeline.HAPPENED.get(line.action, line.get_to_state_display().capitalize()))
    who = timeline.who(line.actor, reader, by_name=True, as_curator=False)
    return Line(TRANSITION, line.created_at, said, who, line.reason.strip())


def last_line(record: Record, reader: User) -> Line | None:
    """The last version of a record in words."""
    found = record.versions.select_related("actor").defer("data").first()
    return None if found is None else version_line(found, reader)


def last_of(record: Record) -> RecordVersion | None:
    """The last version of a record."""
    found: RecordVersion | None = record.versions.select_related("actor").first()
    return found
