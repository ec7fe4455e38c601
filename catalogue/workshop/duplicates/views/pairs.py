"""Two records side by side: choose, look at what it gives, merge; or mark them as distinct."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.models import DuplicateCandidate, Merge, Record
from catalogue.records import permissions
from catalogue.records.wording import place_words
from catalogue.web import form_recovery
from catalogue.web.access import curator, get_record_or_404
from catalogue.web.errors import list_form_errors
from catalogue.workshop.duplicates import judgement, merge, words
from catalogue.workshop.duplicates.forms import MergeForm, OtherRecordForm, ReasonForm, line_key, list_key
from catalogue.workshop.duplicates.sides import FIRST, SECOND, Choices, Comparison, Line, compare_records
from catalogue.workshop.duplicates.views.lists import SHAPES, describe_pair, filter_pairs

PREVIEW, CONFIRM = "apercu", "fusionner"
SHOWN = 10
NUMBERS = {FIRST: 1, SECOND: 2}


@dataclass(frozen=True)
class SideRow:
    side: str
    number: int
    record: Record
    place: str
    source: str
    identifier: str


@dataclass(frozen=True)
class LineRow:
    key: str
    label: str
    a: Any
    b: Any
    sides: list[tuple[str, int, Any]]
    alike: bool
    chosen: str


@dataclass(frozen=True)
class OptionRow:
    key: str
    label: str
    where: str
    checked: bool


@dataclass(frozen=True)
class ListRow:
    key: str
    label: str
    options: list[OptionRow]
    errors: list[str]


@dataclass(frozen=True)
class PairPage:
    """What the page that compares two records shows; ``path`` is that of its URL."""

    sides: list[SideRow]
    survivor: str
    imposed: bool
    differing: list[LineRow]
    alike: list[LineRow]
    lists: list[ListRow]
    token: str
    form: MergeForm
    errors: list[str]
    problem: str
    pair: DuplicateCandidate | None
    factors: list[dict[str, Any]]
    refusal: ReasonForm
    geojson: dict[str, Any] | None
    path: str


def get_record(request: HttpRequest, slug: str) -> Record:
    rows = Record.objects.select_related("territory__departement", "source", "owner").defer(*SHAPES)
    return get_record_or_404(request, slug, "merge", rows)


def get_pair(request: HttpRequest, first: str, second: str) -> tuple[Record, Record]:
    """Return the two records, of one kind and both in the field of the curator."""
    records = get_record(request, first), get_record(request, second)
    if records[0].pk == records[1].pk or records[0].kind != records[1].kind:
        raise Http404
    return records


def find_merge(records: tuple[Record, Record]) -> Merge | None:
    """Return the merge that archived one of the records, while it stands."""
    return Merge.objects.standing().filter(loser__in=records).order_by("-pk").first()


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_merge(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Show the comparison; a POST previews what the choices give, then merges."""
    records = get_pair(request, first, second)
    if (done := find_merge(records)) is not None:
        return redirect_to_merge(request, done)
    sides = compare_records(*records)
    data = form_recovery.submitted_data(request)
    form = MergeForm(sides, data)
    step = data.get("etape", "") if data is not None else ""
    if request.method != "POST" or step not in (PREVIEW, CONFIRM):
        return render_pair(request, sides, form)
    if not form.is_valid():
        return render_pair(request, sides, form, status=422)
    if form.cleaned_data["jeton"] != sides.token:
        return render_pair(request, sides, form, status=422, problem=str(merge.PairChanged()))
    if step == PREVIEW:
        return render_preview(request, sides, form)
    try:
        made = merge.merge_records(*records, form.plan(), sides.token, cast(User, request.user))
    except merge.MergeRefused as refusal:
        return render_again(request, records, data, refusal)
    messages.success(request, _("Les deux fiches n’en font plus qu’une. La fusion peut être annulée ici."))
    return redirect("catalogue:workshop-merge-done", pk=made.pk)


def redirect_to_merge(request: HttpRequest, done: Merge) -> HttpResponse:
    """Redirect to a merge that somebody made before, or to the list for who may not see it."""
    titles = {"gone": done.loser.title, "kept": done.survivor.title}
    messages.warning(request, _("« %(gone)s » a déjà été fusionnée dans « %(kept)s ».") % titles)
    if permissions.may(request.user, "merge", done.survivor):
        return redirect("catalogue:workshop-merge-done", pk=done.pk)
    return redirect("catalogue:workshop-duplicates")


def render_again(
    request: HttpRequest, records: tuple[Record, Record], data: Any, refusal: Exception
) -> HttpResponse:
    """Render the comparison as it is now, with the choices that were made and why nothing was written."""
    if (done := find_merge(records)) is not None:
        return redirect_to_merge(request, done)
    sides = compare_records(*(Record.objects.get(pk=one.pk) for one in records))
    form = MergeForm(sides, data)
    form.is_valid()
    return render_pair(request, sides, form, status=422, problem=str(refusal))


