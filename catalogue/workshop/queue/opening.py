"""The record that a curator opens, within the field that is theirs."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from catalogue.models import Record
from catalogue.records import permissions


def get_record_or_404(request: HttpRequest, slug: str) -> Record:
    """Return the whole record when it is in the field of the curator; raise Http404 otherwise."""
    rows = Record.objects.with_detail_relations().select_related("owner", "created_by", "import_batch")
    record: Record = get_object_or_404(rows.defer("import_batch__report"), slug=slug)
    permissions.require(request.user, "examine", record)
    return record
