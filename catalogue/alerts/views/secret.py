"""What answers without a login, by the secret of its address: stopping alerts, the private feed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.alerts import feed, sending
from catalogue.models import FeedKey
from catalogue.web.access import public

PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}


@public
@csrf_exempt  # the signed token is the authority: mail programs post it without a cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def search_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Say what a link stops; stop it when asked. Followed alone, as scanners do, it stops nothing."""
    read = sending.read_token(token)
    if read is None:
        raise Http404
    user_id, search_id = read
    one = search_id != sending.EVERYTHING
    running = list(sending.running_searches(user_id, search_id))
    stopped = request.method == "POST"
    if stopped:
        sending.stop(running)
    context = {
        "searches": running,
        "stopped": stopped,
        "only_one": one,
        "stop_all": sending.stop_token(user_id) if one else "",
    }
    response = render(request, "catalogue/alerts/search_stop.html", context)
    return _with(response, PRIVATE)


@public
@require_safe
def private_feed(request: HttpRequest, key: str) -> HttpResponse:
    """The Atom feed of the account that holds the key."""
    holder = get_object_or_404(FeedKey.objects.select_related("user"), key=key, user__is_active=True)
    document, changed = feed.render_feed(holder)
    etag = quote_etag(hashlib.sha256(document).hexdigest()[:32])
    whole = HttpResponse(document, content_type="application/atom+xml; charset=utf-8")
    response = get_conditional_response(request, etag, int(changed.timestamp()), whole) or whole
    return _with(
        response,
        {
            "ETag": etag,
            "Last-Modified": http_date(changed.timestamp()),
            "Cache-Control": "private, max-age=300",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )


def _with(response: HttpResponse, headers: Mapping[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response.headers[name] = value
    return response
