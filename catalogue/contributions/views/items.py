"""The results of an experiment and the labels of an operation: one row at a time, a page for each."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.contributions.editing import (
    Copy,
    EditConflict,
    delete_item,
    digest_values,
    open_copy,
    save_item,
)
from catalogue.contributions.items import FORMS
from catalogue.contributions.steps import AWARDS, RESULTS, Step
from catalogue.contributions.views.page import (
    describe_conflict,
    form_status,
    page_version,
    redirect_after_save,
    step_context,
    step_url,
    submitted_data,
)
from catalogue.records.content import Values, describe_item, get_collections
from catalogue.records.results import judge_results
from catalogue.records.writing import NotWritten
from catalogue.web.access import account

ATTRIBUTES = {RESULTS: "indicators", AWARDS: "awards"}
NEW = "nouveau"
MOST = 100
"""Rows of one collection: beyond, a record is no longer read."""
REMOVE = "retirer"
"""What heads a row: it is not repeated below."""


def items_step(request: HttpRequest, copy: Copy, step: Step) -> HttpResponse:
    """Show the rows of a collection, each with its two actions."""
    attribute = ATTRIBUTES[step.code]
    if request.method == "POST":
        return redirect_after_save(request, copy, step, [])
    known, found = get_collections(copy.kind)[attribute], copy.items(attribute)
    judged = judge_results(copy.record, found) if attribute == "indicators" else [None] * len(found)
    rows = [
        {
            "title": _title(attribute, row),
            "judged": judgement,
            "text": describe_item(
                known, {name: value for name, value in row.items() if name not in ("name", "label")}
            ),
            "url": reverse("catalogue:propose-item", args=[copy.record.slug, step.code, row["ref"]]),
        }
        for row, judgement in zip(found, judged, strict=True)
    ]
    return render(
        request,
        "catalogue/contributions/items.html",
        {
            **step_context(copy, step.code),
            "rows": rows,
            "measures": attribute == "indicators",
            "add_url": reverse("catalogue:propose-item", args=[copy.record.slug, step.code, NEW]),
        },
    )


def _title(attribute: str, row: Values) -> str:
    return str(row["name"] if attribute == "indicators" else row["label"])


@account
@require_http_methods(["GET", "HEAD", "POST"])
def propose_item(request: HttpRequest, slug: str, step: str, ref: str) -> HttpResponse:
    """Show one row: a new one, or one to correct or to take away."""
    copy = open_copy(cast(User, request.user), slug)
    chosen = copy.proposal.step(step)
    attribute = ATTRIBUTES.get(step)
    if chosen is None or attribute is None:
        raise Http404
    stored = copy.item(attribute, ref) if ref != NEW else {}
    if request.method == "POST" and REMOVE in request.POST and ref != NEW:
        delete_item(copy, attribute, ref)
        messages.success(request, _("Retiré : « %(name)s ».") % {"name": _title(attribute, stored)})
        return redirect(step_url(copy.record, step))
    return _item_page(request, copy, chosen, ref, stored)


def _item_page(request: HttpRequest, copy: Copy, step: Step, ref: str, stored: Values) -> HttpResponse:
    attribute = ATTRIBUTES[step.code]
    data = submitted_data(request)
    form: Any = FORMS[attribute](data, initial=stored, record=copy.record)
    shown = _version(attribute, stored) if data is None else page_version(data)
    stale: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            _refuse_too_many(copy, attribute, ref)
            save_item(copy, attribute, None if ref == NEW else ref, form.values, shown)
            messages.success(request, _("Enregistré."))
            return redirect(step_url(copy.record, step.code))
        except EditConflict as problem:
            shown = problem.version
            stale = describe_conflict(copy.kind, problem.stored, get_collections(copy.kind)[attribute])
        except NotWritten as problem:
            form.add_error(None, str(problem))
    return render(
        request,
        "catalogue/contributions/item.html",
        {
            **step_context(copy, step.code),
            "form": form,
            "version": shown,
            "differences": stale,
            "new": ref == NEW,
            "measures": attribute == "indicators",
            "back_url": step_url(copy.record, step.code),
        },
        status=form_status(request, form, stale),
    )


def _version(attribute: str, stored: Values) -> str:
    return digest_values({name: value for name, value in stored.items() if name not in ("pk", "ref", "new")})


def _refuse_too_many(copy: Copy, attribute: str, ref: str) -> None:
    if ref == NEW and len(copy.items(attribute)) >= MOST:
        raise NotWritten(_("Une fiche a %(n)d lignes au plus.") % {"n": MOST})
