"""Two records side by side: choose, look at what it gives, merge; or say that they are two things."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.models import DuplicateCandidate, Merge, Record
from catalogue.records import permissions
from catalogue.records.wording import place_words
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.duplicates import judgement, merge, words
from catalogue.workshop.duplicates.forms import MergeForm, OtherRecordForm, ReasonForm, line_key, list_key
from catalogue.workshop.duplicates.sides import FIRST, SECOND, Comparison, Line, compare
from catalogue.workshop.duplicates.views.lists import SHAPES, describe_pair, filter_pairs

PREVIEW, CONFIRM = "apercu", "fusionner"
SHOWN = 10


def get_record(request: HttpRequest, slug: str) -> Record:
    """The record of an address when the curator may merge it; 404 otherwise."""
    rows = Record.objects.select_related("territory__departement", "source", "owner").defer(*SHAPES)
    record: Record = get_object_or_404(rows, slug=slug)
    permissions.require(request.user, "merge", record)
    return record


def get_pair(request: HttpRequest, first: str, second: str) -> tuple[Record, Record]:
    """The two records, of one kind and both in the field of the curator."""
    records = get_record(request, first), get_record(request, second)
    if records[0].pk == records[1].pk or records[0].kind != records[1].kind:
        raise Http404
    return records


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_merge(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """The comparison; a POST shows what the choices give, then merges."""
    records = get_pair(request, first, second)
    done = Merge.objects.standing().filter(loser__in=records).order_by("-pk").first()
    if done is not None:
        return redirect_to_merge(request, done)
    sides = compare(*records)
    data = form_recovery.submitted_data(request)
    form = MergeForm(sides, data)
    step = data.get("etape", "") if data is not None else ""
    if request.method != "POST" or step not in (PREVIEW, CONFIRM):
        return render_pair(request, sides, form)
    if not form.is_valid():
        return render_pair(request, sides, form, status=422)
    if form.cleaned_data["jeton"] != sides.token:
        return render_pair(request, sides, form, status=422, problem=str(merge.Stale()))
    if step == PREVIEW:
        return render_preview(request, sides, form)
    try:
        made = merge.merge(*records, form.plan(), sides.token, cast(User, request.user))
    except merge.MergeRefused as refusal:
        return render_again(request, records, data, refusal)
    messages.success(request, _("Les deux fiches n’en font plus qu’une. La fusion peut être annulée ici."))
    return redirect("catalogue:workshop-merge-done", pk=made.pk)


def redirect_to_merge(request: HttpRequest, done: Merge) -> HttpResponse:
    """What somebody merged before: told, with the page of the merge for who may see it."""
    messages.warning(
        request,
        _("« %(gone)s » a déjà été fusionnée dans « %(kept)s ».")
        % {"gone": done.loser.title, "kept": done.survivor.title},
    )
    if permissions.may(request.user, "merge", done.survivor):
        return redirect("catalogue:workshop-merge-done", pk=done.pk)
    return redirect("catalogue:workshop-duplicates")


def render_again(
    request: HttpRequest, records: tuple[Record, Record], data: Any, refusal: Exception
) -> HttpResponse:
    """The comparison as it is now, with the choices that were made and why nothing was written."""
    done = Merge.objects.standing().filter(loser__in=records).order_by("-pk").first()
    if done is not None:
        return redirect_to_merge(request, done)
    sides = compare(*(Record.objects.get(pk=one.pk) for one in records))
    form = MergeForm(sides, data)
    form.is_valid()
    return render_pair(request, sides, form, status=422, problem=str(refusal))


def render_pair(
    request: HttpRequest, sides: Comparison, form: MergeForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    """The page that compares, with what is chosen."""
    first, second = sides.records[FIRST], sides.records[SECOND]
    pair = judgement.find_pair(first, second)
    lines = [describe_line(line, form) for line in sides.lines]
    lists = [describe_list(one, form) for one in sides.lists]
    context = {
        "sides": [describe_side(sides, side, number) for number, side in enumerate((FIRST, SECOND), 1)],
        "kept": form.chosen("garde"),
        "imposed": sides.forced,
        "differing": [line for line in lines if not line["alike"]],
        "alike": [line for line in lines if line["alike"] and line["a"]],
        "lists": lists,
        "token": sides.token,
        "form": form,
        "errors": [error for errors in form.errors.values() for error in errors] if form.is_bound else [],
        "problem": problem,
        "pair": pair,
        "factors": words.describe_factors(pair.factors) if pair else [],
        "refusal": ReasonForm(),
        "geojson": build_features(sides),
        "address": request.path,
    }
    return render(request, "catalogue/workshop/duplicates/pair.html", context, status=status)


def describe_side(sides: Comparison, side: str, number: int) -> dict[str, Any]:
    """What tells one of the records at the head of the page."""
    record: Record = sides.records[side].record_ptr
    return {
        "side": side,
        "number": number,
        "record": record,
        "place": place_words(record),
        "source": record.source.name if record.source else "",
        "identifier": record.external_id,
    }


def describe_line(line: Line, form: MergeForm) -> dict[str, Any]:
    """One line of the comparison."""
    key = line_key(line.name)
    return {
        "key": key,
        "label": line.label,
        "a": line.words[FIRST],
        "b": line.words[SECOND],
        "sides": [(FIRST, 1, line.words[FIRST]), (SECOND, 2, line.words[SECOND])],
        "alike": line.is_same,
        "chosen": form.chosen(key) or line.default,
    }


def describe_list(one: Any, form: MergeForm) -> dict[str, Any]:
    """One list of the comparison, each value with where it is."""
    key = list_key(one.name)
    chosen = set(form.chosen(key) or [])
    where = {(FIRST,): _("fiche 1"), (SECOND,): _("fiche 2"), (FIRST, SECOND): _("les deux")}
    return {
        "key": key,
        "label": one.label,
        "options": [
            {
                "key": option.key,
                "label": option.label,
                "where": where[option.sides],
                "checked": option.key in chosen,
            }
            for option in one.options
        ],
        "errors": form.errors.get(key, []) if form.is_bound else [],
    }


def build_features(sides: Comparison) -> dict[str, Any] | None:
    """Both places: the first hollow or dashed, the second full; None when neither stands anywhere."""
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(record.geometry.json),
            "properties": {
                "role": "point" if record.geometry.geom_type == "Point" else role,
                "kind": record.kind,
                "proof": 0 if side == FIRST else None,
                "title": f"{number}. {record.title}",
            },
        }
        for side, number, role in ((FIRST, 1, "jumeau"), (SECOND, 2, "perimetre"))
        if (record := sides.records[side]).geometry is not None
    ]
    return {"type": "FeatureCollection", "features": features} if features else None


def render_preview(request: HttpRequest, sides: Comparison, form: MergeForm) -> HttpResponse:
    """What the record that stays will say, what follows it, where the old address will lead."""
    plan = form.plan()
    kept_one, gone = sides.records[plan.survivor], sides.records[plan.loser]
    numbers = {FIRST: 1, SECOND: 2}
    told = [
        {
            "label": line.label,
            "value": line.words[plan.lines[line.name]],
            "number": numbers[plan.lines[line.name]],
            "change": plan.lines[line.name] != plan.survivor,
        }
        for line in sides.lines
        if not line.is_same
    ]
    lists = [
        {
            "label": one.label,
            "kept": [option.label for option in one.options if option.key in plan.lists[one.name]],
            "left": [option.label for option in one.options if option.key not in plan.lists[one.name]],
        }
        for one in sides.lists
    ]
    context = {
        "kept": kept_one,
        "archived": gone,
        "public_url": gone.published_at is not None and kept_one.is_published,
        "rows": told,
        "lists": lists,
        "followers": merge.followers(gone),
        "remark": plan.reason,
        "hidden": form.hidden(),
        "address": request.path,
    }
    return render(request, "catalogue/workshop/duplicates/preview.html", context)


@curator
@require_POST
def workshop_set_apart(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Remember that the two are not duplicates."""
    records = get_pair(request, first, second)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Le motif est trop long : rien n’a été gardé."))
        return redirect("catalogue:workshop-merge", first, second)
    judgement.mark_distinct(*records, cast(User, request.user), form.cleaned_data["reason"])
    messages.success(request, _("C’est noté : ces deux fiches ne seront plus proposées comme doublons."))
    return redirect("catalogue:workshop-duplicates")


