"""The forms of allauth with our words; what they check is theirs, except where noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EMAIL = _("Adresse électronique")
PASSWORD = _("Mot de passe")
NEW_PASSWORD = _("Nouveau mot de passe")
AGAIN = _("Le même, une seconde fois")
RULE = _("Douze caractères au moins, ni répétitifs ni trop courants. Une phrase convient.")
CODE = _("Code")


class Worded:
    """Gives the fields our words, and takes away what stood in for them inside the inputs."""

    labels: ClassVar[dict[str, StrOrPromise]] = {}
    helps: ClassVar[dict[str, StrOrPromise]] = {}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Worded, account.LoginForm):  # type: ignore[misc]
    """Address and password."""

    labels = {"login": EMAIL, "password": PASSWORD}


class SignupForm(Worded, account.SignupForm):  # type: ignore[misc]
    """Address and password of a new account."""

    labels = {"email": EMAIL, "password1": PASSWORD}
    helps = {
        "email": _("De préférence professionnelle : un lien de confirmation y est envoyé."),
        "password1": RULE,
    }


class AddEmailForm(Worded, account.AddEmailForm):  # type: ignore[misc]
    """The address that will replace the present one once confirmed."""

    labels = {"email": _("Nouvelle adresse électronique")}
    helps = {"email": _("Elle remplace l’actuelle dès que vous suivez le lien qui y est envoyé.")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):  # type: ignore[misc]
    """The present password and the next."""

    labels = {"oldpassword": _("Mot de passe actuel"), "password1": NEW_PASSWORD, "password2": AGAIN}
    helps = {"password1": RULE}


class SetPasswordForm(Worded, account.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account that came by the OpenID provider."""

    labels = {"password1": NEW_PASSWORD, "password2": AGAIN}
    helps = {"password1": RULE}


class ResetPasswordForm(Worded, account.ResetPasswordForm):  # type: ignore[misc]
    """The address that the link is sent to."""

    labels = {"email": EMAIL}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, for who followed the link."""

    labels = {"password1": NEW_PASSWORD, "password2": AGAIN}
    helps = {"password1": RULE}


class ReauthenticateForm(Worded, account.ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something that matters."""

    labels = {"password": PASSWORD}


def _count_failure(user: User) -> Any:
    """Count a failed code in advance, as for passwords; the caller takes it back when the code is right.

    allauth would on success forget every failure from the address, other people's included.
    """
    usage = ratelimit.consume(
        context.request, app="allauth.account", action="login_failed", key=f"mfa-auth-user-{user.pk}"
    )
    if not usage:
        raise ValidationError(
            _("Trop d’essais manqués. Réessayez dans un quart d’heure."), code="rate_limited"
        )
    return usage


class OneUse(Worded):
    """Accepts a code once, even when it is sent twice at the same moment."""

    labels = {"code": CODE}
    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code, when it is that of the application or an unused recovery code."""
        usage = _count_failure(self.user)
        code: str = self.cleaned_data["code"]
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.user.pk)
            accepting = next(
                (one for one in self._authenticators() if one.wrap().validate_code(code)),
                None,
            )
        if accepting is None:
            raise get_adapter().validation_error("incorrect_code")
        usage.rollback()
        accepting.user = self.user
        self.authenticator = accepting
        return code

    def _authenticators(self) -> list[Any]:
        types = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
        return list(Authenticator.objects.filter(user=self.user, type__in=types).order_by("-type"))


class AuthenticateForm(OneUse, mfa.AuthenticateForm):  # type: ignore[misc]
    """The code asked after the password."""


class MfaReauthenticateForm(OneUse, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code again, before something that matters."""


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):  # type: ignore[misc]
    """A first code, which shows that the application knows the secret."""

    labels = {"code": _("Code affiché par l’application")}

    def clean_code(self) -> str:
        """The code, when it is that of the secret shown."""
        validate_can_add_authenticator(self.user)
        usage = _count_failure(self.user)
        code: str = self.cleaned_data["code"]
        if not validate_totp_code(self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        usage.rollback()
        return code
