"""The history of imports, and the page that receives a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.imports.forms import UploadForm
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.views.words import counts_message, wizard_steps
from catalogue.imports.wizard import batches as wizard
from catalogue.models import ImportBatch
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of


@curator
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """Show every import, the last first."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    batches = ImportBatch.objects.select_related("source", "created_by").defer("report", "setup")
    page = page_of(batches, form.cleaned_data["page"])
    lines = [{"batch": batch, "counts": counts_message(batch)} for batch in page]
    context = {"page": page, "rows": lines, "section": "imports"}
    return render(request, "catalogue/imports/list.html", context)


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Receive a file, read it, and go on to its columns; nothing is written to the catalogue."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _open_import(request, form)
        except FileRefused as refusal:
            form.add_error("fichier", str(refusal))
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "steps": wizard_steps("fichier"), "section": "imports"}
    return render(request, "catalogue/imports/new.html", context, status=status)


def _open_import(request: HttpRequest, form: UploadForm) -> HttpResponse:
    data = form.cleaned_data
    upload = wizard.Upload(
        data["fichier"].read(),
        data["fichier"].name or "",
        data["nature"],
        data["origine"],
        data["correspondance"],
    )
    written = ImportBatch.BatchState.WRITTEN
    batch, is_new = wizard.open_batch(upload, request.user)  # type: ignore[arg-type]
    if not is_new:
        messages.info(request, _("Ce fichier est déjà en préparation : vous reprenez où vous en étiez."))
        return redirect("catalogue:import-detail", batch.pk)
    if ImportBatch.objects.filter(sha256=batch.sha256, state=written).exists():
        messages.warning(request, _("Ce même fichier a déjà été importé : l’essai à blanc le dira."))
    return redirect("catalogue:import-columns", batch.pk)
