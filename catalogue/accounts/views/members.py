"""What is posted from the page of an organisation, and the invitation at the other end of its link."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.accounts import membership as places
from catalogue.accounts.organisation_forms import InvitationForm, ReasonForm, RoleForm
from catalogue.accounts.views.organisations import render_organisation, visible_organisation
from catalogue.models import Invitation, Membership, Organisation
from catalogue.web.access import account, login_url, public, redirect_to_login

Carried = Callable[[HttpRequest, Organisation, Membership], HttpResponse | None]


def _confirm(request: HttpRequest, organisation: Organisation, place: Membership) -> None:
    places.confirm_membership(place, cast(User, request.user))
    messages.success(request, _("La demande est confirmée."))


def _refuse(request: HttpRequest, organisation: Organisation, place: Membership) -> HttpResponse | None:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render_organisation(request, organisation, status=400, refusal=form, refusal_of=place.pk)
    places.refuse_membership(place, cast(User, request.user), form.cleaned_data["reason"])
    messages.success(request, _("La demande est refusée."))
    return None


def _role(request: HttpRequest, organisation: Organisation, place: Membership) -> None:
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise places.NotPossible(_("Ce rôle n’existe pas."))
    places.change_role(place, form.cleaned_data["role"], cast(User, request.user))
    messages.success(request, _("Le rôle est changé."))


def _remove(request: HttpRequest, organisation: Organisation, place: Membership) -> None:
    if place.confirmed_at is None:
        raise Http404
    places.remove_member(place, cast(User, request.user))
    messages.success(request, _("Ce membre est retiré de l’organisation."))


def _transfer(request: HttpRequest, organisation: Organisation, place: Membership) -> None:
    own = get_object_or_404(Membership, organisation=organisation, user=cast(User, request.user))
    places.transfer_management(own, place)
    messages.success(request, _("La responsabilité est transmise."))


CARRIED: dict[str, tuple[str, Carried]] = {
    "confirmer": ("confirm", _confirm),
    "refuser": ("confirm", _refuse),
    "role": ("role", _role),
    "retirer": ("remove", _remove),
    "transmettre": ("transfer", _transfer),
}
"""Word of the address → right that it asks for, and what it does."""


@account
@require_POST
def member_action(request: HttpRequest, slug: str, pk: int, action: str) -> HttpResponse:
    if action not in CARRIED:
        raise Http404
    right, carry = CARRIED[action]
    organisation = visible_organisation(request, slug, right)
    place = get_object_or_404(Membership, pk=pk, organisation=organisation)
    try:
        answer = carry(request, organisation, place)
    except places.NotPossible as refusal:
        messages.error(request, str(refusal))
        answer = None
    return answer or redirect("catalogue:organisation-detail", organisation.slug)


@account
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite somebody by e-mail."""
    organisation = visible_organisation(request, slug, "invite")
    form = InvitationForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            places.invite_member(organisation, data["email"], data["role"], cast(User, request.user))
        except places.NotPossible as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("L’invitation est partie : elle est valable deux semaines."))
            return redirect("catalogue:organisation-detail", organisation.slug)
    return render_organisation(request, organisation, status=400, invitation=form)


@account
@require_POST
def invitation_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make an invitation that waits worthless."""
    organisation = visible_organisation(request, slug, "invite")
    get_object_or_404(Invitation, pk=pk, organisation=organisation, accepted_at__isnull=True).delete()
    messages.success(request, _("L’invitation est annulée."))
    return redirect("catalogue:organisation-detail", organisation.slug)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation proposes; logged in with the address that it was sent to, one accepts it."""
    rows = Invitation.objects.select_related("organisation", "created_by")
    invitation = get_object_or_404(rows, token_digest=places.token_digest(token))
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request)
    if request.method == "POST":
        try:
            place = places.accept_invitation(invitation, cast(User, request.user))
        except places.NotPossible as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        messages.success(
            request, _("Vous êtes maintenant de « %(name)s ».") % {"name": place.organisation.name}
        )
        return redirect("catalogue:organisation-detail", place.organisation.slug)
    here = request.user.is_authenticated
    context = {
        "invitation": invitation,
        "is_for_me": here and places.is_for(invitation, cast(User, request.user)),
        "login_url": login_url(request.path),
    }
    answer = render(request, "catalogue/accounts/invitation.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer
