"""What waits for a curator in their field: records and proposed changes, narrowed, ordered, counted."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalogue.models import ContactRequest, Curatorship, Membership, Record, Revision, Theme
from catalogue.records import permissions, timeline
from catalogue.records.wording import place_words
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.paging import page_of
from catalogue.workshop.queue import bulk, handling, waiting
from catalogue.workshop.queue.forms import QueueForm, curator_choices
from geo.models import Level, Territory

LABELS = {
    waiting.TO_REVIEW: gettext_lazy("À instruire"),
    waiting.MINE: gettext_lazy("À moi"),
    waiting.NOBODYS: gettext_lazy("À personne"),
    waiting.TO_COMPLETE: gettext_lazy("À compléter"),
    waiting.CHANGES: gettext_lazy("Changements"),
    waiting.ALL: gettext_lazy("Toutes les fiches"),
}


@curator
@require_safe
def workshop(request: HttpRequest) -> HttpResponse:
    """The queue, what waits longest first."""
    user = cast(User, request.user)
    curatorship = permissions.get_curatorship(user)
    form = form_of(request, user, curatorship)
    if not form.is_valid():
        return bad_request(request, form)
    field = Q() if permissions.is_administrator(user) else permissions.field_condition(curatorship)
    wanted = wanted_of(form)
    changes = wanted.tab == waiting.CHANGES
    rows: QuerySet[Any] = (
        waiting.filter_changes(field, wanted)
        if changes
        else waiting.load_line_details(waiting.filter_records(field, wanted, user))
    )
    counts = waiting.count_tabs(field, user)
    narrowed = len(form.kept) > ("voir" in form.kept) + ("tri" in form.kept)
    page = page_of(rows, form.cleaned_data["page"], None if narrowed else counts.get(wanted.tab))
    here = urlencode(form.kept)
    return render(
        request,
        "catalogue/workshop/queue/queue.html",
        {
            "page": page,
            "rows": [change_line(row, user) if changes else record_line(row, user) for row in page],
            "tabs": tabs(counts, wanted.tab),
            "waiting": people_waiting(field),
            "view": wanted.tab,
            "form": form,
            "actions": [] if changes else bulk.ACTIONS.items(),
            "query": here,
            "filtered": narrowed,
            "section": "atelier",
        },
    )


def form_of(request: HttpRequest, user: User, curatorship: Curatorship | None) -> QueueForm:
    """The filters that the address says, among the regions and the themes of the curator."""
    own = [region.pk for region in curatorship.regions.all()] if curatorship else []
    regions = Territory.objects.current().at_level(Level.REGION).order_by("name")
    if own:
        regions = regions.filter(pk__in=own)
    themes = list(curatorship.themes.all()) if curatorship else []
    named = [(theme.code, theme.label) for theme in themes or Theme.objects.order_by("label")]
    known = list(regions.values_list("code", "name", "pk"))
    return QueueForm(request.GET, known, named, lambda: curator_choices(handling.list_curators(), user))


def wanted_of(form: QueueForm) -> waiting.QueueFilters:
    """The filters of a valid form."""
    data = form.cleaned_data
    return waiting.QueueFilters(
        tab=data["voir"],
        state=data.get("etat", ""),
        kind=data["type"],
        region=form.regions.get(data["region"]),
        theme=data["theme"],
        days=int(data["age"]) if data["age"] else None,
        completeness=data.get("complet", ""),
        doubtful={"avec": True, "sans": False}.get(data["doutes"]),
        words=data["q"],
        handler=int(data["chez"]) if data.get("chez") else None,
        order=data.get("tri", ""),
    )


def memberships() -> QuerySet[Membership]:
    """Requests to join an organisation that has nobody to confirm them."""
    answered = Membership.objects.confirmed().filter(role=Membership.Role.MANAGER, user__is_active=True)
    waiting_ones = Membership.objects.waiting().filter(user__is_active=True)
    return waiting_ones.exclude(organisation__in=answered.values("organisation")).order_by("created_at", "pk")


def reports(field: Q) -> QuerySet[ContactRequest]:
    """The reported exchanges about a record of the curator's field, or about none."""
    records = Record.objects.filter(field)
    concerned = Q(record__isnull=True) | Q(record__in=records.values("pk"))
    reported = ContactRequest.objects.filter(concerned, state=ContactRequest.RequestState.REPORTED)
    return reported.order_by("created_at", "pk")


def tabs(counts: dict[str, int], here: str) -> list[dict[str, Any]]:
    """The tabs of the queue with how much waits in each."""
    address = reverse("catalogue:workshop")
    return [
        {
            "label": label,
            "url": f"{address}?voir={code}" if code else address,
            "is_active": code == here,
            "count": counts.get(code, ""),
        }
        for code, label in LABELS.items()
    ]


def people_waiting(field: Q) -> dict[str, int]:
    """How many requests to join and reported exchanges wait, for the navigation of the workshop."""
    return {"members": memberships().count(), "reports": reports(field).count()}


def record_line(record: Any, reader: User) -> dict[str, Any]:
    """One record of the queue."""
    details = (record.owner.name if record.owner else "", place_words(record))
    case = getattr(record, "case", None)
    waits = record.state in waiting.TAB_STATES[waiting.MINE]
    return {
        "title": record.title,
        "slug": record.slug,
        "url": reverse("catalogue:workshop-record", args=[record.slug]),
        "kind": record.kind,
        "record": record,
        "details": [words for words in details if words],
        "when": record.last_at or record.created_at,
        "event": timeline.HAPPENED.get(record.last_action or "", ""),
        "reason": (record.last_reason or "") if record.state == Record.State.TO_COMPLETE else "",
        "is_complete": case.completeness if case is not None and waits else None,
        "doubts": record.doubts,
        "comments": record.comments,
        "curator": handling.get_handler_name(record, reader),
        "is_free": waits and (case is None or case.handler_id is None),
    }


def change_line(revision: Revision, reader: User) -> dict[str, Any]:
    """One proposed change of the queue."""
    record = revision.record
    count = len(revision.changes)
    origin = _("import") if revision.import_batch_id else record.owner.name if record.owner else ""
    return {
        "title": record.title,
        "slug": record.slug,
        "url": reverse("catalogue:workshop-revision", args=[revision.pk]),
        "kind": record.kind,
        "record": None,
        "details": [words for words in (origin, _("champs changés : %(n)d") % {"n": count}) if words],
        "when": revision.updated_at,
        "event": _("Changement proposé"),
        "reason": revision.reason,
        "curator": handling.get_handler_name(record, reader),
    }
