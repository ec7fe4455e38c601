"""One action on many records: a preview of its effect on each, then its execution, with a result for each.

The whole is one transaction, each record a savepoint of it: a refusal leaves one record out, a crash leaves
nothing half done. A key runs once. A record that changed since its effect was shown is left out as well.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.accounts.names import name_of
from catalogue.models import BulkRun, QualityFinding, Record
from catalogue.records import notifications, permissions, workflow
from catalogue.workshop.queue import assignment, listing
from catalogue.workshop.queue.decisions import take_decision

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_RECORDS = 100
TAKE, GIVE = "prendre", "confier"
ACTIONS: dict[str, StrOrPromise] = {
    TAKE: gettext_lazy("Prendre pour moi"),
    GIVE: gettext_lazy("Confier à quelqu’un…"),
    "review": gettext_lazy("Prendre en instruction"),
    "publish": gettext_lazy("Publier"),
    "ask": gettext_lazy("Demander un complément…"),
    "refuse": gettext_lazy("Refuser…"),
    "archive": gettext_lazy("Archiver…"),
}
"""What can be done to many records; the others are decisions of ``workflow``."""


def get_action_label(action: str) -> str:
    """Return the title of a page about an action; an action that exists no more keeps its code."""
    return str(ACTIONS.get(action, action)).rstrip("…")


@dataclass(frozen=True)
class BulkRequest:
    """What is asked, by whom; ``to`` is the curator to whom records are given."""

    action: str
    actor: User
    reason: str = ""
    to: User | None = None


@dataclass
class Effect:
    """What an action does to a record, or why it cannot."""

    record: Record
    possible: bool
    message: str
    warnings: list[str] = field(default_factory=list)
    mails: int = 0

    @property
    def stamp(self) -> str:
        """Digest what the page showed of the record: it differs once somebody changed it."""
        record, case = self.record, getattr(self.record, "case", None)
        shown = f"{record.pk} {record.state} {record.updated_at.isoformat()} {case and case.handler_id}"
        return hashlib.sha256(shown.encode()).hexdigest()[:16]


def select_records(actor: User, slugs: Iterable[str]) -> list[Record]:
    """Return the records with these slugs that are in the field of the actor, drafts aside; by title."""
    found = Record.objects.filter(permissions.in_field(actor), slug__in=list(slugs)[:MAX_RECORDS])
    rows = found.exclude(state=Record.State.DRAFT).select_related("owner", "case__handler")
    return list(listing.annotate_doubts(rows).defer("geometry", "description").order_by("title", "pk"))


def preview_effects(bulk_request: BulkRequest, records: list[Record]) -> list[Effect]:
    """Return the effect on each record as it is now; the records are those of ``select_records``."""
    if bulk_request.action in (TAKE, GIVE):
        return _preview_assignments(bulk_request, records)
    blocking = listing.open_findings().filter(record__in=records, severity=QualityFinding.Severity.BLOCKING)
    blocked = set(blocking.values_list("record_id", flat=True))
    effects = [_preview_decision(bulk_request, record, record.pk in blocked) for record in records]
    if bulk_request.action in notifications.TO_OWNERS:
        _count_mails(bulk_request, [effect for effect in effects if effect.possible])
    return effects


def _count_mails(bulk_request: BulkRequest, effects: list[Effect]) -> None:
    """Set how many people each effect notifies; records of the same people are looked up once."""
    counts: dict[tuple[int | None, int | None], int] = {}
    for effect in effects:
        people = (effect.record.owner_id, effect.record.created_by_id)
        if people not in counts:
            owners = notifications.find_owners(effect.record)
            counts[people] = len({one.email.lower() for one in owners if one.pk != bulk_request.actor.pk})
        effect.mails = counts[people]


def _preview_assignments(bulk_request: BulkRequest, records: list[Record]) -> list[Effect]:
    to = bulk_request.actor if bulk_request.action == TAKE else bulk_request.to
    keys = [record.pk for record in records]
    covered = Record.objects.filter(permissions.in_field(to) if to else Q(), pk__in=keys)
    inside = set(covered.values_list("pk", flat=True))
    return [_preview_assignment(bulk_request, record, to, record.pk in inside) for record in records]


def _preview_assignment(
    bulk_request: BulkRequest, record: Record, to: User | None, is_covered: bool
) -> Effect:
    case = getattr(record, "case", None)
    handler = case.handler if case is not None else None
    if not permissions.GRANTS["handle"].get(record.state):
        refusal = _("Une fiche %(state)s ne se confie à personne.") % {"state": record.get_state_display()}
        return Effect(record, False, refusal)
    if to is None:
        return Effect(record, True, name_of(handler) if handler is not None else _("À personne"))
    who = _("vous") if to.pk == bulk_request.actor.pk else name_of(to)
    if handler is not None and handler.pk == to.pk:
        return Effect(record, False, _("Déjà confiée à %(who)s.") % {"who": who})
    if case is not None and handler is not None and bulk_request.action == TAKE:
        return Effect(record, False, assignment.describe_handler(case))
    if not is_covered:
        return Effect(record, False, _("La fiche n’est pas dans le champ de %(who)s.") % {"who": who})
    before = name_of(handler) if handler is not None else _("Personne")
    return Effect(record, True, _("%(before)s → %(after)s") % {"before": before, "after": who})


def _preview_decision(bulk_request: BulkRequest, record: Record, is_blocked: bool) -> Effect:
    rule = workflow.RULES[bulk_request.action]
    if record.state not in rule.sources:
        words = {"action": rule.label, "state": record.get_state_display()}
        refusal = _("« %(action)s » n’est pas possible : la fiche est %(state)s.") % words
        return Effect(record, False, refusal)
    if bulk_request.action == "publish" and is_blocked:
        return Effect(record, False, _("Un doute bloquant reste à lever : ouvrez-la pour la publier."))
    change = _("%(before)s → %(after)s") % {
        "before": capfirst(record.get_state_display()),
        "after": Record.State(rule.target).label,
    }
    return Effect(record, True, change, _list_warnings(bulk_request, record))


def _list_warnings(bulk_request: BulkRequest, record: Any) -> list[str]:
    warnings = []
    case = getattr(record, "case", None)
    if case is not None and case.handler_id not in (None, bulk_request.actor.pk):
        warnings.append(assignment.describe_handler(case))
    if bulk_request.action == "publish" and record.doubts:
        warnings.append(_("Doutes non levés : %(n)d.") % {"n": record.doubts})
    if bulk_request.action == "publish" and case is not None and (case.completeness or 0) < listing.LOW:
        warnings.append(_("Peu complète : %(n)d %%.") % {"n": case.completeness or 0})
    return warnings


@transaction.atomic
def run_once(key: uuid.UUID, bulk_request: BulkRequest, seen: Mapping[str, str]) -> BulkRun:
    """Act on the records whose effect was ``seen`` (stamp by slug), once for a key."""
    actor, to = bulk_request.actor, bulk_request.to
    defaults = {"actor": actor, "action": bulk_request.action}
    run, is_new = BulkRun.objects.get_or_create(key=key, defaults=defaults)
    if not is_new:
        return run
    rows = Record.objects.filter(slug__in=list(seen)[:MAX_RECORDS]).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))
    records = select_records(actor, seen)
    done: list[Record] = []
    for effect in preview_effects(bulk_request, records):
        run.results.append(_apply_effect(bulk_request, effect, seen[effect.record.slug], done))
    gone = len(seen) - len(records)
    run.results += [{"done": False, "said": _("Cette fiche n’existe plus dans votre champ.")}] * gone
    if bulk_request.action == GIVE and to is not None and to.pk != actor.pk:
        notifications.notify_assignment(done, to, name_of(actor), bulk_request.reason)
    run.save(update_fields=["results"])
    return run


def _apply_effect(
    bulk_request: BulkRequest, effect: Effect, stamp: str, done: list[Record]
) -> dict[str, Any]:
    """Act on one record, add it to ``done``; return the result as ``BulkRun.results`` stores it."""
    record = effect.record
    result = {"slug": record.slug, "title": record.title, "done": False}
    if effect.stamp != stamp:
        refusal = _("Quelqu’un l’a changée depuis l’aperçu : elle est restée comme elle est.")
        return {**result, "said": refusal}
    if not effect.possible:
        return {**result, "said": effect.message}
    try:
        with transaction.atomic():
            _carry_out(bulk_request, record)
    except (workflow.TransitionRefused, assignment.AssignmentRefused) as refusal:
        return {**result, "said": str(refusal)}
    done.append(record)
    return {**result, "done": True, "said": effect.message}


def _carry_out(bulk_request: BulkRequest, record: Record) -> None:
    actor, to, reason = bulk_request.actor, bulk_request.to, bulk_request.reason
    case = getattr(record, "case", None)
    if bulk_request.action == TAKE:
        assignment.take_record(record, actor, None)
    elif to is not None:
        seen = case.handler_id if case is not None else None
        assignment.hand_over_record(record, to, actor, seen, reason)
    else:
        take_decision(record, bulk_request.action, actor, reason)
