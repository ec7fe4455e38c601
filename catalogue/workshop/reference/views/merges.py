"""The merge of two lines: chosen, previewed with the exact records that it touches, done, and undone."""

from __future__ import annotations

from dataclasses import dataclass
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
from catalogue.web.navigation import Crumb
from catalogue.workshop.dashboard.lines import ListLine, describe_record, load_line_details
from catalogue.workshop.reference import line_changes, line_merge, rights
from catalogue.workshop.reference.forms import LineActionForm, TargetForm
from catalogue.workshop.reference.lists import ReferenceList
from catalogue.workshop.reference.similarity import order_by_similarity
from catalogue.workshop.reference.views import words
from catalogue.workshop.reference.views.lines import get_line_or_404

CHOICES = 50
SHOWN = 20


@dataclass(frozen=True)
class MergeEffect:
    """What a merge would do, and the form that confirms it; ``all`` is the URL of the other records."""

    target: Crumb
    effects: list[line_merge.TableEffect]
    refusal: str
    records: list[ListLine]
    total: int
    hidden: int
    all: str
    form: LineActionForm


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_merge(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Choose the line to merge into, see what it would do, do it."""
    ref = words.get_list_or_404(code)
    rights.require_change(request.user)
    line = get_line_or_404(ref, key)
    form = TargetForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data = form.cleaned_data
    target = get_line_or_404(ref, data["avec"]) if data["avec"] else None
    if request.method == "POST" and target is not None:
        act = LineActionForm(request.POST)
        if act.is_valid() and _merge_lines(request, ref, (line, target), act.cleaned_data):
            return redirect(words.get_line_url(ref, target))
        return redirect(f"{words.get_line_url(ref, line, 'merge')}?avec={ref.key_of(target)}")
    context: dict[str, Any] = {
        "list": ref,
        "row": line,
        "title": ref.label_of(line),
        "steps": words.build_crumbs(ref, line, _("Réunir")),
        "url": words.get_line_url(ref, line),
        "q": data["q"],
        "choices": [] if target else list_candidates(ref, line, data["q"]),
        "target": None,
    }
    if target is not None:
        context |= vars(describe_effect(request, ref, line, target))
    return render(request, "catalogue/workshop/reference/merge.html", context)


def list_candidates(ref: ReferenceList, line: Any, typed: str) -> list[dict[str, str]]:
    """Return the lines to merge into: those of the words typed, else the most similar."""
    rows = order_by_similarity(ref, line)
    if typed:
        rows = ref.find(typed).exclude(pk=line.pk).filter(is_active=True).order_by(ref.label)
    return [{"key": ref.key_of(one), "title": ref.label_of(one)} for one in rows[:CHOICES]]


def describe_effect(request: HttpRequest, ref: ReferenceList, line: Any, target: Any) -> MergeEffect:
    preview = line_merge.preview_merge(ref, line, target)
    readable = preview.records.filter(rights.visible_records(request.user))
    total, shown = preview.records.count(), readable.count()
    seen, other = line_merge.make_tokens(ref, line, target)
    return MergeEffect(
        target=Crumb(ref.label_of(target), words.get_line_url(ref, target)),
        effects=preview.effects,
        refusal=preview.refusal,
        records=[describe_record(record) for record in load_line_details(readable)[:SHOWN]],
        total=total,
        hidden=total - shown,
        all=words.get_line_url(ref, line, "uses") if shown > SHOWN else "",
        form=LineActionForm(initial={"seen": seen, "other": other}, auto_id="reunir-%s"),
    )


def _merge_lines(
    request: HttpRequest, ref: ReferenceList, pair: tuple[Any, Any], data: dict[str, Any]
) -> bool:
    first, second = pair
    tokens = (data["seen"], data["other"])
    try:
        change = line_merge.merge_lines(
            ref, (first.pk, second.pk), tokens, cast(User, request.user), data["reason"]
        )
    except line_changes.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
        return False
    labels = {"first": ref.label_of(first), "second": ref.label_of(second), "n": change.record_count}
    message = _("« %(first)s » est réuni à « %(second)s » : %(n)d fiches touchées. Cela peut être annulé.")
    messages.success(request, message % labels)
    return True


@curator
@require_POST
def workshop_reference_separate(request: HttpRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(ReferenceChange, pk=pk, action=ReferenceChange.Action.MERGE)
    ref = words.get_list_or_404(change.list)
    rights.require_change(request.user)
    try:
        line_merge.separate_lines(ref, change, cast(User, request.user))
        messages.success(request, _("La réunion est annulée : tout est revenu."))
    except line_changes.ReferenceRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalogue:workshop-reference-line", ref.code, change.key)
