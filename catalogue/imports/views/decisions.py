"""Store the decision of a curator on a doubt: of a line, of a kind, of a word."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalogue.imports.forms import DecisionForm, VocabularyForm
from catalogue.imports.wizard import decisions
from catalogue.imports.wizard.batches import StaleBatch
from catalogue.models import ImportBatch
from catalogue.web.access import curator


@curator
@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Store the decision and come back to the same rows."""
    get_object_or_404(ImportBatch.objects.only("pk"), pk=pk)
    form = DecisionForm(request.POST)
    back = reverse("catalogue:import-detail", args=[pk])
    if not form.is_valid():
        messages.error(request, _("Cette décision n’a pas été comprise : elle n’a pas été gardée."))
        return redirect(back)
    data = form.cleaned_data
    decision = decisions.Decision(
        data["choix"], data["ligne"], data["code"], data["colonne"], data["texte"], data["valeur"]
    )
    try:
        decisions.store_decision(pk, data["version"], decision, request.user)  # type: ignore[arg-type]
    except StaleBatch as stale:
        messages.warning(request, str(stale))
    if data["seule"] and data["ligne"]:
        return redirect("catalogue:import-row", pk, data["ligne"])
    where = {name: data[name] for name in ("voir", "page") if data[name]}
    anchor = f"#ligne-{data['ligne']}" if data["ligne"] else "#decisions"
    return redirect(f"{back}?{urlencode(where)}{anchor}" if where else back + anchor)


@curator
@require_POST
def import_words(request: HttpRequest, pk: int) -> HttpResponse:
    """Store what the words of the file are read as, and try again."""
    batch = get_object_or_404(ImportBatch.objects.only("pk", "version", "report"), pk=pk)
    form = VocabularyForm(batch, request.POST)
    if not form.is_valid():
        messages.error(request, _("Ces mots n’ont pas été compris : rien n’a été gardé."))
        return redirect("catalogue:import-detail", pk)
    try:
        decisions.store_words(pk, form.cleaned_data["version"], form.answers(), request.user)  # type: ignore[arg-type]
    except StaleBatch as stale:
        messages.warning(request, str(stale))
    return redirect("catalogue:import-detail", pk)
