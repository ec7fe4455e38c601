"""Mon compte: who one is here, what protects it, what the site knows, and how to leave."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.accounts import identities, oidc, personal, sessions
from catalogue.accounts.organisation_forms import EraseForm, IdentityForm
from catalogue.models import Membership, ProviderIdentity
from catalogue.web import form_recovery
from catalogue.web.access import account

SECTION = "compte"


@account
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest) -> HttpResponse:
    """The account, and its name to change."""
    user = cast(User, request.user)
    data = form_recovery.submitted_data(request)
    form = IdentityForm(data, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Votre nom est enregistré."))
        return redirect("catalogue:account-settings")
    others = [one for one in sessions.open_sessions(user) if one.session_key != request.session.session_key]
    context = {
        "section": SECTION,
        "form": form,
        "has_second_factor": is_mfa_enabled(user),
        "has_password": user.has_usable_password(),
        "memberships": Membership.objects.filter(user=user).select_related("organisation"),
        "other_sessions": len(others),
        "provider": settings.OIDC_NAME if oidc.is_configured() else "",
        "is_linked": ProviderIdentity.objects.filter(user=user, issuer=settings.OIDC_ISSUER).exists(),
    }
    return render(request, "catalogue/accounts/settings.html", context)


@account
@require_POST
def sessions_close(request: HttpRequest) -> HttpResponse:
    closed = sessions.close_sessions(cast(User, request.user), but=request.session.session_key)
    message = ngettext("%(n)d autre session est fermée.", "%(n)d autres sessions sont fermées.", closed)
    messages.success(request, message % {"n": closed})
    return redirect("catalogue:account-settings")


@account
@require_POST
def provider_unlink(request: HttpRequest) -> HttpResponse:
    raise_if_reauthentication_required(request, app="allauth.account")
    if identities.unlink_identity(cast(User, request.user)):
        messages.success(
            request, _("Votre compte n’est plus associé à %(name)s.") % {"name": settings.OIDC_NAME}
        )
    else:
        messages.error(
            request, _("Choisissez d’abord un mot de passe : vous ne pourriez plus vous connecter.")
        )
    return redirect("catalogue:account-settings")


@account
@require_safe
def account_export(request: HttpRequest) -> HttpResponse:
    """Everything that the site keeps about the account, as JSON, after a fresh authentication."""
    raise_if_reauthentication_required(request, app="allauth.account")
    answer = JsonResponse(
        personal.export_account(cast(User, request.user)),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="mes-donnees-{day}.json"'
    return answer


@account
@require_http_methods(["GET", "HEAD", "POST"])
def account_erase(request: HttpRequest) -> HttpResponse:
    """Erase the account, once it is sure that it is asked for by its owner, who knows what it does."""
    raise_if_reauthentication_required(request, app="allauth.account")
    user = cast(User, request.user)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        personal.erase_account(user)
        logout(request)
        messages.success(
            request, _("Votre compte est effacé. Ce que vous aviez publié reste, sans votre nom.")
        )
        return redirect("catalogue:home")
    context = {"section": SECTION, "form": form, "effects": personal.what_erasing_does(user)}
    return render(request, "catalogue/accounts/erase.html", context)
