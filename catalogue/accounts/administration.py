"""The administration entered by the login page of the site, with a second factor where it is required."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from catalogue.records.permissions import lacks_second_factor
from catalogue.web import access


class AdministrationSite(admin.AdminSite):
    """Has no login page, logout page or password form of its own."""

    def has_permission(self, request: HttpRequest) -> bool:
        """True for an active account of the team that has the second factor it needs."""
        return super().has_permission(request) and not lacks_second_factor(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The login page of the site, which comes back; to an account without rights nothing is here."""
        if not request.user.is_authenticated:
            return redirect(f"{access.login_url(request.GET.get('next') or '/administration/')}")
        if not super().has_permission(request):
            raise Http404
        if lacks_second_factor(request.user):
            return access.redirect_to_second_factor(request)
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        answer: HttpResponseBase = account.logout(request)
        return answer

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the account, which closes the other sessions and counts the tries."""
        return redirect("account_change_password")
