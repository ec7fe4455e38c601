"""The one form through which every GET parameter of the list, the map, the tiles and the exports passes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property, partial
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalogue.models import Experiment, LabelAward, Programme, Record, Stake, TestSite, Theme
from catalogue.models.querysets import RANKED, RecordQuerySet
from catalogue.public.search import words as search
from catalogue.public.search.parameters import (
    BboxField,
    CodesField,
    OneOfField,
    Place,
    PlaceField,
    SomeOfField,
    TerritoryField,
    labels,
)
from catalogue.records import proof
from catalogue.records.vocabularies import vocabularies
from geo.models import Territory
from geo.models.territory import DensityClass

__all__ = ["CodesField", "RecordFilterForm"]

MAX_RADIUS_KM = 200
DEFAULT_RADIUS_KM = 50
MAX_PAGE = 1000
TWINS = 20
MANY = 20_000
"""From this many results on, they are read in the order of an index rather than sorted."""
PROVEN = {Record.Kind.SOLUTION.value, Record.Kind.EXPERIMENT.value}
"""Kinds that have a niveau de preuve."""
MAX_POPULATION = 100_000_000

SORTS = [
    ("pertinence", _("pertinence")),
    ("distance", _("distance")),
    ("recent", _("mise à jour récente")),
]
YES = "oui"
LABEL_CHOICES = [
    choice
    for regime, steps in LabelAward.STEPS.items()
    for choice in [
        (regime.value, regime.label),
        *[(f"{regime.value}:{step}", f"{regime.label} – {label}") for step, label in steps.items()],
    ]
]

FACETS = ("type", "statut", "theme", "enjeu", "programme", "label", "densite", "mesures", "documents")
"""Parameters that are counted: a value ``v`` of the parameter ``p`` is the term ``p:v`` of a search entry."""

NARROWING: dict[str, Callable[[RecordQuerySet, Any], RecordQuerySet]] = {
    "preuve": lambda records, level: records.at_least_proven(level),
    "territoire": lambda records, territory: records.in_territory(territory),
    "bbox": lambda records, boxes: records.in_bbox(boxes),
}
"""What each parameter that stands alone does to the set; the others are in ``RecordFilterForm.narrow``."""


WELL_INSIDE = 0.9
"""Share of a circle's results that surely lie inside it, by the sphere as by the ellipsoid."""


