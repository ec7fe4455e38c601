"""Two lines made one: chosen, previewed with the exact records that it touches, done, and undone."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.models import ReferenceChange
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.workshop.reference import changing, merging, rights
from catalogue.workshop.reference.forms import LineActionForm, TargetForm
from catalogue.workshop.reference.lists import ReferenceList
from catalogue.workshop.reference.similarity import order_by_similarity
from catalogue.workshop.reference.views import words
from catalogue.workshop.reference.views.lines import line_at, use_line

CHOICES = 50
SHOWN = 20


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_merge(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Choose the line to merge into, see what it would do, do it."""
    known = words.known_list(code)
    rights.require_change(request.user)
    line = line_at(known, key)
    form = TargetForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    target = line_at(known, data["avec"]) if data["avec"] else None
    if request.method == "POST" and target is not None:
        act = LineActionForm(request.POST)
        if act.is_valid() and _merged(request, known, (line, target), act.cleaned_data):
            return redirect(words.line_address(known, target))
        return redirect(f"{words.line_address(known, line, 'merge')}?avec={known.key_of(target)}")
    context: dict[str, Any] = {
        "list": known,
        "row": line,
        "title": known.label_of(line),
        "steps": words.crumbs(known, line, _("Réunir")),
        "url": words.line_address(known, line),
        "q": data["q"],
        "choices": [] if target else candidates(known, line, data["q"]),
        "target": None,
    }
    if target is not None:
        context |= effect(request, known, line, target)
    return render(request, "catalogue/workshop/reference/merge.html", context)


def candidates(known: ReferenceList, line: Any, typed: str) -> list[dict[str, str]]:
    """The lines that it could be merged into: those of the words typed, else those that look most like it."""
    found = known.find(typed).exclude(pk=line.pk).filter(is_active=True).order_by(known.label)
    rows = found if typed else order_by_similarity(known, line)
    return [{"key": known.key_of(one), "title": known.label_of(one)} for one in rows[:CHOICES]]


def effect(request: HttpRequest, known: ReferenceList, line: Any, target: Any) -> dict[str, Any]:
    """What the merge would do."""
    found = merging.preview(known, line, target)
    readable = found.records.filter(rights.visible_records(request.user))
    total, shown = found.records.count(), readable.count()
    seen, other = merging.tokens(known, line, target)
    rows = readable.select_related("territory__departement").defer("geometry", "description")
    return {
        "target": {"title": known.label_of(target), "url": words.line_address(known, target)},
        "effects": found.effects,
        "refusal": found.refusal,
        "records": [use_line(record) for record in rows.order_by("-pk")[:SHOWN]],
        "total": total,
        "hidden": total - shown,
        "all": words.line_address(known, line, "uses") if shown > SHOWN else "",
        "form": LineActionForm(initial={"seen": seen, "other": other}, auto_id="reunir-%s"),
    }


def _merged(request: HttpRequest, known: ReferenceList, pair: tuple[Any, Any], data: dict[str, Any]) -> bool:
    first, second = pair
    tokens = (data["seen"], data["other"])
    try:
        change = merging.merge(known, (first.pk, second.pk), tokens, cast(User, request.user), data["reason"])
    except changing.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
        return False
    messages.success(
        request,
        _("« %(first)s » est réuni à « %(second)s » : %(n)d fiches touchées. Cela peut être annulé.")
        % {"first": known.label_of(first), "second": known.label_of(second), "n": change.record_count},
    )
    return True


@curator
@require_POST
def workshop_reference_separate(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge."""
    change = get_object_or_404(ReferenceChange, pk=pk, action=ReferenceChange.Action.MERGE)
    known = words.known_list(change.list)
    rights.require_change(request.user)
    try:
        merging.separate(known, change, cast(User, request.user))
        messages.success(request, _("La réunion est annulée : tout est revenu."))
    except changing.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalogue:workshop-reference-line", known.code, change.key)