def render_pair(
    request: HttpRequest, sides: Comparison, form: MergeForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    pair = judgement.find_pair(sides.records[FIRST], sides.records[SECOND])
    lines = [describe_line(line, form) for line in sides.lines]
    same = [line for line in lines if line.alike and line.a]
    page = PairPage(
        sides=[describe_side(sides, side) for side in NUMBERS],
        survivor=form.chosen("garde"),
        imposed=sides.forced,
        differing=[line for line in lines if not line.alike],
        alike=same,
        lists=[describe_list(one, form) for one in sides.lists],
        token=sides.token,
        form=form,
        errors=list_form_errors(form) if form.is_bound else [],
        problem=problem,
        pair=pair,
        factors=words.describe_factors(pair.factors) if pair else [],
        refusal=ReasonForm(),
        geojson=build_features(sides),
        path=request.path,
    )
    return render(request, "catalogue/workshop/duplicates/pair.html", vars(page), status=status)


def describe_side(sides: Comparison, side: str) -> SideRow:
    record: Record = sides.records[side].record_ptr
    source = record.source.name if record.source else ""
    return SideRow(side, NUMBERS[side], record, place_words(record), source, record.external_id)


def describe_line(line: Line, form: MergeForm) -> LineRow:
    key = line_key(line.name)
    first, second = line.words[FIRST], line.words[SECOND]
    values = [(FIRST, 1, first), (SECOND, 2, second)]
    return LineRow(key, line.label, first, second, values, line.is_same, form.chosen(key) or line.default)


def describe_list(one: Choices, form: MergeForm) -> ListRow:
    key = list_key(one.name)
    chosen = set(form.chosen(key) or [])
    where = {(FIRST,): _("fiche 1"), (SECOND,): _("fiche 2"), (FIRST, SECOND): _("les deux")}
    options = [
        OptionRow(option.key, option.label, where[option.sides], option.key in chosen)
        for option in one.options
    ]
    errors = [str(error) for error in form.errors.get(key, [])] if form.is_bound else []
    return ListRow(key, one.label, options, errors)


def build_features(sides: Comparison) -> dict[str, Any] | None:
    """Return both places: the first hollow or dashed, the second full; None when neither has one."""
    features = []
    for side, role in ((FIRST, "jumeau"), (SECOND, "perimetre")):
        record = sides.records[side]
        if record.geometry is not None:
            properties = {
                "role": "point" if record.geometry.geom_type == "Point" else role,
                "kind": record.kind,
                "proof": 0 if side == FIRST else None,
                "title": f"{NUMBERS[side]}. {record.title}",
            }
            geometry = json.loads(record.geometry.json)
            features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features} if features else None


def render_preview(request: HttpRequest, sides: Comparison, form: MergeForm) -> HttpResponse:
    """Render the values of the record that stays, what follows it, where the old URL will lead."""
    plan = form.plan()
    survivor, gone = sides.records[plan.survivor], sides.records[plan.loser]
    context = {
        "survivor": survivor,
        "archived": gone,
        "public_url": gone.published_at is not None and survivor.is_published,
        "rows": [preview_line(line, plan) for line in sides.lines if not line.is_same],
        "lists": [preview_list(one, plan) for one in sides.lists],
        "followers": merge.count_followers(gone),
        "remark": plan.reason,
        "hidden": form.hidden(),
        "path": request.path,
    }
    return render(request, "catalogue/workshop/duplicates/preview.html", context)


def preview_line(line: Line, plan: merge.Plan) -> dict[str, Any]:
    side = plan.lines[line.name]
    return {
        "label": line.label,
        "value": line.words[side],
        "number": NUMBERS[side],
        "change": side != plan.survivor,
    }


def preview_list(one: Choices, plan: merge.Plan) -> dict[str, Any]:
    """Return the values of a list after the merge, and those that are left out."""
    chosen = plan.lists[one.name]
    return {
        "label": one.label,
        "chosen": [option.label for option in one.options if option.key in chosen],
        "left": [option.label for option in one.options if option.key not in chosen],
    }


@curator
@require_POST
def workshop_set_apart(request: HttpRequest, first: str, second: str) -> HttpResponse:
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
    judgement.reopen_pair(*get_pair(request, first, second))
    messages.success(request, _("La paire est de nouveau à voir."))
    return redirect("catalogue:workshop-merge", first, second)


@curator
@require_safe
def workshop_merge_with(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the possible duplicates of a record, and ask for the URL of another to compare it with."""
    record = get_record(request, slug)
    is_asked = "avec" in request.GET
    form = OtherRecordForm(record, request.GET if is_asked else None)
    if is_asked and form.is_valid():
        other = form.other
        if other is None or not permissions.may(request.user, "merge", other):
            form.add_error("avec", _("Aucune fiche de votre champ n’est à cette adresse."))
        elif other.kind != record.kind:
            problem = _("Les deux fiches ne sont pas de la même nature : elles ne se fusionnent pas.")
            form.add_error("avec", problem)
        else:
            return redirect("catalogue:workshop-merge", record.slug, other.slug)
    pairs = filter_pairs(permissions.in_field(request.user), {})
    own = DuplicateCandidate.objects.filter(Q(first=record.pk) | Q(second=record.pk))
    rows = [describe_pair(row, request.user) for row in pairs.filter(pk__in=own.values("pk"))[:SHOWN]]
    context = {"record": record, "form": form, "rows": rows}
    status = 422 if form.errors else 200
    return render(request, "catalogue/workshop/duplicates/with.html", context, status=status)
