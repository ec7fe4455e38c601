"""The page that shows every template component, for whoever writes templates (DEBUG or LOCAL only)."""

import json
from pathlib import Path

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogue.web.access import public

SAMPLES = Path(__file__).resolve().parent.parent / "templates" / "composants" / "exemples.json"
"""One plausible value of every component's parameters. Nothing in it is a real record."""


class SampleForm(forms.Form):
    """Two fields, one of them in error."""

    nom = forms.CharField(label="Nom du site", help_text="Tel que les habitants le connaissent.")
    description = forms.CharField(label="Description", required=False, widget=forms.Textarea)


@public
@require_safe
def components_page(request: HttpRequest) -> HttpResponse:
    """All components with plausible content; not found on a public instance."""
    if not (settings.DEBUG or settings.LOCAL):
        raise Http404
    samples = json.loads(SAMPLES.read_text(encoding="utf-8"))
    context = {**samples, "page": Paginator(range(95), 20).page(2), "form": SampleForm({})}
    return render(request, "composants/page.html", context)
