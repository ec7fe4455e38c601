"""Owners asked whether a published record is still true: rounds, signed links, answers.

A round opens when the expiry of a record comes near. Its link grants no right but to answer this round, of
this record, for this organisation; it works without a login, for two months, until somebody answered.
Nothing changes by opening it: programs that check mails open links.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue import mailing
from catalogue.models import ConfirmationRound, Experiment, Membership, Record, Revision, TestSite, Transition
from catalogue.queue import defer_task
from catalogue.records import expiry, notifications, versions
from catalogue.records.content import read_values
from catalogue.records.writing import write_values

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Answer = ConfirmationRound.Answer
SALT = "catalogue.quality.confirm"
VALID_FOR = datetime.timedelta(days=60)
BATCH_SIZE = 200
"""Records asked about in one transaction of the job."""
RESEND_AFTER = datetime.timedelta(hours=12)
MAX_MAILS = 8
"""In one round: two of ours, and those that the owner asks for."""

CLOSINGS: dict[str, tuple[dict[str, Any], StrOrPromise]] = {
    Record.Kind.SITE: (
        {"site_state": TestSite.SiteState.CLOSED},
        gettext_lazy("Le site passera à « fermé » : il restera lisible, sans plus recevoir de candidature."),
    ),
    Record.Kind.EXPERIMENT: (
        {"status": Experiment.Status.FINISHED},
        gettext_lazy(
            "L’expérimentation passera à « terminé » : elle restera lisible, avec ses résultats. "
            "Vous pourrez en ajouter."
        ),
    ),
}
"""What closing changes at once, and the words for it; of other kinds a curator decides."""
WITHDRAWAL_ASKED: StrOrPromise = gettext_lazy(
    "L’équipe de curation recevra votre demande de retrait et décidera : la fiche reste en ligne d’ici là."
)


class AnswerRefused(Exception):
    """The answer cannot be taken; the message explains why, in French."""


@dataclass(frozen=True)
class Link:
    """What a token opens: the round, and whether its two months are over."""

    round: ConfirmationRound
    has_expired: bool


def make_token(asked: ConfirmationRound) -> str:
    """Sign a token that opens the round, from now on and for VALID_FOR."""
    return signing.dumps([asked.pk, asked.record_id, asked.organisation_id], salt=SALT)


def get_answer_url(record: Record) -> str:
    """Return the URL where the open round of a record is answered, or nothing."""
    asked = ConfirmationRound.objects.filter(record=record.pk, answered_at__isnull=True).first()
    return "" if asked is None else reverse("catalogue:record-confirm", args=[make_token(asked)])


def open_link(text: str) -> Link | None:
    """Return what a token opens; None when the signature is bad or the round no longer exists."""
    has_expired = False
    try:
        keys = signing.loads(text, salt=SALT, max_age=VALID_FOR)
    except signing.SignatureExpired:
        has_expired, keys = True, signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    pk, record, organisation = keys
    rows = ConfirmationRound.objects.filter(pk=pk, record=record, record__state=Record.State.PUBLISHED)
    if organisation is None:
        found = rows.filter(record__owner__isnull=True).first()
    else:
        found = rows.filter(record__owner=organisation).first()
    return None if found is None else Link(found, has_expired)


def find_recipients(record: Record) -> list[User]:
    """Return the managers of the organisation that owns the record, else its members, else its author."""
    users = User.objects.filter(is_active=True).exclude(email="").distinct().order_by("pk")
    if record.owner_id is not None:
        members = Membership.objects.confirmed().filter(organisation=record.owner_id)
        for some in (members.filter(role=Membership.Role.MANAGER), members):
            if found := list(users.filter(pk__in=some.values("user"))):
                return found
    return list(users.filter(pk=record.created_by_id or 0))


def ask_owners() -> int:
    """Write to the owners of the records due soon, and again on the day; return how many were reached."""
    today = timezone.localdate()
    _delete_outdated_rounds()
    asked = 0
    while keys := list(_list_due_records(today)[:BATCH_SIZE]):
        asked += sum(_ask_owner(key) for key in keys)
    return asked


def _delete_outdated_rounds() -> None:
    """Delete the open rounds of a record that has another day, or another owner, than at the start."""
    waiting = ConfirmationRound.objects.filter(answered_at__isnull=True)
    same_day = Q(due_on=F("record__expires_on"))
    same_owner = Q(organisation=F("record__owner")) | Q(organisation__isnull=True, record__owner__isnull=True)
    waiting.exclude(pk__in=waiting.filter(same_day, same_owner).values("pk")).delete()


def _list_due_records(today: datetime.date) -> Any:
    """Return the keys of the records to write about; record_due_published carries them."""
    soon = today + datetime.timedelta(days=expiry.NOTICE_DAYS)
    rounds = ConfirmationRound.objects.filter(answered_at__isnull=True)
    early = rounds.filter(mails=1, opened_at__date__lt=F("due_on"))
    first_time = Q(expires_on__lte=soon) & ~Q(pk__in=rounds.values("record"))
    second_time = Q(expires_on__lte=today, pk__in=early.values("record"))
    has_owner = Q(owner__isnull=False) | Q(created_by__isnull=False)
    rows = Record.objects.published().filter(first_time | second_time).filter(has_owner)
    return rows.order_by("expires_on", "pk").values_list("pk", flat=True)


@transaction.atomic
def _ask_owner(key: int) -> bool:
    record = Record.objects.select_for_update().get(pk=key)
    asked, _made = ConfirmationRound.objects.get_or_create(
        record=record,
        answered_at__isnull=True,
        defaults={"organisation_id": record.owner_id, "due_on": record.expires_on},
    )
    return _send_request(asked, record)


def _send_request(asked: ConfirmationRound, record: Record) -> bool:
    """Write to the owners with a link of today; counted even when there is nobody to write to."""
    recipients = find_recipients(record)
    context = {
        "record": record,
        "kind": str(record.get_kind_display()).lower(),
        "organisation": record.owner.name if record.owner else "",
        "due_on": date_format(asked.due_on, "j F Y"),
        "overdue": asked.due_on <= timezone.localdate(),
        "verified": date_format(record.verified_on, "j F Y") if record.verified_on else "",
        "link": mailing.absolute_url(reverse("catalogue:record-confirm", args=[make_token(asked)])),
        "days": VALID_FOR.days,
    }
    for user in recipients:
        mailing.queue_mail("fiche-a-confirmer", user.email, context)
    asked.mails, asked.sent_at = asked.mails + 1, timezone.now()
    asked.save(update_fields=["mails", "sent_at"])
    return bool(recipients)


@transaction.atomic
def resend_request(asked: ConfirmationRound) -> None:
    """Write a new link to those who were asked; never to an address that somebody types."""
    locked = ConfirmationRound.objects.select_for_update().get(pk=asked.pk)
    recent = locked.sent_at is not None and locked.sent_at > timezone.now() - RESEND_AFTER
    if locked.answered_at is not None or recent or locked.mails >= MAX_MAILS:
        return  # the page is the same: it reveals to nobody whether something was sent
    _send_request(locked, locked.record)


def describe_closing(record: Record) -> str:
    """Return what « à clore » changes, for the page that asks."""
    return str(CLOSINGS[record.kind][1]) if _closes_at_once(record) else str(WITHDRAWAL_ASKED)


def _closes_at_once(record: Record) -> bool:
    """Return True for a site or an experiment that is not over yet: closing changes its state at once."""
    if record.kind not in CLOSINGS:
        return False
    name, value = next(iter(CLOSINGS[record.kind][0].items()))
    over = {value, TestSite.SiteState.HISTORIC, Experiment.Status.ABANDONED}
    return getattr(record.proper, name) not in over


@transaction.atomic
def confirm_record(record: Record, actor: User | None) -> None:
    """Set that the record is true today, and its expiry; close its open round."""
    locked = _lock_record(record)
    versions.save_before([locked.pk])
    _renew_expiry(locked)
    _close_round(locked, Answer.EXACT)
    _log_transition(locked, "confirm", actor, "")
    versions.save_after([locked.pk], actor, versions.Origin.CONFIRMATION, _("Confirmée exacte"))


@transaction.atomic
def record_answer(asked: ConfirmationRound, given: str, note: str = "") -> str:
    """Take the answer of an owner to an open round; return the answer that was taken.

    Raises NotAnswered when somebody answered before.
    """
    record = _lock_record(asked.record)
    locked = ConfirmationRound.objects.select_for_update().get(pk=asked.pk)
    if locked.answered_at is not None:
        raise AnswerRefused(_("Quelqu’un a déjà répondu pour cette fiche."))
    if given == Answer.EXACT:
        confirm_record(record, None)
        return Answer.EXACT
    if given == Answer.CLOSED and _closes_at_once(record):
        _close_record(record)
        return Answer.CLOSED
    taken = Answer.WITHDRAW if given == Answer.CLOSED else Answer.AMEND
    _close_round(record, taken, note)
    _log_transition(record, "withdraw-asked" if taken == Answer.WITHDRAW else "amend", None, note)
    _notify_curators(record, taken, note)
    defer_task("check_quality", records=[record.pk])
    return taken


def _lock_record(record: Record) -> Record:
    fresh: Record = Record.objects.select_for_update().get(pk=record.pk)
    if not fresh.is_published:
        raise AnswerRefused(_("La fiche n’est plus publiée."))
    return fresh


def _renew_expiry(record: Record) -> None:
    today = timezone.localdate()
    Record.objects.filter(pk=record.pk).update(
        verified_on=today, expires_on=expiry.compute_expiry(record.pk, today)
    )


def _close_round(record: Record, given: str, note: str = "") -> None:
    ConfirmationRound.objects.filter(record=record, answered_at__isnull=True).update(
        answer=given, note=note, answered_at=timezone.now()
    )


def _close_record(record: Record) -> None:
    """Write that a site is closed or an experiment over, with its line of history."""
    own, values = record.proper, CLOSINGS[record.kind][0]
    before = read_values(own, list(values))
    versions.save_before([record.pk])
    write_values(own, values)
    _renew_expiry(record)
    Revision.objects.create(
        record_id=record.pk,
        state=Revision.RevisionState.ACCEPTED,
        changes={name: [before[name], str(value)] for name, value in values.items()},
        base_updated_at=record.updated_at,
        decided_at=timezone.now(),
    )
    _close_round(record, Answer.CLOSED)
    _log_transition(record, "close", None, "")
    versions.save_after([record.pk], None, versions.Origin.CONFIRMATION, _("Close par son porteur"))


def _log_transition(record: Record, action: str, actor: User | None, reason: str) -> None:
    """Add a line to the history that changes no state."""
    Transition.objects.create(
        record=record,
        from_state=record.state,
        to_state=record.state,
        action=action,
        actor=actor,
        reason=reason,
    )


def _notify_curators(record: Record, taken: str, note: str) -> None:
    context = {
        "record": record,
        "withdrawal": taken == Answer.WITHDRAW,
        "note": note.strip(),
        "link": mailing.absolute_url(reverse("catalogue:workshop-record", args=[record.slug])),
    }
    for curator in notifications.find_curators(record):
        mailing.queue_mail("fiche-reponse-porteur", curator.email, context)
