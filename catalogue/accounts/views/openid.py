"""Going to the OpenID provider and coming back from it."""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.utils import get_next_redirect_url, perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from catalogue.accounts import identities, oidc
from catalogue.accounts.identities import Arrival, Outcome
from catalogue.web.access import public

logger = logging.getLogger(__name__)
NEXT = "oidc_next"
LINKING = "oidc_linking"


@public
@require_GET
@never_cache
def oidc_start(request: HttpRequest) -> HttpResponse:
    """Leave for the provider; somebody already logged in goes there to link what it says to the account."""
    if not oidc.is_configured():
        raise Http404
    if request.user.is_authenticated:
        # A session left open is not enough to give somebody else a way in.
        raise_if_reauthentication_required(request, app="allauth.account")
    try:
        address = oidc.start_sign_in(request)
    except oidc.ProviderRefused as refusal:
        return _failed(request, refusal)
    request.session[NEXT] = get_next_redirect_url(request) or ""
    request.session[LINKING] = request.user.pk if request.user.is_authenticated else None
    return redirect(address)


@public
@require_GET
@never_cache
def oidc_return(request: HttpRequest) -> HttpResponse:
    """Come back from the provider."""
    if not oidc.is_configured():
        raise Http404
    try:
        claims = oidc.finish_sign_in(request)
    except oidc.ProviderRefused as refusal:
        return _failed(request, refusal)
    linking = request.session.pop(LINKING, None)
    present = request.user if request.user.is_authenticated else None
    if linking != (present.pk if present else None):
        return _failed(request, oidc.ProviderRefused("another account than the one that left"))
    return _welcome(request, identities.sign_in_with_identity(claims, present), claims)


def _failed(request: HttpRequest, refusal: oidc.ProviderRefused) -> HttpResponse:
    logger.warning("openid sign-in refused: %s", refusal)
    messages.error(
        request,
        _("La connexion avec %(name)s n’a pas abouti. Recommencez, ou connectez-vous par mot de passe.")
        % {"name": settings.OIDC_NAME},
    )
    return redirect("catalogue:account-settings" if request.user.is_authenticated else "account_login")


def _welcome(request: HttpRequest, arrival: Arrival, claims: dict[str, Any]) -> HttpResponse:
    name = {"name": settings.OIDC_NAME}
    if request.user.is_authenticated:
        if arrival.outcome == Outcome.ELSEWHERE:
            messages.error(request, _("Cette identité %(name)s est déjà associée à un autre compte.") % name)
        else:
            messages.success(request, _("Votre compte est associé à %(name)s.") % name)
        return redirect("catalogue:account-settings")
    if arrival.outcome == Outcome.NO_ADDRESS:
        return _failed(request, oidc.ProviderRefused("no address"))
    if arrival.user is None:
        # The same answer as a sign-up: what concerns the account is sent to its address.
        request.session.pop(oidc.ID_TOKEN, None)
        return cast(HttpResponse, prevent_enumeration(request, email=arrival.email))
    is_new = arrival.outcome in {Outcome.CREATED, Outcome.LINKED}
    target = (_toward_organisation(arrival.user, claims) if is_new else "") or request.session.pop(NEXT, "")
    answer = perform_login(
        request,
        arrival.user,
        redirect_url=target or None,
        email=arrival.email or None,
        signup=arrival.outcome == Outcome.CREATED,
    )
    return cast(HttpResponse, answer)


def _toward_organisation(user: User, claims: dict[str, Any]) -> str:
    """Where to go for the organisation that the provider names: its page, or that which describes it."""
    siret = identities.siret_of(claims)
    if not siret:
        return ""
    organisation = identities.ask_to_join(user, siret)
    if organisation is not None:
        return reverse("catalogue:organisation-detail", args=[organisation.slug])
    return f"{reverse('catalogue:organisation-join')}?{urlencode({'siret': siret})}"
