"""How far an application or an answer is, for composants/etapes.html."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalogue.models import AnswerProposal, Application

Step = dict[str, str]
A, P = Application.ApplicationState, AnswerProposal.ProposalState


def application_steps(application: Application, *, has_results: bool) -> list[Step]:
    """Return the steps: sent, in review, decided; then, once accepted, tried and measured."""
    state = application.state
    sent = {"title": _("Envoyée"), "text": date_format(localtime(application.created_at)), "state": "fait"}
    review = {"title": _("En examen"), "text": "", "state": "fait"}
    decision = {"title": _("Décision"), "text": "", "state": "avenir"}
    if state == A.SENT:
        sent["state"], review["state"] = "courant", "avenir"
    elif state == A.IN_REVIEW:
        review["state"] = "courant"
    else:
        decision = {
            "title": application.get_state_display().capitalize(),
            "text": date_format(localtime(application.updated_at)),
            "state": "fait" if state == A.ACCEPTED else "courant",
        }
    if state in (A.DECLINED, A.WITHDRAWN):
        return [sent, decision]
    steps = [sent, review, decision]
    return [*steps, *_after(application, has_results=has_results, accepted=state == A.ACCEPTED)]


def _after(application: Application, *, has_results: bool, accepted: bool) -> list[Step]:
    trial = {"title": _("Essai"), "text": _period(application), "state": "avenir"}
    measures = {"title": _("Résultats"), "text": "", "state": "avenir"}
    if accepted:
        trial["state"] = "fait" if has_results or application.results_asked_at else "courant"
        if has_results:
            measures["state"] = "fait"
        elif application.results_asked_at:
            measures["state"] = "courant"
            measures["text"] = _("demandés")
    return [trial, measures]


def _period(application: Application) -> str:
    first, last = application.starts_on, application.ends_on
    if first and last:
        return _("du %(first)s au %(last)s") % {"first": date_format(first), "last": date_format(last)}
    if last:
        return _("jusqu’au %(last)s") % {"last": date_format(last)}
    return _("à partir du %(first)s") % {"first": date_format(first)} if first else ""


def answer_steps(answer: AnswerProposal) -> list[Step]:
    """Return the two steps: sent, decided."""
    waiting = answer.state == P.SENT
    sent = {
        "title": _("Envoyée"),
        "text": date_format(localtime(answer.created_at)),
        "state": "courant" if waiting else "fait",
    }
    if waiting:
        return [sent, {"title": _("Décision"), "text": "", "state": "avenir"}]
    return [
        sent,
        {
            "title": answer.get_state_display().capitalize(),
            "text": date_format(localtime(answer.updated_at)),
            "state": "fait" if answer.state == P.ACCEPTED else "courant",
        },
    ]
