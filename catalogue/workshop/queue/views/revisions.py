"""One proposed change in the workshop: what was, what would be, and the decision, whole or by field."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.contributions import revisions
from catalogue.models import Record, Revision
from catalogue.records import content, permissions, timeline
from catalogue.web.access import curator
from catalogue.workshop.history import comparing
from catalogue.workshop.history.places import compare_outlines
from catalogue.workshop.queue.forms import RevisionForm

SHOWN = (Revision.RevisionState.PROPOSED, Revision.RevisionState.ACCEPTED, Revision.RevisionState.REFUSED)


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_revision(request: HttpRequest, pk: int) -> HttpResponse:
    """The differences, field by field; a POST decides."""
    whole = Revision.objects.filter(state__in=SHOWN).select_related("record__owner", "author", "decided_by")
    revision = get_object_or_404(whole, pk=pk)
    permissions.require(request.user, "decide", revision.record)
    if request.method != "POST":
        return show(request, revision, None)
    lines = revisions.describe(revision)
    form = RevisionForm([line["field"] for line in lines], request.POST)
    if not form.is_valid():
        return show(request, revision, form, lines)
    try:
        decide(revision, cast(User, request.user), form.cleaned_data)
    except revisions.RevisionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("catalogue:workshop-revision", pk=revision.pk)
    accepted = form.cleaned_data["decision"] != "refuser"
    said = _("Changement accepté : le public voit la fiche à jour.") if accepted else _("Changement refusé.")
    messages.success(request, said)
    return redirect("catalogue:workshop-record", slug=revision.record.slug)


@transaction.atomic
def decide(revision: Revision, actor: User, data: dict[str, Any]) -> None:
    """Accept or refuse; what changed since is overwritten only when the curator has seen it."""
    if data["decision"] == "refuser":
        revisions.refuse(revision, actor, data["reason"])
        return
    record = Record.objects.select_for_update().only("pk", "updated_at").get(pk=revision.record_id)
    compared = data["seen"] == record.updated_at.isoformat()
    revisions.accept(revision, actor, data["fields_kept"], knowingly=compared)


def show(
    request: HttpRequest,
    revision: Revision,
    form: RevisionForm | None,
    lines: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """The page of a change; ``form`` is a decision to show with its errors."""
    user = cast(User, request.user)
    told = revisions.describe(revision) if lines is None else lines
    kept = set(form.data.getlist("fields_kept")) if form else {line["field"] for line in told}  # type: ignore[attr-defined]
    waiting = revision.state == Revision.RevisionState.PROPOSED
    places = revision.changes.get(content.SHAPE)
    drawn = compare_outlines(revision.record.kind, *places) if places else None
    context = {
        "revision": revision,
        "record": revision.record,
        "rows": [
            {
                **line,
                "kept": line["field"] in kept,
                "toggles": waiting,
                "words": told_with_words(revision, line),
            }
            for line in told
        ],
        "to_decide": waiting,
        "has_moved": [line["label"] for line in told if line["moved"]] if waiting else [],
        "author": timeline.describe_actor(revision.author, user, by_name=True, as_curator=False)
        or _("un import"),
        "decider": timeline.describe_actor(revision.decided_by, user, by_name=True, as_curator=True),
        "version": revision.record.updated_at.isoformat(),
        "errors": form.errors if form else {},
        "form": form or RevisionForm([]),
        "places": drawn,
        "geojson": drawn.features if drawn else None,
        "section": "atelier",
    }
    return render(request, "catalogue/workshop/queue/revision.html", context, status=422 if form else 200)


def told_with_words(revision: Revision, line: dict[str, Any]) -> comparing.FieldChange:
    """What changes of one field, word by word and row by row; documents are only added."""
    name = line["field"]
    if name not in revision.changes:
        return comparing.FieldChange(name, line["label"], comparing.LIST, come=line["new"])
    old, new = (_bare(value) for value in revision.changes[name])
    return comparing.compare_field(revision.record.kind, name, old, new)


def _bare(value: Any) -> Any:
    """Rows without what only says where they stand."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return value
    return [{name: said for name, said in row.items() if name not in ("pk", "new", "ref")} for row in value]
