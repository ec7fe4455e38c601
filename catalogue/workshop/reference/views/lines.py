"""One line of a list: its values, its uses, its history, and the actions on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.models import ReferenceChange
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.navigation import Crumb
from catalogue.web.paging import page_of
from catalogue.workshop.dashboard.lines import ListPage, describe_record, load_line_details
from catalogue.workshop.reference import line_changes, rights, values
from catalogue.workshop.reference.forms import LineActionForm, LineForm, PrefillForm, UsesForm, make_line_form
from catalogue.workshop.reference.lists import ReferenceList
from catalogue.workshop.reference.similarity import SimilarLine, find_similar_lines
from catalogue.workshop.reference.views import words
from catalogue.workshop.reference.views.lists import Usage, describe_uses

ACTIONS = ("archiver", "retablir", "monter", "descendre")
LATEST = 20


@dataclass(frozen=True)
class SimilarRow:
    title: str
    url: str
    reasons: str
    merge_url: str


@dataclass(frozen=True)
class LinePage:
    """What the page of a line shows; ``hidden`` counts the records that the curator may not read."""

    list: ReferenceList
    row: Any
    title: str
    key: str
    steps: Sequence[Crumb]
    target: Crumb | None
    usages: Sequence[Usage]
    hidden: int
    values: Sequence[tuple[str, str]]
    form: LineForm | None
    seen: str
    similar: Sequence[SimilarRow]
    may_change: bool
    history: Sequence[words.ChangeLine]


def get_line_or_404(ref: ReferenceList, key: str) -> Any:
    return get_object_or_404(ref.rows.select_related("merged_into"), **{ref.key: key})


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_line(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a line and its form; those who may change it save it."""
    ref = words.get_list_or_404(code)
    line = get_line_or_404(ref, key)
    if request.method == "POST":
        rights.require_change(request.user)
        form = make_line_form(ref, get_line_or_404(ref, key), request.POST)
        if form.is_valid() and _save_line(request, ref, line, form):
            return redirect(words.get_line_url(ref, line))
        return render_line(request, ref, line, form)
    if not rights.may_change(request.user):
        return render_line(request, ref, line, None)
    return render_line(request, ref, line, make_line_form(ref, line, form_recovery.pop_form(request)))


def _save_line(request: HttpRequest, ref: ReferenceList, line: Any, form: LineForm) -> bool:
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    try:
        change = line_changes.edit_line(ref, line.pk, form.values(), seen, cast(User, request.user), reason)
    except line_changes.ReferenceRefused as refusal:
        form.add_error(None, str(refusal))
        fresh = request.POST.copy()
        fresh["seen"] = values.make_token(ref, get_line_or_404(ref, ref.key_of(line)))
        form.data = fresh
        return False
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    messages.success(request, _("C’est enregistré.") if change else _("Rien n’a changé."))
    return True


def render_line(request: HttpRequest, ref: ReferenceList, line: Any, form: LineForm | None) -> HttpResponse:
    may_change = rights.may_change(request.user)
    counts = ref.counts([line], rights.visible_records(request.user))[line.pk]
    total = sum(ref.counts([line], Q())[line.pk])
    target = line.merged_into
    similar = find_similar_lines(ref, line) if may_change and line.is_active else []
    shown = [
        (values.get_value_label(ref, name), values.format_value(ref, name, value))
        for name, value in values.read_values(ref, line).items()
    ]
    changes = words.filter_changes(ref.code, ref.key_of(line))[:LATEST]
    page = LinePage(
        list=ref,
        row=line,
        title=ref.label_of(line),
        key=ref.key_of(line),
        steps=words.build_crumbs(ref, line),
        target=Crumb(ref.label_of(target), words.get_line_url(ref, target)) if target else None,
        usages=describe_uses(ref, line, counts),
        hidden=total - sum(counts),
        values=shown,
        form=form,
        seen=values.make_token(ref, line),
        similar=[_describe_similar(ref, line, one) for one in similar],
        may_change=may_change,
        history=words.describe_changes(changes, may_change),
    )
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "catalogue/workshop/reference/line.html", vars(page), status=status)


