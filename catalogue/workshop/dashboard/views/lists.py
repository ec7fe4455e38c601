"""The lists behind the figures, twenty lines a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.models import ImportBatch, Revision
from catalogue.web.access import curator
from catalogue.web.errors import bad_request
from catalogue.web.navigation import Crumb
from catalogue.web.paging import page_of
from catalogue.workshop.dashboard import lists
from catalogue.workshop.dashboard.lines import ListLine, ListPage, describe_record
from catalogue.workshop.dashboard.scope import Scope


@curator
@require_safe
def workshop_dashboard_records(request: HttpRequest) -> HttpResponse:
    return render_list(request, lists.RecordsForm, lists.filter_records, _("Fiches"), describe_record)


@curator
@require_safe
def workshop_dashboard_changes(request: HttpRequest) -> HttpResponse:
    return render_list(
        request, lists.ChangesForm, lists.filter_changes, _("Changements proposés"), describe_change
    )


@curator
@require_safe
def workshop_dashboard_imports(request: HttpRequest) -> HttpResponse:
    return render_list(request, lists.ImportsForm, lists.filter_batches, _("Imports"), describe_batch)


def render_list(
    request: HttpRequest,
    form_class: type[lists.PagedForm],
    list_rows: Callable[[Scope, dict[str, Any]], QuerySet[Any]],
    title: str,
    describe: Callable[[Any], ListLine],
) -> HttpResponse:
    """Render a page of the rows behind a number, under their filters in words."""
    form = form_class(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    scope = Scope.for_user(request.user, form.cleaned_data["champ"])
    page = page_of(list_rows(scope, form.cleaned_data), form.cleaned_data["page"])
    parameters = request.GET.copy()
    parameters.pop("page", None)
    home = reverse("catalogue:workshop-dashboard")
    home_url = f"{home}?champ=france" if scope.parameters else home
    shown = ListPage(
        title=title,
        filters=lists.describe_filters(form),
        everywhere=scope.is_everywhere and scope.is_limited,
        page=page,
        rows=[describe(row) for row in page],
        query=parameters.urlencode(),
        steps=[Crumb(_("Tableau de bord"), home_url), Crumb(title)],
    )
    return render(request, "catalogue/workshop/dashboard/list.html", vars(shown))


def describe_change(revision: Revision) -> ListLine:
    details = [_("proposé le %(date)s") % {"date": f"{revision.updated_at:%d/%m/%Y}"}]
    return ListLine(
        revision.record.title, reverse("catalogue:workshop-revision", args=[revision.pk]), details
    )


def describe_batch(batch: ImportBatch) -> ListLine:
    counts = _("créées : %(new)d, modifiées : %(changed)d, rejetées : %(rejected)d") % {
        "new": batch.created_count,
        "changed": batch.changed_count,
        "rejected": batch.rejected_count,
    }
    details = [f"{batch.created_at:%d/%m/%Y}", batch.get_state_display(), counts]
    return ListLine(batch.filename, reverse("catalogue:import-detail", args=[batch.pk]), details)
