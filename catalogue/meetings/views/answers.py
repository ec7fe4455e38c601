"""Answering a need with a solution, and deciding about the answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.meetings import answers, people, rights
from catalogue.meetings.forms import AnswerForm, ReasonForm, SolutionChoiceForm
from catalogue.meetings.lists import heavy_columns
from catalogue.meetings.views.choice import find_proposable, render_choice
from catalogue.meetings.views.exchange import carry_out, data_for, send_form
from catalogue.meetings.views.form_data import current_user, field_value, submitted_data
from catalogue.meetings.views.steps import answer_steps
from catalogue.models import AnswerProposal, Need
from catalogue.records import permissions
from catalogue.web.access import account
from catalogue.web.errors import bad_request

SEEN = ("need__owner", "need__territory", "solution", "organisation", "created_by")
UNSEEN = [*heavy_columns("need"), *heavy_columns("solution")]
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
    slug = field_value(data, "solution") if data else choice.cleaned_data["solution"]
    solution = find_proposable(user, slug)
    if data is None and (solution is None or not people.organisations_of(user).exists()):
        words = {"title": _("Répondre à ce besoin"), "back_text": _("Revenir au besoin")}
        return render_choice(request, user, need, choice, words)
    form = AnswerForm(data, user=user, host=None, initial={"solution": solution.slug if solution else ""})
    if request.method == "POST" and form.is_valid():
        sent = send_form(form, partial(answers.send, user, need))
        if sent is not None:
            messages.success(request, _("Votre réponse est envoyée."))
            return redirect("catalogue:answer-detail", sent.pk)
    context = {"need": need, "solution": solution, "form": form, "section": "candidatures"}
    return render(request, "catalogue/meetings/answer_form.html", context)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def answer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the answer, and what each side may do about it."""
    answer = get_object_or_404(
        AnswerProposal.objects.select_related(*SEEN).defer(*UNSEEN, "need__territory__geometry"), pk=pk
    )
    side = rights.require(current_user(request), "view", answer)
    data = submitted_data(request)
    action = field_value(data, "action")
    decline = ReasonForm(
        data_for(data, action, "decline"),
        label=_("Pourquoi la décliner ?"),
        help_text=_("L’auteur de la réponse lira ce motif."),
    )
    if request.method == "POST":
        if action not in answers.RULES:
            raise Http404
        rights.require(current_user(request), action, answer)
        form = decline if action == "decline" else None
        act = partial(answers.act, answer, action, current_user(request))
        if carry_out(request, action, form, act, DONE[action]):
            return redirect("catalogue:answer-detail", pk)
    return render(request, "catalogue/meetings/answer_detail.html", _context(answer, side, decline))


def _context(answer: AnswerProposal, side: rights.Side, decline: ReasonForm) -> dict[str, Any]:
    names = people.signatures([answer.created_by], [answer.organisation], "")
    return {
        "answer": answer,
        "applicant": names.get(answer.created_by_id, names[None]),
        "holder": people.holder_words(answer.solution, answer.organisation, answer.created_by),
        "is_pending": people.has_pending_membership(answer.created_by, answer.organisation),
        "side": side.value,
        "actions": rights.list_actions(side, answer),
        "decline": decline,
        "steps": answer_steps(answer),
        "section": "candidatures",
    }
