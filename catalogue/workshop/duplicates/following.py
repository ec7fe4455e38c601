"""What points to a record and follows it when it is merged into another.

What is part of a record (``catalogue.records.shape``) is chosen row by row instead; a relation that is
neither stays where it is, with the record that is archived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models import (
    AlertMatch,
    AnswerProposal,
    Application,
    CaseNote,
    ContactRequest,
    Experiment,
    NeedAnswer,
    Record,
    Revision,
    SavedSearch,
)

Kind = Record.Kind


@dataclass(frozen=True)
class Following:
    """Rows that point to a record and follow it.

    ``states`` are those of the rows that follow, all when it is empty. ``once`` names the attributes that two
    rows of one record may not share, among those in the states of ``alive`` when they are given; ``single``
    means that a record has one row at most. What would clash stays with the archived record.
    """

    label: Any
    model: type[models.Model]
    name: str
    once: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    alive: tuple[str, ...] = ()
    single: bool = False

    def rows(self, record: int) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model._default_manager.filter(**{self.name: record})
        return rows.filter(state__in=self.states) if self.states else rows

    @property
    def key(self) -> str:
        """What the trace of a merge calls the relation."""
        return f"{self.model._meta.model_name}.{self.name}"


ALIVE = ("envoyee", "en-examen", "acceptee")
EVERY = (
    Following(_("demandes de contact"), ContactRequest, "record"),
    Following(_("notes internes"), CaseNote, "record"),
    Following(
        _("changements proposés, ou en préparation"),
        Revision,
        "record",
        once=("author_id", "state"),
        states=("proposee", "preparation"),
        alive=("preparation",),
    ),
    Following(_("alertes qui l’ont trouvée"), AlertMatch, "record", once=("search_id",)),
)
FOLLOWING: dict[str, tuple[Following, ...]] = {
    Kind.SOLUTION: (
        Following(_("expérimentations"), Experiment, "solution"),
        Following(_("réponses à des besoins"), NeedAnswer, "solution", once=("need_id",)),
        Following(_("candidatures à des sites"), Application, "solution", once=("site_id",), alive=ALIVE),
        Following(_("réponses proposées"), AnswerProposal, "solution", once=("need_id",), alive=ALIVE),
        Following(_("recherches de terrain"), SavedSearch, "solution"),
    ),
    Kind.EXPERIMENT: (
        Following(_("expérimentations qui s’en inspirent"), Experiment, "parent"),
        Following(_("candidatures dont elle est née"), Application, "experiment", single=True),
    ),
    Kind.SITE: (Following(_("candidatures"), Application, "site", once=("solution_id",), alive=ALIVE),),
    Kind.NEED: (
        Following(_("réponses proposées"), AnswerProposal, "need", once=("solution_id",), alive=ALIVE),
    ),
    Kind.OPERATION: (),
}


def following(kind: str) -> tuple[Following, ...]:
    return (*FOLLOWING[kind], *EVERY)
