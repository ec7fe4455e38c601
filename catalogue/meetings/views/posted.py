"""What a form of a meeting received: just now, or before a session ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from catalogue.web import form_recovery as kept

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def posted(request: HttpRequest) -> QueryDict | None:
    """The fields posted, or those kept when the session had ended, which is said; None for neither."""
    data = kept.posted(request)
    if data is not None and request.method != "POST":
        messages.info(
            request,
            _(
                "Votre session s’était terminée : voici ce que vous aviez écrit. Rien n’est encore envoyé ; "
                "les documents sont à joindre de nouveau."
            )
            if "motivation" in data
            else _(
                "Votre session s’était terminée : voici ce que vous aviez écrit. Rien n’est encore envoyé."
            ),
        )
    return data


def me(request: HttpRequest) -> User:
    """The account of a request that ``access.account`` let through."""
    return cast("User", request.user)


def value(data: QueryDict | None, name: str) -> str:
    """One field of what was posted; empty when it is not there."""
    return str(data.get(name, "")) if data is not None else ""
