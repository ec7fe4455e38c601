"""The GET form of ranking 2: what is looked for, and the territory that « pourquoi pas ? » asks about."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalogue.models import Solution, Theme
from catalogue.models.kinds import GROUND_KINDS
from catalogue.public.search import places
from catalogue.public.search.filters import MAX_POPULATION, MAX_RADIUS_KM, YES
from catalogue.public.search.parameters import OneOfField, PlaceField, SomeOfField, TerritoryField
from catalogue.rankings.grounds.wish import Wish
from catalogue.records import encoder
from geo.models import Level, Territory
from geo.models.territory import DensityClass

LONGEST_DESCRIPTION = 300
LEAST_LETTERS = 8
"""A shorter text is a word at most: it is looked for among the titles."""
SCALE_CHOICES = [
    ("", _("communes")),
    (Level.COMMUNE.value, _("communes")),
    (Level.EPCI.value, _("intercommunalités")),
]


class SolutionField(forms.CharField):
    """A slug → the published solution."""

    def clean(self, value: str | None) -> Solution | None:
        slug = super().clean(value)
        if not slug:
            return None
        try:
            found: Solution = Solution.objects.published().prefetch_related("themes").get(slug=slug)
        except Solution.DoesNotExist as error:
            raise ValidationError(
                _("Aucune solution publiée « %(value)s »."), params={"value": slug[:80]}
            ) from error
        return found


class DescriptionField(forms.CharField):
    """A solution in the visitor's words, which only the search by meaning can read."""

    def clean(self, value: str | None) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        if not encoder.is_enabled():
            raise ValidationError(
                _("La recherche par le sens est éteinte sur ce site : choisissez une solution ou un thème.")
            )
        if len([letter for letter in text if letter.isalpha()]) < LEAST_LETTERS:
            raise ValidationError(
                _("Décrivez votre solution en une phrase : « %(value)s » ne suffit pas."),
                params={"value": text[:80]},
            )
        return " ".join(text.split())


class NameField(forms.CharField):
    """What a visitor types to name a place → Territory: a name, a postal code or a code."""

    def clean(self, value: str | None) -> Territory | None:
        typed = super().clean(value)
        if not typed:
            return None
        reading = places.read(f"près de {typed}")
        if reading is not None and not reading.words:
            return reading.territory
        likely: list[Territory] = list(Territory.objects.complete(typed, limit=1))
        if not likely:
            raise ValidationError(
                _("Aucun territoire ne s’appelle « %(value)s »."), params={"value": typed[:80]}
            )
        return likely[0]


