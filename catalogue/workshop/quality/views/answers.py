"""/fiche-a-confirmer/<jeton>/: an owner answers by the link of an e-mail, without a login."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.models import Record
from catalogue.records.expiry import verified_words
from catalogue.records.wording import period_words, place_words, status_words
from catalogue.web.access import public
from catalogue.workshop.quality import confirmation
from catalogue.workshop.quality.forms import Answer, AnswerForm

PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
POSTS_AN_HOUR = 30
"""From one address, whatever the links."""


@public
@require_http_methods(["GET", "HEAD", "POST"])
def record_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The record and the three answers; a POST gives one. Opened alone, as scanners do, nothing changes."""
    link = confirmation.open_link(token)
    if link is None:
        raise Http404
    record: Record = Record.objects.with_card_relations().select_related("owner").get(pk=link.round.record_id)
    form = AnswerForm(request.POST) if request.method == "POST" else None
    context = page(record, link, token)
    status = 200
    if form is not None:
        if too_many(request):
            return _private(
                render(
                    request,
                    "catalogue/workshop/quality/confirm.html",
                    {**context, "too_many": True},
                    status=429,
                )
            )
        status = _take(form, link, context)
    return _private(render(request, "catalogue/workshop/quality/confirm.html", context, status=status))


def page(record: Record, link: confirmation.Link, token: str) -> dict[str, Any]:
    """What the page says of the record: no more than its public page."""
    return {
        "record": record,
        "place": place_words(record),
        "status": status_words(record),
        "period": period_words(record.year_start, record.year_end),
        "verified": verified_words(record),
        "organisation": record.owner.name if record.owner else "",
        "due_on": link.round.due_on,
        "answered": link.round.answered_at is not None,
        "expired": link.has_expired,
        "closing": confirmation.describe_closing(record),
        "change_url": reverse("catalogue:propose-step", args=[record.slug, "essentiel"]),
        "form": AnswerForm(),
        "answer": "",
        "sent": False,
        "too_many": False,
    }


def _take(form: AnswerForm, link: confirmation.Link, context: dict[str, Any]) -> int:
    """Take what was posted and say it on the page; the status of the answer."""
    if form.data.get("reponse") == "nouveau-lien":
        confirmation.resend_request(link.round)
        context["sent"] = True
        return 200
    if link.has_expired or context["answered"]:
        return 409
    if not form.is_valid():
        context["form"] = form
        return 422
    try:
        given = confirmation.record_answer(
            link.round, form.cleaned_data["reponse"], form.cleaned_data["note"]
        )
    except confirmation.AnswerRefused:
        context["answered"] = True
        return 409
    context["answer"] = {
        Answer.EXACT: _("La fiche est confirmée : les lecteurs y liront la date d’aujourd’hui."),
        Answer.AMEND: _("Votre note est partie à l’équipe de curation, qui corrigera la fiche."),
        Answer.CLOSED: _("C’est noté : la fiche dit maintenant que c’est terminé."),
        Answer.WITHDRAW: _("Votre demande de retrait est partie à l’équipe de curation, qui décidera."),
    }[Answer(given)]
    return 200


def too_many(request: HttpRequest) -> bool:
    """Count a post from the visitor's address; True past POSTS_AN_HOUR."""
    key = f"record-confirm:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, timeout=3600)
    return int(cache.incr(key)) > POSTS_AN_HOUR


def _private(response: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        response[name] = value
    return response
