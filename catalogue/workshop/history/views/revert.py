"""The revert of a record to one of its versions, once the curator has read what it changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.models import Record, RecordVersion
from catalogue.records import permissions
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.history import revert
from catalogue.workshop.history.forms import RevertForm
from catalogue.workshop.history.lines import describe_version, get_light_record, get_reader
from catalogue.workshop.history.views.history import compare_places

CHANGED = gettext_lazy(
    "La fiche a changé depuis que cette page a été ouverte. Rien n’a été rétabli : relisez, puis confirmez."
)


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_revert(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Preview what the revert would change and what it cannot restore; a POST carries it out."""
    record = get_light_record(request, slug)
    permissions.require(request.user, "edit", record)
    version = get_object_or_404(record.versions.select_related("actor"), number=number)
    form = RevertForm(form_recovery.submitted_data(request))
    if request.method != "POST" or not form.is_valid():
        return render_preview(request, record, version, form, 422 if request.method == "POST" else 200)
    seen, reason = form.cleaned_data["seen"], form.cleaned_data["reason"]
    try:
        plan = revert.revert_record(record, version, get_reader(request), seen, reason)
    except revert.RecordChanged:
        messages.warning(request, CHANGED)
        return render_preview(request, record, version, form, 409)
    except revert.RevertRefused as refusal:
        messages.warning(request, str(refusal))
        return render_preview(request, record, version, form, 409)
    message = _("La fiche est revenue à la version %(n)d. Ce retour est lui-même une version.")
    messages.success(request, message % {"n": version.number})
    for problem in plan.impossible:
        messages.warning(request, problem)
    return redirect("catalogue:workshop-history", slug=record.slug)


def render_preview(
    request: HttpRequest, record: Record, version: RecordVersion, form: RevertForm, status: int
) -> HttpResponse:
    plan = revert.plan_revert(record.proper, version)
    changes = plan.list_changes(record.kind)
    context = {
        "record": record,
        "version": describe_version(version, get_reader(request)),
        "rows": changes,
        "impossible": plan.impossible,
        "seen": plan.seen,
        "form": form,
        **compare_places(record, plan.now, plan.wanted, changes),
    }
    return render(request, "catalogue/workshop/history/revert.html", context, status=status)
