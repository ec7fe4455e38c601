"""One page of a list, twenty lines at a time by default; a page that does not exist is a 404 that says so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PAGE_SIZE = 20
LAST_PAGE = 10_000


class PageForm(forms.Form):
    """The number of the page of a list; lists with filters add theirs."""

    page = forms.IntegerField(label=gettext_lazy("Page"), min_value=1, max_value=LAST_PAGE, required=False)


def page_of(
    rows: QuerySet[Any], number: int | None, count: int | None = None, size: int = PAGE_SIZE
) -> Page[Any]:
    """Return the page asked for, the first by default; ``count`` is how many rows, when that is known."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    wanted = number or 1
    if wanted > paginator.num_pages:
        raise Http404(
            _("La page %(n)d n’existe pas : il y en a %(last)d.") % {"n": wanted, "last": paginator.num_pages}
        )
    return paginator.page(wanted)
