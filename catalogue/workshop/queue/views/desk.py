"""Who handles a record, and the comments of curators among themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalogue.accounts.names import name_of
from catalogue.models import CaseNote, Record
from catalogue.records import permissions
from catalogue.web import form_recovery
from catalogue.web.access import curator, get_record_or_404
from catalogue.web.errors import list_form_errors
from catalogue.workshop.queue import assignment, notes
from catalogue.workshop.queue.forms import HandForm, NoteForm
from catalogue.workshop.queue.views.bulk import get_queue_url


@dataclass(frozen=True)
class Desk:
    """Who handles a record and the comments of the curators, for catalogue/workshop/queue/_handling.html."""

    curator: str
    since: datetime | None
    seen: int | str
    is_mine: bool
    can_assign: bool
    assign: HandForm
    thread: list[notes.NoteLine]
    form: NoteForm


def build_desk(record: Record, reader: User, allowed: Collection[str], form: NoteForm | None = None) -> Desk:
    """Return the desk of a record; ``allowed`` are the actions that the reader may carry out on it."""
    handled = Record.objects.select_related("case__handler").only("pk", "case").get(pk=record.pk)
    case = getattr(handled, "case", None)
    handler = case.handler_id if case is not None else None
    return Desk(
        curator=assignment.get_handler_name(handled, reader),
        since=case.handed_at if case is not None and handler else None,
        seen=handler or "",
        is_mine=handler == reader.pk,
        can_assign="handle" in allowed,
        assign=HandForm(assignment.list_curators(), reader),
        thread=notes.list_notes(record, reader),
        form=form or NoteForm(),
    )


@curator
@require_POST
def workshop_assign(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a record, give it to a curator, or release it; when somebody was faster, report who."""
    user = cast(User, request.user)
    record = get_record_or_404(request, slug, "handle")
    form = HandForm(assignment.list_curators(), user, request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(list_form_errors(form)))
        return redirect(_get_return_url(form, record))
    try:
        messages.success(request, assign_record(form, record, user))
    except assignment.HandledByAnother as refusal:
        words = {"title": record.title, "who": refusal}
        messages.warning(request, _("« %(title)s » : %(who)s Rien n’a changé.") % words)
    except assignment.AssignmentRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect(_get_return_url(form, record))


def assign_record(form: HandForm, record: Record, user: User) -> str:
    """Carry out a valid form; return the message for its author."""
    data, title = form.cleaned_data, {"title": record.title}
    if data["geste"] == "confier":
        to = form.people[data["a"]]
        assignment.give_record(record, to, user, data["vu"], data["mot"].strip())
        return _("« %(title)s » est confiée à %(who)s.") % {**title, "who": name_of(to)}
    if data["geste"] == "rendre":
        assignment.release_record(record, user, data["vu"])
        return _("« %(title)s » n’est plus confiée à personne.") % title
    assignment.take_record(record, user, data["vu"])
    return _("Vous vous chargez de « %(title)s ».") % title


def _get_return_url(form: HandForm, record: Record) -> str:
    if "suite" in form.data:
        return f"{get_queue_url(str(form.data['suite'])[:2000])}#fiche-{record.slug}"
    return reverse("catalogue:workshop-record", args=[record.slug]) + "#interne"


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_comment(request: HttpRequest, slug: str) -> HttpResponse:
    user = cast(User, request.user)
    record = get_record_or_404(request, slug, "comment")
    form = NoteForm(form_recovery.submitted_data(request))
    if request.method == "POST" and form.is_valid():
        notes.add_comment(record, user, form.cleaned_data["texte"], form.cleaned_data["cle"])
        messages.success(request, _("Le commentaire est ajouté."))
        return redirect(reverse("catalogue:workshop-record", args=[slug]) + "#interne")
    context = {
        "record": record,
        "desk": build_desk(record, user, permissions.list_actions(user, record), form),
    }
    return render(request, "catalogue/workshop/queue/notes.html", context, status=422 if form.errors else 200)


@curator
@require_POST
def workshop_comment_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = cast(User, request.user)
    note = get_object_or_404(CaseNote.objects.select_related("record"), pk=pk, record__slug=slug)
    permissions.require(user, "comment", note.record)
    try:
        notes.delete_comment(note, user)
        messages.success(request, _("Le commentaire est retiré."))
    except notes.TooLate:
        messages.warning(
            request, _("Ce commentaire ne se retire plus : seul son auteur le peut, pendant quinze minutes.")
        )
    return redirect(reverse("catalogue:workshop-record", args=[slug]) + "#interne")
