"""Documents and photos of a record: the page where they are added, and the URL of their files."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.contributions import documents
from catalogue.contributions.document_forms import DocumentForm
from catalogue.contributions.editing import Copy, open_copy
from catalogue.contributions.steps import DOCUMENTS
from catalogue.contributions.views.page import step_context, submitted_data
from catalogue.models import Document
from catalogue.records import permissions
from catalogue.records.file_types import IMAGE_TYPES, SERVED
from catalogue.web.access import account, public

FRESH_SECONDS = 60
"""How long others may cache a file: what is no longer published is gone within a minute."""
THUMBNAIL = "vignette"


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_documents(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the documents of a record that the account may change, and a form to add one."""
    copy = open_copy(cast(User, request.user), slug)
    form = DocumentForm(submitted_data(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            key = form.cleaned_data["key"]
            document = documents.add_document(copy, key, form.values, form.given, form.content)
        except documents.TooManyDocuments as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(copy, document))
            return redirect("catalogue:propose-documents", slug)
    return _render_page(request, copy, form)


def _said(copy: Copy, document: Document) -> str:
    if document.is_pending:
        return _("« %(title)s » est ajouté à vos changements : il paraîtra quand ils seront acceptés.") % {
            "title": document.title
        }
    if not document.is_ready:
        return _("« %(title)s » est ajouté. L’image est réduite dans un instant.") % {"title": document.title}
    return _("« %(title)s » est ajouté.") % {"title": document.title}


def _render_page(
    request: HttpRequest, copy: Copy, form: DocumentForm, document: Document | None = None
) -> HttpResponse:
    changeable = set(documents.editable_documents(copy).values_list("pk", flat=True))
    shown = [
        {
            "document": one,
            "name": documents.download_name(one) if one.file else "",
            "is_editable": one.pk in changeable,
        }
        for one in documents.visible_documents(copy)
    ]
    context: dict[str, Any] = {
        **step_context(copy, DOCUMENTS),
        "documents": shown,
        "form": form,
        "document": document,
        "full": document is None and len(shown) >= documents.MOST,
        "proposed": not copy.is_direct,
    }
    status = 400 if request.method == "POST" and form.errors else 200
    return render(request, "catalogue/contributions/documents.html", context, status=status)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_document(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one document, to change its description or its file."""
    copy = open_copy(cast(User, request.user), slug)
    document = get_object_or_404(documents.editable_documents(copy), pk=pk)
    form = DocumentForm(submitted_data(request), request.FILES or None, instance=document)
    if request.method == "POST" and form.is_valid():
        documents.change_document(copy, pk, form.values, form.given, form.content)
        messages.success(request, _("« %(title)s » est enregistré.") % {"title": form.values["title"]})
        return redirect("catalogue:propose-documents", slug)
    return _render_page(request, copy, form, document)


@account
@require_POST
def propose_document_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    documents.remove_document(open_copy(cast(User, request.user), slug), pk)
    messages.success(request, _("Le document est retiré."))
    return redirect("catalogue:propose-documents", slug)


@public
@require_safe
def document_file(request: HttpRequest, key: uuid.UUID, name: str) -> HttpResponse:
    """Send the file of a document, to those who may preview the record unless it is public."""
    found = Document.objects.exclude(file="").filter(is_ready=True).select_related("record")
    document = get_object_or_404(found, key=key)
    is_public = document.record.is_published and not document.is_pending
    if not is_public:
        permissions.require(request.user, "preview", document.record)
    is_image = document.content_type in IMAGE_TYPES
    file = document.thumbnail if name.startswith(THUMBNAIL) and document.thumbnail else document.file
    try:
        opened = file.open("rb")
    except OSError:
        raise Http404 from None
    response = FileResponse(
        opened,
        as_attachment=not is_image,
        filename=documents.download_name(document),
        content_type=document.content_type if document.content_type in SERVED else "application/octet-stream",
    )
    if is_public:
        patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
    else:
        patch_cache_control(response, private=True, no_store=True)
    return cast(HttpResponse, response)
