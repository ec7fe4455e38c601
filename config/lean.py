"""Tiles go straight to their view: no session, no account, no form protects what only reads public data.

A map asks for thirty tiles at once; the rest of the chain would cost more than the tile.
"""

from collections.abc import Callable
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.urls import resolve

from config.limits import limits

PREFIX = "/tuiles/"

GetResponse = Callable[[HttpRequest], HttpResponse]


def lean(get_response: GetResponse) -> GetResponse:
    """Middleware, first of the chain: what is under PREFIX meets SecurityMiddleware and the limits alone."""
    direct = SecurityMiddleware(limits(_view))

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        try:
            request.resolver_match = resolve(request.path_info)
        except Http404:
            return get_response(request)
        return cast(HttpResponse, direct(request))

    return respond


def _view(request: HttpRequest) -> HttpResponse:
    """The answer of the view that the address names."""
    match = request.resolver_match
    if match is None:  # lean() has set it
        raise Http404
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response
