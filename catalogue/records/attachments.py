"""Photos and documents of a record that everybody may see: neither proposed nor still being reduced."""

from __future__ import annotations

from typing import Any

from catalogue.models import Record


def context(record: Record) -> dict[str, Any]:
    """What catalogue/public/_documents.html needs, from the documents fetched with the record."""
    public = [one for one in record.documents.all() if one.is_ready and not one.is_pending]
    return {
        "photos": [one for one in public if one.thumbnail],
        "documents": [one for one in public if not one.thumbnail],
    }
