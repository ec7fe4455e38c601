"""Who handles a record: taken by a curator, given to another, put back; under the lock of the record.

Each page sends who handled the record when it was shown: when somebody else does by now, nothing is
written and ``HandledByAnother`` names them.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalogue.accounts.names import name_of
from catalogue.models import CaseFile, CaseNote, Record
from catalogue.models.workshop import WAITING
from catalogue.records import notifications, permissions

NoteKind = CaseNote.NoteKind


class AssignmentRefused(Exception):
    """The record cannot be given; the message explains why, in French."""


class HandledByAnother(AssignmentRefused):
    """Somebody else handles the record by now; the message names them, and since when."""


def list_curators() -> list[User]:
    """Return everybody to whom a record can be given, by name."""
    users = User.objects.filter(is_active=True).exclude(email="")
    curators = users.filter(curatorship__isnull=False) | users.filter(is_superuser=True)
    if settings.REQUIRE_TOTP:
        curators = curators.filter(authenticator__isnull=False)
    return sorted(curators.distinct(), key=lambda user: (name_of(user).casefold(), user.pk))


@transaction.atomic
def take_record(record: Record, user: User, seen: int | None) -> None:
    """Make the user the handler; ``seen`` is the handler that the page showed."""
    case = _lock_case(record, user, seen)
    if case.handler_id != user.pk:
        _set_handler(case, user, user, NoteKind.TAKEN)


def take_unhandled_record(record: Record, user: User) -> None:
    """Make the user the handler unless somebody is already."""
    try:
        take_record(record, user, None)
    except HandledByAnother:
        return


@transaction.atomic
def give_record(record: Record, to: User, by: User, seen: int | None, message: str = "") -> None:
    """Give the record to a curator of its field and notify them by e-mail."""
    if to.pk == by.pk:
        take_record(record, by, seen)
    elif hand_over_record(record, to, by, seen, message):
        notifications.notify_assignment([record], to, name_of(by), message)


@transaction.atomic
def hand_over_record(record: Record, to: User, by: User, seen: int | None, message: str = "") -> bool:
    """Give the record without an e-mail; False when they handled it already."""
    if not permissions.may(to, "handle", record):
        raise AssignmentRefused(_("La fiche n’est pas dans le champ de %(who)s.") % {"who": name_of(to)})
    case = _lock_case(record, by, seen)
    if case.handler_id == to.pk:
        return False
    _set_handler(case, to, by, NoteKind.GIVEN, message)
    return True


@transaction.atomic
def release_record(record: Record, user: User, seen: int | None) -> None:
    """Put the record back among those that nobody handles."""
    case = _lock_case(record, user, seen)
    if case.handler_id is not None:
        _set_handler(case, None, user, NoteKind.RELEASED)


def release_abandoned_records() -> int:
    """Release the records of those who are curators no more; return how many."""
    is_curator = Q(handler__curatorship__isnull=False) | Q(handler__is_superuser=True)
    handled = CaseFile.objects.filter(handler__isnull=False, state__in=WAITING)
    abandoned = handled.exclude(Q(handler__is_active=True) & is_curator)
    with transaction.atomic():
        records = Record.objects.filter(pk__in=abandoned.values("pk")).order_by("pk")
        list(records.select_for_update().values_list("pk", flat=True))
        cases = list(abandoned)
        for case in cases:
            _set_handler(case, None, None, NoteKind.RELEASED)
    return len(cases)


def _lock_case(record: Record, user: User, seen: int | None) -> CaseFile:
    """Return the case file under the lock of its record; raise when it is not what the page showed."""
    current = Record.objects.select_for_update().only("pk", "state").get(pk=record.pk)
    if not permissions.GRANTS["handle"].get(current.state):
        raise AssignmentRefused(
            _("Une fiche %(state)s ne se confie à personne.") % {"state": current.get_state_display()}
        )
    defaults = {"state": current.state, "since": timezone.now()}
    cases = CaseFile.objects.select_related("handler")
    case, _created = cases.get_or_create(record_id=current.pk, defaults=defaults)
    if case.handler_id is not None and case.handler_id not in (seen, user.pk):
        raise HandledByAnother(describe_handler(case))
    return case


def describe_handler(case: CaseFile) -> str:
    return _("%(who)s s’en charge depuis le %(day)s.") % {
        "who": name_of(case.handler),
        "day": date_format(timezone.localtime(case.handed_at or case.since), "j F Y"),
    }


def _set_handler(case: CaseFile, to: User | None, by: User | None, kind: str, message: str = "") -> None:
    case.handler, case.handed_by, case.handed_at = to, by, timezone.now()
    case.save(update_fields=["handler", "handed_by", "handed_at"])
    CaseNote.objects.create(record_id=case.pk, kind=kind, author=by, recipient=to, text=message)


def get_handler_name(record: Record, reader: User) -> str:
    """Return « vous », a name, or nothing."""
    case = getattr(record, "case", None)
    if case is None or case.handler_id is None:
        return ""
    return _("vous") if case.handler_id == reader.pk else name_of(case.handler)
