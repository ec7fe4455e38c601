"""The lists of the workshop: a line for each record, a page under its filters in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalogue.models import Record
from catalogue.records.wording import place_words
from catalogue.web.navigation import Crumb

WIDE = ("geometry", "description", "territory__geometry", "territory__departement__geometry")


@dataclass(frozen=True)
class ListLine:
    """A line of a list; ``record`` gives it a badge."""

    title: str
    url: str
    details: list[str]
    record: Record | None = None


@dataclass(frozen=True)
class ListPage:
    title: str
    filters: list[str]
    page: Page[Any]
    rows: list[ListLine]
    query: str
    steps: list[Crumb]
    everywhere: bool = False


def load_line_details(rows: QuerySet[Record]) -> QuerySet[Record]:
    """Load with the records what their lines show, the last first."""
    return rows.select_related("territory__departement").defer(*WIDE).order_by("-pk")


def describe_record(record: Record) -> ListLine:
    """Return the line of a record: its public page when it is published, the workshop's otherwise."""
    name = "record-detail" if record.is_published else "workshop-record"
    details = [place_words(record)]
    if record.verified_on:
        details.append(_("vérifiée le %(date)s") % {"date": f"{record.verified_on:%d/%m/%Y}"})
    if record.expires_on:
        details.append(_("à revoir avant le %(date)s") % {"date": f"{record.expires_on:%d/%m/%Y}"})
    url = reverse(f"catalogue:{name}", args=[record.slug])
    return ListLine(record.title, url, [words for words in details if words], record)
