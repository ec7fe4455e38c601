"""What somebody typed when their session had ended: kept in the anonymous session, given back after login."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

LONGEST = 200_000
"""Characters kept of a form; files are not."""
SLOT = "kept_form"
LEFT_OUT = ("csrfmiddlewaretoken", "oldpassword", "password", "password1", "password2", "code")


def keep(request: HttpRequest) -> None:
    """Keep the fields of a posted form, under its address."""
    data = request.POST.copy()
    for name in LEFT_OUT:
        data.pop(name, None)
    encoded = data.urlencode()
    if encoded and len(encoded) <= LONGEST:
        request.session[SLOT] = {"path": request.path, "data": encoded}


def given_back(request: HttpRequest) -> QueryDict | None:
    """The fields kept for this address, once; None when there are none."""
    slot = request.session.get(SLOT)
    if not slot or slot["path"] != request.path:
        return None
    del request.session[SLOT]
    return QueryDict(slot["data"])


def posted(request: HttpRequest) -> QueryDict | None:
    """The fields that a form received: just now, or before the session ended; None for neither."""
    return request.POST if request.method == "POST" else given_back(request)
