"""The one form through which every GET parameter of the list, the map, the tiles and the exports passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalogue import proof
from catalogue.models import Experiment, Programme, Record, Stake, TestSite, Theme
from catalogue.parameters import BboxField, Place, PlaceField, TerritoryField
from catalogue.querysets import RecordQuerySet

MAX_RADIUS_KM = 200
DEFAULT_RADIUS_KM = 50
MAX_PAGE = 1000


SORTS = [
    ("pertinence", _("pertinence")),
    ("distance", _("distance")),
    ("recent", _("mise à jour récente")),
]


class CodesField(forms.ModelMultipleChoiceField):
    """Terms of a vocabulary by their code; an unknown one is told, not ignored."""

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name="code", required=False, **kwargs)
        self.error_messages["invalid_choice"] = _("« %(value)s » n’existe pas dans cette liste.")


NARROWING: dict[str, Callable[[RecordQuerySet, Any], RecordQuerySet]] = {
    "q": lambda records, words: records.matching(words),
    "type": lambda records, kinds: records.of_kinds(kinds),
    "theme": lambda records, terms: records.tagged("themes", terms),
    "enjeu": lambda records, terms: records.tagged("stakes", terms),
    "programme": lambda records, terms: records.tagged("programmes", terms),
    "preuve": lambda records, level: records.filter(proof_level__gte=level),
    "statut": lambda records, statuses: records.with_any_status(statuses),
    "territoire": lambda records, territory: records.in_territory(territory),
    "bbox": lambda records, boxes: records.in_bbox(boxes),
}
"""What each parameter that stands alone does to the set; the others are in ``RecordFilterForm.narrow``."""


class RecordFilterForm(forms.Form):
    """Parameters of design: q, type, theme, enjeu, programme, preuve, statut, de, a, territoire, autour …"""

    q = forms.CharField(label=_("Un lieu ou des mots"), max_length=200, required=False, strip=True)
    type = forms.MultipleChoiceField(label=_("Nature"), choices=Record.Kind, required=False)
    theme = CodesField(Theme.objects.all(), label=_("Thème"))
    enjeu = CodesField(Stake.objects.all(), label=_("Enjeu"))
    programme = CodesField(Programme.objects.all(), label=_("Programme"))
    preuve = forms.TypedChoiceField(
        label=_("Niveau de preuve minimal"),
        choices=[(level, f"{level} – {label}") for level, label in proof.LABELS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    statut = forms.MultipleChoiceField(
        label=_("Avancement"), choices=[*Experiment.Status.choices, *TestSite.SiteState.choices], required=False
    )
    de = forms.IntegerField(label=_("Depuis l’année"), min_value=1900, max_value=2100, required=False)
    a = forms.IntegerField(label=_("Jusqu’à l’année"), min_value=1900, max_value=2100, required=False)
    territoire = TerritoryField(label=_("Territoire"), max_length=40, required=False)
    autour = PlaceField(label=_("Autour de"), max_length=60, required=False)
    rayon = forms.FloatField(label=_("Rayon (km)"), min_value=0, max_value=MAX_RADIUS_KM, required=False)
    bbox = BboxField(label=_("Emprise de la carte"), max_length=120, required=False)
    tri = forms.ChoiceField(label=_("Trier par"), choices=SORTS, required=False)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=MAX_PAGE, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("de"), data.get("a")
        if first is not None and last is not None and first > last:
            self.add_error(
                "a", ValidationError(_("La période est inversée : %(de)s est après %(a)s."), params={"de": first, "a": last})
            )
        if data.get("rayon") is not None and "autour" in data and data["autour"] is None:
            self.add_error("rayon", _("Un rayon demande un lieu : ajoutez « autour »."))
        if data.get("tri") == "distance" and "autour" in data and data["autour"] is None:
            self.add_error("tri", _("Trier par distance demande un lieu : ajoutez « autour »."))
        return data

    @property
    def place(self) -> Place | None:
        """Where distances are measured from."""
        place: Place | None = self.cleaned_data.get("autour")
        return place

    @property
    def radius_km(self) -> float | None:
        """The radius in kilometres, when a place is given and not sorted France-wide."""
        if self.place is None:
            return None
        radius: float | None = self.cleaned_data.get("rayon")
        return DEFAULT_RADIUS_KM if radius is None else radius

    @property
    def order(self) -> str:
        """How the list is ordered: as asked for, else by distance from a place, else by relevance."""
        return self.cleaned_data["tri"] or ("distance" if self.place is not None else "pertinence")

    def narrow(self, records: RecordQuerySet, *, without: str = "") -> RecordQuerySet:
        """The records that every given parameter accepts, but for the parameter ``without``."""
        data = {name: value for name, value in self.cleaned_data.items() if name != without}
        for parameter, value in data.items():
            step = NARROWING.get(parameter)
            if step is not None and (value or value == 0):
                records = step(records, value)
        records = records.active_between(data["de"], data["a"])
        if self.place is not None and self.radius_km is not None:
            records = records.near(self.place.point, self.radius_km)
        return records

    def sort(self, records: RecordQuerySet) -> RecordQuerySet:
        """The records in the order asked for; the order is total, so that pages never overlap."""
        place = self.place
        if place is not None:
            records = records.with_distance(place.point)
            if self.order == "distance":
                return records.nearest_first(place.point)
        if self.order == "recent":
            return records.order_by("-updated_at", "-pk")
        return records.most_relevant_first(self.cleaned_data["q"])

    def active_tags(self) -> Iterator[tuple[str, str]]:
        """Each active filter in words, with the query string that removes it alone."""
        data: QueryDict = self.data  # type: ignore[assignment]
        for name in data:
            if name not in self.fields or name in {"page", "tri"}:
                continue
            for value in data.getlist(name):
                if not value.strip():
                    continue
                rest = [
                    (key, other)
                    for key in data
                    for other in data.getlist(key)
                    if key != "page" and (key, other) != (name, value) and not (name == "autour" and key == "rayon")
                ]
                yield self.tag_label(name, value), urlencode(rest)

    def tag_label(self, name: str, value: str) -> str:
        """What an active filter is called on the page."""
        field = self.fields[name]
        if name in {"autour", "territoire"}:
            chosen = self.cleaned_data[name]
            return f"{field.label} : {chosen.name}"
        if isinstance(field, CodesField):
            for term in self.cleaned_data[name]:
                if term.code == value:
                    return str(term)
        if hasattr(field, "choices") and not isinstance(field, CodesField):
            return str(dict((str(code), label) for code, label in field.choices).get(value, value)).capitalize()
        if name == "bbox":
            return str(_("Fenêtre de la carte"))
        return f"{field.label} : {value}"

    def query_string(self, **changes: object) -> str:
        """The current parameters, blanks dropped and ``changes`` applied (None removes one)."""
        data: QueryDict = self.data  # type: ignore[assignment]
        kept = [(k, v) for k in data for v in data.getlist(k) if v.strip() and k not in changes]
        return urlencode(kept + [(k, v) for k, v in changes.items() if v is not None])
