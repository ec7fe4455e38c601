"""Forms of the import wizard: the file, the field of each column, a decision, the page of a tab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from catalogue.imports.columns import recognition
from catalogue.imports.columns.mapping import source_details
from catalogue.imports.columns.recognition import KEEP
from catalogue.imports.read.files import MAX_BYTES
from catalogue.imports.read.problems import FileRefused
from catalogue.imports.wizard import batches as wizard
from catalogue.models import ImportBatch, ImportRow, Programme, Record, Source, Theme
from catalogue.records.fields import KindSpec
from catalogue.records.kinds import KIND_SPECS
from catalogue.web.paging import PageForm
from geo.uploads import projections

LONGEST_MAPPING = 200_000


class UploadForm(forms.Form):
    """A file and where it comes from."""

    fichier = forms.FileField(
        label=_("Fichier"),
        help_text=_(
            "CSV, XLSX, GeoJSON, GeoPackage, Shapefile zippé ou GeoParquet, 100 Mo au plus. "
            "Rien n’est écrit à cette étape."
        ),
    )
    nature = forms.ChoiceField(
        label=_("Que décrit chaque ligne ?"),
        choices=[("", _("Choisissez")), *Record.Kind.choices],
        error_messages={"required": _("Dites ce que décrit chaque ligne.")},
    )
    source = forms.ModelChoiceField(
        label=_("Source déjà connue"),
        queryset=Source.objects.order_by("name"),
        to_field_name="code",
        empty_label=_("Une nouvelle source, décrite ci-dessous"),
        required=False,
        help_text=_("Avec l’identifiant de chaque ligne, elle reconnaît une fiche d’un import à l’autre."),
    )
    nom = forms.CharField(label=_("Nom de la nouvelle source"), max_length=250, required=False)
    editeur = forms.CharField(label=_("Éditeur"), max_length=250, required=False)
    url = forms.URLField(label=_("Adresse"), max_length=500, required=False, assume_scheme="https")
    licence = forms.CharField(
        label=_("Licence"),
        max_length=120,
        required=False,
        help_text=_("Par exemple : Licence Ouverte 2.0."),
    )
    correspondance = forms.FileField(
        label=_("Fichier de correspondance"),
        required=False,
        help_text=_(
            "Au format TOML. Il dit la nature, la source et les colonnes : le reste peut rester vide."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nature"].required = not self.files.get("correspondance")

    def clean_fichier(self) -> Any:
        """Refuse a file too heavy to be read."""
        file = self.cleaned_data["fichier"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("Le fichier dépasse 100 Mo : découpez-le."))
        return file

    def clean_correspondance(self) -> dict[str, Any] | None:
        """Return the data of the mapping file."""
        file = self.cleaned_data["correspondance"]
        if not file:
            return None
        if file.size > LONGEST_MAPPING:
            raise forms.ValidationError(_("Le fichier de correspondance est trop long."))
        try:
            data, _mapping = wizard.parse_mapping_file(file.read().decode("utf-8"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("Le fichier de correspondance n’est pas en UTF-8.")) from error
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return data

    def clean(self) -> dict[str, Any]:
        """Take the kind and the source from the form or from the mapping file."""
        data = super().clean() or {}
        mapping = data.get("correspondance") or {}
        data["nature"] = mapping.get("nature") or data.get("nature")
        data["origine"] = self._origin(data, mapping)
        return data

    def _origin(self, data: dict[str, Any], mapping: dict[str, Any]) -> dict[str, str]:
        if data.get("source"):
            return {"code": data["source"].code}
        name = data.get("nom", "")
        if not name:
            given = source_details(mapping)
            if not given.get("code") and "correspondance" not in self.errors:
                self.add_error("nom", _("Choisissez une source, ou nommez-en une nouvelle."))
            return given
        code = slugify(name)[:80]
        if not code:
            self.add_error("nom", _("Ce nom ne contient ni lettre ni chiffre."))
        elif Source.objects.filter(code=code).exists():
            self.add_error("nom", _("Cette source est déjà connue : choisissez-la dans la liste."))
        names = {key: data.get(key, "") for key in ("nom", "editeur", "url", "licence")}
        return {"code": code, **{key: value for key, value in names.items() if value}}


class ColumnsForm(forms.Form):
    """The field that each column fills, and what is the same for all rows."""

    projection = forms.TypedChoiceField(
        label=_("Coordonnées"),
        coerce=int,
        choices=projections.choices,
        help_text=_("Sans effet si aucune colonne ne donne de coordonnées."),
        error_messages={"required": _("Dites dans quelle projection sont les coordonnées.")},
    )
    programmes = forms.ModelMultipleChoiceField(
        label=_("Programmes"),
        queryset=Programme.objects.order_by("label"),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    themes = forms.ModelMultipleChoiceField(
        label=_("Thèmes"),
        queryset=Theme.objects.order_by("position", "label"),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, batch: ImportBatch, *args: Any, **kwargs: Any) -> None:
        self.batch = batch
        self.spec: KindSpec = KIND_SPECS[batch.nature]
        self.data_of_mapping: dict[str, Any] = batch.setup.get("mapping") or {}
        self.columns = batch.setup["columns"]
        proposed = recognition.propose_fields(self.spec, self.columns, self.data_of_mapping)
        initial: dict[str, Any] = {name: self._constants(name) for name in ("programmes", "themes")}
        initial |= {f"colonne_{n}": proposed[column["header"]] for n, column in enumerate(self.columns)}
        kwargs["initial"] = {"projection": self._projection(), **initial}
        super().__init__(*args, **kwargs)
        if self.initial["projection"] == "":
            projection: Any = self.fields["projection"]
            projection.choices = [("", _("Choisissez")), *projection.choices]
        choices = [("", _("Ne pas reprendre")), *recognition.field_choices(self.spec)]
        as_mapped = (KEEP, _("Comme le dit la correspondance"))
        for number, column in enumerate(self.columns):
            offered = [as_mapped, *choices] if proposed[column["header"]] == KEEP else choices
            self.fields[f"colonne_{number}"] = forms.ChoiceField(
                label=column["header"], choices=offered, required=False
            )

    def _projection(self) -> int | str:
        """Return the system that the curator chose, else that of the file, else the one it suggests."""
        setup = self.batch.setup
        srid = self.data_of_mapping.get("projection") or setup.get("srid") or setup.get("likely")
        return srid or ("" if setup.get("shape") else 4326)

    def _constants(self, name: str) -> list[str]:
        rule = self.data_of_mapping.get("champs", {}).get(name, {})
        text = rule.get("constante", "") if isinstance(rule, dict) else ""
        return [part.strip() for part in text.split(";") if part.strip()]

    def rows(self) -> list[dict[str, Any]]:
        """Return each column of the file with its field."""
        return [
            {"column": column, "field": self[f"colonne_{number}"]}
            for number, column in enumerate(self.columns)
        ]

    def chosen_fields(self) -> dict[str, str]:
        return {c["header"]: self.cleaned_data.get(f"colonne_{n}", "") for n, c in enumerate(self.columns)}

    def clean(self) -> dict[str, Any]:
        """Refuse two columns for one field, and a mapping without what makes a record."""
        data = super().clean() or {}
        first: dict[str, str] = {}
        for number, column in enumerate(self.columns):
            name = data.get(f"colonne_{number}", "")
            if name not in self.spec.by_name:
                continue  # nothing, a label, or what the mapping file sets
            if name in first:
                self.add_error(
                    f"colonne_{number}",
                    _("Ce champ est déjà rempli par la colonne « %(other)s ».") % {"other": first[name]},
                )
            first.setdefault(name, column["header"])
        if not self.errors:
            self._check_required(data)
        return data

    def _check_required(self, data: dict[str, Any]) -> None:
        constants = {name: ";".join(t.code for t in data[name]) for name in ("programmes", "themes")}
        mapping = recognition.compose_mapping(
            self.spec, self.chosen_fields(), self.data_of_mapping, data["projection"], constants
        )
        missing = [
            recognition.field_label(self.spec, known)
            for known in self.spec.fields
            if known.is_required and known.name not in mapping["champs"]
        ]
        if missing:
            message = _("Aucune colonne ne donne ce qui est obligatoire : %(all)s.")
            self.add_error(None, message % {"all": ", ".join(missing)})
        data["correspondance"] = mapping


@dataclass(frozen=True, slots=True)
class WordField:
    """An unknown word of a column, and the field that asks what it is read as."""

    text: str
    count: int
    choice: str
    proposed: str
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """The unknown words of a column; ``others`` counts those too rare to be asked."""

    column: str
    others: int
    words: list[WordField] = field(default_factory=list)


class VocabularyForm(forms.Form):
    """The entry that each unknown word of the file is read as, one choice a word."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, batch: ImportBatch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = batch.version
        self.listed = batch.report.get("check", {}).get("vocabulary", [])
        for name, found, word in self._words():
            self.fields[name] = forms.ChoiceField(
                label=word["text"],
                choices=[("", _("À décider")), *map(tuple, found["terms"])],
                initial=word["choice"] or word["proposed"],
                required=False,
            )

    def _words(self) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        for number, found in enumerate(self.listed):
            for rank, word in enumerate(found["words"]):
                yield f"mot_{number}_{rank}", found, word

    def columns(self) -> list[ColumnWords]:
        columns: dict[str, ColumnWords] = {}
        for name, found, word in self._words():
            column = columns.setdefault(found["column"], ColumnWords(found["column"], found["others"]))
            column.words.append(WordField(**word, field=self[name]))
        return list(columns.values())

    def answers(self) -> dict[str, dict[str, str]]:
        """Return what each word is read as, by column."""
        found: dict[str, dict[str, str]] = {}
        for name, column, word in self._words():
            found.setdefault(column["column"], {})[word["text"]] = self.cleaned_data[name]
        return found


