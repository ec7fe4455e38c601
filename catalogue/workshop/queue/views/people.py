"""The people part of the workshop: first members of organisations, and exchanges reported as abusive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.accounts import membership as memberships
from catalogue.accounts import rights
from catalogue.accounts.names import name_of
from catalogue.meetings import moderation
from catalogue.models import Membership
from catalogue.records import permissions
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of
from catalogue.workshop.queue.forms import RefusalForm
from catalogue.workshop.queue.views import queue


@dataclass(frozen=True)
class MemberLine:
    membership: Membership
    name: str
    domain: str
    form: RefusalForm
    is_open: bool


@curator
@require_safe
def workshop_members(request: HttpRequest) -> HttpResponse:
    """List the requests to be the first member of an organisation."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    rows = queue.filter_memberships().select_related("user", "organisation__territory")
    page = page_of(rows.defer("organisation__territory__geometry"), form.cleaned_data["page"])
    return render_members(request, page)


def render_members(
    request: HttpRequest, page: Any, failed: tuple[int, RefusalForm] | None = None
) -> HttpResponse:
    """Render the list of requests; ``failed`` is a refusal to show with its errors."""
    domains = list_verified_domains([membership.user_id for membership in page])
    lines = []
    for membership in page:
        name, domain = name_of(membership.user), domains.get(membership.user_id, "")
        is_open = failed is not None and failed[0] == membership.pk
        form = failed[1] if failed and is_open else RefusalForm(auto_id=f"refus-{membership.pk}-%s")
        lines.append(MemberLine(membership, name, domain, form, is_open))
    waiting = queue.count_waiting_people(permissions.in_field(request.user))
    context = {"page": page, "rows": lines, "waiting": waiting}
    return render(request, "catalogue/workshop/queue/members.html", context, status=422 if failed else 200)


def list_verified_domains(users: list[int]) -> dict[int, str]:
    """Return what follows the @ of the confirmed e-mail of each account: enough to check, not to write to."""
    found = EmailAddress.objects.filter(user__in=users, verified=True).order_by("primary")
    return {user: address.rpartition("@")[2] for user, address in found.values_list("user_id", "email")}


@curator
@require_POST
def workshop_member_decide(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("organisation", "user"), pk=pk)
    rights.require(request.user, "confirm", membership.organisation)
    actor = cast(User, request.user)
    try:
        if request.POST.get("decision") == "confirmer":
            memberships.confirm_membership(membership, actor)
            messages.success(request, _("Le membre est confirmé."))
        else:
            form = RefusalForm(request.POST, auto_id=f"refus-{pk}-%s")
            if not form.is_valid():
                rows = queue.filter_memberships().select_related("user", "organisation__territory")
                return render_members(request, page_of(rows.filter(pk=pk), 1), (pk, form))
            memberships.refuse_membership(membership, actor, form.cleaned_data["reason"])
            messages.success(request, _("La demande est refusée."))
    except memberships.NotPossible as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalogue:workshop-members")


@curator
@require_safe
def workshop_reports(request: HttpRequest) -> HttpResponse:
    """List the exchanges reported as abusive, with their message."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    field = permissions.in_field(request.user)
    rows = queue.filter_reports(field).select_related("sender", "organisation", "record")
    wide = ("record__geometry", "record__description")
    page = page_of(rows.defer(*wide), form.cleaned_data["page"])
    lines = [{"report": report, "sender": name_of(report.sender)} for report in page]
    context = {"page": page, "rows": lines, "waiting": queue.count_waiting_people(field)}
    return render(request, "catalogue/workshop/queue/reports.html", context)


@curator
@require_POST
def workshop_report_decide(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(queue.filter_reports(permissions.in_field(request.user)), pk=pk)
    abuse = request.POST.get("decision") != "rouvrir"
    try:
        moderation.decide(report, is_abuse=abuse)
        messages.success(request, _("L’échange est clos.") if abuse else _("L’échange est rouvert."))
    except moderation.AlreadyDecided:
        messages.warning(request, _("Quelqu’un l’a déjà traité."))
    return redirect("catalogue:workshop-reports")
