"""Forms of the pages of the reference lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Field, Model, Q, URLField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Concept, IndicatorType, Organisation
from catalogue.public.search.parameters import TerritoryField
from catalogue.web.paging import PageForm
from catalogue.workshop.reference import values
from catalogue.workshop.reference.lists import CROSSWALK, ReferenceList
from catalogue.workshop.reference.values import Values
from geo.importers.vintage import LABELS

LONGEST_REASON = 500
LONGEST_NAME = 80
LEVELS = ("commune", "arrondissement", "epci", "ept", "departement", "region")


class ListForm(PageForm):
    q = forms.CharField(label=gettext_lazy("Chercher"), max_length=100, required=False)
    voir = forms.ChoiceField(
        label=gettext_lazy("Montrer"),
        choices=[
            ("", gettext_lazy("ce qui est proposé")),
            ("archives", gettext_lazy("ce qui est archivé")),
            ("tout", gettext_lazy("tout")),
        ],
        required=False,
    )


class UsesForm(PageForm):
    """The way of use whose records are listed: its index, all of them when it is not given."""

    usage = forms.IntegerField(label=gettext_lazy("Usage"), min_value=0, max_value=9, required=False)


class VintageForm(PageForm):
    """The filters of the changes of a vintage, and the territory whose records are listed."""

    nature = forms.ChoiceField(
        label=gettext_lazy("Changement"),
        choices=[("", gettext_lazy("Tous")), *((kind.value, label) for kind, label in LABELS.items())],
        required=False,
    )
    fiches = forms.BooleanField(label=gettext_lazy("Seulement ceux qui touchent des fiches"), required=False)
    niveau = forms.CharField(label=gettext_lazy("Niveau"), max_length=14, required=False)
    code = forms.CharField(label=gettext_lazy("Code"), max_length=9, required=False)


class TargetForm(forms.Form):
    avec = forms.CharField(label=gettext_lazy("Réunir à"), max_length=120, required=False)
    q = forms.CharField(label=gettext_lazy("Chercher"), max_length=100, required=False)


class LineActionForm(forms.Form):
    """An action on a line: the version that was seen, and why."""

    seen = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    other = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Motif"), max_length=LONGEST_REASON, required=False, strip=True
    )


class PairsField(forms.CharField):
    """Lines « liste : libellé » as a sorted list."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Correspondances"),
            help_text=gettext_lazy("Une par ligne : « liste d’origine : libellé dans cette liste »."),
            widget=forms.Textarea(attrs={"rows": 5}),
            required=False,
            max_length=20_000,
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        pairs = set()
        for line in super().clean(value).splitlines():
            where, colon, label = (part.strip() for part in line.partition(":"))
            if not line.strip():
                continue
            if not (where and colon and label) or len(where) > 60 or len(label) > 160:
                raise forms.ValidationError(
                    _("« %(line)s » : il faut une liste, deux-points, un libellé."),
                    params={"line": line[:80]},
                )
            pairs.add(f"{where} : {label}")
        return sorted(pairs)


class NamesField(forms.CharField):
    """Names, one a line, as a sorted list; a name that is there twice stays once."""

    def __init__(self, *, label: Any, help_text: Any) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            widget=forms.Textarea(attrs={"rows": 8}),
            required=False,
            max_length=20_000,
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        names: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            name = " ".join(line.split())
            if not name:
                continue
            if not 2 <= len(name) <= LONGEST_NAME:
                raise forms.ValidationError(
                    _("« %(name)s » : un nom a de 2 à %(most)d caractères."),
                    params={"name": name[:LONGEST_NAME], "most": LONGEST_NAME},
                )
            names.setdefault(name.casefold(), name)
        return sorted(names.values())


class WordForm(forms.Form):
    """A word that searches did not find, and the concept that it is a name of."""

    mot = forms.CharField(label=gettext_lazy("Mot"), min_length=2, max_length=LONGEST_NAME)
    notion = forms.ModelChoiceField(
        label=gettext_lazy("Notion"),
        queryset=Concept.objects.filter(is_active=True).order_by("label"),
        to_field_name="code",
        empty_label=gettext_lazy("Choisissez"),
        help_text=gettext_lazy("Le mot doit pouvoir remplacer son nom préféré dans une question."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=gettext_lazy("Gardé dans l’historique."),
    )


class PrefillForm(forms.Form):
    """What the form of a new line begins with."""

    nom = forms.CharField(label=gettext_lazy("Nom"), max_length=160, required=False)


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    """The values of a line; ``seen`` is the version that was opened."""

    seen = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=gettext_lazy("Gardé dans l’historique."),
    )

    ref: ReferenceList

    def values(self) -> Values:
        """Return what was typed, by the names of the allow-list."""
        return {name: values.to_json(self.cleaned_data[name]) for name in self.ref.values}


def make_line_form(ref: ReferenceList, line: Model, data: Any = None) -> LineForm:
    made: Any = forms.modelform_factory(
        ref.model,
        form=LineForm,
        fields=[name for name in ref.fields if name != "territory"],
        widgets={"consulted_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
        formfield_callback=_make_field,
    )
    extra: dict[str, Any] = {"ref": ref}
    initial: dict[str, Any] = {"seen": values.make_token(ref, line) if line.pk else ""}
    if CROSSWALK in ref.values:
        extra[CROSSWALK] = PairsField()
        initial[CROSSWALK] = values.read_crosswalk(line) if line.pk else []  # type: ignore[arg-type]
    if ref.model is Organisation:
        extra["territory"] = TerritoryField(
            label=gettext_lazy("Territoire"),
            max_length=40,
            required=False,
            levels=LEVELS,
            help_text=gettext_lazy("Niveau et code : « commune:35238 », « epci:243500139 »."),
        )
        initial["territory"] = values.to_json(getattr(line, "territory", None)) or ""
    if ref.model is Concept:
        known = Concept._meta.get_field("synonyms")
        extra["synonyms"] = NamesField(label=capfirst(known.verbose_name), help_text=known.help_text)
        extra["broader"] = make_broader_field(line)
    made = type("LineForm", (made,), extra)
    form: LineForm = made(data, instance=line, initial=initial, auto_id="ligne-%s")
    _set_help_texts(form)
    last = [name for name in ("seen", "reason") if name in form.fields]
    form.order_fields([*ref.values, *last])
    return form


def make_broader_field(concept: Any) -> Any:
    """Choose among the offered concepts, and the one that is there already."""
    field: Any = Concept._meta.get_field("broader")
    made = field.formfield(required=False)
    held = Q(is_active=True) | Q(pk=concept.broader_id)
    made.queryset = Concept.objects.filter(held).exclude(pk=concept.pk).order_by("label")
    return made


def _make_field(field: Field[Any, Any], **options: Any) -> Any:
    if isinstance(field, URLField):
        options["assume_scheme"] = "https"
    return field.formfield(**options)


def _set_help_texts(form: LineForm) -> None:
    if form.ref.model is IndicatorType:
        form.fields["description"].label = _("Définition")
        form.fields["unit"].help_text = _("La changer ne convertit pas les résultats déjà saisis.")
    for field in form.fields.values():
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs.setdefault("rows", 4)
            if field.widget.attrs["rows"] == "10":
                field.widget.attrs["rows"] = 4
