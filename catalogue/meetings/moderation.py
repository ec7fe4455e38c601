"""What curators do with an exchange that was reported to them."""

from __future__ import annotations

from django.db import transaction

from catalogue.models import ContactRequest

State = ContactRequest.RequestState


class AlreadyDecided(Exception):
    """Somebody decided before."""


@transaction.atomic
def decide(request: ContactRequest, *, is_abuse: bool) -> ContactRequest:
    """Close a reported exchange, or give it back to its two sides when nothing in it was an abuse."""
    current = ContactRequest.objects.select_for_update().get(pk=request.pk)
    if current.state != State.REPORTED:
        raise AlreadyDecided
    if is_abuse:
        current.state = State.CLOSED
    else:
        answered = current.messages.exclude(author=current.sender_id).exists()
        current.state = State.ANSWERED if answered else State.SENT
    current.save(update_fields=["state"])
    return current
