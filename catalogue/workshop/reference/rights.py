"""Who may do what with the reference lists: every curator reads them, those without limits change them."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from catalogue.models import Record
from catalogue.records import permissions
from catalogue.records.permissions import Account


def may_change(user: Account) -> bool:
    """Return True for an administrator, and for a curator without limits: a list is everybody's."""
    if permissions.is_administrator(user):
        return True
    curatorship = permissions.get_curatorship(user) if user.is_active else None
    return curatorship is not None and not curatorship.regions.all() and not curatorship.themes.all()


def require_change(user: Account) -> None:
    """Raise Http404 unless the account may change the lists."""
    if not may_change(user):
        raise Http404


def visible_records(user: Account) -> Q:
    """Return the condition of the records whose title the curator may read: published, or in their field."""
    drafts = Q(state__in=permissions.UNSEEN)
    return Q(state=Record.State.PUBLISHED) | (permissions.in_field(user) & ~drafts)
