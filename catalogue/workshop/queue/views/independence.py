"""A curator withdraws the independence of one measure."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalogue.web.access import curator, get_record_or_404
from catalogue.web.errors import list_form_errors
from catalogue.workshop.queue.forms import IndependenceForm
from catalogue.workshop.queue.independence import NotIndependent, withdraw_independence


@curator
@require_POST
def workshop_independence(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Withdraw the independence of the measure, with the reason that was given."""
    record = get_record_or_404(request, slug, "edit")
    form = IndependenceForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(list_form_errors(form)))
        return redirect("catalogue:workshop-record", slug=slug)
    try:
        name = withdraw_independence(record, pk, cast(User, request.user), form.cleaned_data["reason"])
        words = _("« %(name)s » n’est plus tenue pour une mesure indépendante.")
        messages.success(request, words % {"name": name})
    except NotIndependent:
        messages.warning(request, _("Cette mesure n’est pas, ou n’est plus, tenue pour indépendante."))
    return redirect("catalogue:workshop-record", slug=slug)
