"""What happened, to be read: imports, changes of state, revisions, Django's own journal."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.gis.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalogue.admin.base import ReadOnlyAdmin
from catalogue.admin.evidence import shapes_of
from catalogue.models import ImportBatch, Revision, Transition


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = [
        "filename",
        "source",
        "state",
        "created_count",
        "changed_count",
        "suspicious_count",
        "rejected_count",
        "created_by",
        "created_at",
    ]
    list_filter = ["state", "source"]
    list_select_related = ["source", "created_by"]
    left_in_database = ("report",)
    search_fields = ["filename", "sha256"]
    date_hierarchy = "created_at"


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    """One change of state."""

    list_display = ["created_at", "record_link", "from_state", "to_state", "actor", "reason"]
    list_filter = ["to_state", "action"]
    list_select_related = ["record", "actor"]
    left_in_database = shapes_of("record")
    search_fields = ["record__title", "actor__username", "reason"]
    date_hierarchy = "created_at"

    @admin.display(description=_("fiche"), ordering="record__title")
    def record_link(self, line: Transition) -> str:
        """The record, with the way to its page."""
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:catalogue_record_change", args=[line.record_id]),
            line.record,
        )


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """One version of a record's fields."""

    list_display = ["record", "state", "author", "import_batch", "created_at"]
    list_filter = ["state"]
    list_select_related = ["record", "author", "import_batch"]
    left_in_database = (*shapes_of("record"), "changes", "import_batch__report")
    search_fields = ["record__title", "author__username", "reason"]
    date_hierarchy = "created_at"


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was done in this administration, by whom."""

    list_display = ["action_time", "user", "content_type", "object_repr", "get_change_message"]
    list_filter = ["action_flag", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "user__username"]
    date_hierarchy = "action_time"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(content_type__isnull=False)
