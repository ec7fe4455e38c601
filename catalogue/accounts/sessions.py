"""The open sessions of an account: counted, closed from another; Django’s own table is all that is stored."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone


def open_sessions(user: User) -> Iterator[Session]:
    """Yield the sessions in which the account is logged in. Only accounts have one: the table is short."""
    wanted = str(user.pk)
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == wanted:
            yield session


def close_sessions(user: User, but: str | None = None) -> int:
    """Close the sessions of the account, except that of key ``but``, and return how many."""
    keys = [session.session_key for session in open_sessions(user) if session.session_key != but]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)
