"""A record as a line of the workshop's lists."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.records.wording import place_words

WIDE = ("geometry", "description", "territory__geometry", "territory__departement__geometry")


def make_record_line(record: Record) -> dict[str, Any]:
    """A record: its public page when it is published, the workshop's otherwise."""
    name = "record-detail" if record.is_published else "workshop-record"
    details = [place_words(record)]
    if record.verified_on:
        details.append(_("vérifiée le %(date)s") % {"date": f"{record.verified_on:%d/%m/%Y}"})
    if record.expires_on:
        details.append(_("à revoir avant le %(date)s") % {"date": f"{record.expires_on:%d/%m/%Y}"})
    return {
        "title": record.title,
        "url": reverse(f"catalogue:{name}", args=[record.slug]),
        "record": record,
        "details": [words for words in details if words],
    }
