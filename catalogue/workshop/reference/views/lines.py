"""One line of a list: what it says, who uses it, what it said, and what is done to it."""

from __future__ import annotations

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

from catalogue.models import Record, ReferenceChange
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import page_of
from catalogue.workshop.dashboard.lines import WIDE, make_record_line
from catalogue.workshop.reference import changing, rights, values
from catalogue.workshop.reference.forms import LineActionForm, LineForm, UsesForm, make_line_form
from catalogue.workshop.reference.lists import ReferenceList
from catalogue.workshop.reference.similarity import SimilarLine, find_similar_lines
from catalogue.workshop.reference.views import words
from catalogue.workshop.reference.views.lists import uses_of

ACTIONS = ("archiver", "retablir", "monter", "descendre")
LATEST = 20


def line_at(known: ReferenceList, key: str) -> Any:
    """The line of an address; 404 when there is none."""
    return get_object_or_404(known.rows.select_related("merged_into"), **{known.key: key})


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_line(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """A line and its form; its values are changed by those who may."""
    known = words.known_list(code)
    line = line_at(known, key)
    may = rights.may_change(request.user)
    if request.method == "POST":
        rights.require_change(request.user)
        form = make_line_form(known, line_at(known, key), request.POST)
        if form.is_valid() and _edited(request, known, line, form):
            return redirect(words.line_address(known, line))
        return show(request, known, line, form)
    return show(request, known, line, make_line_form(known, line, kept.given_back(request)) if may else None)


def _edited(request: HttpRequest, known: ReferenceList, line: Any, form: LineForm) -> bool:
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    try:
        change = changing.edit_line(known, line.pk, form.values(), seen, cast(User, request.user), reason)
    except changing.Refused as refusal:
        form.add_error(None, str(refusal))
        fresh = request.POST.copy()
        fresh["seen"] = values.token(known, line_at(known, known.key_of(line)))
        form.data = fresh
        return False
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    messages.success(request, _("C’est enregistré.") if change else _("Rien n’a changé."))
    return True


def show(request: HttpRequest, known: ReferenceList, line: Any, form: LineForm | None) -> HttpResponse:
    """The page of a line."""
    user = request.user
    may = rights.may_change(user)
    counts = known.counts([line], rights.visible_records(user))[line.pk]
    everything = known.counts([line], Q())[line.pk]
    pairs = values.read_values(known, line).items()
    similar = find_similar_lines(known, line) if may and line.is_active else []
    context = {
        "list": known,
        "row": line,
        "title": known.label_of(line),
        "key": known.key_of(line),
        "steps": words.crumbs(known, line),
        "target": line.merged_into and {
            "title": known.label_of(line.merged_into),
            "url": words.line_address(known, line.merged_into),
        },
        "usages": uses_of(known, line, counts),
        "hidden": sum(everything) - sum(counts),
        "values": [(values.get_value_label(known, n), values.format_value(known, n, v)) for n, v in pairs],
        "form": form,
        "seen": values.token(known, line),
        "similar": [_near(known, line, one) for one in similar],
        "may_change": may,
        "history": words.history(words.changes_of(known.code, known.key_of(line))[:LATEST], may),
    }  # fmt: skip
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "catalogue/workshop/reference/line.html", context, status=status)


def _near(known: ReferenceList, line: Any, one: SimilarLine) -> dict[str, str]:
    """A line that may be the same, why, and where what making them one would do is seen."""
    key = known.key_of(one.line)
    return {
        "title": known.label_of(one.line),
        "url": words.line_address(known, one.line),
        "reasons": ", ".join(one.reasons),
        "merge_url": f"{words.line_address(known, line, 'merge')}?{urlencode({'avec': key})}",
    }


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_add(request: HttpRequest, code: str) -> HttpResponse:
    """A new line."""
    known = words.known_list(code)
    rights.require_change(request.user)
    form = make_line_form(known, known.model(), kept.posted(request))
    if request.method == "POST" and form.is_valid():
        line = changing.add_line(known, form.values(), cast(User, request.user), form.cleaned_data["reason"])
        messages.success(request, _("« %(label)s » est ajouté.") % {"label": known.label_of(line)})
        return redirect(words.line_address(known, line))
    context = {
        "list": known,
        "steps": words.crumbs(known, last=_("Ajouter")),
        "form": form,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalogue/workshop/reference/add.html", context, status=status)


@curator
@require_POST
def workshop_reference_act(request: HttpRequest, code: str, key: str, action: str) -> HttpResponse:
    """Archive a line, offer it again, move it in its list."""
    known = words.known_list(code)
    line = line_at(known, key)
    rights.require_change(request.user)
    form = LineActionForm(request.POST)
    if action not in ACTIONS or not form.is_valid():
        raise Http404
    actor, data = cast(User, request.user), form.cleaned_data
    try:
        if action in ("monter", "descendre"):
            changing.move_line(known, line.pk, action == "monter", actor)
            return redirect("catalogue:workshop-reference-list", code=known.code)
        changing.set_active(known, line.pk, action == "retablir", data["seen"], actor, data["reason"])
        done = _("La ligne est de nouveau proposée.") if action == "retablir" else _("La ligne est archivée.")
        messages.success(request, done)
    except changing.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect(words.line_address(known, line))


@curator
@require_POST
def workshop_reference_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a line back the value that it had before a change."""
    change = get_object_or_404(
        ReferenceChange.objects.defer("trace"), pk=pk, action=ReferenceChange.Action.EDIT
    )
    known = words.known_list(change.list)
    rights.require_change(request.user)
    try:
        changing.restore_value(known, change, request.POST.get("champ", ""), cast(User, request.user))
        messages.success(request, _("La valeur d’avant est rétablie."))
    except (changing.ReferenceRefused, ValidationError) as refusal:
        said = refusal.messages[0] if isinstance(refusal, ValidationError) else str(refusal)
        messages.warning(request, said)
    return redirect("catalogue:workshop-reference-line", known.code, change.key)


@curator
@require_safe
def workshop_reference_uses(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The records that use a line, those whose title the curator may read."""
    known = words.known_list(code)
    line = line_at(known, key)
    form = UsesForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    place = form.cleaned_data["usage"]
    if place is not None and place >= len(known.uses):
        raise Http404
    rows = known.records(line, None if place is None else known.uses[place])
    rows = (
        rows.filter(rights.visible_records(request.user))
        .select_related("territory__departement")
        .defer(*WIDE)
    )
    page = page_of(rows.order_by("-pk"), form.cleaned_data["page"])
    title = str(known.uses[place].label) if place is not None else _("Fiches")
    context = {
        "title": title,
        "filters": [known.label_of(line)],
        "everywhere": False,
        "page": page,
        "rows": [use_line(record) for record in page],
        "query": "" if place is None else f"usage={place}",
        "steps": words.crumbs(known, line, title),
    }
    return render(request, "catalogue/workshop/dashboard/list.html", context)


def use_line(record: Record) -> dict[str, Any]:
    """A record that uses a line."""
    return make_record_line(record)
