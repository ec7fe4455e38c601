"""/proposer/fiche/<slug>/<étape>/: one page for each step, saved when it is posted."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.contributions import drafts
from catalogue.contributions.duplicates import LikelyDuplicate, describe, likely_duplicates
from catalogue.contributions.editing import PLACE, Copy, EditConflict, digest_values, open_copy, save
from catalogue.contributions.forms import CourseForm, EssentialForm, StepForm
from catalogue.contributions.place_form import PlaceForm
from catalogue.contributions.steps import ACTORS, AWARDS, ESSENTIAL, RESULTS, Step
from catalogue.contributions.steps import PLACE as PLACE_STEP
from catalogue.contributions.surroundings import suggested_programmes
from catalogue.contributions.views.actors import actors_step
from catalogue.contributions.views.items import items_step
from catalogue.contributions.views.page import (
    describe_conflict,
    form_status,
    page_version,
    redirect_after_save,
    step_context,
    step_url,
    submitted_data,
)
from catalogue.contributions.views.start import WordsForm
from catalogue.models import Experiment, Record
from catalogue.records.content import Values, to_portable
from catalogue.records.writing import NotWritten
from catalogue.web.access import account
from catalogue.web.errors import bad_request

PARENTS_SHOWN = 200


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Show a step of a record that the account may change, or propose to change."""
    copy = open_copy(cast(User, request.user), slug)
    chosen = copy.proposal.step(step)
    if chosen is None:
        raise Http404
    if chosen.form is not None:
        return _form_step(request, copy, chosen)
    pages = {
        PLACE_STEP: _place_step,
        ACTORS: actors_step,
        RESULTS: items_step,
        AWARDS: items_step,
    }
    if chosen.code not in pages:
        raise Http404
    return pages[chosen.code](request, copy, chosen)


def _form_step(request: HttpRequest, copy: Copy, step: Step) -> HttpResponse:
    """Show a step that is one form of the record's own fields."""
    options = _options(copy, step)
    form_class = cast(type[StepForm], step.form)
    names = list(form_class(kind=copy.kind, **options).fields)
    data = submitted_data(request)
    stored = copy.values(names)
    form = form_class(data, initial=stored, kind=copy.kind, **options)
    _suggest(copy, form)
    shown = digest_values(stored) if data is None else page_version(data)
    stale: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            return redirect_after_save(request, copy, step, save(copy, form.values, shown))
        except EditConflict as problem:
            shown, stale = problem.version, describe_conflict(copy.kind, problem.stored)
        except NotWritten as problem:
            form.add_error(None, str(problem))
    return _render_page(request, copy, step, form, shown, stale)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_solution(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask which solution an experiment is of: found by its name, then chosen."""
    copy = open_copy(cast(User, request.user), slug)
    if copy.kind != Record.Kind.EXPERIMENT:
        raise Http404
    asked = WordsForm(request.POST if request.method == "POST" else request.GET)
    if not asked.is_valid():
        return bad_request(request, asked)
    chosen = asked.cleaned_data["solution"]
    missed = False
    if request.method == "POST":
        missed = not drafts.usable_solutions(copy.user).filter(slug=chosen).exists()
        if not missed:
            save(copy, {"solution": chosen}, "")
            messages.success(request, _("Solution choisie."))
            return redirect(step_url(copy.record, ESSENTIAL))
    words = asked.cleaned_data["q"]
    return render(
        request,
        "catalogue/contributions/solution_choice.html",
        {
            "record": copy.record,
            "solution": _solution_of(copy),
            "q": words,
            "matches": drafts.find_solutions(copy.user, words),
            "missed": missed,
            "address": reverse("catalogue:propose-solution", args=[slug]),
            "back_url": step_url(copy.record, ESSENTIAL),
            "section": "proposer",
        },
        status=400 if missed else 200,
    )


def _solution_of(copy: Copy) -> Record | None:
    if copy.kind != Record.Kind.EXPERIMENT:
        return None
    slug = copy.values(["solution"])["solution"]
    return Record.objects.only("slug", "title", "state", "kind").filter(slug=slug).first()


def _place_step(request: HttpRequest, copy: Copy, step: Step) -> HttpResponse:
    """Show the step of the place: what is found is confirmed before it is saved."""
    data = submitted_data(request)
    record = copy.with_changes()
    form = PlaceForm(data, request.FILES or None, record=record)
    shown = digest_values(copy.values(PLACE)) if data is None else page_version(data)
    stale: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        values: Values = {name: to_portable(form.cleaned_data[name]) for name in PLACE}
        try:
            return redirect_after_save(request, copy, step, save(copy, values, shown))
        except EditConflict as problem:
            shown, stale = problem.version, describe_conflict(copy.kind, problem.stored)
        except NotWritten as problem:
            form.add_error(None, str(problem))
    return _render_page(request, copy, step, form, shown, stale)


def _render_page(
    request: HttpRequest,
    copy: Copy,
    step: Step,
    form: forms.Form,
    shown: str,
    stale: list[dict[str, Any]],
) -> HttpResponse:
    place = step.code == PLACE_STEP
    first = step.form is EssentialForm
    solution = _solution_of(copy) if first else None
    return render(
        request,
        "catalogue/contributions/place.html" if place else "catalogue/contributions/step.html",
        {
            **step_context(copy, step.code),
            "form": form,
            "solution": solution,
            "tried_solution": solution.slug if solution else "",
            "duplicates": _likely_duplicates(copy) if first else [],
            "version": shown,
            "differences": stale,
        },
        status=form_status(request, form, stale),
    )


def _likely_duplicates(copy: Copy) -> list[LikelyDuplicate]:
    return likely_duplicates(copy.user, describe(copy.record), copy.record.pk)


def _suggest(copy: Copy, form: forms.Form) -> None:
    """Say, by the programmes to tick, which ones designate the territory of the record."""
    territory = copy.with_changes().territory if "programmes" in form.fields else None
    labels = [one.label for one in suggested_programmes(territory)] if territory is not None else []
    if labels:
        form.fields["programmes"].help_text = _(
            "Désignent ce territoire : %(programmes)s. Cochez ceux dont la fiche relève."
        ) % {"programmes": ", ".join(labels)}


def _options(copy: Copy, step: Step) -> dict[str, Any]:
    if step.form is EssentialForm:
        return {"owners": _owners(copy)}
    if step.form is CourseForm:
        return {"parents": _parents(copy)}
    return {}


def _owners(copy: Copy) -> dict[str, str] | None:
    """Return the organisations to choose from; None but for the author, who alone hands a record over."""
    if not copy.is_direct or copy.record.created_by_id != copy.user.pk:
        return None
    return drafts.list_owners(copy.user, copy.record)


def _parents(copy: Copy) -> dict[str, str]:
    """Return the experiments of the same solution that this one may come from."""
    record = copy.record
    same = Experiment.objects.filter(solution=record.solution_id).exclude(pk=record.pk)
    rows = same.filter(Q(state=Record.State.PUBLISHED) | Q(pk=record.parent_id)).order_by("title")
    return dict(rows.values_list("slug", "title")[:PARENTS_SHOWN])
