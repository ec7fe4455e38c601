"""At the end of an accepted application, its holder is asked once for what was measured."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from catalogue.meetings import mails, people
from catalogue.models import Application, Experiment, Indicator, Record

MOST_AT_ONCE = 200
GONE = (Record.State.REFUSED, Record.State.ARCHIVED)


def has_measures(experiment: Experiment) -> bool:
    return _measures().filter(experiment=experiment).exists()


def _measures() -> QuerySet[Indicator]:
    return Indicator.objects.filter(nature=Indicator.Nature.MEASURED, value__isnull=False)


def applications_to_ask() -> QuerySet[Application]:
    """Return accepted applications that are over, without a measure, whose holder was not asked yet."""
    return (
        Application.objects.filter(
            state=Application.ApplicationState.ACCEPTED,
            ends_on__lt=timezone.localdate(),
            results_asked_at__isnull=True,
            experiment__isnull=False,
        )
        .exclude(experiment__state__in=GONE)
        .exclude(experiment__status=Experiment.Status.ABANDONED)
        .exclude(Exists(_measures().filter(experiment=OuterRef("experiment"))))
        .order_by("ends_on", "pk")
    )


def ask_for_results() -> int:
    """Ask the holders, each once; how many. Called every day by the worker."""
    return sum(_ask_one(key) for key in applications_to_ask().values_list("pk", flat=True)[:MOST_AT_ONCE])


def _ask_one(key: int) -> bool:
    with transaction.atomic():
        related = ("site__owner", "solution", "organisation", "created_by", "experiment")
        due = applications_to_ask().select_for_update(of=("self",), skip_locked=True).select_related(*related)
        application = due.filter(pk=key).first()
        if application is None:
            return False
        application.results_asked_at = timezone.now()
        application.save(update_fields=["results_asked_at"])
        holders = people.list_followers(application.created_by, application.organisation)
        mails.mail_about_application("candidature-resultats", application, to=holders)
    return True
