"""How django-allauth behaves on this site: its words are ours, its e-mails go through our queue.

The links of its e-mails start with ``SITE_URL``, never with the ``Host`` of the request that asked for them.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.accounts import oidc, sealing
from catalogue.mailing import absolute_url, queue_text

if TYPE_CHECKING:
    from allauth.account.models import EmailConfirmation


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends through the queue, counts failures by account alone, names accounts after nobody."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("Ce compte est désactivé."),
        "duplicate_email": gettext_lazy("Cette adresse est déjà celle de votre compte."),
        "email_password_mismatch": gettext_lazy("L’adresse électronique ou le mot de passe est inexact."),
        "enter_current_password": gettext_lazy("Ce n’est pas votre mot de passe actuel."),
        "incorrect_code": gettext_lazy("Ce code n’est pas le bon, ou il a déjà servi."),
        "incorrect_password": gettext_lazy("Ce n’est pas votre mot de passe."),
        "invalid_or_expired_key": gettext_lazy("Ce lien n’est plus valable."),
        "invalid_password_reset": gettext_lazy("Ce lien n’est plus valable."),
        "rate_limited": gettext_lazy("Trop d’essais. Réessayez dans un quart d’heure."),
        "too_many_login_attempts": gettext_lazy("Trop d’essais manqués. Réessayez dans un quart d’heure."),
        "same_as_current": gettext_lazy("La nouvelle valeur est celle d’avant."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the e-mail that allauth renders."""
        known = {"email": email, "site": settings.SITE_NAME, "site_url": settings.SITE_URL}
        links = {
            "signup_url": absolute_url(reverse("account_signup")),
            "reset_url": absolute_url(reverse("account_reset_password")),
        }
        message = self.render_mail(template_prefix, email, {**known, **context, **links})
        queue_text(template_prefix.rsplit("/", 1)[-1], email, message.subject, message.body)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """The link that confirms an address."""
        return absolute_url(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link that lets one choose a new password; ``key`` is « uid-token »."""
        uid, _dash, token = key.partition("-")
        return absolute_url(reverse("account_reset_password_from_key", args=[uid, token]))

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Name the account without saying anything of its owner."""
        user.username = f"compte-{uuid.uuid4().hex[:20]}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("catalogue:account-settings")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The home page, by way of the OpenID provider when it is where the session came from."""
        return oidc.logout_url(request) or super().get_logout_redirect_url(request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to say again who one is, in French."""
        words = {
            "reauthenticate": _("Donner mon mot de passe"),
            "mfa_reauthenticate": _("Donner un code de mon application"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth adds the Host of the request, which whoever tries can vary: ten more tries for each port.
        return str(credentials.get("email") or credentials.get("username", "")).strip().casefold()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # allauth would also forget the failures of the network address, which any account’s owner could ask.
        key = self._get_login_attempts_cache_key(request, **credentials)
        counted = {"app": "allauth.account", "action": "login_failed"}
        for rate in ratelimit.get_rates(**counted):
            if rate.per == "key":
                cache.delete(ratelimit.get_cache_key(request, **counted, rate=rate, key=key))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor, in French."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy("La double authentification ne peut être désactivée."),
        "cannot_generate_recovery_codes": gettext_lazy("Activez d’abord la double authentification."),
        "incorrect_code": gettext_lazy("Ce code n’est pas le bon, ou il a déjà servi."),
        "unverified_email": gettext_lazy("Confirmez d’abord votre adresse électronique."),
    }

    def encrypt(self, text: str) -> str:
        """A secret as the database stores it."""
        return sealing.seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that the database stores."""
        return sealing.unseal_secret(encrypted_text)
