"""Refuses, before anything else reads them, addresses that no page of the site could want."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

LONGEST_QUERY = 8_192
"""Bytes of a query string."""

GetResponse = Callable[[HttpRequest], HttpResponse]


def limits(get_response: GetResponse) -> GetResponse:
    """Middleware: 414 for an endless query string, 400 for a NUL byte in the address."""

    def respond(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > LONGEST_QUERY:
            message = _("L’adresse demandée est trop longue : au plus 8 000 caractères de paramètres.")
            return render(request, "400.html", {"message": message}, status=414)
        if "\0" in request.path_info or "\0" in query or "%00" in query:
            raise BadRequest(_("L’adresse demandée contient un caractère interdit (NUL)."))
        return get_response(request)

    return respond
