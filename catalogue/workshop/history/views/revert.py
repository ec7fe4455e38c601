"""A record put back to one of its versions, once the curator has read what it changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.models import Record, RecordVersion
from catalogue.records import permissions
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.history import reverting
from catalogue.workshop.history.forms import RevertForm
from catalogue.workshop.history.lines import describe_version, get_reader, get_record_or_404
from catalogue.workshop.history.views.history import compare_places


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_revert(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What the return would change and what it cannot put back; a POST carries it out."""
    record = get_record_or_404(request, slug)
    permissions.require(request.user, "edit", record)
    version = get_object_or_404(record.versions.select_related("actor"), number=number)
    data = form_recovery.submitted_data(request)
    form = RevertForm(data)
    if request.method != "POST" or not form.is_valid():
        return show(request, record, version, form, 422 if request.method == "POST" else 200)
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    try:
        done = reverting.revert_record(record, version, get_reader(request), seen, reason)
    except reverting.RecordChanged:
        messages.warning(
            request,
            _(
                "La fiche a changé depuis que cette page a été ouverte. Rien n’a été rétabli : relisez, "
                "puis confirmez."
            ),
        )
        return show(request, record, version, form, 409)
    except reverting.RevertRefused as refusal:
        messages.warning(request, str(refusal))
        return show(request, record, version, form, 409)
    said = _("La fiche est revenue à la version %(n)d. Ce retour est lui-même une version.")
    messages.success(request, said % {"n": version.number})
    for line in done.impossible:
        messages.warning(request, line)
    return redirect("catalogue:workshop-history", slug=record.slug)


def show(
    request: HttpRequest, record: Record, version: RecordVersion, form: RevertForm, status: int
) -> HttpResponse:
    """The page that previews the return, on the state of this moment."""
    found = reverting.plan_revert(record.proper, version)
    lines = found.lines(record.kind)
    drawn = compare_places(record, found.now, found.wanted, lines)
    context = {
        "record": record,
        "version": describe_version(version, get_reader(request)),
        "rows": lines,
        "impossible": found.impossible,
        "seen": found.seen,
        "form": form,
        "places": drawn,
        "geojson": drawn.features if drawn else None,
    }
    return render(request, "catalogue/workshop/history/revert.html", context, status=status)
