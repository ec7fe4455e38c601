"""Writing to an organisation, and answering from the account."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.meetings import contacts, mails, people, rights
from catalogue.meetings.forms import ContactAboutForm, ContactForm, MessageForm, ReasonForm
from catalogue.meetings.views.exchange import carry_out, data_for, message_lines, message_page, send_form
from catalogue.meetings.views.form_data import current_user, field_value, submitted_data
from catalogue.models import ContactRequest, Organisation, Record
from catalogue.web.access import account
from catalogue.web.errors import bad_request
from geo.prose import after_de

DONE = {
    "write": gettext_lazy("Votre message est envoyé."),
    "close": gettext_lazy("L’échange est clos. Il reste lisible ici."),
    "report": gettext_lazy("Merci : les curateurs vont lire cet échange. Plus rien ne peut y être écrit."),
}


@account
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Send a message to an organisation, without revealing an address."""
    organisation = get_object_or_404(Organisation.objects.select_related("merged_into"), slug=slug)
    if organisation.merged_into is not None:
        address = reverse("catalogue:contact-new", args=[organisation.merged_into.slug])
        query = request.GET.urlencode()
        return redirect(f"{address}?{query}" if query else address, permanent=True)
    about = ContactAboutForm(request.GET)
    if not about.is_valid():
        return bad_request(request, about)
    asked = about.cleaned_data["fiche"]
    record = Record.objects.published().defer("geometry").filter(slug=asked).first() if asked else None
    form = ContactForm(submitted_data(request))
    if request.method == "POST" and form.is_valid():
        sent = send_form(form, partial(contacts.send, current_user(request), organisation, record))
        if sent is not None:
            messages.success(request, _success_message(organisation))
            return redirect("catalogue:contact-detail", sent.pk)
    context = {
        "organisation": organisation,
        "record": record,
        "form": form,
        "has_readers": contacts.has_readers(organisation),
        "section": "messages",
    }
    return render(request, "catalogue/meetings/contact_form.html", context)


def _success_message(organisation: Organisation) -> str:
    message = _("Votre message est gardé. %(name)s n’a encore personne ici : les curateurs sont prévenus.")
    if contacts.has_readers(organisation):
        message = _("Votre message est transmis aux membres %(of_name)s.")
    return message % {"name": organisation.name, "of_name": after_de(organisation.name)}


@account
@require_http_methods(["GET", "HEAD", "POST"])
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the exchange, and what each side may do about it."""
    exchange = get_object_or_404(
        ContactRequest.objects.select_related("sender", "organisation", "record").defer("record__geometry"),
        pk=pk,
    )
    user, data = current_user(request), submitted_data(request)
    side = rights.require(user, "view", exchange)
    action = field_value(data, "action")
    page_forms = _forms(data, action)
    if request.method == "POST":
        if action not in DONE:
            raise Http404
        rights.require(user, action, exchange)
        acts: dict[str, Callable[..., object]] = {
            "write": partial(contacts.write, exchange, user),
            "close": partial(contacts.close, exchange),
            "report": partial(contacts.report, exchange),
        }
        if carry_out(request, action, page_forms.get(action), acts[action], DONE[action]):
            return redirect("catalogue:contact-detail", pk)
    context = _context(request, exchange, side, page_forms)
    return render(request, "catalogue/meetings/contact_detail.html", context)


def _forms(data: QueryDict | None, action: str) -> dict[str, forms.Form]:
    return {
        "write": MessageForm(data_for(data, action, "write")),
        "report": ReasonForm(
            data_for(data, action, "report"),
            label=_("Qu’est-ce qui ne va pas ?"),
            help_text=_("Les curateurs liront ce motif et tout l’échange."),
        ),
    }


def _context(
    request: HttpRequest, exchange: ContactRequest, side: rights.Side, page_forms: dict[str, forms.Form]
) -> dict[str, Any]:
    page = message_page(request, exchange.messages.all())
    sender = exchange.sender
    names = people.signatures(
        [message.author for message in page], [exchange.organisation], people.team_name()
    )
    names[sender.pk] = mails.contact_author_name(exchange, sender)
    return {
        "exchange": exchange,
        "sender": names[sender.pk],
        "from_me": sender.pk == current_user(request).pk,
        "side": side.value,
        "actions": rights.list_actions(side, exchange),
        "forms": page_forms,
        "page": page,
        "exchange_messages": message_lines(page, names, current_user(request).pk),
        "has_readers": contacts.has_readers(exchange.organisation),
        "section": "messages",
    }
