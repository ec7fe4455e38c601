"""The addresses of accounts under ``/compte/``: French; their names are those that allauth expects."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from catalogue.accounts.views.allauth import DownloadRecoveryCodes, Login
from catalogue.web.access import account, public

MENU = {"section": "compte"}
"""Pages that show the menu of the account."""


urlpatterns = [
    path("connexion/", public(Login.as_view()), name="account_login"),
    path("deconnexion/", public(views.logout), name="account_logout"),
    path("desactive/", public(views.account_inactive), name="account_inactive"),
    path("inscription/", public(views.signup), name="account_signup"),
    path("verification/", account(views.ReauthenticateView.as_view()), name="account_reauthenticate"),
    path("adresse/", account(views.EmailView.as_view(extra_context=MENU)), name="account_email"),
    path(
        "adresse/confirmation/",
        public(views.email_verification_sent),
        name="account_email_verification_sent",
    ),
    re_path(
        r"^adresse/confirmation/(?P<key>[-:\w]+)/$", public(views.confirm_email), name="account_confirm_email"
    ),
    path(
        "mot-de-passe/",
        account(views.PasswordChangeView.as_view(extra_context=MENU)),
        name="account_change_password",
    ),
    path(
        "mot-de-passe/choisir/",
        account(views.PasswordSetView.as_view(extra_context=MENU)),
        name="account_set_password",
    ),
    path("mot-de-passe/oublie/", public(views.password_reset), name="account_reset_password"),
    path(
        "mot-de-passe/oublie/envoye/", public(views.password_reset_done), name="account_reset_password_done"
    ),
    path(
        "mot-de-passe/oublie/change/",
        public(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "double-authentification/",
        account(mfa.IndexView.as_view(extra_context=MENU)),
        name="mfa_index",
    ),
    path("double-authentification/code/", public(mfa.authenticate), name="mfa_authenticate"),
    path("double-authentification/verification/", account(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "double-authentification/activer/",
        account(totp.ActivateTOTPView.as_view(extra_context=MENU)),
        name="mfa_activate_totp",
    ),
    path(
        "double-authentification/desactiver/",
        account(totp.DeactivateTOTPView.as_view(extra_context=MENU)),
        name="mfa_deactivate_totp",
    ),
    path(
        "double-authentification/codes-de-secours/",
        account(recovery_codes.ViewRecoveryCodesView.as_view(extra_context=MENU)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "double-authentification/codes-de-secours/nouveaux/",
        account(recovery_codes.GenerateRecoveryCodesView.as_view(extra_context=MENU)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "double-authentification/codes-de-secours/telecharger/",
        account(DownloadRecoveryCodes.as_view()),
        name="mfa_download_recovery_codes",
    ),
]
