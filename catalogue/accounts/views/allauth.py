"""The two pages of allauth that need more than other words."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.recovery_codes.views import DownloadRecoveryCodesView
from django.conf import settings
from django.http import HttpResponseBase

from catalogue.accounts import oidc


class Login(LoginView):  # type: ignore[misc]
    """The login page, with the OpenID provider when there is one."""

    def get_context_data(self, **known: Any) -> dict[str, Any]:
        named = settings.OIDC_NAME if oidc.is_configured() else ""
        return {**super().get_context_data(**known), "provider": named}


class DownloadRecoveryCodes(DownloadRecoveryCodesView):  # type: ignore[misc]
    """The recovery codes as a text file with a French name."""

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().render_to_response(context, **options)
        response["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
        return response
