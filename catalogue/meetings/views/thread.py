"""The messages of an exchange, as a page shows them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from catalogue.models import Message
from catalogue.web.paging import PageForm

SHOWN = 50


def page_of(request: HttpRequest, messages: QuerySet[Message]) -> Page[Message]:
    """The page asked for, the last one unless told otherwise; Http404 beyond it."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise Http404
    paginator = Paginator(messages.select_related("author").order_by("created_at", "pk"), SHOWN)
    number = form.cleaned_data["page"] or paginator.num_pages
    if number > paginator.num_pages:
        raise Http404
    return paginator.page(number)


def lines(page: Page[Message], names: dict[int | None, str], reader: int) -> list[dict[str, Any]]:
    """Each message with the name of its author."""
    return [
        {
            "author": names.get(message.author_id) or names[None],
            "date": message.created_at,
            "text": message.text,
            "from_me": message.author_id == reader,
        }
        for message in page
    ]
