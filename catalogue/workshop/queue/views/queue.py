"""What waits for a curator in their field: records and proposed changes, narrowed, ordered, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.paginator import Page
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
from catalogue.web.navigation import Tab
from catalogue.web.paging import page_of
from catalogue.workshop.queue import assignment, bulk, listing
from catalogue.workshop.queue.forms import QueueForm, curator_choices
from geo.models import Level, Territory

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS = {
    listing.TO_REVIEW: gettext_lazy("À instruire"),
    listing.MINE: gettext_lazy("À moi"),
    listing.NOBODYS: gettext_lazy("À personne"),
    listing.TO_COMPLETE: gettext_lazy("À compléter"),
    listing.CHANGES: gettext_lazy("Changements"),
    listing.ALL: gettext_lazy("Toutes les fiches"),
}


@dataclass(frozen=True)
class QueueLine:
    title: str
    slug: str
    url: str
    kind: str
    details: list[str]
    when: datetime
    event: StrOrPromise
    reason: str
    curator: str
    record: Record | None = None
    completeness: int | None = None
    doubts: int = 0
    comments: int = 0
    is_free: bool = False


@dataclass(frozen=True)
class QueuePage:
    """What the page of the queue shows; ``query`` is that of its URL."""

    page: Page[Any]
    rows: list[QueueLine]
    tabs: list[Tab]
    waiting: dict[str, int]
    view: str
    form: QueueForm
    actions: Iterable[tuple[str, StrOrPromise]]
    query: str
    filtered: bool


@curator
@require_safe
def workshop(request: HttpRequest) -> HttpResponse:
    """Show the queue, what waits longest first."""
    user = cast(User, request.user)
    curatorship = permissions.get_curatorship(user)
    form = build_form(request, user, curatorship)
    if not form.is_valid():
        return bad_request(request, form)
    field = Q() if permissions.is_administrator(user) else permissions.field_condition(curatorship)
    filters = read_filters(form)
    counts = listing.count_tabs(field, user)
    is_filtered = len(form.parameters) > ("voir" in form.parameters) + ("tri" in form.parameters)
    count = None if is_filtered else counts.get(filters.tab)
    if filters.tab == listing.CHANGES:
        page = page_of(listing.filter_changes(field, filters), form.cleaned_data["page"], count)
        lines = [describe_change(revision, user) for revision in page]
    else:
        rows = listing.load_line_details(listing.filter_records(field, filters, user))
        page = page_of(rows, form.cleaned_data["page"], count)
        lines = [describe_record(record, user) for record in page]
    shown = QueuePage(
        page=page,
        rows=lines,
        tabs=build_tabs(counts, filters.tab),
        waiting=count_waiting_people(field),
        view=filters.tab,
        form=form,
        actions=[] if filters.tab == listing.CHANGES else bulk.ACTIONS.items(),
        query=urlencode(form.parameters),
        filtered=is_filtered,
    )
    return render(request, "catalogue/workshop/queue/queue.html", vars(shown))


def build_form(request: HttpRequest, user: User, curatorship: Curatorship | None) -> QueueForm:
    """Return the form of the filters, with the regions and the themes of the curator."""
    own_regions = [region.pk for region in curatorship.regions.all()] if curatorship else []
    regions = Territory.objects.current().at_level(Level.REGION).order_by("name")
    if own_regions:
        regions = regions.filter(pk__in=own_regions)
    own_themes = list(curatorship.themes.all()) if curatorship else []
    themes = [(theme.code, theme.label) for theme in own_themes or Theme.objects.order_by("label")]
    choices = list(regions.values_list("code", "name", "pk"))
    return QueueForm(request.GET, choices, themes, lambda: curator_choices(assignment.list_curators(), user))


def read_filters(form: QueueForm) -> listing.QueueFilters:
    data = form.cleaned_data
    return listing.QueueFilters(
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


def filter_memberships() -> QuerySet[Membership]:
    """Return the requests to join an organisation that has nobody to confirm them."""
    managed = Membership.objects.confirmed().filter(role=Membership.Role.MANAGER, user__is_active=True)
    requests = Membership.objects.waiting().filter(user__is_active=True)
    return requests.exclude(organisation__in=managed.values("organisation")).order_by("created_at", "pk")


def filter_reports(field: Q) -> QuerySet[ContactRequest]:
    """Return the reported exchanges about a record of the curator's field, or about none."""
    records = Record.objects.filter(field)
    in_field = Q(record__isnull=True) | Q(record__in=records.values("pk"))
    reported = ContactRequest.objects.filter(in_field, state=ContactRequest.RequestState.REPORTED)
    return reported.order_by("created_at", "pk")


def build_tabs(counts: dict[str, int], current: str) -> list[Tab]:
    url = reverse("catalogue:workshop")
    return [
        Tab(label, f"{url}?voir={code}" if code else url, code == current, counts.get(code, ""))
        for code, label in LABELS.items()
    ]


def count_waiting_people(field: Q) -> dict[str, int]:
    """Count the requests to join and the reported exchanges, for the navigation of the workshop."""
    return {"members": filter_memberships().count(), "reports": filter_reports(field).count()}


def describe_record(record: Any, reader: User) -> QueueLine:
    case = getattr(record, "case", None)
    waits = record.state in listing.TAB_STATES[listing.MINE]
    owner = record.owner.name if record.owner else ""
    is_free = waits and (case is None or case.handler_id is None)
    is_to_complete = record.state == Record.State.TO_COMPLETE
    return QueueLine(
        title=record.title,
        slug=record.slug,
        url=reverse("catalogue:workshop-record", args=[record.slug]),
        kind=record.kind,
        record=record,
        details=list(filter(None, (owner, place_words(record)))),
        when=record.last_at or record.created_at,
        event=timeline.HAPPENED.get(record.last_action or "", ""),
        reason=(record.last_reason or "") if is_to_complete else "",
        completeness=case.completeness if case is not None and waits else None,
        doubts=record.doubts,
        comments=record.comments,
        curator=assignment.get_handler_name(record, reader),
        is_free=is_free,
    )


def describe_change(revision: Revision, reader: User) -> QueueLine:
    record = revision.record
    origin = record.owner.name if record.owner else ""
    if revision.import_batch_id:
        origin = _("import")
    count = _("champs changés : %(n)d") % {"n": len(revision.changes)}
    return QueueLine(
        title=record.title,
        slug=record.slug,
        url=reverse("catalogue:workshop-revision", args=[revision.pk]),
        kind=record.kind,
        details=list(filter(None, (origin, count))),
        when=revision.updated_at,
        event=_("Changement proposé"),
        reason=revision.reason,
        curator=assignment.get_handler_name(record, reader),
    )
