"""Photos and documents of a record that everybody may see: neither proposed nor still being reduced."""

from __future__ import annotations

from catalogue.models import Document, Record


def public_attachments(record: Record) -> tuple[list[Document], list[Document]]:
    public = [one for one in record.documents.all() if one.is_ready and not one.is_pending]
    photos = [one for one in public if one.thumbnail]
    return photos, [one for one in public if not one.thumbnail]
