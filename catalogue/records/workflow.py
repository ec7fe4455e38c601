"""The publication states: what each action makes of a record, and what it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from catalogue.models import Merge, Record, Transition
from catalogue.queue import defer_task
from catalogue.records import completeness, expiry, notifications
from catalogue.records.permissions import CURATORS, GRANTS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Record.State


class TransitionRefused(Exception):
    """The transition is not possible; the message explains why, in French."""


@dataclass(frozen=True)
class Rule:
    """What an action makes of a state; ``permissions.GRANTS`` has the states and the people it is for."""

    action: str
    label: StrOrPromise
    target: str
    needs_reason: bool = False

    @property
    def sources(self) -> frozenset[str]:
        """The states that allow the action."""
        return frozenset(GRANTS[self.action])

    @property
    def by_curator(self) -> bool:
        """True when the action belongs to curators, False when it belongs to the owners of the record."""
        return set(GRANTS[self.action].values()) == {CURATORS}


RULES: dict[str, Rule] = {
    rule.action: rule
    for rule in (
        Rule("submit", _("Soumettre"), State.SUBMITTED),
        Rule("review", _("Prendre en instruction"), State.IN_REVIEW),
        Rule("ask", _("Demander un complément"), State.TO_COMPLETE, needs_reason=True),
        Rule("publish", _("Publier"), State.PUBLISHED),
        Rule("refuse", _("Refuser"), State.REFUSED, needs_reason=True),
        Rule("withdraw", _("Reprendre en brouillon"), State.DRAFT),
        Rule("reopen", _("Rouvrir la fiche"), State.DRAFT),
        Rule("retire", _("Retirer de la publication"), State.ARCHIVED, needs_reason=True),
        Rule("archive", _("Archiver"), State.ARCHIVED, needs_reason=True),
    )
}


READ = ("pk", "state", "expires_on", "verified_on", "owner", "source", "source_url", "source_citation")


@transaction.atomic
def apply(record: Record, action: str, actor: User | None, reason: str = "") -> Transition:
    """Carry out ``action`` on ``record``, notify those concerned, and return the line of history it leaves.

    The row is locked first, so that of several simultaneous calls one succeeds. Raises
    TransitionRefused when the state does not allow the action or a reason is missing.
    """
    rule = RULES[action]
    current = Record.objects.select_for_update().only(*READ).get(pk=record.pk)
    if current.state not in rule.sources:
        raise TransitionRefused(
            _("« %(action)s » n’est pas possible : la fiche est %(state)s.")
            % {"action": rule.label, "state": current.get_state_display()}
        )
    if rule.needs_reason and not reason.strip():
        raise TransitionRefused(_("« %(action)s » demande un motif.") % {"action": rule.label})
    if rule.target == State.PUBLISHED:
        _refuse_merged(current)
    changes: dict[str, object] = {"state": rule.target}
    if rule.target == State.PUBLISHED:
        changes |= _publication(current)
    Record.objects.filter(pk=record.pk).update(**changes, updated_at=timezone.now())
    record.state = rule.target
    completeness.measure_records([record.pk])
    line = Transition.objects.create(
        record=current,
        from_state=current.state,
        to_state=rule.target,
        action=action,
        reason=reason,
        actor=actor if actor is not None and actor.pk else None,
    )
    notifications.notify_transition(line)
    if rule.target == State.PUBLISHED:
        defer_task("match_alerts", records=[current.pk])
    if rule.target in (State.SUBMITTED, State.PUBLISHED):
        defer_task("find_duplicates", records=[current.pk])
    defer_task("check_quality", records=[current.pk])
    return line


def _publication(record: Record) -> dict[str, object]:
    """What publication writes: its day, who vouches for the record, and until when."""
    changes = {"published_at": timezone.now(), **_declaration(record)}
    if record.expires_on is None or record.expires_on < timezone.localdate():
        is_verified = "verified_on" in changes or record.verified_on is not None
        day = None if is_verified else expiry.find_source_day(record.pk)
        changes["expires_on"] = expiry.compute_expiry(record.pk, day)
    return changes


def _declaration(record: Record) -> dict[str, object]:
    """What publication writes on a proposal: its authors vouch for it, and are its source if it has none."""
    sent = record.transitions.filter(action="submit").order_by("-created_at").first()
    if sent is None or record.state == State.ARCHIVED:
        return {}
    changes: dict[str, object] = {"verified_on": timezone.localdate()}
    if record.source_id is None and not record.source_url and not record.source_citation:
        author = record.owner.name if record.owner is not None else _("un contributeur")
        day = date_format(timezone.localdate(sent.created_at), "j F Y")
        changes["source_citation"] = _("Déclaré par %(author)s, %(day)s") % {"author": author, "day": day}
    return changes


def _refuse_merged(record: Record) -> None:
    """Raise TransitionRefused for a record whose URL leads to the one that it was merged into."""
    merge = Merge.objects.standing().filter(loser=record.pk).select_related("survivor").first()
    if merge is not None:
        raise TransitionRefused(
            _("Cette fiche a été fusionnée dans « %(title)s » : annulez d’abord la fusion.")
            % {"title": merge.survivor.title}
        )
