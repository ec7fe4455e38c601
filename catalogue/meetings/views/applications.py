"""Applying to a site, and following an application from both sides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.meetings import applications, attachments, people, results, rights
from catalogue.meetings.forms import AcceptForm, ApplicationForm, MessageForm, ReasonForm, SolutionChoiceForm
from catalogue.meetings.lists import heavy_columns
from catalogue.meetings.views.choice import find_proposable, render_choice
from catalogue.meetings.views.exchange import carry_out, data_for, message_lines, message_page, send_form
from catalogue.meetings.views.form_data import current_user, field_value, submitted_data
from catalogue.meetings.views.steps import application_steps
from catalogue.models import Application, Attachment, TestSite
from catalogue.records import permissions
from catalogue.web.access import account
from catalogue.web.errors import bad_request

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SEEN = ("site__owner", "site__territory", "solution", "organisation", "created_by", "experiment")
UNSEEN = [*heavy_columns("site"), *heavy_columns("solution"), *heavy_columns("experiment")]
DONE = {
    "examine": gettext_lazy("La candidature est en examen ; le candidat est prévenu."),
    "accept": gettext_lazy(
        "La candidature est acceptée. L’expérimentation est créée : un curateur la publiera."
    ),
    "decline": gettext_lazy("La candidature est déclinée ; le candidat est prévenu, avec votre motif."),
    "withdraw": gettext_lazy("Votre candidature est retirée."),
    "write": gettext_lazy("Votre message est envoyé."),
}


@account
@require_http_methods(["GET", "HEAD", "POST"])
def application_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a solution, then apply to the site with it."""
    user = current_user(request)
    site = get_object_or_404(TestSite.objects.select_related("owner"), slug=slug)
    permissions.require(user, "apply", site)
    if refusal := site.closed_reason:
        messages.warning(request, refusal)
        return redirect(site)
    choice = SolutionChoiceForm(request.GET)
    if not choice.is_valid():
        return bad_request(request, choice)
    data = submitted_data(request, has_files=True)
    slug = field_value(data, "solution") if data else choice.cleaned_data["solution"]
    solution = find_proposable(user, slug)
    if data is None and (solution is None or not people.organisations_of(user).exists()):
        words = {"title": _("Candidater à ce site"), "back_text": _("Revenir au site")}
        return render_choice(request, user, site, choice, words)
    form = ApplicationForm(
        data,
        request.FILES or None,
        user=user,
        host=site.owner,
        initial={"solution": solution.slug if solution else ""},
    )
    if request.method == "POST" and form.is_valid():
        sent = send_form(form, partial(applications.send, user, site))
        if sent is not None:
            success = _("Votre candidature est envoyée : %(host)s la reçoit par courriel.")
            messages.success(request, success % {"host": site.owner})
            return redirect("catalogue:application-detail", sent.pk)
    context = {"site": site, "solution": solution, "form": form, "section": "candidatures"}
    return render(request, "catalogue/meetings/application_form.html", context)


def _get_application(request: HttpRequest, pk: int, action: str) -> tuple[Application, rights.Side]:
    found = Application.objects.select_related(*SEEN).defer(*UNSEEN, "site__territory__geometry")
    application = get_object_or_404(found, pk=pk)
    return application, rights.require(current_user(request), action, application)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def application_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole application, its thread, and what each side may do."""
    application, side = _get_application(request, pk, "view")
    user, data = current_user(request), submitted_data(request)
    action = field_value(data, "action")
    page_forms = _forms(data, action)
    if request.method == "POST":
        if action not in rights.APPLICATION or action == "view":
            raise Http404
        rights.require(user, action, application)
        act: Callable[..., object] = partial(applications.act, application, action, user)
        if action == "write":
            act = partial(applications.write, application, user)
        if carry_out(request, action, page_forms.get(action), act, DONE[action]):
            return redirect("catalogue:application-detail", pk)
        application, side = _get_application(request, pk, "view")
    context = _context(request, application, side, page_forms)
    return render(request, "catalogue/meetings/application_detail.html", context)


def _forms(data: QueryDict | None, action: str) -> dict[str, forms.Form]:
    return {
        "write": MessageForm(data_for(data, action, "write")),
        "accept": AcceptForm(data_for(data, action, "accept")),
        "decline": ReasonForm(
            data_for(data, action, "decline"),
            label=_("Pourquoi la décliner ?"),
            help_text=_("Le candidat lira ce motif."),
        ),
    }


def _context(
    request: HttpRequest, application: Application, side: rights.Side, page_forms: dict[str, forms.Form]
) -> dict[str, Any]:
    user = current_user(request)
    page = message_page(request, application.messages.all())
    owner = application.site.owner
    sides = [application.organisation, *([owner] if owner else [])]
    authors = [application.created_by, *(message.author for message in page)]
    names = people.signatures(authors, sides, people.team_name())
    return {
        **_experiment_context(user, application),
        "application": application,
        "applicant": names.get(application.created_by_id, names[None]),
        "holder": people.holder_words(application.solution, application.organisation, application.created_by),
        "is_pending": people.has_pending_membership(application.created_by, application.organisation),
        "side": side.value,
        "actions": rights.list_actions(side, application),
        "forms": page_forms,
        "page": page,
        "exchange": message_lines(page, names, user.pk),
        "pieces": list(application.attachments.all()),
        "section": "candidatures",
    }


def _experiment_context(user: User, application: Application) -> dict[str, Any]:
    """Return how far the application is, and whether the account may complete its experiment."""
    experiment = application.experiment
    has_results = experiment is not None and results.has_measures(experiment)
    allowed = permissions.list_actions(user, experiment) if experiment is not None else frozenset()
    return {
        "steps": application_steps(application, has_results=has_results),
        "has_results": has_results,
        "can_complete": bool(allowed & {"edit", "propose"}),
    }


@account
@require_safe
def application_document(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Send a private document to those who may read the application."""
    application, _side = _get_application(request, pk, "view")
    attachment = get_object_or_404(Attachment, application=application, key=key)
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    given: HttpResponse = FileResponse(  # type: ignore[assignment] # streamed, served alike
        content,
        as_attachment=True,
        filename=attachments.download_name(attachment),
        content_type=attachments.content_type(attachment),
    )
    return given
