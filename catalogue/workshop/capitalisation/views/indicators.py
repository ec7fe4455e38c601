"""Results without a shared indicator: one proposed for each, given after a preview, undone together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.models import Indicator, IndicatorType, TypingBatch
from catalogue.records.sections import describe_measure
from catalogue.records.wording import format_integer
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of
from catalogue.workshop.capitalisation.shared_types import (
    Guess,
    filter_untyped,
    give_types,
    guess_types,
    list_compatible_types,
    undo_batch,
)

CHOSEN, TYPE = "choix-", "type-"
RECENT = 5
PREVIEW, GIVE = "apercu", "typer"
Types = dict[str, IndicatorType]


@dataclass(frozen=True)
class ResultRow:
    pk: int
    name: str
    unit: str
    text: str
    record: str
    url: str
    why: str
    chosen: bool
    types: list[tuple[str, str, bool]]
    """Code, text and whether it is chosen."""


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_indicators(request: HttpRequest) -> HttpResponse:
    """Show the list; a POST previews what would change, then a second one writes it."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    user, types = cast(User, request.user), {one.code: one for one in IndicatorType.objects.all()}
    data = form_recovery.submitted_data(request)
    chosen = read_choices(data, types) if data is not None else {}
    if data is not None and request.method == "POST":
        if chosen and data.get("action") == GIVE:
            return report_batch(request, give_types(user, chosen))
        if chosen and data.get("action") == PREVIEW:
            return render_preview(request, user, chosen, types)
        if data.get("action") != "corriger":
            messages.warning(request, _("Cochez au moins un résultat, avec son indicateur partagé."))
    page = page_of(filter_untyped(user), form.cleaned_data["page"])
    rows = list(page)
    guesses = guess_types(rows, types)
    words = ngettext("%(n)s résultat", "%(n)s résultats", page.paginator.count)
    context = {
        "page": page,
        "count_words": words % {"n": format_integer(page.paginator.count)},
        "rows": [describe_result(row, types, guesses.get(row.pk), data, chosen) for row in rows],
        "batches": list_recent_batches(),
    }
    return render(request, "catalogue/workshop/capitalisation/indicators.html", context)


def read_choices(data: QueryDict, types: Types) -> dict[int, str]:
    """Return the ticked results, each with the type chosen for it; at most a page of them."""
    chosen: dict[int, str] = {}
    for name in data:
        key = name.removeprefix(CHOSEN)
        if name.startswith(CHOSEN) and key.isdecimal() and len(key) < 16:
            code = data.get(TYPE + key, "")
            if code in types:
                chosen[int(key)] = code
    return dict(list(chosen.items())[:20])


def describe_result(
    row: Indicator, types: Types, guess: Guess | None, data: QueryDict | None, chosen: dict[int, str]
) -> ResultRow:
    """Return one result; the type that was chosen before stays chosen, else the guess is."""
    selected = guess.code if guess else ""
    if data is not None:
        selected = data.get(f"{TYPE}{row.pk}", "")
    return ResultRow(
        pk=row.pk,
        name=row.name,
        unit=row.unit,
        text=describe_measure(row),
        record=row.experiment.title,
        url=reverse("catalogue:workshop-record", args=[row.experiment.slug]),
        why=guess.why if guess else "",
        chosen=row.pk in chosen,
        types=[
            (one.code, f"{one.label} ({one.unit})", one.code == selected)
            for one in list_compatible_types(row.unit, types.values())
        ],
    )


def render_preview(request: HttpRequest, user: User, chosen: dict[int, str], types: Types) -> HttpResponse:
    rows = list(filter_untyped(user).filter(pk__in=chosen))
    effects = [describe_effect(row, types[chosen[row.pk]]) for row in rows]
    context = {
        "rows": effects,
        "possible": sum(1 for effect in effects if effect["possible"]),
        "gone": len(chosen) - len(rows),
        "page": request.GET.get("page", ""),
    }
    return render(request, "catalogue/workshop/capitalisation/indicators_preview.html", context)


def describe_effect(row: Indicator, wanted: IndicatorType) -> dict[str, Any]:
    is_measure = row.nature == Indicator.Nature.MEASURED and row.value is not None and bool(row.year)
    is_measure = is_measure and row.subject == Indicator.Subject.SOLUTION and bool(row.kind)
    has_source = bool(row.source_url or row.source_citation)
    return {
        "pk": row.pk,
        "code": wanted.code,
        "text": describe_measure(row),
        "record": row.experiment.title,
        "type": f"{wanted.label} ({wanted.unit})",
        "possible": bool(list_compatible_types(row.unit, [wanted])),
        "compare": is_measure and bool(row.unit.strip()) and has_source,
    }


def report_batch(request: HttpRequest, batch: TypingBatch | None) -> HttpResponse:
    if batch is None:
        messages.warning(request, _("Rien n’a changé : ces résultats ont été rapprochés entre-temps."))
    else:
        n = len(batch.types)
        message = ngettext(
            "%(n)d résultat est rapproché de son indicateur partagé.",
            "%(n)d résultats sont rapprochés de leur indicateur partagé.",
            n,
        )
        messages.success(request, message % {"n": n})
    return redirect("catalogue:workshop-indicators")


def list_recent_batches() -> list[dict[str, Any]]:
    batches = TypingBatch.objects.select_related("created_by")[:RECENT]
    return [
        {
            "pk": batch.pk,
            "count": len(batch.types),
            "when": batch.created_at,
            "by": batch.created_by,
            "undone": batch.undone_at,
        }
        for batch in batches
    ]


@curator
@require_POST
def workshop_indicators_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a batch: the results go back to the list."""
    count = undo_batch(get_object_or_404(TypingBatch, pk=pk), cast(User, request.user))
    if count is None:
        messages.info(request, _("Ce rapprochement était déjà annulé."))
    else:
        message = ngettext(
            "Annulé : %(n)d résultat revient dans la liste.",
            "Annulé : %(n)d résultats reviennent dans la liste.",
            count,
        )
        messages.success(request, message % {"n": count})
    return redirect("catalogue:workshop-indicators")
