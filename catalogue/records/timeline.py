"""What became of a record, in words: its steps, its history, its proposed changes.

The contributor's space and the workshop show it; a contributor reads « l’équipe de curation », never the
name of a curator, and nobody reads an e-mail address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Record, Revision, Transition
from catalogue.records.workflow import RULES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Record.State
LISTED = 50
"""Most lines of history shown."""

HAPPENED: dict[str, StrOrPromise] = {
    "submit": gettext_lazy("Soumise"),
    "review": gettext_lazy("Prise en instruction"),
    "ask": gettext_lazy("Complément demandé"),
    "publish": gettext_lazy("Publiée"),
    "refuse": gettext_lazy("Refusée"),
    "withdraw": gettext_lazy("Reprise par son auteur"),
    "reopen": gettext_lazy("Rouverte"),
    "retire": gettext_lazy("Retirée de la publication"),
    "archive": gettext_lazy("Archivée"),
    "merge": gettext_lazy("Fusionnée dans une autre fiche"),
    "unmerge": gettext_lazy("Fusion annulée"),
    "confirm": gettext_lazy("Confirmée exacte"),
    "amend": gettext_lazy("Correction signalée par le porteur"),
    "close": gettext_lazy("Close par le porteur"),
    "withdraw-asked": gettext_lazy("Retrait demandé par le porteur"),
}
MERGED = ("merge", "unmerge")
"""What only curators do, beside the rules of publication."""
ROUTE = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.PUBLISHED)
STEPS: dict[str, tuple[str, ...]] = {
    State.TO_COMPLETE: (State.DRAFT, State.SUBMITTED, State.TO_COMPLETE, State.PUBLISHED),
    State.REFUSED: (State.DRAFT, State.SUBMITTED, State.REFUSED),
    State.ARCHIVED: (*ROUTE, State.ARCHIVED),
}
NOW: dict[str, StrOrPromise] = {
    State.DRAFT: gettext_lazy("Seuls son auteur et son organisation la voient."),
    State.SUBMITTED: gettext_lazy("Elle attend d’être lue par l’équipe de curation."),
    State.IN_REVIEW: gettext_lazy("L’équipe de curation la lit."),
    State.TO_COMPLETE: gettext_lazy("L’équipe de curation attend un complément de son auteur."),
    State.PUBLISHED: gettext_lazy("Tout le monde peut la lire."),
    State.REFUSED: gettext_lazy("Elle n’a pas été retenue. Son auteur peut la rouvrir et la corriger."),
    State.ARCHIVED: gettext_lazy("Le public ne la voit plus."),
}


def list_steps(record: Record) -> list[dict[str, str]]:
    """Return the route of a record to publication, for composants/etapes.html."""
    route = STEPS.get(record.state, ROUTE)
    here = route.index(record.state)
    labels = dict(State.choices)
    steps = [
        {"title": str(labels[state]).capitalize(), "text": "", "state": "fait" if place < here else "avenir"}
        for place, state in enumerate(route)
    ]
    steps[here] |= {"text": str(NOW[record.state]), "state": "courant"}
    return steps


def list_events(record: Record, reader: User, *, by_name: bool) -> list[dict[str, Any]]:
    """Return what happened, newest first; ``by_name`` for curators, who work with one another."""
    lines = [
        {
            "when": line.created_at,
            "what": HAPPENED.get(line.action, line.get_to_state_display().capitalize()),
            "state": line.to_state,
            "reason": line.reason.strip(),
            "who": describe_actor(line.actor, reader, by_name=by_name, as_curator=_by_curator(line)),
        }
        for line in record.transitions.select_related("actor")[:LISTED]
    ]
    began = {
        "when": record.created_at,
        "what": _("Fiche importée") if record.external_id else _("Brouillon créé"),
        "state": State.DRAFT,
        "reason": "",
        "who": describe_actor(record.created_by, reader, by_name=by_name, as_curator=False),
    }
    return [*lines, began] if len(lines) < LISTED else lines


def _by_curator(line: Transition) -> bool:
    rule = RULES.get(line.action)
    return line.action in MERGED or (rule is not None and rule.by_curator)


def describe_actor(person: User | None, reader: User, *, by_name: bool, as_curator: bool) -> str:
    """Return who did something, as the reader may know them; never an e-mail address."""
    if person is None:
        return _("l’équipe de curation") if as_curator else ""
    if person.pk == reader.pk:
        return _("vous")
    if as_curator and not by_name:
        return _("l’équipe de curation")
    return person.get_full_name() or (_("un curateur") if as_curator else _("un contributeur"))


def find_last_reason(record: Record) -> Transition | None:
    """Return the line whose reason explains the present state of the record, if one was given."""
    line = record.transitions.filter(to_state=record.state).first()
    return line if line is not None and line.reason.strip() else None


def list_revisions(record: Record) -> QuerySet[Revision]:
    """Return the changes proposed for a record, newest first, but for those in preparation."""
    return record.revisions.exclude(state=Revision.RevisionState.DRAFT)[:LISTED]


def with_last_event(records: QuerySet[Record]) -> QuerySet[Record]:
    """Annotate ``last_action``, ``last_at`` and ``last_reason``: the newest line of the history."""
    newest = Transition.objects.filter(record=OuterRef("pk")).order_by("-created_at", "-pk")
    return records.annotate(
        last_action=Subquery(newest.values("action")[:1]),
        last_at=Subquery(newest.values("created_at")[:1]),
        last_reason=Subquery(newest.values("reason")[:1]),
    )
