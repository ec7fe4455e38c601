"""What is typed about a saved search."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.models import SavedSearch
from catalogue.public.search.criteria import LONGEST_NAME
from catalogue.public.search.parameters import OneOfField


class TargetForm(forms.Form):
    """Which page a search is of."""

    cible = OneOfField(label=_("Page"), choices=SavedSearch.Target, required=True)


class SearchForm(forms.Form):
    name = forms.CharField(label=_("Nom de la recherche"), max_length=LONGEST_NAME, strip=True)
    rhythm = forms.ChoiceField(
        label=_("M’écrire"),
        choices=SavedSearch.Rhythm,
        widget=forms.RadioSelect,
        help_text=_(
            "Chaque courriel dit pourquoi une fiche vous est signalée et porte un lien pour l’arrêter."
        ),
    )
