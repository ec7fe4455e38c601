"""Who handles a record: taken by a curator, given to another, put back; under the lock of the record.

Each page says who handled the record when it was shown: when somebody else does by now, nothing is
written and ``Held`` tells who.
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
from catalogue.records import notifications as notices
from catalogue.records import permissions

NoteKind = CaseNote.NoteKind


class NotPossible(Exception):
    """The record cannot be given; the message says why, in French."""


class Held(NotPossible):
    """Somebody else handles the record by now; the message says who, and since when."""


def curators() -> list[User]:
    """Everybody to whom a record can be given, by name."""
    people = User.objects.filter(is_active=True).exclude(email="")
    found = people.filter(curatorship__isnull=False) | people.filter(is_superuser=True)
    if settings.REQUIRE_TOTP:
        found = found.filter(authenticator__isnull=False)
    return sorted(found.distinct(), key=lambda one: (name_of(one).casefold(), one.pk))


@transaction.atomic
def take(record: Record, user: User, seen: int | None) -> None:
    """Give the record to the one who asks for it."""
    case = _locked(record, user, seen)
    if case.handler_id != user.pk:
        _hand(case, user, user, NoteKind.TAKEN)


def take_if_free(record: Record, user: User) -> None:
    """The same for a record that nobody handles; nothing when somebody does."""
    try:
        take(record, user, None)
    except Held:
        return


@transaction.atomic
def give(record: Record, to: User, by: User, seen: int | None, word: str = "") -> None:
    """Give the record to a curator of its field, who is told by e-mail."""
    if to.pk == by.pk:
        take(record, by, seen)
        return
    if hand_over(record, to, by, seen, word):
        notices.records_handed([record], to, name_of(by), word)


@transaction.atomic
def hand_over(record: Record, to: User, by: User, seen: int | None, word: str = "") -> bool:
    """The same without the e-mail, for several records at once; False when they had it already."""
    if not permissions.may(to, "handle", record):
        raise NotPossible(_("La fiche n’est pas dans le champ de %(who)s.") % {"who": name_of(to)})
    case = _locked(record, by, seen)
    if case.handler_id == to.pk:
        return False
    _hand(case, to, by, NoteKind.GIVEN, word)
    return True


@transaction.atomic
def release(record: Record, user: User, seen: int | None) -> None:
    """Put the record back where everybody finds it."""
    case = _locked(record, user, seen)
    if case.handler_id is not None:
        _hand(case, None, user, NoteKind.RELEASED)


def release_abandoned() -> int:
    """Put back what is handled by those who are curators no more; how many records."""
    still = Q(handler__is_active=True) & (
        Q(handler__curatorship__isnull=False) | Q(handler__is_superuser=True)
    )
    left = CaseFile.objects.filter(handler__isnull=False, state__in=WAITING).exclude(still)
    with transaction.atomic():
        records = Record.objects.filter(pk__in=left.values("pk")).order_by("pk")
        list(records.select_for_update().values_list("pk", flat=True))
        cases = list(left)
        for case in cases:
            _hand(case, None, None, NoteKind.RELEASED)
    return len(cases)


def _locked(record: Record, user: User, seen: int | None) -> CaseFile:
    """The case file under the lock of its record; raises when it is not what the page showed."""
    current = Record.objects.select_for_update().only("pk", "state").get(pk=record.pk)
    if not permissions.GRANTS["handle"].get(current.state):
        raise NotPossible(
            _("Une fiche %(state)s ne se confie à personne.") % {"state": current.get_state_display()}
        )
    made = {"state": current.state, "since": timezone.now()}
    case, _made = CaseFile.objects.select_related("handler").get_or_create(
        record_id=current.pk, defaults=made
    )
    if case.handler_id is not None and case.handler_id not in (seen, user.pk):
        raise Held(held_words(case))
    return case


def held_words(case: CaseFile) -> str:
    """Who handles a record, and since when."""
    return _("%(who)s s’en charge depuis le %(day)s.") % {
        "who": name_of(case.handler),
        "day": date_format(timezone.localtime(case.handed_at or case.since), "j F Y"),
    }


def _hand(case: CaseFile, to: User | None, by: User | None, kind: str, word: str = "") -> None:
    case.handler, case.handed_by, case.handed_at = to, by, timezone.now()
    case.save(update_fields=["handler", "handed_by", "handed_at"])
    CaseNote.objects.create(record_id=case.pk, kind=kind, author=by, recipient=to, text=word)


def handler_words(record: Record, reader: User) -> str:
    """« vous », a name, or nothing."""
    case = getattr(record, "case", None)
    if case is None or case.handler_id is None:
        return ""
    return _("vous") if case.handler_id == reader.pk else name_of(case.handler)
