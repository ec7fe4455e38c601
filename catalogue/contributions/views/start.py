"""/proposer/: choose what to propose, and the first page of each kind, which makes the draft."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.contributions import drafts
from catalogue.contributions.forms import NewForm
from catalogue.contributions.steps import PROPOSALS, Proposal
from catalogue.contributions.views.page import LEAVE, step_url, submitted_data
from catalogue.models import Record, Solution
from catalogue.web.access import account, public
from catalogue.web.errors import bad_request

DRAFTS_SHOWN = 5


class WordsForm(forms.Form):
    """What is looked for, and what was chosen."""

    q = forms.CharField(max_length=200, required=False)
    solution = forms.SlugField(max_length=120, required=False, allow_unicode=False)


@public
@require_safe
def propose(request: HttpRequest) -> HttpResponse:
    """Show the five kinds that can be proposed, and the drafts of the account."""
    mine: list[Record] = []
    if request.user.is_authenticated:
        rows = drafts.list_drafts(request.user).only("slug", "title", "kind", "state", "updated_at")
        mine = list(rows[: DRAFTS_SHOWN + 1])
    return render(
        request,
        "catalogue/contributions/choose_kind.html",
        {
            "kinds": list(PROPOSALS.values()),
            "drafts": mine[:DRAFTS_SHOWN],
            "other_drafts": len(mine) > DRAFTS_SHOWN,
            "section": "proposer",
        },
    )


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the first page of a kind; posting it makes the draft, once whatever the clicks."""
    proposal = PROPOSALS.get(kind)
    if proposal is None:
        raise Http404
    asked = WordsForm(request.GET)
    if not asked.is_valid():
        return bad_request(request, asked)
    user = cast(User, request.user)
    data = submitted_data(request)
    chosen = _chosen(data) or asked.cleaned_data["solution"]
    solution = _solution(user, chosen) if kind == Record.Kind.EXPERIMENT else None
    if kind == Record.Kind.EXPERIMENT and solution is None:
        return _choose_solution(request, user, asked.cleaned_data["q"], missed=bool(chosen))
    owners = drafts.list_owners(user)
    initial: dict[str, Any] = {"cle": uuid.uuid4()}
    if len(owners) == 1:
        initial["owner"] = next(iter(owners))
    if kind == Record.Kind.NEED:
        initial["title"] = asked.cleaned_data["q"]
    form = NewForm(data, kind=kind, owners=owners, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _create(request, proposal, form, solution)
    return render(
        request,
        "catalogue/contributions/new.html",
        {
            "form": form,
            "proposal": proposal,
            "solution": solution,
            "tried_solution": solution.slug if solution else "",
            "without_organisation": not owners,
            "steps": [
                {"title": str(step.title), "state": "courant" if number == 0 else "avenir"}
                for number, step in enumerate(proposal.steps)
            ],
            "section": "proposer",
        },
        status=400 if request.method == "POST" else 200,
    )


def _create(
    request: HttpRequest, proposal: Proposal, form: NewForm, solution: Solution | None
) -> HttpResponse:
    user = cast(User, request.user)
    if drafts.has_too_many(user):
        messages.error(
            request,
            _("Vous avez déjà %(n)d brouillons : finissez-en ou supprimez-en avant d’en créer un autre.")
            % {"n": drafts.MOST},
        )
        return redirect("catalogue:propose")
    key = form.cleaned_data["cle"] or uuid.uuid4()
    record = drafts.create(proposal.kind, user, form.values, key, solution)
    messages.success(
        request, _("Brouillon enregistré. Vous seul, et votre organisation, le voyez jusqu’à sa publication.")
    )
    if request.POST.get("suite") == LEAVE:
        return redirect("catalogue:space-record", record.slug)
    return redirect(step_url(record, proposal.steps[1].code))


def _chosen(data: QueryDict | None) -> str:
    """Return the solution that a posted form names, if it names one."""
    form = WordsForm({"solution": data.get("solution", "")} if data else {})
    return str(form.cleaned_data["solution"]) if form.is_valid() else ""


def _solution(user: User, slug: str) -> Solution | None:
    found: Solution | None = drafts.usable_solutions(user).filter(slug=slug).first()
    return found


def _choose_solution(request: HttpRequest, user: User, words: str, *, missed: bool) -> HttpResponse:
    """Ask which solution was tried, the first question of an experiment."""
    return render(
        request,
        "catalogue/contributions/solution_choice.html",
        {
            "q": words,
            "matches": drafts.find_solutions(user, words),
            "missed": missed,
            "address": reverse("catalogue:propose-new", args=[Record.Kind.EXPERIMENT.value]),
            "record": None,
            "solution": None,
            "back_url": reverse("catalogue:propose"),
            "section": "proposer",
        },
    )


@account
@require_safe
def propose_solutions(request: HttpRequest) -> HttpResponse:
    """Complete the name of a solution that an experiment may be of (JSON)."""
    form = WordsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    address = reverse("catalogue:propose-new", args=[Record.Kind.EXPERIMENT.value])
    found = drafts.find_solutions(cast(User, request.user), form.cleaned_data["q"])
    return JsonResponse(
        {
            "resultats": [
                {
                    "nom": one.title,
                    "detail": "" if one.is_published else one.get_state_display(),
                    "url": f"{address}?solution={one.slug}",
                }
                for one in found[:10]
            ]
        }
    )


@account
@require_safe
def propose_organisations(request: HttpRequest) -> HttpResponse:
    """Complete the name of an organisation that the catalogue knows (JSON)."""
    form = WordsForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    found = drafts.find_organisations(form.cleaned_data["q"])
    return JsonResponse(
        {"resultats": [{"nom": one.name, "detail": one.get_kind_display()} for one in found[:10]]}
    )
