"""What a form of a meeting received, now or before a session ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from catalogue.web import form_recovery

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def submitted_data(request: HttpRequest, *, has_files: bool = False) -> QueryDict | None:
    """Return the fields posted, or those stored when the session had ended."""
    notice = _("Votre session s’était terminée : voici ce que vous aviez écrit. Rien n’est encore envoyé.")
    if has_files:
        notice = _(
            "Votre session s’était terminée : voici ce que vous aviez écrit. Rien n’est encore envoyé ; "
            "les documents sont à joindre de nouveau."
        )
    return form_recovery.submitted_data(request, notice)


def current_user(request: HttpRequest) -> User:
    """Return the account of a request that ``access.account`` let through."""
    return cast("User", request.user)


def field_value(data: QueryDict | None, name: str) -> str:
    """Return one field of what was posted; empty when it is not there."""
    return str(data.get(name, "")) if data is not None else ""
