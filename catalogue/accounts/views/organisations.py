"""The organisations of an account: their list, how to join one, the page of one, how to leave it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.accounts import membership as places
from catalogue.accounts import rights, seat
from catalogue.accounts.organisation_forms import (
    InvitationForm,
    NewOrganisationForm,
    OrganisationForm,
    ReasonForm,
    SiretForm,
)
from catalogue.models import Invitation, Membership, Organisation
from catalogue.web import form_recovery
from catalogue.web.access import account
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of

SECTION = "organisations"


@account
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    confirmed = Count("organisation__memberships", Q(organisation__memberships__confirmed_at__isnull=False))
    own = Membership.objects.filter(user=cast(User, request.user)).select_related("organisation__territory")
    rows = own.defer("organisation__territory__geometry").annotate(members=confirmed)
    context = {"section": SECTION, "memberships": rows.order_by("organisation__name")}
    return render(request, "catalogue/accounts/organisation_list.html", context)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_join(request: HttpRequest) -> HttpResponse:
    """Ask to join the organisation of a SIRET, described on the way when the site does not know it."""
    data = form_recovery.submitted_data(request)
    if data is None:
        initial = {"siret": request.GET.get("siret", "")[:30]}
        return _ask_siret(request, SiretForm(initial=initial))
    asked = SiretForm(data)
    if request.method != "POST" or not asked.is_valid():
        return _ask_siret(request, asked)
    siret = asked.cleaned_data["siret"]
    known = places.find_by_siret(siret)
    if known is not None:
        return _joined(request, known)
    return _describe_organisation(request, siret)


def _ask_siret(request: HttpRequest, form: SiretForm) -> HttpResponse:
    return render(request, "catalogue/accounts/organisation_join.html", {"section": SECTION, "form": form})


def _describe_organisation(request: HttpRequest, siret: str) -> HttpResponse:
    """The second half: what the site does not know of the organisation."""
    if "name" not in request.POST:
        territory = seat.of_siren(siret[:9])
        initial: dict[str, Any] = {"siret": siret}
        if territory is not None:
            initial |= {
                "name": territory.name,
                "kind": Organisation.Kind.COLLECTIVITE,
                "place": seat.label_of(territory),
            }
        form = NewOrganisationForm(initial=initial)
    else:
        form = NewOrganisationForm(request.POST)
        if form.is_valid():
            return _joined(request, form.organisation())
    context = {"section": SECTION, "form": form, "siret": siret}
    return render(request, "catalogue/accounts/organisation_create.html", context)


def _joined(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    user = cast(User, request.user)
    try:
        join = places.request_membership if organisation.pk else places.create_organisation
        place = join(user, organisation)
    except places.NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("catalogue:organisation-list")
    if place.confirmed_at is None:
        messages.success(request, _("Votre demande est envoyée : vous recevrez la réponse par courriel."))
    return redirect("catalogue:organisation-detail", place.organisation.slug)


def visible_organisation(request: HttpRequest, slug: str, action: str) -> Organisation:
    """The organisation, when the account may do the action there; 404 otherwise."""
    rows = Organisation.objects.select_related("territory").defer("territory__geometry")
    organisation = get_object_or_404(rows, slug=slug)
    rights.require(request.user, action, organisation)
    return organisation


@account
@require_safe
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: what it is, who is in it, who asks to be."""
    organisation = visible_organisation(request, slug, "view")
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    return render_organisation(request, organisation, page=form.cleaned_data["page"])


def render_organisation(
    request: HttpRequest, organisation: Organisation, page: int | None = None, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page of an organisation, with the forms that were refused when there are some."""
    ties = rights.ties(request.user, organisation)
    may = {name for name, granted in rights.GRANTS.items() if granted & ties}
    rows = Membership.objects.filter(organisation=organisation).select_related("user")
    invitations = Invitation.objects.filter(organisation=organisation, accepted_at__isnull=True)
    context: dict[str, Any] = {
        "section": SECTION,
        "organisation": organisation,
        "allowed": may,
        "me": rows.filter(user=cast(User, request.user)).first(),
        "page": None,
        "requests": [],
        "invitations": [],
        "invitation": InvitationForm(),
        "refusal": ReasonForm(),
        "refusal_of": None,
        **forms,
    }
    if "members" in may:
        context["page"] = page_of(rows.confirmed().order_by("-role", "confirmed_at", "pk"), page)
    if "confirm" in may:
        context["requests"] = rows.waiting().order_by("created_at")
    if "invite" in may:
        context["invitations"] = invitations.filter(expires_at__gt=timezone.now())
    return render(request, "catalogue/accounts/organisation_detail.html", context, status=status)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = visible_organisation(request, slug, "edit")
    data = form_recovery.submitted_data(request)
    form = OrganisationForm(data, instance=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("La présentation est enregistrée."))
        return redirect("catalogue:organisation-detail", organisation.slug)
    context = {"section": SECTION, "organisation": organisation, "form": form}
    return render(request, "catalogue/accounts/organisation_edit.html", context)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave the organisation, or take one's request back."""
    organisation = visible_organisation(request, slug, "leave")
    place = get_object_or_404(Membership, organisation=organisation, user=cast(User, request.user))
    if request.method == "POST":
        try:
            places.leave_organisation(place)
        except places.NotPossible as refusal:
            messages.error(request, str(refusal))
            return redirect("catalogue:organisation-detail", organisation.slug)
        messages.success(request, _("Vous n’êtes plus de « %(name)s ».") % {"name": organisation.name})
        return redirect("catalogue:organisation-list")
    context = {"section": SECTION, "organisation": organisation, "me": place}
    return render(request, "catalogue/accounts/organisation_leave.html", context)
