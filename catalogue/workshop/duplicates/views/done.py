"""A merge that was made, and its undo."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.models import Merge
from catalogue.records import permissions, timeline
from catalogue.web.access import curator
from catalogue.workshop.duplicates import undo


def get_merge(request: HttpRequest, pk: int) -> Merge:
    """Return the merge when the curator may merge both of its records; raise Http404 otherwise."""
    rows = Merge.objects.select_related("survivor", "loser", "actor", "undone_by")
    merge: Merge = get_object_or_404(rows, pk=pk)
    for record in (merge.survivor, merge.loser):
        permissions.require(request.user, "merge", record)
    return merge


@curator
@require_safe
def workshop_merge_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was merged, by whom, what it changed."""
    return render_merge(request, get_merge(request, pk))


def render_merge(
    request: HttpRequest, merge: Merge, refused: undo.MergeUndoRefused | None = None
) -> HttpResponse:
    """Render the page of a merge; ``refused`` is why it was not undone."""
    user = cast(User, request.user)
    context: dict[str, Any] = {
        "merge": merge,
        "by": timeline.describe_actor(merge.actor, user, by_name=True, as_curator=True),
        "undone_by": timeline.describe_actor(merge.undone_by, user, by_name=True, as_curator=True),
        "gains": undo.list_changes(merge),
        "refusal": refused,
    }
    return render(request, "catalogue/workshop/duplicates/done.html", context, status=422 if refused else 200)


@curator
@require_POST
def workshop_merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge; when something would be lost, show it and change nothing."""
    merge = get_merge(request, pk)
    try:
        undo.undo_merge(merge, cast(User, request.user))
    except undo.MergeUndoRefused as refusal:
        return render_merge(request, get_merge(request, pk), refusal)
    messages.success(request, _("La fusion est annulée : les deux fiches sont comme avant."))
    return redirect("catalogue:workshop-merge-done", pk=merge.pk)
