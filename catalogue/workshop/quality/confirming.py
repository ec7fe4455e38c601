"""Owners asked whether a published record is still true: rounds, signed links, answers.

A round opens when the day of a record comes near. Its link holds no right but to answer this round, of this
record, for this organisation; it works without a login, for two months, until somebody answered. Nothing
changes by opening it: programs that check mails open links.
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
from catalogue.queue import later
from catalogue.records import expiry as lifespans
from catalogue.records import notifications as notices
from catalogue.records import versions
from catalogue.records.content import read
from catalogue.records.writing import write

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Answer = ConfirmationRound.Answer
SALT = "catalogue.workshop.quality.confirm"
VALID = datetime.timedelta(days=60)
AT_ONCE = 200
"""Records asked about in one transaction of the job."""
RESEND_AFTER = datetime.timedelta(hours=12)
MOST_MAILS = 8
"""In one round: two of ours, and those that are asked for again."""

OVER: dict[str, tuple[dict[str, Any], StrOrPromise]] = {
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
"""What closing changes at once, and how it is said; of other kinds a curator decides."""
WITHDRAWN: StrOrPromise = gettext_lazy(
    "L’équipe de curation recevra votre demande de retrait et décidera : la fiche reste en ligne d’ici là."
)


class NotAnswered(Exception):
    """The answer cannot be taken; the message says why, in French."""


@dataclass(frozen=True)
class Link:
    """What a token opens: the round, and whether its two months are over."""

    round: ConfirmationRound
    has_expired: bool


def token(asked: ConfirmationRound) -> str:
    """What opens the round, from now on and for VALID."""
    return signing.dumps([asked.pk, asked.record_id, asked.organisation_id], salt=SALT)


def address_of(record: Record) -> str:
    """Where the open round of a record is answered, or nothing."""
    asked = ConfirmationRound.objects.filter(record=record.pk, answered_at__isnull=True).first()
    return "" if asked is None else reverse("catalogue:record-confirm", args=[token(asked)])


def opened(text: str) -> Link | None:
    """What a token opens; None when nobody signed it, or when what it was signed for is no longer there."""
    has_expired = False
    try:
        named = signing.loads(text, salt=SALT, max_age=VALID)
    except signing.SignatureExpired:
        has_expired, named = True, signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    pk, record, organisation = named
    rows = ConfirmationRound.objects.filter(pk=pk, record=record, record__owner=organisation)
    if organisation is None:
        rows = ConfirmationRound.objects.filter(pk=pk, record=record, record__owner__isnull=True)
    found = rows.filter(record__state=Record.State.PUBLISHED).first()
    return None if found is None else Link(found, has_expired)


def recipients(record: Record) -> list[User]:
    """The managers of the organisation that keeps the record, else its members, else its author."""
    reached = User.objects.filter(is_active=True).exclude(email="").distinct().order_by("pk")
    if record.owner_id is not None:
        places = Membership.objects.confirmed().filter(organisation=record.owner_id)
        for some in (places.filter(role=Membership.Role.MANAGER), places):
            if people := list(reached.filter(pk__in=some.values("user"))):
                return people
    return list(reached.filter(pk=record.created_by_id or 0))


def ask() -> int:
    """Write to the owners of the records whose day is near, and again on the day; how many were reached."""
    today = timezone.localdate()
    _forget_outdated()
    asked = 0
    while keys := list(_due(today)[:AT_ONCE]):
        asked += sum(_ask_one(key) for key in keys)
    return asked


def _forget_outdated() -> None:
    """Drop the open rounds of a record that has another day, or another owner, than when they opened."""
    waiting = ConfirmationRound.objects.filter(answered_at__isnull=True)
    same_day = Q(due_on=F("record__expires_on"))
    same_owner = Q(organisation=F("record__owner")) | Q(organisation__isnull=True, record__owner__isnull=True)
    waiting.exclude(pk__in=waiting.filter(same_day, same_owner).values("pk")).delete()


def _due(today: datetime.date) -> Any:
    """Keys of the records to write about; record_due_published carries them."""
    soon = today + datetime.timedelta(days=lifespans.NOTICE_DAYS)
    rounds = ConfirmationRound.objects.filter(answered_at__isnull=True)
    early = rounds.filter(mails=1, opened_at__date__lt=F("due_on"))
    once = Q(expires_on__lte=soon) & ~Q(pk__in=rounds.values("record"))
    again = Q(expires_on__lte=today, pk__in=early.values("record"))
    owned = Q(owner__isnull=False) | Q(created_by__isnull=False)
    rows = Record.objects.published().filter(once | again).filter(owned)
    return rows.order_by("expires_on", "pk").values_list("pk", flat=True)


@transaction.atomic
def _ask_one(key: int) -> bool:
    record = Record.objects.select_for_update().get(pk=key)
    asked, _made = ConfirmationRound.objects.get_or_create(
        record=record,
        answered_at__isnull=True,
        defaults={"organisation_id": record.owner_id, "due_on": record.expires_on},
    )
    return _send(asked, record)


def _send(asked: ConfirmationRound, record: Record) -> bool:
    """Write to the owners with a link of today; counted even when there is nobody to write to."""
    people = recipients(record)
    link = mailing.absolute(reverse("catalogue:record-confirm", args=[token(asked)]))
    said = {
        "fiche": record,
        "nature": str(record.get_kind_display()).lower(),
        "organisation": record.owner.name if record.owner else "",
        "echeance": date_format(asked.due_on, "j F Y"),
        "echue": asked.due_on <= timezone.localdate(),
        "verifiee": date_format(record.verified_on, "j F Y") if record.verified_on else "",
        "lien": link,
        "jours": VALID.days,
    }
    for person in people:
        mailing.post("fiche-a-confirmer", person.email, said)
    asked.mails, asked.sent_at = asked.mails + 1, timezone.now()
    asked.save(update_fields=["mails", "sent_at"])
    return bool(people)


@transaction.atomic
def send_again(asked: ConfirmationRound) -> None:
    """Write a new link to those who were asked; never to an address that somebody types."""
    locked = ConfirmationRound.objects.select_for_update().get(pk=asked.pk)
    recent = locked.sent_at is not None and locked.sent_at > timezone.now() - RESEND_AFTER
    if locked.answered_at is not None or recent or locked.mails >= MOST_MAILS:
        return  # the page says the same: it tells nobody whether something was sent
    _send(locked, locked.record)


def closing_words(record: Record) -> str:
    """What « à clore » changes, said before."""
    return str(OVER[record.kind][1]) if _closes(record) else str(WITHDRAWN)


def _closes(record: Record) -> bool:
    """True for a site or an experiment that is not over yet: closing changes its state at once."""
    if record.kind not in OVER:
        return False
    name, value = next(iter(OVER[record.kind][0].items()))
    over = {value, TestSite.SiteState.HISTORIC, Experiment.Status.ABANDONED}
    return getattr(record.proper, name) not in over


@transaction.atomic
def confirm(record: Record, actor: User | None) -> None:
    """Say that the record is true today, and until when; its open round is answered."""
    locked = _locked(record)
    versions.keep_before([locked.pk])
    _renew(locked)
    _close_round(locked, Answer.EXACT)
    _trace(locked, "confirm", actor, "")
    versions.keep([locked.pk], actor, versions.Origin.CONFIRMATION, _("Confirmée exacte"))


@transaction.atomic
def answer(asked: ConfirmationRound, given: str, note: str = "") -> str:
    """Take the answer of an owner to a round that is open; the answer that was taken.

    Raises NotAnswered when somebody answered before.
    """
    record = _locked(asked.record)
    locked = ConfirmationRound.objects.select_for_update().get(pk=asked.pk)
    if locked.answered_at is not None:
        raise NotAnswered(_("Quelqu’un a déjà répondu pour cette fiche."))
    if given == Answer.EXACT:
        confirm(record, None)
        return Answer.EXACT
    if given == Answer.CLOSED and _closes(record):
        _finish(record)
        return Answer.CLOSED
    taken = Answer.WITHDRAW if given == Answer.CLOSED else Answer.AMEND
    _close_round(record, taken, note)
    _trace(record, "withdraw-asked" if taken == Answer.WITHDRAW else "amend", None, note)
    _tell_curators(record, taken, note)
    later("check_quality", records=[record.pk])
    return taken


def _locked(record: Record) -> Record:
    fresh: Record = Record.objects.select_for_update().get(pk=record.pk)
    if not fresh.is_published:
        raise NotAnswered(_("La fiche n’est plus publiée."))
    return fresh


def _renew(record: Record) -> None:
    today = timezone.localdate()
    Record.objects.filter(pk=record.pk).update(
        verified_on=today, expires_on=lifespans.until(record.pk, today)
    )


def _close_round(record: Record, given: str, note: str = "") -> None:
    ConfirmationRound.objects.filter(record=record, answered_at__isnull=True).update(
        answer=given, note=note, answered_at=timezone.now()
    )


def _finish(record: Record) -> None:
    """Write that a site is closed or an experiment over, with its line of history."""
    own, values = record.proper, OVER[record.kind][0]
    before = read(own, list(values))
    versions.keep_before([record.pk])
    write(own, values)
    _renew(record)
    Revision.objects.create(
        record_id=record.pk,
        state=Revision.RevisionState.ACCEPTED,
        changes={name: [before[name], str(value)] for name, value in values.items()},
        base_updated_at=record.updated_at,
        decided_at=timezone.now(),
    )
    _close_round(record, Answer.CLOSED)
    _trace(record, "close", None, "")
    versions.keep([record.pk], None, versions.Origin.CONFIRMATION, _("Close par son porteur"))


def _trace(record: Record, action: str, actor: User | None, reason: str) -> None:
    """A line of the history that changes no state."""
    Transition.objects.create(
        record=record,
        from_state=record.state,
        to_state=record.state,
        action=action,
        actor=actor,
        reason=reason,
    )


def _tell_curators(record: Record, taken: str, note: str) -> None:
    for person in notices.curators(record):
        mailing.post(
            "fiche-reponse-porteur",
            person.email,
            {
                "fiche": record,
                "retrait": taken == Answer.WITHDRAW,
                "note": note.strip(),
                "lien": mailing.absolute(reverse("catalogue:workshop-record", args=[record.slug])),
            },
        )
