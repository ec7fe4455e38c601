"""Versions in words: their number, their date, their author, what made them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import User
from django.db.models import CharField, F, QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Record, RecordVersion, Transition
from catalogue.records import timeline
from catalogue.web.access import get_record_or_404

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VERSION, TRANSITION = "version", "etat"
Origin = RecordVersion.Origin
ORIGIN_LABELS: dict[str, StrOrPromise] = {
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
class HistoryLine:
    """One line of a history: a version, which has a number, or a change of state."""

    sort: str
    at: datetime
    label: str
    who: str
    reason: str
    number: int = 0


def get_light_record(request: HttpRequest, slug: str) -> Record:
    """Return the record when it is in the field of the curator; raise Http404 otherwise."""
    wide = ("geometry", "description", "territory__geometry", "territory__envelope")
    rows = Record.objects.select_related("owner", "territory", "created_by").defer(*wide)
    return get_record_or_404(request, slug, "examine", rows)


def get_reader(request: HttpRequest) -> User:
    return cast(User, request.user)


def list_entries(record: Record) -> QuerySet[Any]:
    """Return versions and changes of state of a record together, newest first, as (at, sort, pk)."""
    version, transition = (Value(sort, output_field=CharField()) for sort in (VERSION, TRANSITION))
    versions = record.versions.order_by().annotate(at=F("made_at"), sort=version)
    transitions = record.transitions.order_by().annotate(at=F("created_at"), sort=transition)
    columns = ("at", "sort", "pk")
    both: Any = versions.values_list(*columns).union(transitions.values_list(*columns), all=True)
    return both.order_by("-at", "-sort", "-pk")  # type: ignore[no-any-return]


def describe_entries(rows: Iterable[tuple[datetime, str, int]], reader: User) -> list[HistoryLine]:
    """Return the lines of a page of ``list_entries``; two queries at most, no version is read whole."""
    keys = [(sort, pk) for _at, sort, pk in rows]
    versions = RecordVersion.objects.select_related("actor").defer("data")
    found = versions.in_bulk([pk for sort, pk in keys if sort == VERSION])
    transitions = Transition.objects.select_related("actor")
    changes = transitions.in_bulk([pk for sort, pk in keys if sort == TRANSITION])
    return [
        describe_version(found[pk], reader) if sort == VERSION else _describe_transition(changes[pk], reader)
        for sort, pk in keys
    ]


def describe_version(version: RecordVersion, reader: User) -> HistoryLine:
    """Return a version in words; the first that is followed has words of its own."""
    is_first = version.origin == Origin.FOUND and version.number == 1
    label = _("avant le premier changement suivi") if is_first else str(ORIGIN_LABELS[version.origin])
    who = timeline.describe_actor(version.actor, reader, by_name=True, as_curator=False)
    return HistoryLine(VERSION, version.made_at, label, who, version.reason.strip(), version.number)


def _describe_transition(transition: Transition, reader: User) -> HistoryLine:
    state = transition.get_to_state_display().capitalize()
    label = str(timeline.HAPPENED.get(transition.action, state))
    who = timeline.describe_actor(transition.actor, reader, by_name=True, as_curator=False)
    return HistoryLine(TRANSITION, transition.created_at, label, who, transition.reason.strip())


def describe_last_version(record: Record, reader: User) -> HistoryLine | None:
    found = record.versions.select_related("actor").defer("data").first()
    return None if found is None else describe_version(found, reader)


def get_last_version(record: Record) -> RecordVersion | None:
    found: RecordVersion | None = record.versions.select_related("actor").first()
    return found
