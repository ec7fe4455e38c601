"""A word that searches did not find becomes a name of a concept."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.models import Concept
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.reference import rights, thesaurus
from catalogue.workshop.reference.forms import WordForm
from catalogue.workshop.reference.lists import get_list
from catalogue.workshop.reference.views import words


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_reference_word(request: HttpRequest) -> HttpResponse:
    """Add a word to a concept that is chosen, or go and make a new one of it."""
    rights.require_change(request.user)
    ref = get_list(Concept)
    word = request.GET.get("mot", "")[:80]
    form = WordForm(form_recovery.submitted_data(request), initial={"mot": word}, auto_id="mot-%s")
    if request.method == "POST" and form.is_valid() and _add_word(request, form):
        return redirect(words.get_line_url(ref, form.cleaned_data["notion"]))
    add_url = reverse("catalogue:workshop-reference-add", args=[ref.code])
    context = {
        "steps": words.build_crumbs(ref, last=_("Ajouter un mot")),
        "form": form,
        "add_url": f"{add_url}?{urlencode({'nom': word})}" if word else add_url,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalogue/workshop/reference/word.html", context, status=status)


def _add_word(request: HttpRequest, form: WordForm) -> bool:
    data = form.cleaned_data
    concept, name = data["notion"], " ".join(data["mot"].split())
    try:
        change = thesaurus.add_name(concept.pk, name, cast(User, request.user), data["reason"])
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    message = _("« %(name)s » est un nom de la notion.") if change else _("La notion avait déjà ce nom.")
    messages.success(request, message % {"name": name} if change else message)
    return True
