"""How far an application or an answer is, for composants/etapes.html."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalogue.models import AnswerProposal, Application

Step = dict[str, str]
A, P = Application.ApplicationState, AnswerProposal.ProposalState


def application_steps(application: Application, *, has_results: bool) -> list[Step]:
    """Sent, in review, decided; then, once accepted, tried and measured."""
    state = application.state
    sent = {"titre": _("Envoyée"), "texte": date_format(localtime(application.created_at)), "etat": "fait"}
    review = {"titre": _("En examen"), "texte": "", "etat": "fait"}
    decision = {"titre": _("Décision"), "texte": "", "etat": "avenir"}
    if state == A.SENT:
        sent["etat"], review["etat"] = "courant", "avenir"
    elif state == A.IN_REVIEW:
        review["etat"] = "courant"
    else:
        decision = {
            "titre": application.get_state_display().capitalize(),
            "texte": date_format(localtime(application.updated_at)),
            "etat": "fait" if state == A.ACCEPTED else "courant",
        }
    if state in (A.DECLINED, A.WITHDRAWN):
        return [sent, decision]
    steps = [sent, review, decision]
    return [*steps, *_after(application, has_results=has_results, accepted=state == A.ACCEPTED)]


def _after(application: Application, *, has_results: bool, accepted: bool) -> list[Step]:
    trial = {"titre": _("Essai"), "texte": _period(application), "etat": "avenir"}
    measures = {"titre": _("Résultats"), "texte": "", "etat": "avenir"}
    if accepted:
        trial["etat"] = "fait" if has_results or application.results_asked_at else "courant"
        if has_results:
            measures["etat"] = "fait"
        elif application.results_asked_at:
            measures["etat"] = "courant"
            measures["texte"] = _("demandés")
    return [trial, measures]


def _period(application: Application) -> str:
    first, last = application.starts_on, application.ends_on
    if first and last:
        return _("du %(first)s au %(last)s") % {"first": date_format(first), "last": date_format(last)}
    if last:
        return _("jusqu’au %(last)s") % {"last": date_format(last)}
    return _("à partir du %(first)s") % {"first": date_format(first)} if first else ""


def answer_steps(answer: AnswerProposal) -> list[Step]:
    """Sent, then decided."""
    waiting = answer.state == P.SENT
    sent = {
        "titre": _("Envoyée"),
        "texte": date_format(localtime(answer.created_at)),
        "etat": "courant" if waiting else "fait",
    }
    if waiting:
        return [sent, {"titre": _("Décision"), "texte": "", "etat": "avenir"}]
    return [
        sent,
        {
            "titre": answer.get_state_display().capitalize(),
            "texte": date_format(localtime(answer.updated_at)),
            "etat": "fait" if answer.state == P.ACCEPTED else "courant",
        },
    ]
