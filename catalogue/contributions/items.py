"""The forms of what a record has several of: results of an experiment, labels of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.contributions.forms import Lines, Number, choice, year
from catalogue.models import Document, Indicator, IndicatorType, LabelAward, Organisation
from catalogue.models.evidence import unit_mismatch
from catalogue.models.units import are_compatible
from catalogue.records.content import Values, to_portable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIRST_AWARD = 2009
OTHER = ""


OBSERVED = "observation"
WHAT: tuple[tuple[str, StrOrPromise], ...] = (
    (
        Indicator.Kind.EFFECT,
        _("Son effet : ce qui a changé. Exemples : 30 % d’énergie en moins, 2 °C de moins, rien."),
    ),
    (
        Indicator.Kind.PERFORMANCE,
        _("Ce qu’elle fournit. Exemples : 65 % de l’eau chaude du gymnase, 0,05 kWh par kilomètre."),
    ),
    (
        Indicator.Kind.USAGE,
        _("Combien s’en servent. Exemples : 22 000 voyageurs, 250 inscrits, 9 142 votes."),
    ),
    (
        Indicator.Kind.MEANS,
        _("Ce qui a été mis en place. Exemples : 3 mâts équipés, 54 commerces membres, 95 m²."),
    ),
    (
        OBSERVED,
        _("Autre chose, qu’elle a permis d’observer. Exemples : les passants d’une rue, les pics de bruit."),
    ),
)
COMPARED: tuple[tuple[str, StrOrPromise], ...] = (
    (Indicator.Reference.BEFORE, _("La situation d’avant. Exemple : la facture de l’année précédente.")),
    (Indicator.Reference.CONTROL, _("Un témoin sans la solution. Exemple : la rue voisine, le même jour.")),
    (
        Indicator.Reference.TARGET,
        _("L’objectif annoncé au départ : donnez sa valeur. Exemple : 280 MWh attendus."),
    ),
    (Indicator.Reference.NONE, _("Rien")),
)


class IndicatorForm(forms.Form):
    """One figure: what it is about, what it is compared with, how and by whom it was measured."""

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
    what = choice(WHAT)
    value = Number(max_digits=16, decimal_places=4, required=False, label=_("Valeur"))
    unit = forms.CharField(
        max_length=60,
        required=False,
        label=_("Unité"),
        help_text=_("%, °C, kWh par an… Vide, celle de l’indicateur partagé."),
    )
    reference = choice(COMPARED, required=False)
    baseline = Number(
        max_digits=16,
        decimal_places=4,
        required=False,
        label=_("Valeur de cette référence"),
        help_text=_("Ce qu’on mesurait avant, sur le témoin, ou l’objectif ; dans la même unité."),
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
        help_text=_("Comment on a mesuré, sur combien de points ou de personnes."),
    )
    measured_by = forms.CharField(
        max_length=250,
        required=False,
        label=_("Mesuré par"),
        help_text=_(
            "Le nom de l’organisation, comme le site l’écrit. Rien à cocher : le site voit si elle porte, "
            "finance ou accompagne la solution ; sinon, la mesure est indépendante et vaut un niveau de plus."
        ),
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
        fields["what"].label = _("Que mesure ce chiffre ?")
        fields["what"].help_text = _(
            "L’effet et ce qu’elle fournit prouvent ; l’usage et les moyens sont montrés sous leur nom."
        )
        fields["what"].initial = self._held_what()
        fields["reference"].label = _("Comparé à quoi ?")
        fields["reference"].help_text = _("Sans comparaison, un chiffre ne prouve rien.")
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
        data["reference"] = data.get("reference") or Indicator.Reference.NONE
        if data["reference"] == Indicator.Reference.TARGET and data.get("baseline") is None:
            self.add_error(
                "baseline", _("Donnez la valeur de l’objectif : sans elle, rien ne dit s’il est atteint.")
            )
        return data

    def _held_what(self) -> str:
        if self.initial.get("subject") == Indicator.Subject.OBSERVED:
            return OBSERVED
        return str(self.initial.get("kind") or "")

    def _subject(self) -> Values:
        """Return the object and the class of the one answer; what was observed keeps its class."""
        what = self.cleaned_data["what"]
        if what == OBSERVED:
            return {"subject": str(Indicator.Subject.OBSERVED), "kind": self.initial.get("kind") or ""}
        return {"subject": str(Indicator.Subject.SOLUTION), "kind": what}

    def _measurer(self) -> str | None:
        """Return the only organisation of the name that was written; an unchanged name keeps its own."""
        written = self.cleaned_data["measured_by"].strip()
        if written == (self.initial.get("measured_by") or "") and self.initial.get("measurer"):
            return str(self.initial["measurer"])
        found = Organisation.objects.filter(name__iexact=written, is_active=True).values_list(
            "slug", flat=True
        )
        slugs = list(found[:2]) if written else []
        return str(slugs[0]) if len(slugs) == 1 else None

    @property
    def values(self) -> Values:
        """Return what was typed, in the portable form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "what"}
        data = {name: to_portable(value) for name, value in given.items()}
        links = {"type": data["type"] or None, "document": data["document"] or None}
        return data | links | self._subject() | {"measurer": self._measurer()}


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
