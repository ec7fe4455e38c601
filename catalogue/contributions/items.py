"""The forms of what a record has several of: results of an experiment, labels of an operation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.contributions.forms import Lines, Number, choice, year
from catalogue.models import Document, Indicator, IndicatorType, LabelAward
from catalogue.models.evidence import unit_mismatch
from catalogue.models.units import are_compatible
from catalogue.records.content import Values, to_portable

FIRST_AWARD = 2009
OTHER = ""


class IndicatorForm(forms.Form):
    """One figure: what it says, how and by whom it was measured."""

    type = forms.ChoiceField(
        required=False,
        label=_("Indicateur partagé"),
        help_text=_("Le même indicateur d’une fiche à l’autre se compare. Sinon, nommez le vôtre."),
    )
    name = forms.CharField(
        max_length=250,
        required=False,
        label=_("Nom de l’indicateur"),
        help_text=_("À remplir si aucun indicateur partagé ne convient, ou pour préciser."),
    )
    nature = choice(Indicator.Nature.choices)
    value = Number(max_digits=16, decimal_places=4, required=False, label=_("Valeur"))
    unit = forms.CharField(
        max_length=60,
        required=False,
        label=_("Unité"),
        help_text=_("%, °C, kWh par an… Vide, celle de l’indicateur partagé."),
    )
    baseline = Number(
        max_digits=16,
        decimal_places=4,
        required=False,
        label=_("Valeur de départ"),
        help_text=_("Ce qu’on mesurait avant, dans la même unité."),
    )
    text = forms.CharField(
        max_length=400,
        required=False,
        label=_("Ou un énoncé, à défaut de valeur"),
        help_text=_("Un résultat qui ne tient pas dans un nombre."),
    )
    year = year()
    period = forms.CharField(
        max_length=120, required=False, label=_("Période"), help_text=_("Un été, six mois, trois ans…")
    )
    method = Lines(
        rows=3,
        label=_("Méthode"),
        help_text=_("Comment on a mesuré, sur combien de points ou de personnes, face à quelle référence."),
    )
    measured_by = forms.CharField(max_length=250, required=False, label=_("Mesuré par"))
    is_independent = forms.BooleanField(
        required=False,
        label=_("Mesure indépendante"),
        help_text=_("Par un tiers qui ne porte pas la solution : elle vaut un niveau de preuve de plus."),
    )
    document = forms.ChoiceField(
        required=False,
        label=_("Document qui le dit"),
        help_text=_("Parmi ceux de la fiche ; ajoutez-le d’abord à l’étape « Photos et documents »."),
    )
    source_citation = forms.CharField(
        max_length=600,
        required=False,
        label=_("Référence de la source"),
        help_text=_("Titre, auteur, page : ce qui permet de retrouver le chiffre."),
    )
    source_url = forms.URLField(
        max_length=600, required=False, label=_("Adresse de la source"), assume_scheme="https"
    )

    def __init__(self, *args: Any, record: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._types = {one.code: one for one in offered_types(self.initial.get("type"))}
        fields: Any = self.fields
        fields["type"].choices = [
            (OTHER, _("Un autre indicateur")),
            *((code, f"{one.label} ({one.unit})") for code, one in self._types.items()),
        ]
        documents = Document.objects.filter(record=record.pk).values_list("key", "title")
        fields["document"].choices = [("", _("Aucun")), *((str(key), title) for key, title in documents)]
        fields["nature"].label = _("Mesuré ou annoncé ?")
        fields["nature"].help_text = _("Seul un résultat mesuré et sourcé fait monter le niveau de preuve.")
        fields["year"].label = _("Année de la mesure")

    def clean(self) -> dict[str, Any]:
        """Require a name, and a value or a sentence; the shared indicator completes them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        shared = self._types.get(data.get("type") or "")
        if shared is not None:
            data["name"] = data.get("name") or shared.label
            data["unit"] = data.get("unit") or shared.unit
            if not are_compatible(data["unit"], shared.unit):
                self.add_error("unit", unit_mismatch(data["unit"], shared))
        if not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Choisissez un indicateur partagé ou nommez le vôtre."))
        if data.get("value") is None and not data.get("text") and "value" not in self.errors:
            self.add_error("value", _("Donnez une valeur, ou à défaut un énoncé."))
        return data

    @property
    def values(self) -> Values:
        """Return what was typed, in the portable form."""
        data = {name: to_portable(value) for name, value in self.cleaned_data.items()}
        return data | {"type": data["type"] or None, "document": data["document"] or None}


def offered_types(held: str | None) -> QuerySet[IndicatorType]:
    """Return the shared indicators that a form offers, and the one that is held already."""
    return IndicatorType.objects.filter(Q(is_active=True) | Q(code=held or ""))


class AwardForm(forms.Form):
    """One step of a label, in one year."""

    etape = forms.ChoiceField(
        label=_("Label et étape"),
        help_text=_("Les trois régimes ÉcoQuartier ne se correspondent pas : prenez celui de l’année."),
    )
    label = forms.CharField(
        max_length=60,
        required=False,
        label=_("Nom du label"),
        help_text=_("À remplir pour un autre label qu’ÉcoQuartier."),
    )
    year = forms.IntegerField(
        min_value=FIRST_AWARD,
        max_value=2100,
        required=False,
        label=_("Année"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6, "maxlength": 4}),
    )
    source_citation = forms.CharField(
        max_length=600,
        required=False,
        label=_("Référence de la source"),
        help_text=_("Palmarès, communiqué, délibération : ce qui permet de vérifier."),
    )
    source_url = forms.URLField(
        max_length=600, required=False, label=_("Adresse de la source"), assume_scheme="https"
    )
    note = forms.CharField(max_length=400, required=False, label=_("Remarque"))

    def __init__(self, data: Any = None, *, initial: Any = None, record: Any = None) -> None:
        initial = dict(initial or {})
        if initial.get("regime"):
            initial["etape"] = f"{initial['regime']}:{initial['step']}"
        super().__init__(data, initial=initial)
        field: Any = self.fields["etape"]
        field.choices = [
            ("", _("Choisissez")),
            *(
                (regime.label, [(f"{regime.value}:{step}", text) for step, text in steps.items()])
                for regime, steps in LabelAward.STEPS.items()
            ),
        ]

    def clean(self) -> dict[str, Any]:
        """Require the name of another label."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        other = str(data.get("etape", "")).startswith(f"{LabelAward.Regime.OTHER.value}:")
        if other and not data.get("label"):
            raise ValidationError({"label": _("Dites le nom de ce label.")})
        return data

    @property
    def values(self) -> Values:
        """Return what was typed in the portable form, regime and step apart."""
        data = {name: to_portable(value) for name, value in self.cleaned_data.items() if name != "etape"}
        regime, _colon, step = self.cleaned_data["etape"].partition(":")
        if regime != LabelAward.Regime.OTHER:
            data["label"] = "ÉcoQuartier"
        return data | {"regime": regime, "step": step}


FORMS: dict[str, type[IndicatorForm] | type[AwardForm]] = {
    "indicators": IndicatorForm,
    "awards": AwardForm,
}
