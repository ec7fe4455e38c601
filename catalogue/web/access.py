"""Who may call a view, declared on the view: a test walks every URL and fails where nothing is declared.

``public`` lets everybody; ``account`` asks for a login, ``curator`` and ``administrator`` for
more. What an account may do with an object is then asked from ``permissions``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.records.permissions import (
    is_appointed_administrator,
    is_appointed_curator,
    lacks_second_factor,
    require,
)
from catalogue.web import form_recovery

View = Callable[..., HttpResponseBase]
V = TypeVar("V", bound=View)


def public(view: V) -> V:
    """Anybody may call the view."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def _guarded(view: V, access: str, allowed: Callable[[Any], bool]) -> V:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request)
        if not allowed(request.user):
            raise Http404
        if access != "account" and lacks_second_factor(request.user):
            return redirect_to_second_factor(request)
        response = view(request, *arguments, **named)
        response.setdefault("Cache-Control", "private, no-store")
        return response

    guarded.access = access  # type: ignore[attr-defined]
    return cast(V, guarded)


def account(view: V) -> V:
    """Only somebody logged in may call the view; others are asked to, then come back."""
    return _guarded(view, "account", lambda user: True)


def curator(view: V) -> V:
    """Only a curator or an administrator; to anybody else the page does not exist."""
    return _guarded(view, "curator", is_appointed_curator)


def administrator(view: V) -> V:
    """Only an administrator; to anybody else the page does not exist."""
    return _guarded(view, "administrator", is_appointed_administrator)


def redirect_to_second_factor(request: HttpRequest) -> HttpResponse:
    """Return the page that sets up the second factor, which says why it came."""
    messages.info(request, _("Votre rôle demande la double authentification : activez-la pour continuer."))
    return redirect("mfa_activate_totp")


def login_url(path: str) -> str:
    """Return the login page, which then comes back to ``path``."""
    return f"{reverse('account_login')}?{urlencode({'next': path})}"


def redirect_to_login(request: HttpRequest) -> HttpResponse:
    """Return the login page, which comes back to this one; what was typed is stored meanwhile."""
    if request.method == "POST":
        form_recovery.store_form(request)
    return redirect(login_url(request.get_full_path()))


def get_record_or_404(
    request: HttpRequest, slug: str, action: str, rows: QuerySet[Record] | None = None
) -> Record:
    """Return the record when the user may take the action on it; raise Http404 otherwise."""
    if rows is None:
        rows = Record.objects.defer("geometry", "description")
    record: Record = get_object_or_404(rows, slug=slug)
    require(request.user, action, record)
    return record