def projection_message(batch: ImportBatch) -> str:
    """Return the remark on the reference system of a file that has geometries."""
    setup = batch.setup
    if not setup.get("shape"):
        return ""
    if setup["srid"]:
        message = _("Projection lue dans le fichier : %(name)s.")
        return str(message % {"name": projections.label_of(setup["srid"])})
    if setup["likely"]:
        message = _("Le fichier ne dit pas sa projection. D’après les coordonnées : %(name)s ; vérifiez.")
        return str(message % {"name": projections.label_of(setup["likely"])})
    return str(_("Le fichier ne dit pas sa projection : choisissez-la plus bas."))


class LayerForm(forms.Form):
    """Another layer of the file, and the version that the page showed."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    couche = forms.CharField(max_length=250, strip=False)


class VersionForm(forms.Form):
    """The version that the page showed when a button was pressed."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    garder = forms.BooleanField(required=False)


class DecisionForm(PageForm):
    """A decision on a line, on a kind of doubt, or on a word of a column."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    choix = forms.ChoiceField(
        choices=[(c, c) for c in ("accepter", "ecarter", "corriger", "proposer", "annuler")]
    )
    ligne = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    code = forms.RegexField(r"^[a-z0-9-]{1,40}$", required=False)
    colonne = forms.CharField(max_length=500, required=False, strip=False)
    texte = forms.CharField(max_length=100_000, required=False, strip=False)
    valeur = forms.CharField(max_length=wizard.LONGEST_CELL, required=False)
    voir = forms.ChoiceField(choices=[("", ""), *ImportRow.Fate.choices], required=False)
    seule = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any((data.get("ligne"), data.get("code"), data.get("colonne"))):
            raise forms.ValidationError(_("Cette décision ne porte sur rien."))
        return data


class RowsForm(PageForm):
    voir = forms.ChoiceField(
        label=_("Sort des lignes"), choices=[("", ""), *ImportRow.Fate.choices], required=False
    )
