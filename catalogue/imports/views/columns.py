"""The columns of a file: what was recognised, what a curator corrects."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.imports.forms import ColumnsForm, LayerForm, VersionForm, projection_message
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.views.words import source_name, wizard_steps
from catalogue.imports.wizard import batches as wizard
from catalogue.models import ImportBatch
from catalogue.web import form_recovery
from catalogue.web.access import curator


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Map each column to a field, then start the dry run."""
    batch = get_object_or_404(ImportBatch.objects.defer("report"), pk=pk)
    if not batch.is_open or batch.job:
        return redirect("catalogue:import-detail", pk)
    given = form_recovery.submitted_data(request)
    form = ColumnsForm(batch, given)
    seen = VersionForm(request.POST)
    if request.method == "POST" and form.is_valid() and seen.is_valid():
        try:
            wizard.store_mapping(
                pk,
                seen.cleaned_data["version"],
                form.cleaned_data["correspondance"],
                request.user,  # type: ignore[arg-type]
            )
            return redirect("catalogue:import-detail", pk)
        except wizard.StaleBatch as stale:
            messages.warning(request, str(stale))
            return redirect("catalogue:import-detail", pk)
        except FileRefused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "batch": batch,
        "form": form,
        "rows": form.rows(),
        "source": source_name(batch),
        "projection": projection_message(batch),
        "steps": wizard_steps("colonnes"),
        "section": "imports",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "catalogue/imports/columns.html", context, status=status)


@curator
@require_POST
def import_layer(request: HttpRequest, pk: int) -> HttpResponse:
    """Read another layer, or sheet, of the file, and come back to its columns."""
    get_object_or_404(ImportBatch.objects.only("pk"), pk=pk)
    form = LayerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("La demande est incomplète : le fichier est resté tel qu’il était lu."))
        return redirect("catalogue:import-columns", pk)
    try:
        wizard.choose_layer(pk, form.cleaned_data["version"], form.cleaned_data["couche"])
    except wizard.StaleBatch as stale:
        messages.warning(request, str(stale))
    except FileRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("catalogue:import-columns", pk)
