"""What belongs to a record and is kept line by line when two become one; what simply follows it.

A relation that is named nowhere here stays where it is: with the record that is archived, which keeps it.
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
    Document,
    Experiment,
    Indicator,
    LabelAward,
    NeedAnswer,
    Record,
    Revision,
    SavedSearch,
    Section,
)

Kind = Record.Kind


@dataclass(frozen=True)
class Part:
    """Rows that belong to a record. ``identity`` are the attributes that two of them may not share."""

    attribute: str
    label: Any
    model: type[models.Model]
    owner: str
    identity: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column of the record's key."""
        return f"{self.owner}_id"


DOCUMENTS = Part("documents", _("Documents"), Document, "record")
SECTIONS = Part("sections", _("Sections de la fiche de capitalisation"), Section, "record", ("code",))
PARTS: dict[str, tuple[Part, ...]] = {
    Kind.SOLUTION: (SECTIONS, DOCUMENTS),
    Kind.EXPERIMENT: (
        Part("indicators", _("Résultats"), Indicator, "experiment"),
        SECTIONS,
        DOCUMENTS,
    ),
    Kind.OPERATION: (
        Part("awards", _("Labels"), LabelAward, "operation", ("label", "regime", "step", "year")),
        SECTIONS,
        DOCUMENTS,
    ),
    Kind.SITE: (SECTIONS, DOCUMENTS),
    Kind.NEED: (
        Part("answer_links", _("Réponses"), NeedAnswer, "need", ("solution_id",)),
        SECTIONS,
        DOCUMENTS,
    ),
}


def parts_of(kind: str) -> tuple[Part, ...]:
    """The parts of a record of this kind."""
    return PARTS[kind]


@dataclass(frozen=True)
class Following:
    """Rows that point to a record and follow it.

    ``states`` are those of the rows that follow, all when it is empty. ``once`` names the attributes that two
    rows of one record may not share, among those in the states of ``alive`` when they are given; ``single``
    says that a record has one row at most. What would clash stays with the archived record.
    """

    label: Any
    model: type[models.Model]
    name: str
    once: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    alive: tuple[str, ...] = ()
    single: bool = False


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
    """What follows a record of this kind."""
    return (*FOLLOWING[kind], *EVERY)
