"""What a visitor reads when a URL makes no sense."""

from __future__ import annotations

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def error_list(form: Form) -> list[str]:
    """Return each error of a form of GET parameters, with the name of its parameter."""
    found = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        found += [f"{label} (« {name} ») : {error}" if label else str(error) for error in errors]
    return found


def list_form_errors(form: Form) -> list[str]:
    """Return the errors of a form, without the names of their fields."""
    found: list[str] = []
    for errors in form.errors.values():
        found += map(str, errors)
    return found


def json_bad_request(form: Form) -> JsonResponse:
    """Return a 400 with the errors of a form, for a script of ours."""
    return JsonResponse({"fautes": list_form_errors(form)}, status=400)


def bad_request(request: HttpRequest, form: Form) -> HttpResponse:
    """Return a 400 that says which parameter is wrong, as a page or, for programs, as JSON."""
    errors = error_list(form)
    if request.path.startswith(("/api/", "/tuiles/")) or request.path.endswith((".geojson", ".csv")):
        return JsonResponse({"erreur": _("Paramètres refusés"), "details": errors}, status=400)
    return render(request, "400.html", {"errors": errors}, status=400)
