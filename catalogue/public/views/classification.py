"""What the records are classified by: the programmes, and the themes with their names elsewhere."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogue.models import Programme, Theme
from catalogue.web.access import public

MOST = 200
PUBLISHED = Count("records", filter=Q(records__state="publiee"))


@public
@require_safe
def classification(request: HttpRequest) -> HttpResponse:
    """Each programme and theme: what it is, how many records bear it, what the sources call it."""
    context = {
        "programmes": Programme.objects.annotate(count=PUBLISHED)[:MOST],
        "themes": Theme.objects.annotate(count=PUBLISHED).prefetch_related("crosswalk")[:MOST],
        "section": "a-propos",
    }
    return render(request, "catalogue/public/classification.html", context)
