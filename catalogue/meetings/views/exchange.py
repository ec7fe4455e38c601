"""What the pages of a meeting share: sending a form, carrying out an action, the messages of a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict

from catalogue.meetings.refusal import MeetingRefused
from catalogue.models import Message
from catalogue.web.paging import PageForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 50
T = TypeVar("T")


def send_form(form: forms.Form, send: Callable[..., T]) -> T | None:
    """Call ``send`` with the fields of a valid form; None when it is refused, which the form then says."""
    try:
        return send(**form.cleaned_data)
    except MeetingRefused as refusal:
        form.add_error(None, str(refusal))
        return None


def carry_out(
    request: HttpRequest,
    action: str,
    form: forms.Form | None,
    act: Callable[..., object],
    success: StrOrPromise,
) -> bool:
    """Call ``act`` with the fields of the form; False when the form has to be corrected and shown again."""
    if form is not None and not form.is_valid():
        return False
    try:
        act(**(form.cleaned_data if form is not None else {}))
    except MeetingRefused as refusal:
        messages.error(request, str(refusal))
        return action != "write"
    messages.success(request, str(success))
    return True


def data_for(data: QueryDict | None, action: str, name: str) -> QueryDict | None:
    """Return what was posted, when it is for the form of that name."""
    return data if action == name else None


def message_page(request: HttpRequest, thread: QuerySet[Message]) -> Page[Message]:
    """Return the page asked for, the last one by default; Http404 beyond it."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise Http404
    paginator = Paginator(thread.select_related("author").order_by("created_at", "pk"), SHOWN)
    number = form.cleaned_data["page"] or paginator.num_pages
    if number > paginator.num_pages:
        raise Http404
    return paginator.page(number)


def message_lines(page: Page[Message], names: dict[int | None, str], reader: int) -> list[dict[str, Any]]:
    return [
        {
            "author": names.get(message.author_id) or names[None],
            "date": message.created_at,
            "text": message.text,
            "from_me": message.author_id == reader,
        }
        for message in page
    ]