class GroundForm(forms.Form):
    """Parameters of /trouver-un-terrain/; each is described in docs/parametres.md."""

    cherche = forms.CharField(label=_("Chercher une solution"), max_length=200, required=False)
    solution = SolutionField(label=_("Solution"), max_length=120, required=False)
    description = DescriptionField(
        label=_("Description de votre solution"), max_length=LONGEST_DESCRIPTION, required=False
    )
    theme = SomeOfField(label=_("Thèmes"), required=False)
    terrain = SomeOfField(
        label=_("Type de terrain"), choices=[(kind, kind) for kind in GROUND_KINDS], required=False
    )
    population_min = forms.IntegerField(
        label=_("Population, au moins"), min_value=0, max_value=MAX_POPULATION, required=False
    )
    population_max = forms.IntegerField(
        label=_("Population, au plus"), min_value=0, max_value=MAX_POPULATION, required=False
    )
    densite = SomeOfField(label=_("Densité du territoire"), choices=DensityClass.choices, required=False)
    littoral = SomeOfField(label=_("Littoral"), choices=[(YES, _("sur le littoral"))], required=False)
    region = TerritoryField(label=_("Région"), max_length=20, required=False, levels=("region",))
    lieu = NameField(label=_("Près de"), max_length=100, required=False)
    autour = PlaceField(label=_("Autour de"), max_length=60, required=False)
    rayon = forms.FloatField(label=_("Rayon (km)"), min_value=1, max_value=MAX_RADIUS_KM, required=False)
    echelle = OneOfField(label=_("Proposer des"), choices=SCALE_CHOICES, required=False)
    nom = NameField(label=_("Pourquoi pas ce territoire ?"), max_length=100, required=False)
    pourquoi = TerritoryField(
        label=_("Pourquoi pas ce territoire ?"),
        max_length=40,
        required=False,
        levels=("commune", "arrondissement", "epci"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].choices = self._theme_choices  # type: ignore[attr-defined]

    def _theme_choices(self) -> list[tuple[str, str]]:
        """Those in use, and those that the address names: it may have been kept long ago."""
        named = self.data.getlist("theme")  # type: ignore[attr-defined]
        return [(theme.code, theme.label) for theme in self.themes if theme.is_active or theme.code in named]

    @cached_property
    def themes(self) -> list[Theme]:
        """The vocabulary, read once."""
        return list(Theme.objects.all())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("solution") is not None and data.get("description"):
            self.add_error(
                "description", _("Choisissez une solution du catalogue ou décrivez la vôtre, pas les deux.")
            )
        least, most = data.get("population_min"), data.get("population_max")
        if least is not None and most is not None and least > most:
            message = _("La population est inversée : %(first)s dépasse %(last)s.")
            self.add_error("population_max", ValidationError(message, params={"first": least, "last": most}))
        placed = data.get("autour") is not None or data.get("lieu") is not None
        if data.get("rayon") is not None and not placed and not {"autour", "lieu"} & self.errors.keys():
            self.add_error("rayon", _("Un rayon demande un lieu : dites près d’où."))
        return data

    @property
    def scale(self) -> str:
        """The level of the territories proposed: as asked for, else that of the territory named."""
        named: Territory | None = self.cleaned_data["pourquoi"]
        asked: str = self.cleaned_data["echelle"]
        if asked:
            return asked
        return Level.EPCI if named is not None and named.level == Level.EPCI else Level.COMMUNE

    @property
    def named(self) -> Territory | None:
        """What « pourquoi pas ? » asks about, at the scale of the answers."""
        named: Territory | None = self.cleaned_data["pourquoi"]
        if named is None:
            return None
        if self.scale == Level.EPCI:
            return named if named.level == Level.EPCI else named.epci
        return named.commune or named

    @property
    def wish(self) -> Wish:
        """What is looked for; the themes of the solution stand in when none is chosen."""
        data = self.cleaned_data
        chosen = [theme for theme in self.themes if theme.code in data["theme"]] if data["theme"] else []
        solution: Solution | None = data["solution"]
        return Wish(
            solution_id=solution.pk if solution is not None else None,
            description=data["description"],
            themes=tuple(chosen or (solution.themes.all() if solution is not None else ())),
            grounds=tuple(data["terrain"]),
            population_min=data["population_min"],
            population_max=data["population_max"],
            densities=tuple(int(code) for code in data["densite"]),
            coastal=bool(data["littoral"]),
            region=data["region"],
            point=data["autour"].point if data["autour"] is not None else None,
            radius_km=data["rayon"],
            scale=self.scale,
            named=self.named,
        )


TYPED = {"lieu": "autour", "nom": "pourquoi"}
"""What is typed as a name, and the parameter that keeps what it stands for."""


def settle(form: GroundForm, parameters: QueryDict) -> str | None:
    """The query string once typed names are codes and blanks are gone; None when nothing has to change.

    A name left as the page showed it keeps its code, a name emptied drops it.
    """
    kept = {name: [value for value in parameters.getlist(name) if value.strip()] for name in form.fields}
    for typed, code in TYPED.items():
        found: Territory | None = form.cleaned_data[typed]
        if found is not None:
            current = form.cleaned_data[code]
            current = getattr(current, "territory", current)
            same = current is not None and current.label == form.data.get(typed, "").strip()
            kept[code] = kept[code] if same else [f"{found.level}:{found.code}"]
        elif typed in parameters:
            kept[code] = []
        kept[typed] = []
    if not kept["autour"]:
        kept["rayon"] = []
    if kept["solution"]:
        kept["cherche"] = []
    query = urlencode(kept, doseq=True)
    here = urlencode({name: parameters.getlist(name) for name in form.fields}, doseq=True)
    return None if query == here else query
