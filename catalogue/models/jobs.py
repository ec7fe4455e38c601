"""The queue as the administration shows it; procrastinate alone writes it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob


class Job(ProcrastinateJob):
    """A task that waits, runs or failed; those that succeeded are gone."""

    class Meta:
        proxy = True
        verbose_name = _("tâche")

    def __str__(self) -> str:
        return f"{self.task_name} {self.pk}"