def _describe_similar(ref: ReferenceList, line: Any, similar: SimilarLine) -> SimilarRow:
    merge_url = f"{words.get_line_url(ref, line, 'merge')}?{urlencode({'avec': ref.key_of(similar.line)})}"
    url = words.get_line_url(ref, similar.line)
    return SimilarRow(ref.label_of(similar.line), url, ", ".join(similar.reasons), merge_url)


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_add(request: HttpRequest, code: str) -> HttpResponse:
    ref = words.get_list_or_404(code)
    rights.require_change(request.user)
    prefill = PrefillForm(request.GET)
    if not prefill.is_valid():
        return bad_request(request, prefill)
    line = ref.model(**{ref.label: prefill.cleaned_data["nom"]})
    form = make_line_form(ref, line, form_recovery.submitted_data(request))
    if request.method == "POST" and form.is_valid():
        line = line_changes.add_line(
            ref, form.values(), cast(User, request.user), form.cleaned_data["reason"]
        )
        messages.success(request, _("« %(label)s » est ajouté.") % {"label": ref.label_of(line)})
        return redirect(words.get_line_url(ref, line))
    context = {"list": ref, "steps": words.build_crumbs(ref, last=_("Ajouter")), "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalogue/workshop/reference/add.html", context, status=status)


@curator
@require_POST
def workshop_reference_act(request: HttpRequest, code: str, key: str, action: str) -> HttpResponse:
    ref = words.get_list_or_404(code)
    line = get_line_or_404(ref, key)
    rights.require_change(request.user)
    form = LineActionForm(request.POST)
    if action not in ACTIONS or not form.is_valid():
        raise Http404
    actor, data = cast(User, request.user), form.cleaned_data
    try:
        if action in ("monter", "descendre"):
            line_changes.move_line(ref, line.pk, action == "monter", actor)
            return redirect("catalogue:workshop-reference-list", code=ref.code)
        line_changes.set_active(ref, line.pk, action == "retablir", data["seen"], actor, data["reason"])
        is_active = action == "retablir"
        message = _("La ligne est de nouveau proposée.") if is_active else _("La ligne est archivée.")
        messages.success(request, message)
    except line_changes.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect(words.get_line_url(ref, line))


@curator
@require_POST
def workshop_reference_restore(request: HttpRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(
        ReferenceChange.objects.defer("trace"), pk=pk, action=ReferenceChange.Action.EDIT
    )
    ref = words.get_list_or_404(change.list)
    rights.require_change(request.user)
    try:
        line_changes.restore_value(ref, change, request.POST.get("champ", ""), cast(User, request.user))
        messages.success(request, _("La valeur d’avant est rétablie."))
    except line_changes.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    return redirect("catalogue:workshop-reference-line", ref.code, change.key)


@curator
@require_safe
def workshop_reference_uses(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """List the records that use a line, those whose title the curator may read."""
    ref = words.get_list_or_404(code)
    line = get_line_or_404(ref, key)
    form = UsesForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    place = form.cleaned_data["usage"]
    if place is not None and place >= len(ref.uses):
        raise Http404
    use = None if place is None else ref.uses[place]
    rows = ref.records(line, use).filter(rights.visible_records(request.user))
    page = page_of(load_line_details(rows), form.cleaned_data["page"])
    title = str(use.label) if use else _("Fiches")
    shown = ListPage(
        title=title,
        filters=[ref.label_of(line)],
        page=page,
        rows=[describe_record(record) for record in page],
        query="" if place is None else f"usage={place}",
        steps=words.build_crumbs(ref, line, title),
    )
    return render(request, "catalogue/workshop/dashboard/list.html", vars(shown))
