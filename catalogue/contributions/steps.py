"""The five kinds that can be proposed, and the steps of each in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from catalogue.contributions.forms import (
    CourseForm,
    EssentialForm,
    GroundForm,
    NeedDetailForm,
    OperationForm,
    SolutionDetailForm,
    StepForm,
    ThemesForm,
)
from catalogue.models import Record, RecordOrganisation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = Record.Kind
Role = RecordOrganisation.Role

ESSENTIAL = "essentiel"
PLACE = "lieu"
RESULTS = "resultats"
AWARDS = "labels"
ACTORS = "acteurs"
DOCUMENTS = "documents"
REVIEW = "verifier"


@dataclass(frozen=True)
class Step:
    """One page of the way: a form, or something that has a page of its own."""

    code: str
    title: StrOrPromise
    form: type[StepForm] | None = None
    lead: StrOrPromise = ""


@dataclass(frozen=True)
class Proposal:
    """One kind that can be proposed: whom it helps, what is asked, in how long."""

    kind: str
    title: StrOrPromise
    helps: StrOrPromise
    asked: StrOrPromise
    minutes: int
    steps: tuple[Step, ...]
    roles: tuple[str, ...]

    def step(self, code: str) -> Step | None:
        return next((step for step in self.steps if step.code == code), None)

    def after(self, code: str) -> Step:
        """Return the step that follows; the last one follows itself."""
        codes = [step.code for step in self.steps]
        return self.steps[min(codes.index(code) + 1, len(codes) - 1)]


_THEMES = Step("themes", _("Thèmes et enjeux"), ThemesForm, _("Sous quels mots la fiche sera trouvée."))
_PLACE = Step(PLACE, _("Lieu"), None, _("Où cela se passe : la fiche paraîtra là sur la carte."))
_ACTORS = Step(ACTORS, _("Acteurs"), None, _("Qui porte, accueille, finance ou évalue."))
_DOCUMENTS = Step(DOCUMENTS, _("Photos et documents"))
_REVIEW = Step(REVIEW, _("Vérifier et envoyer"))


def _essential(lead: StrOrPromise) -> Step:
    return Step(ESSENTIAL, _("L’essentiel"), EssentialForm, lead)


PROPOSALS: dict[str, Proposal] = {
    proposal.kind: proposal
    for proposal in (
        Proposal(
            Kind.SOLUTION,
            _("Une solution"),
            _("Pour qu’une collectivité qui cherche puisse la comparer, la voir à l’œuvre et vous joindre."),
            _("ce qu’elle fait, ce qu’elle coûte, ce qu’il faut pour la reprendre."),
            10,
            (
                _essential(_("Ce que c’est, en deux phrases.")),
                Step(
                    "detail",
                    _("En détail"),
                    SolutionDetailForm,
                    _("Ce qu’il faut savoir avant de la reprendre."),
                ),
                _THEMES,
                _ACTORS,
                _DOCUMENTS,
                _REVIEW,
            ),
            (Role.HOLDER, Role.PARTNER, Role.SUPPLIER, Role.FUNDER),
        ),
        Proposal(
            Kind.EXPERIMENT,
            _("Une expérimentation"),
            _("Pour que d’autres sachent ce qui a marché, où, et avec quels résultats mesurés."),
            _("la solution essayée, le lieu, les dates, le bilan et les chiffres avec leur source."),
            15,
            (
                _essential(_("Quelle solution, où, en deux phrases.")),
                _PLACE,
                Step(
                    "deroulement", _("Déroulement"), CourseForm, _("Ce qui s’est passé, réussites et échecs.")
                ),
                Step(
                    RESULTS,
                    _("Résultats"),
                    None,
                    _("Des chiffres avec leur méthode : ce sont eux qui prouvent."),
                ),
                _THEMES,
                _ACTORS,
                _DOCUMENTS,
                _REVIEW,
            ),
            (Role.HOLDER, Role.HOST, Role.PARTNER, Role.FUNDER, Role.EVALUATOR, Role.SUPPLIER),
        ),
        Proposal(
            Kind.SITE,
            _("Un site d’expérimentation"),
            _("Pour qu’un innovateur trouve un terrain et candidate auprès de vous."),
            _("le périmètre, ce qui peut y être testé, ce qui s’y trouve, vos conditions."),
            10,
            (
                _essential(_("Quel lieu vous offrez, en deux phrases.")),
                _PLACE,
                Step("terrain", _("Le terrain"), GroundForm, _("Ce qui peut être testé, avec quoi, quand.")),
                _THEMES,
                _ACTORS,
                _DOCUMENTS,
                _REVIEW,
            ),
            (Role.HOLDER, Role.OWNER, Role.HOST, Role.PARTNER),
        ),
        Proposal(
            Kind.NEED,
            _("Un besoin"),
            _("Pour que ceux qui ont une réponse la proposent, et que vous sachiez qui partage ce besoin."),
            _("qui rencontre la difficulté, où, ce qui existe déjà."),
            5,
            (
                _essential(_("Ce qui manque, en deux phrases.")),
                _PLACE,
                Step(
                    "detail", _("Le besoin"), NeedDetailForm, _("Qui s’en servirait, avec quelles données.")
                ),
                _THEMES,
                _ACTORS,
                _REVIEW,
            ),
            (Role.HOLDER, Role.PARTNER),
        ),
        Proposal(
            Kind.OPERATION,
            _("Une opération d’aménagement"),
            _("Pour que ceux qui aménagent un lieu semblable voient ce qui a été fait et sous quel label."),
            _("le périmètre, le programme, les labels obtenus, les acteurs."),
            15,
            (
                _essential(_("L’opération en deux phrases.")),
                Step(PLACE, _("Périmètre"), None, _("Le tracé de l’opération, ou à défaut un point.")),
                Step("programme", _("Programme"), OperationForm, _("Ce qui est construit, en chiffres.")),
                Step(AWARDS, _("Labels"), None, _("Chaque étape obtenue, avec son année et sa source.")),
                _THEMES,
                _ACTORS,
                _DOCUMENTS,
                _REVIEW,
            ),
            (Role.OWNER, Role.HOLDER, Role.PARTNER, Role.FUNDER, Role.EVALUATOR),
        ),
    )
}
