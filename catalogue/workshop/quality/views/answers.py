"""/fiche-a-confirmer/<jeton>/: an owner answers by the link of an e-mail, without a login."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.models import Record
from catalogue.records.expiry import status_words, verified_words
from catalogue.records.wording import period_words, place_words
from catalogue.web.access import public
from catalogue.workshop.quality import confirmation
from catalogue.workshop.quality.forms import Answer, AnswerForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}
POSTS_AN_HOUR = 30
"""From one IP address, whatever the links."""


ANSWERED: dict[str, StrOrPromise] = {
    Answer.EXACT: gettext_lazy("La fiche est confirmée : les lecteurs y liront la date d’aujourd’hui."),
    Answer.AMEND: gettext_lazy("Votre note est partie à l’équipe de curation, qui corrigera la fiche."),
    Answer.CLOSED: gettext_lazy("C’est noté : la fiche dit maintenant que c’est terminé."),
    Answer.WITHDRAW: gettext_lazy(
        "Votre demande de retrait est partie à l’équipe de curation, qui décidera."
    ),
}


@dataclass
class ConfirmPage:
    """What the page shows of the record, no more than its public page, and what became of the answer."""

    record: Record
    place: str
    status: str
    period: str
    verified: str
    organisation: str
    due_on: date
    answered: bool
    expired: bool
    closing: str
    change_url: str
    form: AnswerForm = field(default_factory=AnswerForm)
    answer: StrOrPromise = ""
    sent: bool = False
    too_many: bool = False


@public
@require_http_methods(["GET", "HEAD", "POST"])
def record_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the record and the three answers; a POST gives one. A GET, as scanners send, changes nothing."""
    link = confirmation.open_link(token)
    if link is None:
        raise Http404
    record: Record = Record.objects.with_card_relations().select_related("owner").get(pk=link.round.record_id)
    page = build_page(record, link)
    status = 200
    if request.method == "POST":
        page.too_many = is_over_limit(request)
        status = 429 if page.too_many else take_answer(AnswerForm(request.POST), link, page)
    response = render(request, "catalogue/workshop/quality/confirm.html", vars(page), status=status)
    for name, value in PRIVATE.items():
        response[name] = value
    return response


def build_page(record: Record, link: confirmation.Link) -> ConfirmPage:
    return ConfirmPage(
        record=record,
        place=place_words(record),
        status=status_words(record),
        period=period_words(record.year_start, record.year_end),
        verified=verified_words(record),
        organisation=record.owner.name if record.owner else "",
        due_on=link.round.due_on,
        answered=link.round.answered_at is not None,
        expired=link.has_expired,
        closing=confirmation.describe_closing(record),
        change_url=reverse("catalogue:propose-step", args=[record.slug, "essentiel"]),
    )


def take_answer(form: AnswerForm, link: confirmation.Link, page: ConfirmPage) -> int:
    """Take what was posted, show it on the page and return the status of the response."""
    if form.data.get("reponse") == "nouveau-lien":
        confirmation.resend_request(link.round)
        page.sent = True
        return 200
    if link.has_expired or page.answered:
        return 409
    if not form.is_valid():
        page.form = form
        return 422
    data = form.cleaned_data
    try:
        page.answer = ANSWERED[confirmation.record_answer(link.round, data["reponse"], data["note"])]
    except confirmation.AnswerRefused:
        page.answered = True
        return 409
    return 200


def is_over_limit(request: HttpRequest) -> bool:
    """Count a post from the visitor's IP address; return True past POSTS_AN_HOUR."""
    key = f"record-confirm:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, timeout=3600)
    return int(cache.incr(key)) > POSTS_AN_HOUR