@curator
@require_POST
def workshop_propose_again(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Forget that the two were said not to be duplicates."""
    records = get_pair(request, first, second)
    judgement.reopen_pair(*records)
    messages.success(request, _("La paire est de nouveau à voir."))
    return redirect("catalogue:workshop-merge", first, second)


@curator
@require_safe
def workshop_merge_with(request: HttpRequest, slug: str) -> HttpResponse:
    """The record with its possible duplicates, and the address of another to compare it with."""
    record = get_record(request, slug)
    asked = "avec" in request.GET
    form = OtherRecordForm(record, request.GET if asked else None)
    if asked and form.is_valid():
        other = form.other
        if other is None or not permissions.may(request.user, "merge", other):
            form.add_error("avec", _("Aucune fiche de votre champ n’est à cette adresse."))
        elif other.kind != record.kind:
            form.add_error(
                "avec", _("Les deux fiches ne sont pas de la même nature : elles ne se fusionnent pas.")
            )
        else:
            return redirect("catalogue:workshop-merge", record.slug, other.slug)
    everything = {"voir": "", "type": "", "score": "", "region": None}
    found = filter_pairs(permissions.in_field(request.user), everything)
    mine = DuplicateCandidate.objects.filter(first=record.pk) | DuplicateCandidate.objects.filter(
        second=record.pk
    )
    rows = found.filter(pk__in=mine.values("pk"))[:SHOWN]
    context = {
        "record": record,
        "form": form,
        "rows": [describe_pair(row, request.user) for row in rows],
    }
    return render(
        request, "catalogue/workshop/duplicates/with.html", context, status=422 if form.errors else 200
    )
