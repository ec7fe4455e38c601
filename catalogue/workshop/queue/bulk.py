"""One action on many records: what it would do to each, then the doing, which leaves what became of each.

The whole is one transaction, each record a savepoint of it: a refusal sets one record apart, a crash leaves
nothing half done. A key runs once. A record that changed since its effect was shown is set apart as well.
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
from catalogue.records import notifications as notices
from catalogue.records import permissions, workflow
from catalogue.workshop.queue import handling, waiting
from catalogue.workshop.queue.decisions import decide

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 100
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


def title_of(action: str) -> str:
    """What a page about an action is called; an action that is no more keeps its code."""
    return str(ACTIONS.get(action, action)).rstrip("…")


@dataclass(frozen=True)
class Order:
    """What is asked, by whom."""

    action: str
    actor: User
    reason: str = ""
    to: User | None = None


@dataclass
class Effect:
    """What an action does to a record, or why it cannot."""

    record: Record
    possible: bool
    said: str
    warnings: list[str] = field(default_factory=list)
    mails: int = 0

    @property
    def stamp(self) -> str:
        """What the page showed of the record: it differs once somebody changed it."""
        record, case = self.record, getattr(self.record, "case", None)
        shown = f"{record.pk} {record.state} {record.updated_at.isoformat()} {case and case.handler_id}"
        return hashlib.sha256(shown.encode()).hexdigest()[:16]


def chosen(actor: User, slugs: Iterable[str]) -> list[Record]:
    """The records of these addresses that are in the field of the actor, drafts aside; by title."""
    known = Record.objects.filter(permissions.in_field(actor), slug__in=list(slugs)[:MOST])
    rows = known.exclude(state=Record.State.DRAFT).select_related("owner", "case__handler")
    return list(waiting.with_doubts(rows).defer("geometry", "description").order_by("title", "pk"))


def foresee(order: Order, records: list[Record]) -> list[Effect]:
    """What the order would do to each record as it is now; the records are those of ``chosen``."""
    if order.action in (TAKE, GIVE):
        to = order.actor if order.action == TAKE else order.to
        keys = [record.pk for record in records]
        covered = Record.objects.filter(permissions.in_field(to) if to else Q(), pk__in=keys)
        inside = set(covered.values_list("pk", flat=True))
        return [_handed(order, record, to, record.pk in inside) for record in records]
    blocking = waiting.doubts().filter(record__in=records, severity=QualityFinding.Severity.BLOCKING)
    blocked = set(blocking.values_list("record_id", flat=True))
    effects = [_decided(order, record, record.pk in blocked) for record in records]
    if order.action in notices.TO_OWNERS:
        _count_mails(order, [effect for effect in effects if effect.possible])
    return effects


def _count_mails(order: Order, effects: list[Effect]) -> None:
    """How many people each effect will be told to; records of the same people are asked once."""
    people: dict[tuple[int | None, int | None], int] = {}
    for effect in effects:
        concerned = (effect.record.owner_id, effect.record.created_by_id)
        if concerned not in people:
            told = {one.email.lower() for one in notices.owners(effect.record) if one.pk != order.actor.pk}
            people[concerned] = len(told)
        effect.mails = people[concerned]


def _handed(order: Order, record: Record, to: User | None, is_covered: bool) -> Effect:
    case = getattr(record, "case", None)
    held = case.handler if case is not None else None
    if not permissions.GRANTS["handle"].get(record.state):
        said = _("Une fiche %(state)s ne se confie à personne.") % {"state": record.get_state_display()}
        return Effect(record, False, said)
    if to is None:
        return Effect(record, True, name_of(held) if held is not None else _("À personne"))
    who = _("vous") if to.pk == order.actor.pk else name_of(to)
    if held is not None and held.pk == to.pk:
        return Effect(record, False, _("Déjà confiée à %(who)s.") % {"who": who})
    if case is not None and held is not None and order.action == TAKE:
        return Effect(record, False, handling.held_words(case))
    if not is_covered:
        return Effect(record, False, _("La fiche n’est pas dans le champ de %(who)s.") % {"who": who})
    before = name_of(held) if held is not None else _("Personne")
    return Effect(record, True, _("%(before)s → %(after)s") % {"before": before, "after": who})


def _decided(order: Order, record: Record, is_blocked: bool) -> Effect:
    rule = workflow.RULES[order.action]
    if record.state not in rule.sources:
        said = _("« %(action)s » n’est pas possible : la fiche est %(state)s.") % {
            "action": rule.label,
            "state": record.get_state_display(),
        }
        return Effect(record, False, said)
    if order.action == "publish" and is_blocked:
        return Effect(record, False, _("Un doute bloquant reste à lever : ouvrez-la pour la publier."))
    change = _("%(before)s → %(after)s") % {
        "before": capfirst(record.get_state_display()),
        "after": Record.State(rule.target).label,
    }
    return Effect(record, True, change, _warnings(order, record))


def _warnings(order: Order, record: Any) -> list[str]:
    found = []
    case = getattr(record, "case", None)
    if case is not None and case.handler_id not in (None, order.actor.pk):
        found.append(handling.held_words(case))
    if order.action == "publish" and record.doubts:
        found.append(_("Doutes non levés : %(n)d.") % {"n": record.doubts})
    if order.action == "publish" and case is not None and (case.completeness or 0) < waiting.LOW:
        found.append(_("Peu complète : %(n)d %%.") % {"n": case.completeness or 0})
    return found


def run(key: uuid.UUID, order: Order, seen: Mapping[str, str]) -> BulkRun:
    """Carry the order out on the records whose effect was ``seen`` (stamp by slug), once for a key."""
    with transaction.atomic():
        made, is_new = BulkRun.objects.get_or_create(
            key=key, defaults={"actor": order.actor, "action": order.action}
        )
        if not is_new:
            return made
        rows = Record.objects.filter(slug__in=list(seen)[:MOST]).order_by("pk")
        list(rows.select_for_update().values_list("pk", flat=True))
        records = chosen(order.actor, seen)
        done: list[Record] = []
        for effect in foresee(order, records):
            made.results.append(_result(order, effect, seen[effect.record.slug], done))
        gone = len(seen) - len(records)
        made.results += [{"done": False, "said": _("Cette fiche n’existe plus dans votre champ.")}] * gone
        if order.action == GIVE and order.to is not None and order.to.pk != order.actor.pk:
            notices.records_handed(done, order.to, name_of(order.actor), order.reason)
        made.save(update_fields=["results"])
    return made


def _result(order: Order, effect: Effect, stamp: str, done: list[Record]) -> dict[str, Any]:
    record = effect.record
    told = {"slug": record.slug, "title": record.title}
    if effect.stamp != stamp:
        said = _("Quelqu’un l’a changée depuis l’aperçu : elle est restée comme elle est.")
        return {**told, "done": False, "said": said}
    if not effect.possible:
        return {**told, "done": False, "said": effect.said}
    try:
        with transaction.atomic():
            _carry_out(order, record)
    except (workflow.TransitionRefused, handling.NotPossible) as refusal:
        return {**told, "done": False, "said": str(refusal)}
    done.append(record)
    return {**told, "done": True, "said": effect.said}


def _carry_out(order: Order, record: Record) -> None:
    case = getattr(record, "case", None)
    if order.action == TAKE:
        handling.take(record, order.actor, None)
    elif order.to is not None:
        seen = case.handler_id if case is not None else None
        handling.hand_over(record, order.to, order.actor, seen, order.reason)
    else:
        decide(record, order.action, order.actor, order.reason)
