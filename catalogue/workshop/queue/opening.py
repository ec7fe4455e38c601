"""The whole record that a curator opens, within their field."""

from __future__ import annotations

from django.http import HttpRequest

from catalogue.models import Record
from catalogue.web.access import get_record_or_404


def get_whole_record(request: HttpRequest, slug: str) -> Record:
    """Return the record with all its relations; raise Http404 outside the field of the curator."""
    rows = Record.objects.with_detail_relations().select_related("owner", "created_by", "import_batch")
    return get_record_or_404(request, slug, "examine", rows.defer("import_batch__report"))
