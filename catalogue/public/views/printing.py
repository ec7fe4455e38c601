"""PDF files of published records."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogue.models import Record
from catalogue.public.printing import files, pdf
from catalogue.public.redirects import redirect_to_survivor
from catalogue.web.access import public
from catalogue.web.origin import origin

COME_BACK_S = "10"


@public
@require_safe
def record_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    record = Record.objects.published().with_detail_relations().filter(slug=slug).first()
    if record is None:
        return redirect_to_survivor(slug, "catalogue:record-pdf")
    return pdf_response(request, f"{record.slug}.pdf", lambda base: files.of_record(record, base))


def pdf_response(request: HttpRequest, name: str, make: Callable[[str], bytes]) -> HttpResponse:
    """The file that ``make`` gives for the origin of the site, to download; 503 while others are made."""
    try:
        content = make(origin(request))
    except pdf.Busy:
        response = render(request, "catalogue/public/printing/busy.html", status=503)
        response["Retry-After"] = COME_BACK_S
        return response
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return response
