"""A curator settles a doubt: of a line, of a kind, of a word."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalogue.access import curator
from catalogue.importers import wizard
from catalogue.models import ImportBatch
from catalogue.views.imports.forms import DecisionForm


@curator
@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the decision and come back to the same rows."""
    get_object_or_404(ImportBatch.objects.only("pk"), pk=pk)
    form = DecisionForm(request.POST)
    back = reverse("catalogue:import-detail", args=[pk])
    if not form.is_valid():
        messages.error(request, _("Cette décision n’a pas été comprise : elle n’a pas été gardée."))
        return redirect(back)
    data = form.cleaned_data
    decision = wizard.Decision(
        data["choix"], data["ligne"], data["code"], data["colonne"], data["texte"], data["valeur"]
    )
    try:
        wizard.decide(pk, data["version"], decision)
    except wizard.Stale as stale:
        messages.warning(request, str(stale))
    where = {name: data[name] for name in ("voir", "page") if data[name]}
    anchor = f"#ligne-{data['ligne']}" if data["ligne"] else "#decisions"
    return redirect(f"{back}?{urlencode(where)}{anchor}" if where else back + anchor)
