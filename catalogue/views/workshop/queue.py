"""What waits for a curator in their field: records, proposed changes, first members, reported abuses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue import permissions, timeline
from catalogue.access import curator
from catalogue.cards import place_words
from catalogue.models import ContactRequest, Membership, Record, Revision
from catalogue.views.errors import bad_request
from catalogue.views.paging import page_of
from catalogue.views.workshop.forms import TO_REVIEW, QueueForm

State = Record.State
REVIEWED = (State.SUBMITTED, State.IN_REVIEW)


@curator
@require_safe
def workshop(request: HttpRequest) -> HttpResponse:
    """The queue, what waits longest first."""
    form = QueueForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    data, field = form.cleaned_data, permissions.in_field(request.user)
    changes = data["voir"] == "changements"
    rows = proposed(field) if changes else to_review(field, data["voir"], data["etat"])
    if data["type"]:
        rows = rows.filter(**{"record__kind" if changes else "kind": data["type"]})
    page = page_of(rows, data["page"])
    kept = {name: data[name] for name in ("voir", "etat", "type") if data[name]}
    return render(
        request,
        "catalogue/workshop/queue.html",
        {
            "page": page,
            "lignes": [change_line(row) if changes else record_line(row) for row in page],
            "onglets": tabs(field, data["voir"]),
            "attentes": people_waiting(field),
            "voir": data["voir"],
            "etat": data["etat"],
            "nature": data["type"],
            "etats": [(value, str(label).capitalize()) for value, label in TO_REVIEW if value],
            "natures": Record.Kind.choices,
            "requete": urlencode(kept),
            "filtre": bool(data["etat"] or data["type"]),
            "rubrique": "atelier",
        },
    )


def to_review(field: Q, queue: str, state: str = "") -> QuerySet[Record]:
    """The records of a curator's field that wait for a curator, or for their author."""
    states = [State.TO_COMPLETE] if queue == "a-completer" else [state] if state else REVIEWED
    rows = Record.objects.filter(field, state__in=states)
    wide = ("geometry", "description", "territory__geometry", "territory__departement__geometry")
    waiting = timeline.with_last_event(rows.select_related("owner", "territory__departement").defer(*wide))
    return waiting.order_by(Coalesce("last_at", "created_at"), "pk")


def proposed(field: Q) -> QuerySet[Revision]:
    """The changes of the published records of the curator's field that wait for a decision."""
    records = Record.objects.published().filter(field)
    waiting = Revision.objects.filter(state=Revision.RevisionState.PROPOSED, record__in=records.values("pk"))
    return (
        waiting.select_related("record__owner", "author", "import_batch")
        .defer("record__geometry", "record__description", "import_batch__report")
        .order_by("updated_at", "pk")
    )


def memberships() -> QuerySet[Membership]:
    """Requests to join an organisation that has nobody to confirm them."""
    answered = Membership.objects.confirmed().filter(role=Membership.Role.MANAGER, user__is_active=True)
    waiting = Membership.objects.waiting().filter(user__is_active=True)
    return waiting.exclude(organisation__in=answered.values("organisation")).order_by("created_at", "pk")


def reports(field: Q) -> QuerySet[ContactRequest]:
    """The reported exchanges about a record of the curator's field, or about none."""
    records = Record.objects.filter(field)
    concerned = Q(record__isnull=True) | Q(record__in=records.values("pk"))
    reported = ContactRequest.objects.filter(concerned, state=ContactRequest.RequestState.REPORTED)
    return reported.order_by("created_at", "pk")


def tabs(field: Q, here: str) -> list[dict[str, Any]]:
    """The queues of the workshop with how much waits in each."""
    address = reverse("catalogue:workshop")
    counts = Record.objects.filter(field).aggregate(
        review=Count("pk", filter=Q(state__in=REVIEWED)),
        completion=Count("pk", filter=Q(state=State.TO_COMPLETE)),
    )
    shown = [
        ("", _("À instruire"), address, counts["review"]),
        ("a-completer", _("À compléter"), f"{address}?voir=a-completer", counts["completion"]),
        ("changements", _("Changements"), f"{address}?voir=changements", proposed(field).count()),
    ]
    return [
        {"libelle": label, "url": url, "actif": code == here, "nombre": count}
        for code, label, url, count in shown
    ]


def people_waiting(field: Q) -> dict[str, int]:
    """How many requests to join and reported exchanges wait, for the navigation of the workshop."""
    return {"membres": memberships().count(), "signalements": reports(field).count()}


def record_line(record: Any) -> dict[str, Any]:
    """One record of the queue."""
    details = (record.owner.name if record.owner else "", place_words(record))
    return {
        "titre": record.title,
        "url": reverse("catalogue:workshop-record", args=[record.slug]),
        "nature": record.kind,
        "fiche": record,
        "details": [words for words in details if words],
        "quand": record.last_at or record.created_at,
        "evenement": timeline.HAPPENED.get(record.last_action or "", ""),
        "motif": (record.last_reason or "") if record.state == State.TO_COMPLETE else "",
    }


def change_line(revision: Revision) -> dict[str, Any]:
    """One proposed change of the queue."""
    record = revision.record
    count = len(revision.changes)
    origin = _("import") if revision.import_batch_id else record.owner.name if record.owner else ""
    return {
        "titre": record.title,
        "url": reverse("catalogue:workshop-revision", args=[revision.pk]),
        "nature": record.kind,
        "fiche": None,
        "details": [words for words in (origin, _("champs changés : %(n)d") % {"n": count}) if words],
        "quand": revision.updated_at,
        "evenement": _("Changement proposé"),
        "motif": revision.reason,
    }
