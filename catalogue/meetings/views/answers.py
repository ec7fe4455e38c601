"""Answering a need with a solution, and deciding about the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.meetings import answers, people, rights
from catalogue.meetings.forms import AnswerForm, ReasonForm, SolutionChoiceForm
from catalogue.meetings.lists import LEFT_IN_DATABASE
from catalogue.meetings.refusal import Refused
from catalogue.meetings.views.choice import choose, chosen
from catalogue.meetings.views.form_data import current_user, field_value, submitted_data
from catalogue.meetings.views.steps import answer_steps
from catalogue.models import AnswerProposal, Need
from catalogue.records import permissions
from catalogue.web.access import account
from catalogue.web.errors import bad_request

SEEN = ("need__owner", "need__territory", "solution", "organisation", "created_by")
UNSEEN = [f"{relation}__{column}" for relation in ("need", "solution") for column in LEFT_IN_DATABASE]
DONE = {
    "accept": gettext_lazy("La réponse est acceptée : la solution figure désormais sur la page du besoin."),
    "decline": gettext_lazy("La réponse est déclinée ; son auteur est prévenu, avec votre motif."),
    "withdraw": gettext_lazy("Votre réponse est retirée."),
}


@account
@require_http_methods(["GET", "HEAD", "POST"])
def answer_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a solution, then say how it answers the need."""
    user = current_user(request)
    need = get_object_or_404(Need.objects.select_related("owner"), slug=slug)
    permissions.require(user, "answer", need)
    choice = SolutionChoiceForm(request.GET)
    if not choice.is_valid():
        return bad_request(request, choice)
    data = submitted_data(request)
    solution = chosen(user, field_value(data, "solution") if data else choice.cleaned_data["solution"])
    if data is None and (solution is None or not people.organisations_of(user).exists()):
        words = {"title": _("Répondre à ce besoin"), "back_text": _("Revenir au besoin")}
        return choose(request, user, need, choice, words)
    form = AnswerForm(data, user=user, host=None, initial={"solution": solution.slug if solution else ""})
    if request.method == "POST" and form.is_valid():
        sent = _send(request, need, form)
        if sent is not None:
            messages.success(request, _("Votre réponse est envoyée."))
            return redirect("catalogue:answer-detail", sent.pk)
    context = {"need": need, "solution": solution, "form": form, "section": "candidatures"}
    return render(request, "catalogue/meetings/answer_form.html", context)


def _send(request: HttpRequest, need: Need, form: AnswerForm) -> AnswerProposal | None:
    """The answer, or None with the refusal said on the form."""
    data = dict(form.cleaned_data)
    try:
        return answers.send(
            current_user(request),
            need,
            data.pop("solution"),
            data.pop("organisation"),
            key=data.pop("creation_key"),
            **data,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


@account
@require_http_methods(["GET", "HEAD", "POST"])
def answer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer, and what each side may do about it."""
    answer = get_object_or_404(
        AnswerProposal.objects.select_related(*SEEN).defer(*UNSEEN, "need__territory__geometry"), pk=pk
    )
    side = rights.require(current_user(request), "view", answer)
    data = submitted_data(request)
    action = field_value(data, "action")
    decline = ReasonForm(
        data if action == "decline" else None,
        label=_("Pourquoi la décliner ?"),
        help_text=_("L’auteur de la réponse lira ce motif."),
    )
    if request.method == "POST":
        if action not in answers.RULES:
            raise Http404
        rights.require(current_user(request), action, answer)
        if _done(request, answer, action, decline):
            return redirect("catalogue:answer-detail", pk)
    return render(request, "catalogue/meetings/answer_detail.html", _context(answer, side, decline))


def _done(request: HttpRequest, answer: AnswerProposal, action: str, decline: ReasonForm) -> bool:
    """True once the action is carried out or refused for good; False when the reason is missing."""
    if action == "decline" and not decline.is_valid():
        return False
    reason = decline.cleaned_data["reason"] if action == "decline" else ""
    try:
        answers.act(answer, action, current_user(request), reason=reason)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, DONE[action])
    return True


def _context(answer: AnswerProposal, side: rights.Side, decline: ReasonForm) -> dict[str, Any]:
    names = people.signatures([answer.created_by], [answer.organisation], "")
    return {
        "answer": answer,
        "applicant": names.get(answer.created_by_id, names[None]),
        "is_pending": people.is_waiting(answer.created_by, answer.organisation),
        "side": side.value,
        "actions": rights.possible(side, answer),
        "decline": decline,
        "steps": answer_steps(answer),
        "section": "candidatures",
    }
