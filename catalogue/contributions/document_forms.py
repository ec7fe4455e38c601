"""The form of a document or a photo: a file or a link, what it is, under what licence, by whom."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Document
from catalogue.records.file_types import Content, recognise_file
from geo.uploads import UploadRefused

LICENCES = [
    ("Licence Ouverte 2.0", gettext_lazy("Licence Ouverte 2.0 (Etalab)")),
    ("CC BY 4.0", gettext_lazy("CC BY 4.0")),
    ("CC BY-SA 4.0", gettext_lazy("CC BY-SA 4.0")),
    ("CC BY-NC-SA 4.0", gettext_lazy("CC BY-NC-SA 4.0")),
    ("CC0 1.0", gettext_lazy("CC0 1.0, domaine public")),
    (
        "Tous droits réservés, diffusé avec l’accord de l’auteur",
        gettext_lazy("Tous droits réservés, diffusé avec l’accord de l’auteur"),
    ),
]
FIRST_YEAR = 1900
VALUES = ("kind", "title", "url", "licence", "credit", "published_year", "alternative")


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """One document; ``content`` says what its file is, once the form is valid."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        required=False,
        help_text=gettext_lazy(
            "PDF, ODT, ODS, DOCX, XLSX (sans macros), CSV, ou image JPEG, PNG ou WebP ; 20 Mo au plus. "
            "Les images sont réduites et débarrassées de leurs métadonnées (lieu, appareil de prise de vue)."
        ),
    )
    url = forms.URLField(
        label=gettext_lazy("Ou adresse du document"),
        required=False,
        max_length=600,
        assume_scheme="https",
        help_text=gettext_lazy("Quand le document est déjà publié ailleurs."),
    )
    licence = forms.ChoiceField(
        label=gettext_lazy("Licence"),
        required=False,
        choices=[("", gettext_lazy("Choisir…")), *LICENCES],
        help_text=gettext_lazy("Ce que chacun pourra faire du fichier."),
    )
    published_year = forms.IntegerField(
        label=gettext_lazy("Année"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
    )

    class Meta:
        model = Document
        fields = ["kind", "title", "alternative", "credit"]
        help_texts = {
            "alternative": gettext_lazy(
                "Ce que montre l’image, pour qui ne la voit pas : « Cour d’école plantée de douze arbres »."
            ),
            "credit": gettext_lazy("Auteur, photographe ou organisme : « Ville de Rennes / J. Martin »."),
        }
        labels = {"alternative": gettext_lazy("Description de l’image")}

    field_order = [
        "kind",
        "title",
        "file",
        "url",
        "alternative",
        "licence",
        "credit",
        "published_year",
        "key",
    ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.content: Content | None = None
        self.fields["key"].initial = uuid.uuid4
        for name in ("file", "url", "licence", "published_year"):
            self.initial.setdefault(name, getattr(self.instance, name))
        year = self.fields["published_year"]
        year.validators += [
            MinValueValidator(FIRST_YEAR),
            MaxValueValidator(timezone.localdate().year + 1),
        ]
        stored = self.instance.licence
        if stored and stored not in dict(LICENCES):
            licence = self.fields["licence"]
            licence.choices = [*licence.choices, (stored, stored)]  # type: ignore[attr-defined]

    @property
    def given(self) -> UploadedFile[Any] | None:
        file = self.cleaned_data.get("file")
        return file if isinstance(file, UploadedFile) else None

    @property
    def values(self) -> dict[str, Any]:
        """Return the description of the document, file aside."""
        return {name: self.cleaned_data[name] for name in VALUES}

    def clean_key(self) -> uuid.UUID:
        """Return the key of the document, by which a form sent twice adds one."""
        key: uuid.UUID | None = self.cleaned_data["key"]
        return key or uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """Require a file or a URL, what an image shows, the licence of a file."""
        super().clean()
        values = self.cleaned_data
        self._recognise()
        has_file = self.given is not None or (bool(self.instance.file) and not values.get("url"))
        if self.given is not None and values.get("url"):
            self.add_error("url", _("Donnez un fichier ou une adresse, pas les deux."))
        elif not has_file and not values.get("url") and not {"file", "url"} & set(self.errors):
            self.add_error("file", _("Choisissez un fichier, ou donnez l’adresse du document."))
        is_image = self.content.is_image if self.content else has_file and bool(self.instance.thumbnail)
        if has_file and not values.get("licence") and "licence" not in self.errors:
            self.add_error("licence", _("Choisissez la licence sous laquelle le fichier est diffusé."))
        if is_image and not values.get("alternative"):
            self.add_error("alternative", _("Dites ce que montre l’image."))
        if values.get("kind") == Document.Kind.PHOTO and self.given is not None and not is_image:
            self.add_error("kind", _("Ce fichier n’est pas une image : choisissez un autre type."))
        return values

    def _recognise(self) -> None:
        file = self.given
        if file is None or file.file is None:
            return
        try:
            self.content = recognise_file(file.file, file.size or 0)
        except UploadRefused as refusal:
            self.add_error("file", str(refusal))
            self.cleaned_data["file"] = None

    def _post_clean(self) -> None:
        """Leave the instance as it is: ``documents`` writes, under lock."""
