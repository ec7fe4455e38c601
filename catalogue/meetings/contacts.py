"""Messages relayed to an organisation without revealing an address, and what follows in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.meetings import limits, mails, people
from catalogue.meetings.refusal import MeetingRefused
from catalogue.meetings.sending import insert, send_once, write_once
from catalogue.models import ContactRequest, Message, Organisation, Record
from catalogue.records import audience

if TYPE_CHECKING:
    from uuid import UUID

State = ContactRequest.RequestState
OPEN = (State.SENT, State.ANSWERED)


def has_readers(organisation: Organisation) -> bool:
    """Return True when somebody of the organisation will read what is sent to it."""
    return bool(people.list_members(organisation))


def send(
    sender: User,
    organisation: Organisation,
    record: Record | None,
    *,
    subject: str,
    message: str,
    creation_key: UUID,
) -> ContactRequest:
    """Store and relay a message; return the same one when the same form comes twice."""
    request = ContactRequest(
        sender=sender,
        organisation=organisation,
        record=record,
        subject=" ".join(subject.split()),
        message=message,
        creation_key=creation_key,
    )
    existing = ContactRequest.objects.filter(creation_key=creation_key, sender=sender)
    return send_once(existing, sender, limits.check_contacts, lambda: _send(request))


def _send(request: ContactRequest) -> ContactRequest:
    insert(request)
    if request.record is not None:
        audience.count_contact(request.record)
    readers = people.list_members(request.organisation)
    if readers:
        mails.mail_about_contact("contact-recu", request, to=readers)
    else:
        curators = people.list_curators(request.record)
        mails.mail_about_contact("contact-sans-membre", request, to=curators)
    mails.mail_about_contact("contact-envoye", request, to=[request.sender], has_readers=bool(readers))
    return request


def write(request: ContactRequest, author: User, text: str, creation_key: UUID) -> Message:
    """Write in the thread and notify the other side; return the same message when the form comes twice."""

    def write_message() -> Message:
        current = _lock(request)
        if current.state not in OPEN:
            raise MeetingRefused(
                _("Cet échange ne reçoit plus de message : il est %(state)s.")
                % {"state": current.get_state_display()}
            )
        message = insert(Message(contact=current, author=author, text=text, creation_key=creation_key))
        if author.pk != current.sender_id and current.state == State.SENT:
            current.state = State.ANSWERED
            current.save(update_fields=["state"])
        recipients = _list_other_side(current, author)
        mails.mail_about_contact("contact-message", current, to=recipients, message=message)
        return message

    return write_once(author, creation_key, write_message, contact=request)


def close(request: ContactRequest) -> ContactRequest:
    """Close an exchange: it stays readable and receives nothing more."""
    with transaction.atomic():
        current = _lock(request)
        if current.state not in OPEN:
            already = _("Cet échange est déjà %(state)s.")
            raise MeetingRefused(already % {"state": current.get_state_display()})
        current.state = State.CLOSED
        current.save(update_fields=["state"])
    return current


def report(request: ContactRequest, reason: str) -> ContactRequest:
    """Report an exchange to the curators as an abuse; nothing more can be written in it."""
    with transaction.atomic():
        current = _lock(request)
        if current.state == State.REPORTED:
            raise MeetingRefused(_("Cet échange est déjà signalé aux curateurs."))
        if not reason.strip():
            raise MeetingRefused(_("Dites ce qui ne va pas : les curateurs en ont besoin."))
        current.state = State.REPORTED
        current.report_reason = reason.strip()
        current.save(update_fields=["state", "report_reason"])
        mails.mail_about_contact("contact-signale", current, to=people.list_curators())
    return current


def _list_other_side(request: ContactRequest, author: User) -> list[User]:
    if author.pk != request.sender_id:
        return [request.sender] if request.sender.is_active and request.sender.email else []
    return people.list_members(request.organisation) or people.list_curators(request.record)


def _lock(request: ContactRequest) -> ContactRequest:
    related = ("sender", "organisation", "record")
    return ContactRequest.objects.select_for_update(of=("self",)).select_related(*related).get(pk=request.pk)
