"""The one form through which every GET parameter of the list, the map, the tiles and the exports passes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalogue.models import Experiment, LabelAward, Programme, Record, Stake, TestSite, Theme
from catalogue.public.search.parameters import (
    BboxField,
    Circle,
    FacetField,
    OneOfField,
    OrganisationField,
    PlaceField,
    TerritoryField,
    labels,
)
from catalogue.public.search.record_search import Parameter, RecordSearch
from catalogue.records import proof
from catalogue.records.vocabularies import read_vocabularies
from geo.models.territory import DensityClass

MAX_RADIUS_KM = 200
DEFAULT_RADIUS_KM = 50
MAX_PAGE = 1000
MAX_POPULATION = 100_000_000

SORTS = [
    ("pertinence", _("pertinence")),
    ("distance", _("distance")),
    ("recent", _("mise à jour récente")),
]
YES = "oui"
LABEL_CHOICES: list[tuple[str, Any]] = []
for regime, steps in LabelAward.STEPS.items():
    LABEL_CHOICES.append((regime.value, regime.label))
    LABEL_CHOICES += [
        (f"{regime.value}:{step}", f"{regime.label} – {label}") for step, label in steps.items()
    ]

NO_FILTER = {"rayon", "partout", "tri", "page"}
"""Parameters that narrow nothing by themselves."""
NO_TAG = {"partout", "tri", "page"}
UNITS = {"rayon": " km", "population_min": " hab.", "population_max": " hab."}


class RecordFilterForm(forms.Form):
    """The parameters of the list, the map, the tiles and the exports: one field each, in any combination."""

    q = forms.CharField(label=_("Un lieu ou des mots"), max_length=200, required=False, strip=True)
    type = FacetField(label=_("Nature"), choices=Record.Kind, required=False)
    theme = FacetField(label=_("Thème"), required=False)
    enjeu = FacetField(label=_("Enjeu"), required=False)
    programme = FacetField(label=_("Programme"), required=False)
    preuve = forms.TypedChoiceField(
        label=_("Niveau de preuve minimal"),
        choices=[(level, f"{level} – {label}") for level, label in proof.LABELS.items()],
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("Le niveau de preuve est un chiffre de 0 à 5.")},
    )
    statut = FacetField(
        label=_("Avancement"),
        choices=[*Experiment.Status.choices, *TestSite.SiteState.choices],
        required=False,
    )
    label = FacetField(label=_("Label et étape"), choices=LABEL_CHOICES, required=False)
    mesures = FacetField(
        label=_("Résultats"), choices=[(YES, _("avec un résultat mesuré et comparé"))], required=False
    )
    documents = FacetField(label=_("Documents"), choices=[(YES, _("avec documents"))], required=False)
    de = forms.IntegerField(label=_("Depuis l’année"), min_value=1900, max_value=2100, required=False)
    a = forms.IntegerField(label=_("Jusqu’à l’année"), min_value=1900, max_value=2100, required=False)
    population_min = forms.IntegerField(
        label=_("Population, au moins"), min_value=0, max_value=MAX_POPULATION, required=False
    )
    population_max = forms.IntegerField(
        label=_("Population, au plus"), min_value=0, max_value=MAX_POPULATION, required=False
    )
    densite = FacetField(label=_("Densité du territoire"), choices=DensityClass.choices, required=False)
    organisation = OrganisationField(label=_("Organisation"), max_length=120, required=False)
    territoire = TerritoryField(label=_("Territoire"), max_length=40, required=False)
    jumeaux = TerritoryField(
        label=_("Chez les jumeaux"), max_length=40, required=False, levels=("commune", "epci", "departement")
    )
    autour = PlaceField(label=_("Autour de"), max_length=60, required=False)
    rayon = forms.FloatField(label=_("Rayon (km)"), min_value=0, max_value=MAX_RADIUS_KM, required=False)
    bbox = BboxField(label=_("Emprise de la carte"), max_length=120, required=False)
    partout = OneOfField(label=_("Chercher partout"), choices=[(YES, YES)], required=False)
    tri = OneOfField(label=_("Trier par"), choices=SORTS, required=False)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=MAX_PAGE, required=False)

    RANGES: ClassVar = (
        ("de", "a", _("La période est inversée : %(first)s est après %(last)s.")),
        ("population_min", "population_max", _("La population est inversée : %(first)s dépasse %(last)s.")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("theme", "enjeu", "programme"):
            self.fields[name].choices = partial(self._terms, name)  # type: ignore[attr-defined]

    def _terms(self, name: str) -> list[tuple[str, str]]:
        return list(self.vocabularies[name].items())

    @cached_property
    def vocabularies(self) -> dict[str, dict[str, str]]:
        """Labels by code of each vocabulary, read once and only when a page or a value needs them."""
        return read_vocabularies({"theme": Theme, "enjeu": Stake, "programme": Programme})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for lower, upper, message in self.RANGES:
            first, last = data.get(lower), data.get(upper)
            if first is not None and last is not None and first > last:
                self.add_error(upper, ValidationError(message, params={"first": first, "last": last}))
        if data.get("rayon") is not None and "autour" in data and data["autour"] is None:
            self.add_error("rayon", _("Un rayon demande un lieu : ajoutez « autour »."))
        if data.get("tri") == "distance" and "autour" in data and data["autour"] is None:
            self.add_error("tri", _("Trier par distance demande un lieu : ajoutez « autour »."))
        return data

    @cached_property
    def search(self) -> RecordSearch:
        """What a valid form asks for."""
        data = self.cleaned_data
        asked = {name: value for name, value in data.items() if value not in EMPTY_VALUES}
        facets = tuple((name, tuple(asked.pop(name))) for name in FACETS if name in asked)
        if "autour" in asked:
            asked["autour"] = Circle(asked["autour"], asked.get("rayon", DEFAULT_RADIUS_KM))
        criteria = tuple((name, value) for name, value in asked.items() if name not in NO_FILTER)
        return RecordSearch(facets, criteria, data.get("tri", ""), tuple(self._parameters()))

    def _parameters(self) -> Iterator[Parameter]:
        """Yield the parameters of the address, blanks and repetitions left out."""
        data: QueryDict = self.data  # type: ignore[assignment]
        for name in data:
            is_filter = name in self.fields and name not in NO_TAG
            for text in dict.fromkeys(data.getlist(name)):
                if text.strip():
                    yield self._in_words(name, text) if is_filter else Parameter(name, text)

    def _in_words(self, name: str, text: str) -> Parameter:
        field, value = self.fields[name], self.cleaned_data[name]
        title, label = str(field.label).removesuffix(" (km)"), text.strip() + UNITS.get(name, "")
        if name == "bbox":
            title, label = "", str(_("Fenêtre de la carte"))
        elif name == "q":
            title, label = "", f"« {label} »"
        elif isinstance(field, forms.ChoiceField):
            label = labels(field).get(text, text)
            title = title if name in {"preuve", "densite"} else ""
        elif hasattr(value, "name"):
            label = value.name
        return Parameter(name, text, title, label)


FACETS = tuple(name for name, field in RecordFilterForm.base_fields.items() if isinstance(field, FacetField))
"""Parameters that are counted."""
