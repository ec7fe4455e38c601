"""Writing to an organisation, and answering from the account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.meetings import contacts, mails, people, rights
from catalogue.meetings.forms import ContactAboutForm, ContactForm, MessageForm, ReasonForm
from catalogue.meetings.refusal import Refused
from catalogue.meetings.views import thread
from catalogue.meetings.views.form_data import current_user, field_value, submitted_data
from catalogue.models import ContactRequest, Organisation, Record
from catalogue.web.access import account
from catalogue.web.errors import bad_request

DONE = {
    "write": gettext_lazy("Votre message est envoyé."),
    "close": gettext_lazy("L’échange est clos. Il reste lisible ici."),
    "report": gettext_lazy("Merci : les curateurs vont lire cet échange. Plus rien ne peut y être écrit."),
}


@account
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A message to an organisation, relayed without an address."""
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
    if (
        request.method == "POST"
        and form.is_valid()
        and _send(request, organisation, record, form) is not None
    ):
        return redirect("catalogue:contact-detail", form.cleaned_data["sent"])
    context = {
        "organisation": organisation,
        "record": record,
        "form": form,
        "has_readers": contacts.has_readers(organisation),
        "section": "messages",
    }
    return render(request, "catalogue/meetings/contact_form.html", context)


def _send(
    request: HttpRequest, organisation: Organisation, record: Record | None, form: ContactForm
) -> ContactRequest | None:
    """The message, or None with the refusal said on the form."""
    data = form.cleaned_data
    try:
        sent = contacts.send(
            current_user(request),
            organisation,
            record,
            subject=data["subject"],
            message=data["message"],
            key=data["creation_key"],
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    data["sent"] = sent.pk
    told = (
        _("Votre message est transmis aux membres de %(name)s.")
        if contacts.has_readers(organisation)
        else _("Votre message est gardé. %(name)s n’a encore personne ici : les curateurs sont prévenus.")
    )
    messages.success(request, told % {"name": organisation.name})
    return sent


@account
@require_http_methods(["GET", "HEAD", "POST"])
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The exchange, and what each side may do about it."""
    exchange = get_object_or_404(
        ContactRequest.objects.select_related("sender", "organisation", "record").defer("record__geometry"),
        pk=pk,
    )
    side = rights.require(current_user(request), "view", exchange)
    data = submitted_data(request)
    action = field_value(data, "action")
    forms = _forms(data, action)
    if request.method == "POST":
        if action not in DONE:
            raise Http404
        rights.require(current_user(request), action, exchange)
        if _done(request, exchange, action, forms):
            return redirect("catalogue:contact-detail", pk)
    return render(request, "catalogue/meetings/contact_detail.html", _context(request, exchange, side, forms))


def _forms(data: QueryDict | None, action: str) -> dict[str, Any]:
    return {
        "write": MessageForm(data if action == "write" else None),
        "report": ReasonForm(
            data if action == "report" else None,
            label=_("Qu’est-ce qui ne va pas ?"),
            help_text=_("Les curateurs liront ce motif et tout l’échange."),
        ),
    }


def _done(request: HttpRequest, exchange: ContactRequest, action: str, forms: dict[str, Any]) -> bool:
    """True once the action is carried out or refused for good; False when the form has to be corrected."""
    form = forms.get(action)
    if form is not None and not form.is_valid():
        return False
    fields = form.cleaned_data if form is not None else {}
    try:
        if action == "write":
            contacts.write(exchange, current_user(request), fields["text"], fields["creation_key"])
        elif action == "close":
            contacts.close(exchange)
        else:
            contacts.report(exchange, fields["reason"])
    except Refused as refusal:
        messages.error(request, str(refusal))
        return action != "write"
    messages.success(request, DONE[action])
    return True


def _context(
    request: HttpRequest, exchange: ContactRequest, side: rights.Side, forms: dict[str, Any]
) -> dict[str, Any]:
    page = thread.page_of(request, exchange.messages.all())
    sender = exchange.sender
    names = people.signatures(
        [message.author for message in page], [exchange.organisation], people.team_name()
    )
    names[sender.pk] = mails.author_of_contact(exchange, sender)
    return {
        "exchange": exchange,
        "sender": names[sender.pk],
        "from_me": sender.pk == current_user(request).pk,
        "side": side.value,
        "actions": rights.possible(side, exchange),
        "forms": forms,
        "page": page,
        "exchange_messages": thread.lines(page, names, current_user(request).pk),
        "has_readers": contacts.has_readers(exchange.organisation),
        "section": "messages",
    }
