"""The forms of the steps: their fields are the attributes of the record, their values portable.

A form requires what the database needs alone; ``gauge`` reports what a published record is missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalogue.contributions.writing_help import HELP
from catalogue.models import Need, Operation, Programme, Record, Stake, TestSite, Theme
from catalogue.models.kinds import GROUND_KINDS, Experiment
from catalogue.records.content import to_portable
from catalogue.records.fields import model_field
from catalogue.records.kinds import KIND_SPECS
from catalogue.records.vocabularies import read_vocabularies

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_TEXT = 20_000
LARGEST_WHOLE = 2_000_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2100
NOT_SAID: StrOrPromise = _("Non renseigné")
TRL = [
    ("", NOT_SAID),
    (1, _("1 – principe observé")),
    (2, _("2 – concept formulé")),
    (3, _("3 – preuve de concept")),
    (4, _("4 – validé en laboratoire")),
    (5, _("5 – validé dans un environnement représentatif")),
    (6, _("6 – démontré dans un environnement représentatif")),
    (7, _("7 – prototype démontré en conditions réelles")),
    (8, _("8 – système complet et qualifié")),
    (9, _("9 – éprouvé en conditions réelles")),
]


class Lines(forms.CharField):
    """A text of several lines, its ends of line as the database stores them."""

    def __init__(self, **options: Any) -> None:
        rows = options.pop("rows", 5)
        options.setdefault("max_length", LONGEST_TEXT)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), required=False, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else text


class Number(forms.DecimalField):
    """A number as French people write it: « 1 250,5 »."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the keyboard of numbers on a phone."""
        return {**super().widget_attrs(widget), "inputmode": "decimal"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(value.split()).replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return str(value).replace(".", ",") if value is not None else value


class Day(forms.DateField):
    """A day, in the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], required=False, **options)

    def to_python(self, value: Any) -> Any:
        """Return the day; refuse one that no agenda holds."""
        day = super().to_python(value)
        if isinstance(day, datetime.date) and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("L’année doit être entre 1900 et 2100."))
        return day


def whole(*, most: int = LARGEST_WHOLE, least: int = 0) -> forms.IntegerField:
    """Return a field for a whole number that the database can hold."""
    field = forms.IntegerField(min_value=least, max_value=most, required=False)
    field.widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return field


def year() -> forms.IntegerField:
    field = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)
    field.widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 6, "maxlength": 4})
    return field


def boxes(choices: Iterable[tuple[str, StrOrPromise]] = ()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple
    )


def choice(choices: Iterable[tuple[Any, StrOrPromise]], *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(choices=list(choices), required=required, widget=forms.RadioSelect)


def web_address(max_length: int, **options: Any) -> forms.URLField:
    """A URL; what is refused says how one is written."""
    refusal = _("Écrivez l’adresse entière, comme https://exemple.fr/page.")
    return forms.URLField(
        max_length=max_length,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": refusal},
        **options,
    )


class StepForm(forms.Form):
    """What a step asks. Labels are those of the model; help that of ``writing_help``, else of the model."""

    kind: ClassVar[str] = ""

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.record_kind = kind
        model = KIND_SPECS[kind].model
        for name, field in self.fields.items():
            if field.widget.is_hidden:
                continue
            help_text: StrOrPromise = HELP.get((kind, name)) or HELP.get(("", name), "")
            if not field.label:
                known = model_field(model, name)
                label = str(known.verbose_name)
                field.label = label[:1].upper() + label[1:]
                help_text = help_text or known.help_text
            field.help_text = field.help_text or help_text

    @property
    def values(self) -> dict[str, Any]:
        """Return what was typed, in the portable form."""
        return {name: self.portable(name, value) for name, value in self.cleaned_data.items()}

    def portable(self, name: str, value: Any) -> Any:
        return to_portable(value)


class TitleForm(StepForm):
    """What the record is, in two lines."""

    title = forms.CharField(max_length=250)
    summary = Lines(max_length=500, rows=4)
    owner = forms.ChoiceField(required=False, label=_("Organisation qui tient la fiche"))

    def __init__(
        self, *args: Any, owners: Mapping[str, str] | None = None, kind: str, **options: Any
    ) -> None:
        super().__init__(*args, kind=kind, **options)
        self.fields["summary"].widget.attrs["data-compteur"] = "500"
        if owners is None:
            del self.fields["owner"]
        else:
            field: Any = self.fields["owner"]
            field.choices = [("", _("Aucune pour l’instant")), *owners.items()]

    def portable(self, name: str, value: Any) -> Any:
        """Return one value as it is stored; no organisation is None."""
        return (value or None) if name == "owner" else super().portable(name, value)


class EssentialForm(TitleForm):
    """What the record is, and where it comes from."""

    field_order = ("title", "summary", "source_citation", "source_url", "owner")
    source_citation = Lines(max_length=2_000, rows=2)
    source_url = web_address(600)


class NewForm(TitleForm):
    """The first step of a new record; ``cle`` makes of a double click one record."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False)
    solution = forms.SlugField(widget=forms.HiddenInput, required=False)


class SolutionDetailForm(StepForm):
    """What one needs to know before taking a solution up."""

    description = Lines(rows=9)
    trl = forms.TypedChoiceField(choices=TRL, coerce=int, empty_value=None, required=False)
    costs = Lines()
    reuse_conditions = Lines()
    obstacles_lifted = Lines()
    url = web_address(500)


class CourseForm(StepForm):
    """How an experiment went."""

    description = Lines(rows=7)
    status = choice(Experiment.Status.choices)
    abandon_reason = Lines(rows=3)
    year_start = year()
    year_end = year()
    outcome = choice(Experiment.Outcome.choices)
    success_factors = Lines()
    obstacles = Lines()
    parent = forms.ChoiceField(required=False)
    kept = Lines(rows=3)
    changed = Lines(rows=3)

    def __init__(self, *args: Any, parents: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["parent"]
        field.choices = [("", _("Aucune, ou je ne sais pas")), *parents.items()]

    def portable(self, name: str, value: Any) -> Any:
        """Return one value as it is stored; no parent is None."""
        return (value or None) if name == "parent" else super().portable(name, value)

    def clean(self) -> dict[str, Any]:
        """Ask why an experiment was abandoned; refuse years that are not in order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("status") == Experiment.Status.ABANDONED and not data.get("abandon_reason"):
            self.add_error(
                "abandon_reason",
                _("Dites pourquoi l’expérimentation est abandonnée : c’est utile aux autres."),
            )
        _refuse_disorder(self, data, "year_start", "year_end", _("L’année de fin précède l’année de début."))
        return data


class GroundForm(StepForm):
    """What may be tried on a site."""

    site_state = choice(TestSite.SiteState.choices)
    allowed_tests = Lines()
    ground_kinds = boxes((kind, kind) for kind in GROUND_KINDS)
    description = Lines(rows=7)
    area_m2 = whole()
    equipment = Lines()
    conditions = Lines()
    available_from = Day()
    available_until = Day()

    def clean(self) -> dict[str, Any]:
        """Refuse dates that are not in order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        message = _("La date de fin précède la date de début.")
        _refuse_disorder(self, data, "available_from", "available_until", message)
        return data


class NeedDetailForm(StepForm):
    description = Lines(rows=9)
    audiences = boxes(Need.Audience.choices)
    frequency = choice(Need.Frequency.choices)
    existing_data = Lines()
    missing_data = Lines()


class OperationForm(StepForm):
    description = Lines(rows=9)
    operation_type = choice(Operation.OperationType.choices)
    dwellings = whole()
    social_dwellings = whole()
    area_ha = Number(max_digits=9, decimal_places=2, required=False)
    year_start = year()
    year_end = year()
    programmes = boxes()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["programmes"]
        field.choices = list(read_vocabularies({"programmes": Programme}, self.initial)["programmes"].items())

    def clean_area_ha(self) -> Any:
        """Refuse an area of nothing."""
        area = self.cleaned_data["area_ha"]
        if area is not None and area <= 0:
            raise ValidationError(_("La surface doit être plus grande que zéro."))
        return area

    def clean(self) -> dict[str, Any]:
        """Refuse years that are not in order, and more social dwellings than dwellings."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        _refuse_disorder(self, data, "year_start", "year_end", _("L’année de fin précède l’année de début."))
        message = _("Il y a plus de logements sociaux que de logements.")
        _refuse_disorder(self, data, "social_dwellings", "dwellings", message)
        return data


class ThemesForm(StepForm):
    """Under what the record is found."""

    themes = boxes()
    stakes = boxes()
    programmes = boxes()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.record_kind == Record.Kind.OPERATION:
            del self.fields["programmes"]
        known = {"themes": Theme, "stakes": Stake, "programmes": Programme}
        for name, terms in read_vocabularies(
            {name: known[name] for name in self.fields}, self.initial
        ).items():
            field: Any = self.fields[name]
            field.choices = list(terms.items())


def _refuse_disorder(
    form: forms.Form, data: dict[str, Any], first: str, last: str, message: StrOrPromise
) -> None:
    if data.get(first) is not None and data.get(last) is not None and data[last] < data[first]:
        form.add_error(last, message)
