"""The GET form of ranking 1: its own choices, and the filters of the list."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalogue.models import Theme
from catalogue.public.search.filters import MAX_RADIUS_KM, NO_FILTER, RecordFilterForm
from catalogue.public.search.parameters import BoundedIntegerField
from catalogue.public.search.record_search import RecordSearch
from catalogue.rankings.solutions import DEFAULT_WEIGHT

DECIDED = {*NO_FILTER, "q", "type", "theme", "territoire", "jumeaux", "autour", "bbox"}
"""Parameters of the list that the page decides, or that mean nothing here: what is ranked, and from where."""


class RankingForm(forms.Form):
    """How the visitor wants solutions ranked for a territory."""

    theme = forms.ModelChoiceField(
        Theme.objects.all(),
        label=_("Thème"),
        to_field_name="code",
        required=False,
        empty_label=_("Tous les thèmes"),
        error_messages={"invalid_choice": _("« %(value)s » n’est pas un thème du catalogue.")},
    )
    tri = forms.ChoiceField(
        label=_("Classer par"),
        choices=[("", _("Pertinence")), ("distance", _("Distance seule"))],
        required=False,
    )
    ressemblance = BoundedIntegerField(
        label=_("Place donnée à la ressemblance"),
        min_value=0,
        max_value=100,
        step_size=25,
        required=False,
        widget=forms.NumberInput(attrs={"type": "range", "list": "crans"}),
        initial=round(DEFAULT_WEIGHT * 100),
    )
    rayon = forms.FloatField(
        label=_("Rayon (km)"),
        min_value=1,
        max_value=MAX_RADIUS_KM,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": _("selon les preuves")}),
    )
    voir = forms.ChoiceField(choices=[("", ""), ("tout", "")], required=False)

    @cached_property
    def filters(self) -> RecordFilterForm:
        """The filters of the list that the address has."""
        asked = QueryDict(mutable=True)
        for name, values in self.data.lists():  # type: ignore[attr-defined]
            if name in RecordFilterForm.base_fields and name not in DECIDED:
                asked.setlist(name, values)
        return RecordFilterForm(asked)

    def clean(self) -> dict[str, Any]:
        for errors in self.filters.errors.values():
            self.add_error(None, list(errors))
        return super().clean() or {}

    @property
    def search(self) -> RecordSearch:
        """What a valid form asks for: the filters, the theme and the order."""
        theme: Theme | None = self.cleaned_data["theme"]
        facets = self.filters.search.facets + ((("theme", (theme.code,)),) if theme is not None else ())
        return replace(self.filters.search, facets=facets, sort=self.cleaned_data["tri"])

    @property
    def weight(self) -> float:
        """The share of resemblance, 0 to 1."""
        percent: int | None = self.cleaned_data["ressemblance"]
        return DEFAULT_WEIGHT if percent is None else percent / 100
