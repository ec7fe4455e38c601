"""Applying to a site, and following an application from both sides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.meetings import applications, attachments, people, results, rights
from catalogue.meetings.forms import AcceptForm, ApplicationForm, MessageForm, ReasonForm, SolutionChoiceForm
from catalogue.meetings.lists import LEFT_IN_DATABASE
from catalogue.meetings.refusal import Refused
from catalogue.meetings.views import thread
from catalogue.meetings.views.choice import choose, chosen
from catalogue.meetings.views.form_data import current_user, field_value, submitted_data
from catalogue.meetings.views.steps import application_steps
from catalogue.models import Application, Attachment, TestSite
from catalogue.records import permissions
from catalogue.web.access import account
from catalogue.web.errors import bad_request

SEEN = ("site__owner", "site__territory", "solution", "organisation", "created_by", "experiment")
UNSEEN = [
    f"{relation}__{column}" for relation in ("site", "solution", "experiment") for column in LEFT_IN_DATABASE
]
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
    solution = chosen(user, field_value(data, "solution") if data else choice.cleaned_data["solution"])
    if data is None and (solution is None or not people.organisations_of(user).exists()):
        words = {"title": _("Candidater à ce site"), "back_text": _("Revenir au site")}
        return choose(request, user, site, choice, words)
    form = ApplicationForm(
        data,
        request.FILES or None,
        user=user,
        host=site.owner,
        initial={"solution": solution.slug if solution else ""},
    )
    if request.method == "POST" and form.is_valid():
        sent = _send(request, site, form)
        if sent is not None:
            told = _("Votre candidature est envoyée : %(host)s la reçoit par courriel.")
            messages.success(request, told % {"host": site.owner})
            return redirect("catalogue:application-detail", sent.pk)
    context = {"site": site, "solution": solution, "form": form, "section": "candidatures"}
    return render(request, "catalogue/meetings/application_form.html", context)


def _send(request: HttpRequest, site: TestSite, form: ApplicationForm) -> Application | None:
    """The application, or None with the refusal said on the form."""
    data = dict(form.cleaned_data)
    try:
        return applications.send(
            current_user(request),
            site,
            data.pop("solution"),
            data.pop("organisation"),
            key=data.pop("creation_key"),
            files=data.pop("documents"),
            **data,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _read(request: HttpRequest, pk: int, action: str) -> tuple[Application, rights.Side]:
    found = Application.objects.select_related(*SEEN).defer(*UNSEEN, "site__territory__geometry")
    application = get_object_or_404(found, pk=pk)
    return application, rights.require(current_user(request), action, application)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def application_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole application, its thread, and what each side may do."""
    application, side = _read(request, pk, "view")
    data = submitted_data(request)
    action = field_value(data, "action")
    forms = _forms(data, action)
    if request.method == "POST":
        if action not in rights.APPLICATION or action == "view":
            raise Http404
        rights.require(current_user(request), action, application)
        if _done(request, application, action, forms):
            return redirect("catalogue:application-detail", pk)
        application, side = _read(request, pk, "view")
    return render(
        request, "catalogue/meetings/application_detail.html", _context(request, application, side, forms)
    )


def _forms(data: QueryDict | None, action: str) -> dict[str, Any]:
    """The forms of the page, the one that was posted with its fields."""

    def given(name: str) -> QueryDict | None:
        return data if action == name else None

    return {
        "write": MessageForm(given("write")),
        "accept": AcceptForm(given("accept")),
        "decline": ReasonForm(
            given("decline"),
            label=_("Pourquoi la décliner ?"),
            help_text=_("Le candidat lira ce motif."),
        ),
    }


def _done(request: HttpRequest, application: Application, action: str, forms: dict[str, Any]) -> bool:
    """True once the action is carried out or refused for good; False when the form has to be corrected."""
    form = forms.get(action)
    if form is not None and not form.is_valid():
        return False
    fields = form.cleaned_data if form is not None else {}
    try:
        if action == "write":
            applications.write(application, current_user(request), fields["text"], fields["creation_key"])
        else:
            applications.act(application, action, current_user(request), **fields)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return action != "write"
    messages.success(request, DONE[action])
    return True


def _context(
    request: HttpRequest, application: Application, side: rights.Side, forms: dict[str, Any]
) -> dict[str, Any]:
    user = current_user(request)
    page = thread.page_of(request, application.messages.all())
    owner = application.site.owner
    sides = [application.organisation, *([owner] if owner else [])]
    authors = [application.created_by, *(message.author for message in page)]
    names = people.signatures(authors, sides, people.team_name())
    experiment = application.experiment
    has_results = experiment is not None and results.measured(experiment)
    return {
        "application": application,
        "applicant": names.get(application.created_by_id, names[None]),
        "is_pending": people.is_waiting(application.created_by, application.organisation),
        "side": side.value,
        "actions": rights.possible(side, application),
        "forms": forms,
        "steps": application_steps(application, has_results=has_results),
        "has_results": has_results,
        "can_complete": experiment is not None
        and bool(permissions.actions(user, experiment) & {"edit", "propose"}),
        "page": page,
        "exchange": thread.lines(page, names, user.pk),
        "pieces": list(application.attachments.all()),
        "section": "candidatures",
    }


@account
@require_safe
def application_document(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """A private document, given back as a file to those who may read the application."""
    application, _side = _read(request, pk, "view")
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
