"""What an account sent and received: applications and answers, messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.meetings import contacts, lists, people
from catalogue.meetings.forms import APPLICATION_VIEWS, CONTACT_VIEWS, ApplicationListForm, ContactListForm
from catalogue.meetings.views.form_data import current_user
from catalogue.models import AnswerProposal, Application, ContactRequest, Record
from catalogue.web.access import account
from catalogue.web.errors import bad_request
from catalogue.web.paging import page_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

QUERYSETS = {
    "recues": lists.applications_received,
    "envoyees": lists.applications_sent,
    "reponses-recues": lists.answers_received,
    "reponses-envoyees": lists.answers_sent,
}
TO_DO = {
    Application: (Application.ApplicationState.SENT, Application.ApplicationState.IN_REVIEW),
    AnswerProposal: (AnswerProposal.ProposalState.SENT,),
}


@account
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """Show applications and answers, sent and received, by state."""
    form = ApplicationListForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    user = current_user(request)
    counts = {name: queryset(user).count() for name, queryset in QUERYSETS.items()}
    fallback = next((name for name, count in counts.items() if count), "envoyees")
    view, state = form.cleaned_data["vue"] or fallback, form.cleaned_data["etat"]
    rows: QuerySet[Any] = QUERYSETS[view](user)
    states = _states(rows, view, state)
    page = page_of(rows.filter(state=state) if state else rows, form.cleaned_data["page"])
    return render(
        request,
        "catalogue/meetings/application_list.html",
        {
            "tabs": _tabs("catalogue:application-list", APPLICATION_VIEWS, view, counts),
            "view": view,
            "states": states,
            "page": page,
            "rows": [_application_line(one, view) for one in page],
            "parameters": f"vue={view}" + (f"&etat={state}" if state else ""),
            "section": "candidatures",
        },
    )


def _tabs(
    url_name: str, labels: Iterable[tuple[str, StrOrPromise]], view: str, counts: dict[str, int]
) -> list[dict[str, Any]]:
    url = reverse(url_name)
    return [
        {
            "label": label,
            "url": f"{url}?vue={name}",
            "is_active": name == view,
            "count": counts[name],
        }
        for name, label in labels
    ]


def _states(rows: QuerySet[Any], view: str, chosen: str) -> list[dict[str, Any]]:
    """Return the states that there are, each with the list of those in it; nothing when there is only one."""
    labels = dict(
        (Application if view in {"recues", "envoyees"} else AnswerProposal)
        ._meta.get_field("state")
        .flatchoices
    )
    found = set(rows.order_by().values_list("state", flat=True).distinct())
    if len(found) < 2 and not chosen:
        return []
    address = f"{reverse('catalogue:application-list')}?vue={view}"
    every = {"text": _("toutes"), "url": address, "is_active": not chosen}
    return [every] + [
        {"text": label, "url": f"{address}&etat={code}", "is_active": code == chosen}
        for code, label in labels.items()
        if code in found or code == chosen
    ]


def _application_line(one: Application | AnswerProposal, view: str) -> dict[str, Any]:
    received = view in {"recues", "reponses-recues"}
    about: Record
    if isinstance(one, Application):
        about, name = one.site, "catalogue:application-detail"
    else:
        about, name = one.need, "catalogue:answer-detail"
    owner = about.owner.name if about.owner else _("sans organisation")
    return {
        "url": reverse(name, args=[one.pk]),
        "solution": one.solution.title,
        "subject": about.title,
        "counterpart": one.organisation.name if received else owner,
        "state": one.get_state_display(),
        "code": one.state,
        "date": one.created_at,
        "to_do": received and one.state in TO_DO[type(one)],
    }


@account
@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """Show the messages received and sent, latest word first."""
    form = ContactListForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    user = current_user(request)
    received, sent = lists.contacts_received(user), lists.contacts_sent(user)
    counts = {"recus": received.count(), "envoyes": sent.count()}
    fallback = "envoyes" if counts["envoyes"] and not counts["recus"] else "recus"
    view = form.cleaned_data["vue"] or fallback
    page = page_of(received if view == "recus" else sent, form.cleaned_data["page"])
    names = people.sender_names(one.sender for one in page) if view == "recus" else {}
    return render(
        request,
        "catalogue/meetings/contact_list.html",
        {
            "tabs": _tabs("catalogue:contact-list", CONTACT_VIEWS, view, counts),
            "view": view,
            "page": page,
            "rows": [_contact_line(one, names) for one in page],
            "parameters": f"vue={view}",
            "section": "messages",
        },
    )


def _contact_line(one: ContactRequest, names: dict[int, str]) -> dict[str, Any]:
    last = getattr(one, "last_author", None)
    is_answered = last is not None and last != one.sender_id
    sender, organisation = names.get(one.sender_id, ""), one.organisation.name
    is_received, record = bool(names), one.record
    return {
        "url": reverse("catalogue:contact-detail", args=[one.pk]),
        "subject": one.subject,
        "counterpart": sender if is_received else organisation,
        "recipient": organisation if is_received else "",
        "record": record.title if record is not None else "",
        "state": one.get_state_display(),
        "code": one.state,
        "date": getattr(one, "last_at", one.created_at),
        "to_do": one.state in contacts.OPEN and is_answered != is_received,
    }
