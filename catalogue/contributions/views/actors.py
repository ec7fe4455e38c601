"""The step of the organisations: who carries, hosts, pays for or evaluates, one at a time."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.contributions import drafts
from catalogue.contributions.editing import Copy, save_role
from catalogue.contributions.steps import Step
from catalogue.contributions.views.page import redirect_after_save, step_context, step_url, submitted_data
from catalogue.models import Organisation, RecordOrganisation
from catalogue.models.organisation import validate_siret
from catalogue.records.content import ROLES
from catalogue.records.slugs import save_with_free_slug

Role = RecordOrganisation.Role
MOST = 60


class ActorForm(forms.Form):
    """An organisation by its name or number, and what it is to the record."""

    nom = forms.CharField(
        max_length=250,
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy("Son nom, ou son SIRET (quatorze chiffres)."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Rôle"))
    organisation = forms.SlugField(max_length=120, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["role"]
        self.fields["nom"].widget.attrs |= {
            "autocomplete": "off",
            "data-completion": reverse("catalogue:propose-organisations"),
            "data-completion-vide": _("Aucune organisation connue de ce nom"),
        }
        field.choices = [(role, str(Role(role).label).capitalize()) for role in roles]


class UnknownForm(forms.Form):
    """An organisation that the catalogue does not know: its number, so that it is one only."""

    siret = forms.CharField(max_length=20, label=gettext_lazy("SIRET"))
    nouveau_nom = forms.CharField(max_length=250, label=gettext_lazy("Nom de l’organisation"))

    def clean_siret(self) -> str:
        number = "".join(self.cleaned_data["siret"].split())
        validate_siret(number)
        return number


def actors_step(request: HttpRequest, copy: Copy, step: Step) -> HttpResponse:
    """Show the organisations of the record; posting adds one, removes one or goes on."""
    data = submitted_data(request)
    adding = data is not None and "ajouter" in data
    form = ActorForm(data if adding else None, roles=copy.proposal.roles)
    unknown: UnknownForm | None = None
    found: list[Organisation] = []
    if request.method == "POST":
        if "retirer" in request.POST:
            return _remove(request, copy, step)
        if not adding:
            return redirect_after_save(request, copy, step, [])
        if form.is_valid():
            chosen, found, unknown = _look_up(request, form)
            if chosen is not None:
                return _add(request, copy, step, chosen, form.cleaned_data["role"])
    refused = bool(form.errors) or bool(unknown and unknown.errors)
    return render(
        request,
        "catalogue/contributions/actors.html",
        {
            **step_context(copy, step.code),
            "form": form,
            "unknown": unknown,
            "matches": found,
            "rows": actors(copy),
        },
        status=400 if refused else 200,
    )


def actors(copy: Copy) -> list[dict[str, str]]:
    """Return the organisations of the copy, role by role."""
    held = copy.values([ROLES + role for role in Role.values])
    slugs = set(chain.from_iterable(held.values()))
    names = dict(Organisation.objects.filter(slug__in=slugs).values_list("slug", "name"))
    found = []
    for role in Role:
        for slug in held[ROLES + role.value]:
            if slug in names:
                line = {"name": names[slug], "slug": slug, "role": role.value, "role_words": str(role.label)}
                found.append(line)
    return found


def _look_up(
    request: HttpRequest, form: ActorForm
) -> tuple[Organisation | None, list[Organisation], UnknownForm | None]:
    """Return the organisation that is meant, else those that may be, and the form of an unknown one."""
    words, slug = form.cleaned_data["nom"], form.cleaned_data["organisation"]
    if slug:
        return Organisation.objects.filter(slug=slug).first(), [], None
    if "siret" in request.POST:
        unknown = UnknownForm(request.POST)
        if unknown.is_valid():
            return _get_or_create_organisation(unknown.cleaned_data), [], None
        return None, [], unknown
    found = drafts.find_organisations(words)
    exact = [one for one in found if one.name.casefold() == words.casefold()]
    if len(exact) == 1 or (len(found) == 1 and found[0].siret == "".join(words.split())):
        return (exact or found)[0], [], None
    return None, found, UnknownForm(initial=_guess_initial(words))


def _guess_initial(words: str) -> dict[str, str]:
    digits = "".join(words.split())
    try:
        validate_siret(digits)
    except ValidationError:
        return {"nouveau_nom": words}
    return {"siret": digits}


def _get_or_create_organisation(data: dict[str, str]) -> Organisation:
    known = Organisation.objects.filter(siret=data["siret"])
    organisation = known.first()
    if organisation is not None:
        return organisation
    organisation = Organisation(name=data["nouveau_nom"], siret=data["siret"], siren=data["siret"][:9])
    try:
        save_with_free_slug(organisation, organisation.name, fallback="organisation")
    except IntegrityError:  # somebody gave the same number meanwhile
        return known.get()
    return organisation


def _add(request: HttpRequest, copy: Copy, step: Step, organisation: Organisation, role: str) -> HttpResponse:
    if len(actors(copy)) >= MOST:
        messages.error(request, _("Une fiche a %(n)d organisations au plus.") % {"n": MOST})
    else:
        save_role(copy, role, organisation.slug, present=True)
        words = {"name": organisation.name, "role": Role(role).label}
        messages.success(request, _("Ajouté : %(name)s, %(role)s.") % words)
    return redirect(step_url(copy.record, step.code))


def _remove(request: HttpRequest, copy: Copy, step: Step) -> HttpResponse:
    """Take one organisation out of one role: « role:adresse »."""
    role, _colon, slug = request.POST["retirer"].partition(":")
    if role in Role.values:
        save_role(copy, role, slug, present=False)
        messages.success(request, _("Organisation retirée."))
    return redirect(step_url(copy.record, step.code))
