"""What somebody typed when their session had ended, stored in the anonymous session until they log in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, QueryDict

LONGEST = 200_000
"""Characters stored of a form; files are not."""
SLOT = "kept_form"
LEFT_OUT = ("csrfmiddlewaretoken", "oldpassword", "password", "password1", "password2", "code")


def store_form(request: HttpRequest) -> None:
    """Store the fields of a posted form, under its URL."""
    data = request.POST.copy()
    for name in LEFT_OUT:
        data.pop(name, None)
    encoded = data.urlencode()
    if encoded and len(encoded) <= LONGEST:
        request.session[SLOT] = {"path": request.path, "data": encoded}


def pop_form(request: HttpRequest) -> QueryDict | None:
    """Return the fields stored for this URL, once; None when there are none."""
    slot = request.session.get(SLOT)
    if not slot or slot["path"] != request.path:
        return None
    del request.session[SLOT]
    return QueryDict(slot["data"])


def submitted_data(request: HttpRequest, notice: str = "") -> QueryDict | None:
    """Return what a form received, now or before the session ended (then ``notice`` is shown), or None."""
    if request.method == "POST":
        return request.POST
    stored = pop_form(request)
    if stored is not None and notice:
        messages.warning(request, notice)
    return stored
