"""The actions of a curator on a finding: accept it, open it again, confirm the record."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalogue.models import Record
from catalogue.web.access import curator, get_record_or_404
from catalogue.workshop.quality import confirmation, findings
from catalogue.workshop.quality.forms import WaiverForm


def _redirect_to_record(record: Record) -> HttpResponse:
    return redirect(reverse("catalogue:workshop-record", args=[record.slug]) + "#qualite")


@curator
@require_POST
def workshop_quality_waive(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    record = get_record_or_404(request, slug, "examine")
    form = WaiverForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Écrivez pourquoi l’écart est accepté : rien n’a été changé."))
    elif findings.waive_finding(pk, record, cast(User, request.user), form.cleaned_data["motif"]) is None:
        messages.info(request, _("Ce constat n’existe plus : la fiche a changé depuis."))
    else:
        messages.success(request, _("L’écart est accepté. Il revient si le constat change."))
    return _redirect_to_record(record)


@curator
@require_POST
def workshop_quality_restore(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    record = get_record_or_404(request, slug, "examine")
    if findings.restore_finding(pk, record):
        messages.success(request, _("Le constat est rétabli."))
    else:
        messages.info(request, _("Ce constat n’existe plus : la fiche a changé depuis."))
    return _redirect_to_record(record)


@curator
@require_POST
def workshop_quality_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Set that the record is true today: a curator has checked it with its owner."""
    record = get_record_or_404(request, slug, "decide")
    try:
        confirmation.confirm_record(record, cast(User, request.user))
        messages.success(request, _("La fiche est confirmée à la date d’aujourd’hui."))
    except confirmation.AnswerRefused as refusal:
        messages.warning(request, str(refusal))
    return _redirect_to_record(record)