class RecordFilterForm(forms.Form):
    """The parameters of the list, the map, the tiles and the exports: one field each, in any combination."""

    q = forms.CharField(label=_("Un lieu ou des mots"), max_length=200, required=False, strip=True)
    type = SomeOfField(label=_("Nature"), choices=Record.Kind, required=False)
    theme = SomeOfField(label=_("Thème"), required=False)
    enjeu = SomeOfField(label=_("Enjeu"), required=False)
    programme = SomeOfField(label=_("Programme"), required=False)
    preuve = forms.TypedChoiceField(
        label=_("Niveau de preuve minimal"),
        choices=[(level, f"{level} – {label}") for level, label in proof.LABELS.items()],
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("Le niveau de preuve est un chiffre de 0 à 5.")},
    )
    statut = SomeOfField(
        label=_("Avancement"),
        choices=[*Experiment.Status.choices, *TestSite.SiteState.choices],
        required=False,
    )
    label = SomeOfField(label=_("Label et étape"), choices=LABEL_CHOICES, required=False)
    mesures = SomeOfField(label=_("Résultats"), choices=[(YES, _("avec résultats mesurés"))], required=False)
    documents = SomeOfField(label=_("Documents"), choices=[(YES, _("avec documents"))], required=False)
    de = forms.IntegerField(label=_("Depuis l’année"), min_value=1900, max_value=2100, required=False)
    a = forms.IntegerField(label=_("Jusqu’à l’année"), min_value=1900, max_value=2100, required=False)
    population_min = forms.IntegerField(
        label=_("Population, au moins"), min_value=0, max_value=MAX_POPULATION, required=False
    )
    population_max = forms.IntegerField(
        label=_("Population, au plus"), min_value=0, max_value=MAX_POPULATION, required=False
    )
    densite = SomeOfField(label=_("Densité du territoire"), choices=DensityClass.choices, required=False)
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
        return vocabularies({"theme": Theme, "enjeu": Stake, "programme": Programme})

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
    def words(self) -> search.Words | None:
        """What was made of the words, when there are any."""
        typed = self.cleaned_data["q"]
        return search.read(typed) if typed else None

    @cached_property
    def twins(self) -> list[Territory]:
        """The territories most like the one whose twins are asked for."""
        territory = self.cleaned_data["jumeaux"]
        return territory.twins(TWINS) if territory is not None else []

    @property
    def place(self) -> Place | None:
        """Where distances are measured from."""
        place: Place | None = self.cleaned_data.get("autour")
        return place

    @property
    def radius_km(self) -> float | None:
        """The radius in kilometres, when a place is given."""
        if self.place is None:
            return None
        radius: float | None = self.cleaned_data.get("rayon")
        return DEFAULT_RADIUS_KM if radius is None else radius

    @property
    def order(self) -> str:
        """How the list is ordered: as asked for, else by distance from a place, else by relevance."""
        return self.cleaned_data["tri"] or ("distance" if self.place is not None else "pertinence")

    @property
    def has_facets_alone(self) -> bool:
        """True when nothing but facets narrows the set: neither words, nor place, nor years …"""
        neutral = {*FACETS, "rayon", "tri", "page", "partout"}
        return not any(
            value or value == 0 for name, value in self.cleaned_data.items() if name not in neutral
        )

    def facet_terms(self) -> dict[str, list[str]]:
        """The terms chosen in each facet that is in use."""
        data = self.cleaned_data
        return {name: [f"{name}:{value}" for value in data[name]] for name in FACETS if data.get(name)}

    def narrow(self, records: RecordQuerySet, *, without: Collection[str] = ()) -> RecordQuerySet:
        """The records that every given parameter accepts, but for the parameters ``without``."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in without}
        if self.words is not None and "q" in data:
            records = records.matching(self.words.query)
        for name, terms in self.facet_terms().items():
            if name == "type":
                records = records.of_kinds(data.get("type", []))
            elif name not in without:
                records = records.bearing(terms)
        for name, step in NARROWING.items():
            value = data.get(name)
            if value or value == 0:
                records = step(records, value)
        if data.get("jumeaux") is not None:
            records = records.in_any_of(self.twins)
        records = records.active_between(data.get("de"), data.get("a"))
        records = records.with_population(data.get("population_min"), data.get("population_max"))
        if "autour" in data and self.place is not None and self.radius_km is not None:
            records = records.near(self.place.point, self.radius_km)
        return records

    def sort(self, records: RecordQuerySet, total: int = 0) -> RecordQuerySet:
        """The records in the order asked for; the order is total, so that pages never overlap.

        ``total``, how many they are when that is known, only decides how the database goes about it.
        """
        place = self.place
        if place is not None:
            records = records.with_distance(place.point)
            if self.order == "distance":
                return records.nearest_first(place.point)
        if self.order == "recent":
            return records.order_by("-updated_at", "-pk")
        query = self.words.query if self.words is not None else None
        return records.most_relevant_first(query, few=self._are_few(total))

    def _are_few(self, total: int) -> bool:
        """True when sorting the results costs less than meeting them along the index of the best proven."""
        kinds = set(self.cleaned_data["type"])
        return total < MANY or (len(kinds) > 1 and not PROVEN & kinds)

    def keys(self, records: RecordQuerySet, total: int, start: int, stop: int) -> list[int]:
        """The keys of the results from ``start`` to ``stop``, in the order of ``sort``.

        Among more than RANKED results, those best proven are found by their index and they alone are ranked.
        """
        if self.order == "distance" and total > MANY and stop < total * WELL_INSIDE:
            # Far from the rim of a full circle the nearest are inside it: the KNN index alone finds them.
            records = self.narrow(Record.objects.published(), without={"autour"})
        if self.words is None or self.order != "pertinence" or total <= RANKED:
            return list(self.sort(records, total).values_list("pk", flat=True)[start:stop])
        proven = records.best_proven_first(few=self._are_few(total))
        best = records.model.objects.filter(pk__in=proven.values("pk")[:RANKED]).with_relevance(
            self.words.query
        )
        ranked = best.order_by("-relevance", *proven.query.order_by).values_list("pk", flat=True)
        first = list(ranked[start : min(stop, RANKED)]) if start < RANKED else []
        others = proven.values_list("pk", flat=True)[max(start, RANKED) : stop] if stop > RANKED else []
        return [*first, *others]

    def fetch(self, keys: list[int]) -> list[Record]:
        """The records of a page in the order of their keys: wide rows and their relations for these alone.

        By distance, the true metres decide between neighbours: the index measures on the sphere.
        """
        records = Record.objects.published().with_card_relations()
        if self.place is not None:
            records = records.with_distance(self.place.point)
        by_key = records.in_bulk(keys)
        found = [by_key[key] for key in keys if key in by_key]
        if self.order == "distance":
            found.sort(key=lambda record: record.distance)
        return found

    def active_tags(self) -> Iterator[tuple[str, str]]:
        """Each active filter in words, with the query string that removes it alone."""
        data: QueryDict = self.data  # type: ignore[assignment]
        for name in data:
            if name not in self.fields or name in {"page", "tri", "partout"}:
                continue
            for value in dict.fromkeys(data.getlist(name)):
                if not value.strip():
                    continue
                rest = [
                    (key, other)
                    for key in data
                    for other in data.getlist(key)
                    if key != "page" and other.strip() and (key, other) != (name, value)
                    and not (name == "autour" and (key == "rayon" or (key, other) == ("tri", "distance")))
                ]  # fmt: skip
                yield self.tag_label(name, value), urlencode(rest)

    def tag_label(self, name: str, value: str) -> str:
        """What an active filter is called on the page: words, never a code."""
        field = self.fields[name]
        if name in {"autour", "territoire", "jumeaux"}:
            return f"{field.label} : {self.cleaned_data[name].name}"
        if name == "bbox":
            return str(_("Fenêtre de la carte"))
        if name == "q":
            return f"« {value.strip()} »"
        if isinstance(field, forms.ChoiceField):
            label = str(labels(field).get(value, value))
            prefixed = name in {"preuve", "densite"}
            return f"{field.label} : {label}" if prefixed else label[:1].upper() + label[1:]
        unit = {"rayon": " km", "population_min": " hab.", "population_max": " hab."}.get(name, "")
        return f"{str(field.label).removesuffix(' (km)')} : {value.strip()}{unit}"

    def query_string(self, **changes: object) -> str:
        """The current parameters, blanks dropped and ``changes`` applied (None removes one)."""
        data: QueryDict = self.data  # type: ignore[assignment]
        kept = [(k, v) for k in data for v in data.getlist(k) if v.strip() and k not in changes]
        return urlencode(kept + [(k, v) for k, v in changes.items() if v is not None])
