"""What an account is called before others: a name it gave itself, never its address."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _


def name_of(user: User | None) -> str:
    """First name and name, or words that say that none was given."""
    if user is None or not user.is_active:
        return _("compte effacé")
    return user.get_full_name() or _("membre sans nom affiché")
