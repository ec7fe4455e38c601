"""Messages relayed to an organisation without revealing an address, and what follows in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalogue.meetings import limits, mails, people
from catalogue.meetings.refusal import Refused
from catalogue.models import ContactRequest, Message, Organisation, Record
from catalogue.records import audience

if TYPE_CHECKING:
    from uuid import UUID

State = ContactRequest.RequestState
OPEN = (State.SENT, State.ANSWERED)


def has_readers(organisation: Organisation) -> bool:
    """True when somebody of the organisation will read what is sent to it."""
    return bool(people.members(organisation))


def send(
    sender: User,
    organisation: Organisation,
    record: Record | None,
    *,
    subject: str,
    message: str,
    key: UUID,
) -> ContactRequest:
    """The message, kept and relayed; the same one when the same form comes twice."""
    with transaction.atomic():
        limits.one_at_a_time(sender)
        twin = ContactRequest.objects.filter(creation_key=key, sender=sender).first()
        if twin is not None:
            return twin
        limits.check_contacts(sender)
        try:
            with transaction.atomic():
                sent = ContactRequest.objects.create(
                    sender=sender,
                    organisation=organisation,
                    record=record,
                    subject=" ".join(subject.split()),
                    message=message,
                    creation_key=key,
                )
        except IntegrityError as error:
            raise Refused(_("Ce formulaire a déjà servi : rechargez la page.")) from error
        if record is not None:
            audience.contacted(record)
        readers = people.members(organisation)
        if readers:
            mails.about_contact("contact-recu", sent, to=readers)
        else:
            mails.about_contact("contact-sans-membre", sent, to=people.curators(record))
        mails.about_contact("contact-envoye", sent, to=[sender], has_readers=bool(readers))
    return sent


def write(request: ContactRequest, author: User, text: str, key: UUID) -> Message:
    """An answer in the thread, told to the other side; the same one when the same form comes twice."""
    with transaction.atomic():
        limits.one_at_a_time(author)
        twin = Message.objects.filter(creation_key=key, author=author, contact=request).first()
        if twin is not None:
            return twin
        limits.check_messages(author)
        current = _locked(request)
        if current.state not in OPEN:
            raise Refused(
                _("Cet échange ne reçoit plus de message : il est %(state)s.")
                % {"state": current.get_state_display()}
            )
        try:
            with transaction.atomic():
                written = Message.objects.create(contact=current, author=author, text=text, creation_key=key)
        except IntegrityError as error:
            raise Refused(_("Ce formulaire a déjà servi : rechargez la page.")) from error
        if author.pk != current.sender_id and current.state == State.SENT:
            current.state = State.ANSWERED
            current.save(update_fields=["state"])
        mails.about_contact("contact-message", current, to=_others(current, author), message=written)
    return written


def close(request: ContactRequest) -> ContactRequest:
    """The exchange, closed: it stays readable and receives nothing more."""
    with transaction.atomic():
        current = _locked(request)
        if current.state not in OPEN:
            raise Refused(_("Cet échange est déjà %(state)s.") % {"state": current.get_state_display()})
        current.state = State.CLOSED
        current.save(update_fields=["state"])
    return current


def report(request: ContactRequest, reason: str) -> ContactRequest:
    """The exchange, shown to the curators as an abuse; nothing more can be written in it."""
    with transaction.atomic():
        current = _locked(request)
        if current.state == State.REPORTED:
            raise Refused(_("Cet échange est déjà signalé aux curateurs."))
        if not reason.strip():
            raise Refused(_("Dites ce qui ne va pas : les curateurs en ont besoin."))
        current.state = State.REPORTED
        current.report_reason = reason.strip()
        current.save(update_fields=["state", "report_reason"])
        mails.about_contact("contact-signale", current, to=people.curators())
    return current


def _others(request: ContactRequest, author: User) -> list[User]:
    """The other side of the one who writes."""
    if author.pk != request.sender_id:
        return [request.sender] if request.sender.is_active and request.sender.email else []
    return people.members(request.organisation) or people.curators(request.record)


def _locked(request: ContactRequest) -> ContactRequest:
    related = ("sender", "organisation", "record")
    return ContactRequest.objects.select_for_update(of=("self",)).select_related(*related).get(pk=request.pk)
