"""The queue: what waits, what runs, what failed and may be tried again."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.gis.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app

from catalogue.admin.base import ReadOnlyAdmin
from catalogue.models import Job

MOST_AT_ONCE = 200
STATES = {
    "todo": _("en attente"),
    "doing": _("en cours"),
    "succeeded": _("faite"),
    "failed": _("échouée"),
    "cancelled": _("annulée"),
    "aborted": _("interrompue"),
}
# Its own page is in English and carries styles that the security policy refuses.
admin.site.unregister(apps.get_model("procrastinate", "ProcrastinateJob"))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """One task of the queue."""

    list_display = ["id", "task_name", "state", "args", "attempts", "scheduled_at"]
    list_filter = ["status", "task_name"]
    search_fields = ["task_name"]
    ordering = ["-id"]
    actions = ["try_again"]
    readonly_fields = ["task_name", "state", "args", "attempts", "scheduled_at", "events"]
    fields = [*readonly_fields]

    @admin.display(description=_("état"), ordering="status")
    def state(self, job: Job) -> Any:
        return STATES.get(job.status, job.status)

    @admin.display(description=_("histoire"))
    def events(self, job: Job) -> str:
        """What happened to the task, oldest first."""
        lines = job.procrastinateevent_set.order_by("at", "pk").values_list("at", "type")
        return " · ".join(f"{timezone.localtime(at):%d/%m/%Y %H:%M:%S} {kind}" for at, kind in lines)

    @admin.action(description=_("Relancer les tâches échouées"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: models.QuerySet[Job]) -> None:
        """Queue the chosen tasks that failed once more."""
        failed = list(queryset.filter(status="failed")[:MOST_AT_ONCE])
        for job in failed:
            app.job_manager.retry_job_by_id(job.pk, timezone.now(), job.priority, job.queue_name, job.lock)
        message = ngettext("%d tâche relancée.", "%d tâches relancées.", max(len(failed), 1))
        messages.success(request, message % len(failed))
