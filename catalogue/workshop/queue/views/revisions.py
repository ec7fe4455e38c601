"""One proposed change in the workshop: what was, what would be, and the decision, whole or by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.contributions import revisions
from catalogue.models import Record, Revision
from catalogue.records import content, permissions, timeline
from catalogue.records.outlook import Outlook
from catalogue.web.access import curator
from catalogue.workshop.history import comparison
from catalogue.workshop.history.places import Outlines, compare_outlines
from catalogue.workshop.queue.forms import RevisionForm

SHOWN = (Revision.RevisionState.PROPOSED, Revision.RevisionState.ACCEPTED, Revision.RevisionState.REFUSED)


@dataclass(frozen=True)
class RevisionPage:
    revision: Revision
    record: Record
    rows: list[dict[str, Any]]
    to_decide: bool
    has_moved: list[str]
    author: str
    decider: str
    version: str
    errors: dict[str, Any]
    form: RevisionForm
    outlook: Outlook | None
    places: Outlines | None
    geojson: dict[str, Any] | None


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_revision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the differences, field by field; a POST decides."""
    rows = Revision.objects.filter(state__in=SHOWN).select_related("record__owner", "author", "decided_by")
    revision = get_object_or_404(rows, pk=pk)
    permissions.require(request.user, "decide", revision.record)
    if request.method != "POST":
        return render_revision(request, revision, None)
    lines = revisions.describe_changes(revision)
    form = RevisionForm([line["field"] for line in lines], request.POST)
    if not form.is_valid():
        return render_revision(request, revision, form, lines)
    try:
        decide_revision(revision, cast(User, request.user), form.cleaned_data)
    except revisions.RevisionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("catalogue:workshop-revision", pk=revision.pk)
    if form.cleaned_data["decision"] == "refuser":
        messages.success(request, _("Changement refusé."))
    else:
        messages.success(request, _("Changement accepté : le public voit la fiche à jour."))
    return redirect("catalogue:workshop-record", slug=revision.record.slug)


@transaction.atomic
def decide_revision(revision: Revision, actor: User, data: dict[str, Any]) -> None:
    """Accept or refuse; what changed since is overwritten only when the curator has seen it."""
    if data["decision"] == "refuser":
        revisions.refuse(revision, actor, data["reason"])
        return
    record = Record.objects.select_for_update().only("pk", "updated_at").get(pk=revision.record_id)
    compared = data["seen"] == record.updated_at.isoformat()
    revisions.accept(revision, actor, data["fields_kept"], knowingly=compared)


def render_revision(
    request: HttpRequest,
    revision: Revision,
    form: RevisionForm | None,
    lines: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """Render the page of a change; ``form`` is a decision to show with its errors."""
    user = cast(User, request.user)
    if lines is None:
        lines = revisions.describe_changes(revision)
    selected = {line["field"] for line in lines}
    if form is not None:
        selected = set(cast(QueryDict, form.data).getlist("fields_kept"))
    is_open = revision.state == Revision.RevisionState.PROPOSED
    rows = []
    for line in lines:
        change = describe_change(revision, line)
        rows.append({**line, "is_selected": line["field"] in selected, "toggles": is_open, "words": change})
    author = timeline.describe_actor(revision.author, user, by_name=True, as_curator=False) or _("un import")
    shapes = revision.changes.get(content.SHAPE)
    outlines = compare_outlines(revision.record.kind, *shapes) if shapes else None
    page = RevisionPage(
        revision=revision,
        record=revision.record,
        rows=rows,
        to_decide=is_open,
        has_moved=[line["label"] for line in lines if line["moved"] and is_open],
        author=author,
        decider=timeline.describe_actor(revision.decided_by, user, by_name=True, as_curator=True),
        version=revision.record.updated_at.isoformat(),
        errors=form.errors if form else {},
        form=form or RevisionForm([]),
        outlook=revisions.look_ahead(revision) if is_open else None,
        places=outlines,
        geojson=outlines.features if outlines else None,
    )
    return render(request, "catalogue/workshop/queue/revision.html", vars(page), status=422 if form else 200)


def describe_change(revision: Revision, line: dict[str, Any]) -> comparison.FieldChange:
    """Return what changes of one field, word by word and row by row; documents are only added."""
    name = line["field"]
    if name not in revision.changes:
        return comparison.FieldChange(name, line["label"], comparison.LIST, come=line["new"])
    old, new = (_strip_rows(value) for value in revision.changes[name])
    return comparison.compare_field(revision.record.kind, name, old, new)


def _strip_rows(value: Any) -> Any:
    """Return rows without their keys, which a reader does not need."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return value
    return [{name: row[name] for name in row if name not in ("pk", "new", "ref")} for row in value]
