"""Results without a shared indicator: one proposed for each, given after a preview, undone together."""

from __future__ import annotations

from collections.abc import Iterable
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
from catalogue.workshop.capitalisation.shared_types import Guess, fitting, give_types, guesses, undo, untyped

CHOSEN, TYPE = "choix-", "type-"
RECENT = 5
PREVIEW, GIVE = "apercu", "typer"
Types = dict[str, IndicatorType]


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_indicators(request: HttpRequest) -> HttpResponse:
    """The list; a POST shows what would change, then a second one writes it."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    user, types = cast(User, request.user), {one.code: one for one in IndicatorType.objects.all()}
    data = form_recovery.submitted_data(request)
    chosen = read_choices(data, types) if data is not None else {}
    if data is not None and request.method == "POST":
        if chosen and data.get("action") == GIVE:
            return given(request, give_types(user, chosen))
        if chosen and data.get("action") == PREVIEW:
            return preview(request, user, chosen, types)
        if data.get("action") != "corriger":
            messages.warning(request, _("Cochez au moins un résultat, avec son indicateur partagé."))
    page = page_of(untyped(user), form.cleaned_data["page"])
    rows = list(page)
    found = guesses(rows, types)
    told = ngettext("%(n)s résultat", "%(n)s résultats", page.paginator.count)
    context = {
        "page": page,
        "count_words": told % {"n": format_integer(page.paginator.count)},
        "rows": [line(row, types, found.get(row.pk), data, chosen) for row in rows],
        "batches": recent(),
    }
    return render(request, "catalogue/workshop/capitalisation/indicators.html", context)


def read_choices(data: QueryDict, types: Types) -> dict[int, str]:
    """The results that are ticked, each with the type chosen for it; at most a page of them."""
    found: dict[int, str] = {}
    for name in data:
        key = name.removeprefix(CHOSEN)
        if name.startswith(CHOSEN) and key.isdecimal() and len(key) < 16:
            code = data.get(TYPE + key, "")
            if code in types:
                found[int(key)] = code
    return dict(list(found.items())[:20])


def line(
    row: Indicator, types: Types, guess: Guess | None, data: QueryDict | None, chosen: dict[int, str]
) -> dict[str, Any]:
    """One result with the types that its unit allows; what was chosen before stays chosen."""
    selected = data.get(f"{TYPE}{row.pk}", "") if data is not None else (guess.code if guess else "")
    return {
        "pk": row.pk,
        "name": row.name,
        "unit": row.unit,
        "text": describe_measure(row),
        "record": row.experiment.title,
        "url": reverse("catalogue:workshop-record", args=[row.experiment.slug]),
        "why": guess.why if guess else "",
        "chosen": row.pk in chosen,
        "types": [
            {"code": one.code, "text": f"{one.label} ({one.unit})", "chosen": one.code == selected}
            for one in fitting(row.unit, types.values())
        ],
    }


def preview(request: HttpRequest, user: User, chosen: dict[int, str], types: Types) -> HttpResponse:
    """What would change, result by result; those that cannot are said."""
    rows = list(untyped(user).filter(pk__in=chosen))
    shown = [effect(row, types[chosen[row.pk]]) for row in rows]
    context = {
        "rows": shown,
        "possible": sum(1 for one in shown if one["possible"]),
        "gone": len(chosen) - len(rows),
        "page": request.GET.get("page", ""),
    }
    return render(request, "catalogue/workshop/capitalisation/indicators_preview.html", context)


def effect(row: Indicator, wanted: IndicatorType) -> dict[str, Any]:
    """What giving the type does to one result."""
    compared = row.nature == Indicator.Nature.MEASURED and row.value is not None and bool(row.year)
    return {
        "pk": row.pk,
        "code": wanted.code,
        "text": describe_measure(row),
        "record": row.experiment.title,
        "type": f"{wanted.label} ({wanted.unit})",
        "possible": bool(fitting(row.unit, [wanted])),
        "compare": compared and bool(row.unit.strip()) and bool(row.source_url or row.source_citation),
    }


def given(request: HttpRequest, batch: TypingBatch | None) -> HttpResponse:
    """Back to the list, with what was done."""
    if batch is None:
        messages.warning(request, _("Rien n’a changé : ces résultats ont été rapprochés entre-temps."))
    else:
        n = len(batch.types)
        told = ngettext(
            "%(n)d résultat est rapproché de son indicateur partagé.",
            "%(n)d résultats sont rapprochés de leur indicateur partagé.",
            n,
        )
        messages.success(request, told % {"n": n})
    return redirect("catalogue:workshop-indicators")


def recent() -> Iterable[dict[str, Any]]:
    """The last batches, each with what it did, to be undone."""
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
    taken = undo(get_object_or_404(TypingBatch, pk=pk), cast(User, request.user))
    if taken is None:
        messages.info(request, _("Ce rapprochement était déjà annulé."))
    else:
        told = ngettext(
            "Annulé : %(n)d résultat revient dans la liste.",
            "Annulé : %(n)d résultats reviennent dans la liste.",
            taken,
        )
        messages.success(request, told % {"n": taken})
    return redirect("catalogue:workshop-indicators")
