"""Sign-in of agents with an OpenID provider, shaped for ProConnect: off until the environment names one.

mozilla-django-oidc exchanges the code and finds the keys; what it leaves to its callers is checked here:
issuer, audience, expiry and subject. An account is found by (issuer, sub), never by an address alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import (
    add_state_and_verifier_and_nonce_to_session,
    generate_code_challenge,
    import_from_settings,
)

from catalogue.mailing import absolute_url

DISCOVERY_KEPT_S = 3600
TIMEOUT_S = 5
STATE_LIVES_S = 900
"""A sign-in begun more than a quarter of an hour ago is not finished."""
LEEWAY_S = 30
ID_TOKEN = "oidc_id_token"  # noqa: S105 - the name of a slot of the session
STATES = "oidc_states"


class ProviderRefused(Exception):
    """The provider's answer is not one that can be believed; the message is for the log."""


@dataclass(frozen=True)
class Provider:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""


def is_configured() -> bool:
    """True when the environment names a provider and who we are for it."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_RP_CLIENT_ID and settings.OIDC_RP_CLIENT_SECRET)


def discover_provider() -> Provider:
    """The provider: as the environment says, and for the rest as it says of itself."""
    given = {name: value for name, value in settings.OIDC_ENDPOINTS.items() if value}
    if {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"} <= given.keys():
        return Provider(settings.OIDC_ISSUER, **given)
    key = f"oidc-discovery:{settings.OIDC_ISSUER}"
    found: dict[str, str] | None = cache.get(key)
    if found is None:
        found = _discover()
        cache.set(key, found, DISCOVERY_KEPT_S)
    return Provider(settings.OIDC_ISSUER, **{**found, **given})


def _discover() -> dict[str, str]:
    address = settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration"
    try:
        answer = requests.get(address, timeout=TIMEOUT_S)
        answer.raise_for_status()
        described: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderRefused(f"discovery: {type(error).__name__}") from error
    if described.get("issuer") != settings.OIDC_ISSUER:
        raise ProviderRefused("discovery: another issuer answers")
    names = Provider.__dataclass_fields__.keys() - {"issuer"}
    return {name: str(described[name]) for name in names if described.get(name)}


def start_sign_in(request: HttpRequest) -> str:
    """The address at the provider where the sign-in begins; its state is kept in the session."""
    state, nonce, verifier = get_random_string(40), get_random_string(40), get_random_string(64)
    parameters = {
        "response_type": "code",
        "scope": settings.OIDC_RP_SCOPES,
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "redirect_uri": _return_address(),
        "state": state,
        "nonce": nonce,
        "code_challenge": generate_code_challenge(verifier, "S256"),
        "code_challenge_method": "S256",
    }
    if settings.OIDC_ACR_VALUES:
        parameters["acr_values"] = settings.OIDC_ACR_VALUES
    add_state_and_verifier_and_nonce_to_session(request, state, parameters, verifier)
    return f"{discover_provider().authorization_endpoint}?{urlencode(parameters)}"


def _return_address() -> str:
    return absolute_url(reverse("catalogue:oidc-return"))


def finish_sign_in(request: HttpRequest) -> dict[str, Any]:
    """What the provider says of who comes back from it; raises ProviderRefused when it cannot be believed."""
    states: dict[str, dict[str, Any]] = request.session.get(STATES, {})
    begun = states.pop(request.GET.get("state", ""), None)
    request.session[STATES] = states
    if begun is None or begun["added_on"] < time.time() - STATE_LIVES_S:
        raise ProviderRefused("unknown, used or old state")
    code = request.GET.get("code", "")
    if not code:
        raise ProviderRefused("no code")
    try:
        return Backend().claims(request, code, begun["nonce"], begun["code_verifier"])
    except (jwt.PyJWTError, requests.RequestException, SuspiciousOperation, KeyError, ValueError) as error:
        raise ProviderRefused(type(error).__name__) from error


def logout_url(request: HttpRequest) -> str:
    """Where the session at the provider is closed, for a session that came from it; else nothing."""
    token = request.session.get(ID_TOKEN)
    if not token or not is_configured():
        return ""
    try:
        endpoint = discover_provider().end_session_endpoint
    except ProviderRefused:
        return ""
    parameters = {
        "id_token_hint": token,
        "post_logout_redirect_uri": absolute_url("/"),
        "state": get_random_string(40),
    }
    return f"{endpoint}?{urlencode(parameters)}" if endpoint else ""


class Backend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """The library's exchange with the provider, made strict."""

    def __init__(self) -> None:
        self.provider = discover_provider()
        super().__init__()

    def get_settings(self, attr: str, *default: Any) -> Any:
        """A setting of the library; the endpoints are those of the provider."""
        endpoints = {
            "OIDC_OP_TOKEN_ENDPOINT": self.provider.token_endpoint,
            "OIDC_OP_USER_ENDPOINT": self.provider.userinfo_endpoint,
            "OIDC_OP_JWKS_ENDPOINT": self.provider.jwks_uri,
            "OIDC_TIMEOUT": TIMEOUT_S,
        }
        return endpoints.get(attr) or import_from_settings(attr, *default)

    def claims(self, request: HttpRequest, code: str, nonce: str, verifier: str) -> dict[str, Any]:
        """What the identity token and the user information say, once both are checked."""
        tokens = self.get_token(
            {
                "client_id": self.OIDC_RP_CLIENT_ID,
                "client_secret": self.OIDC_RP_CLIENT_SECRET,
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": _return_address(),
                "code_verifier": verifier,
            }
        )
        identity = self.verify_token(tokens["id_token"], nonce=nonce)
        known = self.get_userinfo(tokens["access_token"], tokens["id_token"], identity)
        if known.get("sub") != identity["sub"]:
            raise SuspiciousOperation("the user information is about somebody else")
        request.session[ID_TOKEN] = tokens["id_token"]
        return {**known, "iss": identity["iss"], "sub": identity["sub"]}

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The user information: signed as ProConnect does, or plain JSON."""
        answer = requests.get(
            self.OIDC_OP_USER_ENDPOINT,
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        if answer.headers.get("content-type", "").lower().startswith("application/jwt"):
            key = self.retrieve_matching_jwk(answer.text)
            return self.get_payload_data(answer.text, key, ("iss", "aud", "sub"))
        claims = answer.json()
        if not isinstance(claims, dict):
            raise SuspiciousOperation("the user information is not an object")
        return claims

    def get_payload_data(
        self, token: str, key: Any, required: tuple[str, ...] = ("exp", "iat", "iss", "aud", "sub")
    ) -> dict[str, Any]:
        """The content of a token that the provider signed, for us, not long ago."""
        payload: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=self.provider.issuer,
            leeway=LEEWAY_S,
            options={"require": list(required)},
        )
        if payload.get("azp", self.OIDC_RP_CLIENT_ID) != self.OIDC_RP_CLIENT_ID:
            raise SuspiciousOperation("the token was made for another site")
        return payload
